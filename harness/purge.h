/*
 * purge.h - which pages of a heap have memory, and when it goes back.
 * Proven: these contracts, as purge.c keeps them; that only what is free is given
 * back is a precondition of its function release.
 */
#ifndef LM_PURGE_H
#define LM_PURGE_H
#include "section.h"

/* What a page that was handed out is: a page that is free at two looks in a
 * row gives its memory back. */
#define COLD 0u                       /* without memory */
#define USED 1u                       /* since the last look */
#define COOLING 2u                    /* free at the last look */

/* The time, in units of CLOCK_MS milliseconds, modulo CLOCK_ROUND; how many of these
 * have passed since it was since. */
#define CLOCK_MS 32u
#define CLOCK_ROUND 65536u
/*@ assigns shared;
  @ ensures range: 0 <= \result < CLOCK_ROUND;
  @*/
static unsigned clock_now(void);
/*@ requires now: now < CLOCK_ROUND;
  @ assigns \nothing;
  @ ensures passed: 0 <= \result < CLOCK_ROUND;
  @ ensures since: (since + \result) % CLOCK_ROUND == now;
  @*/
static unsigned clock_passed(unsigned now, uintptr_t since);

#define PURGE_PAGES 8u                /* shorter free runs are kept */

/*@ // The pages that are not s .. end - 1 are as warm as they were.
  @ predicate WarmElse{K,L}(struct heap *h, integer s, integer end) =
  @   \forall integer p; 0 <= p < ARENA_PAGES ==> !(s <= p < end) ==>
  @   \at(h->note.warm[p], L) == \at(h->note.warm[p], K);
  @
  @ // What a page is after a look that finds it free, that was w before.
  @ logic integer Looked(integer w, integer all) =
  @   all == 0 && w == USED ? COOLING : COLD;
  @
  @ // Free run s is one that a look looks at.
  @ predicate Purged{L}(struct heap *h, integer s, integer all) =
  @   FreeRun(&h->arena, s) &&
  @   (all != 0 || h->arena.npages[s] >= PURGE_PAGES);
  @*/

/* Notes how warm the n pages from page s on are. */
/*@ requires note: \valid(&h->note);
  @ requires page: s < ARENA_PAGES;
  @ requires warm: warm <= COOLING;
  @ assigns h->note;
  @ ensures set: \forall integer p; s <= p < s + n ==> p < ARENA_PAGES ==>
  @   h->note.warm[p] == warm;
  @ ensures rest: WarmElse{Pre,Post}(h, s, s + n);
  @*/
static void warm_set(struct heap *h, unsigned s, unsigned n, unsigned warm);

/* Gives the memory of free runs back: of pages that have been free since the
 * last look, or of all.  Pages from fresh on never had any. */
/*@ IN_SECTION(h)
  @ assigns h->note, shared;
  @ ensures given: \forall integer s, p; Purged(h, s, all) ==>
  @   s <= p < s + h->arena.npages[s] ==> p < h->arena.fresh ==>
  @   h->note.warm[p] == Looked(\old(h->note.warm[p]), all);
  @ ensures kept: \forall integer s, p; Used(&h->arena, s) ==>
  @   s <= p < s + h->arena.npages[s] ==>
  @   h->note.warm[p] == \old(h->note.warm[p]);
  @*/
static void purge(struct heap *h, int all);

/* Called on slow paths: looks now and then for memory to give back; 1 if the
 * caller, once it has left the heap, is to do the same with tick_unowned. */
/*@ IN_SECTION(h)
  @ assigns h->note, shared;
  @ ensures \true;
  @*/
static int tick(struct heap *h);

#endif

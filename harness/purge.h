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

/* Notes how warm the n pages from page s on are. */
/*@ requires note: \valid(&h->note);
  @ requires page: s < ARENA_PAGES;
  @ requires warm: warm <= COOLING;
  @ assigns h->note;
  @ ensures \true;
  @*/
static void warm_set(struct heap *h, unsigned s, unsigned n, unsigned warm);

/* Gives the memory of free runs back: of pages that have been free since the
 * last look, or of all. */
/*@ IN_SECTION(h)
  @ assigns h->note, shared;
  @ ensures \true;
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

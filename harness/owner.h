/*
 * owner.h - which heaps are this thread's, and what is done to those of others and
 * of nobody.
 * Proven: every contract, as owner.c keeps it.  Trusted: nothing but what owner.c
 * stands on.
 */
#ifndef LM_OWNER_H
#define LM_OWNER_H
#include "section.h"

/* Of what is called outside of sections, keeps what the thread owns, and leaves
 * it as ready to change that as it was. */
#define FROM_OUTSIDE \
  requires outside: Outside; \
  requires own: Own;
#define TO_OUTSIDE \
  ensures outside: Outside; \
  ensures own: Own; \
  ensures idle: Idle{Pre} ==> Idle;

/* Whether this thread owns h: that changes by what it does itself. */
/*@ requires heap: Heap(h);
  @ assigns h->owner, nobodys, shared;
  @ ensures mine: \result != 0 ==> Mine(h);
  @ ensures still: Mine{Pre}(h) ==> \result != 0;
  @ ensures not: \result == 0 ==> !Mine(h);
  @ ensures own: Own{Pre} ==> Own;
  @*/
static int is_mine(struct heap *h);

/* Whether nobody owns h; under the lock, so that it stays so. */
/*@ requires heap: Heap(h);
  @ requires lock: locked == 1;
  @ assigns h->owner, nobodys, shared;
  @ ensures none: \result != 0 <==> nobodys == h;
  @ ensures still: \old(nobodys) == h ==> \result != 0;
  @ ensures never: ownerless == h ==> \result != 0;
  @ ensures own: Own{Pre} ==> Own;
  @*/
static int is_nobodys(struct heap *h);

/* Frees p, of a heap that the caller does not own, or is in the middle of
 * changing. */
/*@ FROM_OUTSIDE
  @ requires heap: Heap(h);
  @ requires in: In(h, p);
  @ assigns h->arena, PACKS, h->note, h->owner, inside, nobodys, locked, shared,
  @   END, NOTE, CLEARED, drained, ownerless;
  @ ensures ended: Ended(p);
  @ TO_OUTSIDE
  @*/
static void free_remote(struct heap *h, const void *p);

/* Frees what others have freed in the heaps that nobody owns, and gives back memory
 * that has been free for a while: now and then, whoever is active does it. */
/*@ FROM_OUTSIDE
  @ assigns OLD_HEAPS, locked;
  @ KEEPS_END
  @ ensures walked: walked == 1;
  @ TO_OUTSIDE
  @*/
static LM_COLD void tick_unowned(void);

/* Makes a heap that nobody owns, or a new one, the first that this thread
 * owns; 0 only if there is no memory for one, the thread has ended or none owns a
 * heap. */
/*@ requires begun: own == 1 && locked == 0 && inside == \null;
  @ requires own: Own;
  @ assigns NEW_HEAP, refused, {x->owner | struct heap *x; \true}, me, locked,
  @   nobodys, ownerless;
  @ ensures own: Own;
  @ ensures unlocked: locked == 0;
  @ ensures done: \result != 0 ==> me.heaps != \null;
  @ ensures must: \result == 0 ==> refused == 1 || me.ended != 0 || crowded == 1;
  @ ensures watched: \result != 0 ==> \old(me.heaps) == \null ==> watched == 1;
  @*/
static int heap_take(void);

/* This thread ends: its heaps are everybody's. */
/*@ FROM_OUTSIDE
  @ requires idle: Idle && me.busy == 0;
  @ assigns OLD_HEAPS, own, mine, me, locked;
  @ TO_OUTSIDE
  @*/
static void thread_end(void);

/* Gives back what can be of this thread's heaps, and of nobody's. */
/*@ FROM_OUTSIDE
  @ assigns OLD_HEAPS, own, mine, me, locked;
  @ ensures walked: walked == 1;
  @ TO_OUTSIDE
  @*/
static void heaps_trim(void);

#endif

/*
 * locate.h - from a byte offset to the span and the slot it lies in.
 * The owner of a page is a hint that is checked: it is right for every page
 * of a span with slots and for the first page of a large object.  Only for
 * other pages, which no correct free names, the run is searched for.
 * Proven: complete contracts below.  Trusted: nothing.
 * Go's names: spanOf, objIndex.
 */
#ifndef LM_LOCATE_H
#define LM_LOCATE_H
#include "../spec/arena.h"

/* The span or large object that page p belongs to; 0 exactly if there is
 * none. */
/*@ requires arena: \valid_read(a);
  @ requires runs: Runs(a);
  @ requires page: p < ARENA_PAGES;
  @ assigns \nothing;
  @ ensures covers: \result != 0 ==> 0 < \result <= p &&
  @   a->tag[\result] > TAG_FREE && p < \result + a->npages[\result];
  @ ensures none: \result == 0 ==> \forall integer s; 0 <= s <= p ==>
  @   a->tag[s] > TAG_FREE ==> s + a->npages[s] <= p;
  @*/
LM_CORE unsigned locate_span(const struct arena *a, unsigned p);

/* The slot of a class c that starts d bytes into a span; SLOTS_MAX exactly if
 * none does. */
/*@ requires slotted: Slotted(c);
  @ assigns \nothing;
  @ ensures range: \result < ClassSlots[c] || \result == SLOTS_MAX;
  @ ensures start: \result != SLOTS_MAX ==> \result * ClassSize[c] == d;
  @ ensures none: \result == SLOTS_MAX ==>
  @   \forall integer i; 0 <= i < ClassSlots[c] ==> d != i * ClassSize[c];
  @*/
LM_CORE unsigned locate_slot(unsigned c, unsigned d);

#endif

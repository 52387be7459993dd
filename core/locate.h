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
#include "../spec/blocks.h"

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

/* The span or large object that byte off lies in; 0 exactly if there is none. */
/*@ requires arena: \valid_read(a);
  @ requires runs: Runs(a);
  @ assigns \nothing;
  @ ensures covers: \result != 0 ==> Covers(a, \result, off);
  @ ensures none: \result == 0 ==> \forall integer s; !Covers(a, s, off);
  @*/
LM_CORE unsigned locate_byte(const struct arena *a, unsigned off);

/* The slot of a class c that starts d bytes into a span; SLOTS_MAX exactly if
 * none does. */
/*@ requires slotted: Slotted(c);
  @ assigns \nothing;
  @ ensures range: \result < ClassSlots[c] || \result == SLOTS_MAX;
  @ ensures start: \result != SLOTS_MAX ==> SlotStart(c, \result) == d;
  @ ensures none: \result == SLOTS_MAX ==>
  @   \forall integer i; 0 <= i < ClassSlots[c] ==> d != SlotStart(c, i);
  @*/
LM_CORE unsigned locate_slot(unsigned c, unsigned d);

/* The slot that starts d bytes into a run of tag t; a large object counts as
 * slot 0.  SLOTS_MAX exactly if none does. */
/*@ requires tag: t <= 255;
  @ assigns \nothing;
  @ ensures range: \result < SLOTS_MAX || \result == SLOTS_MAX;
  @ ensures slot: SlotTag(t) ==> \result != SLOTS_MAX ==>
  @   \result < ClassSlots[t / 2] && SlotStart(t / 2, \result) == d;
  @ ensures none: SlotTag(t) ==> \result == SLOTS_MAX ==>
  @   \forall integer i; 0 <= i < ClassSlots[t / 2] ==>
  @   d != SlotStart(t / 2, i);
  @ ensures large: LargeTag(t) ==>
  @   (d == 0 ? \result == 0 : \result == SLOTS_MAX);
  @ ensures other: t <= TAG_FREE ==> \result == SLOTS_MAX;
  @*/
LM_CORE unsigned locate_tag(unsigned t, unsigned d);

/* The slot of span s that starts at byte off, which s covers; a large object
 * counts as slot 0.  SLOTS_MAX exactly if none does. */
/*@ requires arena: \valid_read(a);
  @ requires span: Covers(a, s, off);
  @ assigns \nothing;
  @ ensures range: \result < SLOTS_MAX || \result == SLOTS_MAX;
  @ ensures slot: SlotTag(a->tag[s]) ==> \result != SLOTS_MAX ==>
  @   \result < Slots(a, s) && off == SlotOffset(a, s, \result);
  @ ensures none: SlotTag(a->tag[s]) ==> \result == SLOTS_MAX ==>
  @   \forall integer i; 0 <= i < Slots(a, s) ==> off != SlotOffset(a, s, i);
  @ ensures large: LargeTag(a->tag[s]) ==> (off == s * PAGE_SIZE ?
  @   \result == 0 : \result == SLOTS_MAX);
  @*/
LM_CORE unsigned locate_start(const struct arena *a, unsigned s, unsigned off);

#endif

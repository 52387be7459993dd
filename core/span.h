/*
 * span.h - the slots of a span: one bit each, set while the slot is taken.
 * There is no cached copy of the current word (Go's allocCache): the holder
 * allocates in place from the word its cursor names, so no state is hidden
 * and a slot is live exactly when its bit is set.
 * Proven: every function, for 32-bit and 64-bit words.  Trusted: nothing
 * beyond bitmap.h.  Go's names: mspan, nextFreeIndex, nextFreeFast.
 */
#ifndef LM_SPAN_H
#define LM_SPAN_H

#include "bitmap.h"
#include "state.h"
#include "../spec/slots.h"

/* ---- Facts about slots: ghost functions, called where they are needed ---- */

/* A span is full exactly when each of its slots is taken. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires span: s < ARENA_PAGES;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures slots: Full(a, s) ==> Tail(a, s, 0);
   @ ensures full: Tail(a, s, 0) ==> Full(a, s);
   @/
  void lemma_full(const struct arena *a, unsigned s);
*/

/* A count of slots is 0 when none is taken and n when each is. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires span: s < ARENA_PAGES;
   @ requires slots: n <= SLOTS_MAX;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures range: 0 <= SlotCount(a, s, n) <= n;
   @ ensures none: SlotCount(a, s, n) == 0 <==> Empty(a, s, n);
   @ ensures every: SlotCount(a, s, n) == n <==>
   @   \forall integer i; 0 <= i < n ==> Taken(a, s, i);
   @/
  void lemma_slot_count(const struct arena *a, unsigned s, unsigned n);
*/

/* Slot i as a number: 1 if it is taken. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires span: s < ARENA_PAGES;
   @ requires slot: i < SLOTS_MAX;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures bit: 0 <= \result <= 1;
   @ ensures taken: \result == 1 <==> Taken(a, s, i);
   @ ensures more: SlotCount(a, s, i + 1) == SlotCount(a, s, i) + \result;
   @/
  unsigned lemma_slot(const struct arena *a, unsigned s, unsigned i);
*/

/* ---- Spans ---- */

/* Makes span s one of n slots, all free. */
/*@ requires arena: \valid(a);
  @ requires span: s < ARENA_PAGES;
  @ requires slots: 1 <= n <= SLOTS_MAX;
  @ terminates \true;
  @ assigns a->bits[WORDS * s .. WORDS * s + WORDS - 1];
  @ ensures empty: Empty(a, s, n);
  @ ensures tail: Tail(a, s, n);
  @ ensures room: !Full(a, s);
  @ ensures kept: SlotsKept{Pre,Post}(a, s);
  @*/
LM_CORE void span_init(struct arena *a, unsigned s, unsigned n);

/* The first word of span s, which has n slots, with a free slot; WORDS if
 * there is none. */
/*@ requires arena: \valid_read(a);
  @ requires span: s < ARENA_PAGES;
  @ requires slots: 1 <= n <= SLOTS_MAX;
  @ requires tail: Tail(a, s, n);
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: 0 <= \result <= WORDS;
  @ ensures room: \result < WORDS ==>
  @   a->bits[WORDS * s + \result] != ALL_ONES;
  @ ensures first: \forall integer k;
  @   WORDS * s <= k < WORDS * s + \result ==> a->bits[k] == ALL_ONES;
  @ ensures full: \result == WORDS ==> Full(a, s);
  @*/
LM_CORE unsigned span_room(const struct arena *a, unsigned s, unsigned n);

/* Takes the lowest free slot of word w of span s, which has one. */
/*@ requires arena: \valid(a);
  @ requires span: s < ARENA_PAGES;
  @ requires index: w < WORDS;
  @ requires room: a->bits[WORDS * s + w] != ALL_ONES;
  @ terminates \true;
  @ assigns a->bits[WORDS * s + w];
  @ ensures word: \result / WORD_BITS == w;
  @ ensures range: \result < SLOTS_MAX;
  @ ensures free: \old(!Taken(a, s, \at(\result, Post)));
  @ ensures taken: Taken(a, s, \result);
  @ ensures lowest: \forall integer j; WORD_BITS * w <= j < \result ==>
  @   \old(Taken(a, s, j));
  @ ensures rest: \forall integer j; 0 <= j < SLOTS_MAX && j != \result ==>
  @   (Taken(a, s, j) <==> \old(Taken(a, s, j)));
  @*/
LM_CORE unsigned span_take(struct arena *a, unsigned s, unsigned w);

/* Frees slot i of span s; 0, and no change, exactly when it is not taken. */
/*@ requires arena: \valid(a);
  @ requires span: s < ARENA_PAGES;
  @ requires slot: i < SLOTS_MAX;
  @ terminates \true;
  @ assigns a->bits[WORDS * s + i / WORD_BITS];
  @ ensures result: \result == 0 || \result == 1;
  @ ensures was: \result != 0 <==> \old(Taken(a, s, i));
  @ ensures free: !Taken(a, s, i);
  @ ensures rest: \forall integer j; 0 <= j < SLOTS_MAX && j != i ==>
  @   (Taken(a, s, j) <==> \old(Taken(a, s, j)));
  @ ensures same: \result == 0 ==> a->bits[WORDS * s + i / WORD_BITS] ==
  @   \old(a->bits[WORDS * s + i / WORD_BITS]);
  @ ensures room: a->bits[WORDS * s + i / WORD_BITS] != ALL_ONES;
  @*/
LM_CORE int span_give(struct arena *a, unsigned s, unsigned i);

/* Whether no slot of span s, which has n slots, is taken. */
/*@ requires arena: \valid_read(a);
  @ requires span: s < ARENA_PAGES;
  @ requires slots: 1 <= n <= SLOTS_MAX;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures empty: \result != 0 <==> Empty(a, s, n);
  @*/
LM_CORE int span_empty(const struct arena *a, unsigned s, unsigned n);

/* Whether the word of slot i of span s, which has n slots, is seen to have a
 * taken slot besides i: a cheap sign that without slot i the span is not empty,
 * for which the end of each word is left out that is left out in the last. */
/*@ requires arena: \valid_read(a);
  @ requires span: s < ARENA_PAGES;
  @ requires slot: i < n <= SLOTS_MAX;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures some: \result != 0 ==>
  @   \exists integer j; 0 <= j < n && j != i && Taken(a, s, j);
  @*/
LM_CORE int span_beside(const struct arena *a, unsigned s, unsigned i,
                        unsigned n);

/* The number of taken slots of span s, which has n slots. */
/*@ requires arena: \valid_read(a);
  @ requires span: s < ARENA_PAGES;
  @ requires slots: 1 <= n <= SLOTS_MAX;
  @ requires tail: Tail(a, s, n);
  @ terminates \true;
  @ assigns \nothing;
  @ ensures count: \result == SlotCount(a, s, n);
  @ ensures range: 0 <= \result <= n;
  @ ensures empty: \result == 0 <==> Empty(a, s, n);
  @ ensures full: \result == n <==> Full(a, s);
  @*/
LM_CORE unsigned span_count(const struct arena *a, unsigned s, unsigned n);

/* Frees the slots of word w of span s whose bits are set in freed, which may
 * be any word; returns the bits that named no taken slot. */
/*@ requires arena: \valid(a);
  @ requires span: s < ARENA_PAGES;
  @ requires index: w < WORDS;
  @ requires slots: 1 <= n <= SLOTS_MAX;
  @ requires tail: Tail(a, s, n);
  @ terminates \true;
  @ assigns a->bits[WORDS * s + w];
  @ ensures swept: \forall integer j; 0 <= j < SLOTS_MAX && j / WORD_BITS == w
  @   ==> (Taken(a, s, j) <==>
  @     \old(Taken(a, s, j)) && !(j < n && Bit(freed, j % WORD_BITS)));
  @ ensures rest: \forall integer j; 0 <= j < SLOTS_MAX && j / WORD_BITS != w
  @   ==> (Taken(a, s, j) <==> \old(Taken(a, s, j)));
  @ ensures senseless: \forall integer b; 0 <= b < WORD_BITS ==>
  @   (Bit(\result, b) <==> Bit(freed, b) &&
  @     !(WORD_BITS * w + b < n && \old(Bit(a->bits[WORDS * s + w], b))));
  @ ensures tail: Tail(a, s, n);
  @ ensures same: \result == freed ==>
  @   a->bits[WORDS * s + w] == \old(a->bits[WORDS * s + w]);
  @ ensures room: \result != freed ==> a->bits[WORDS * s + w] != ALL_ONES;
  @*/
LM_CORE word span_sweep(struct arena *a, unsigned s, unsigned w, word freed,
                        unsigned n);

#endif

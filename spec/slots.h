/*
 * slots.h - what the proofs mean by a slot of a span that is taken.
 * Slot i of span s is one bit, in word WORDS * s + i / WORD_BITS of a->bits;
 * a span is full when its WORDS words are, because the bits behind its last
 * slot are always set.  Definitions only: no lemma and no axiom.
 * Nothing is trusted.  Go's name: allocBits.
 */
#ifndef LM_SPEC_SLOTS_H
#define LM_SPEC_SLOTS_H

#include "../core/state.h"
#include "bits.h"

/* Slot i of span s is taken. */
/*@ predicate Taken{L}(struct arena *a, integer s, integer i) =
  @   Bit(a->bits[WORDS * s + i / WORD_BITS], i % WORD_BITS);
  @*/

/* Every slot of span s is taken. */
/*@ predicate Full{L}(struct arena *a, integer s) =
  @   \forall integer k; WORDS * s <= k < WORDS * s + WORDS ==>
  @     a->bits[k] == ALL_ONES;
  @*/

/* The bits behind the n slots of span s are set. */
/*@ predicate Tail{L}(struct arena *a, integer s, integer n) =
  @   \forall integer i; n <= i < SLOTS_MAX ==> Taken(a, s, i);
  @*/

/* None of the n slots of span s is taken. */
/*@ predicate Empty{L}(struct arena *a, integer s, integer n) =
  @   \forall integer i; 0 <= i < n ==> !Taken(a, s, i);
  @*/

/* Slot i is in word w and has a bit in x, which is a word of such bits. */
/*@ predicate Named(integer w, integer x, integer i) =
  @   i / WORD_BITS == w && Bit(x, i % WORD_BITS);
  @*/

/* The slots of every span but s are at L what they were at K: all words are
 * equal that are not among those of span s. */
/*@ predicate SlotsKept{K,L}(struct arena *a, integer s) =
  @   \forall integer k; 0 <= k < ARENA_PAGES * WORDS &&
  @     !(WORDS * s <= k < WORDS * s + WORDS) ==>
  @     \at(a->bits[k], L) == \at(a->bits[k], K);
  @*/

/* The number of taken slots among the first n of span s. */
/*@ logic integer SlotCount{L}(struct arena *a, integer s, integer n) =
  @   n <= 0 ? 0
  @          : SlotCount(a, s, n - 1) +
  @            (((a->bits[WORDS * s + (n - 1) / WORD_BITS]
  @               >> ((n - 1) % WORD_BITS)) & 1) == 1 ? 1 : 0);
  @*/

#endif

/*
 * bits.h - what the proofs mean by a bit, a count of bits, and a bitmap.
 * Definitions only: no lemma and no axiom, so that including this file adds
 * nothing to a proof.  Facts about these notions are proven as ghost
 * functions (core/bitmap_lemmas.h) and are called where they are needed.
 * The form ((w >> i) & 1) == 1 is the one that Z3 handles best.
 */
#ifndef LM_SPEC_BITS_H
#define LM_SPEC_BITS_H

#include "../core/geometry.h"

/* Bit i of the number w is set. */
/*@ predicate Bit(integer w, integer i) = ((w >> i) & 1) == 1;
  @*/

/* Bit r is the lowest set bit of the word w. */
/*@ predicate LowestBit(integer w, integer r) =
  @   0 <= r < WORD_BITS && Bit(w, r) &&
  @   (\forall integer j; 0 <= j < r ==> !Bit(w, j));
  @*/

/* The number of set bits among the lowest n bits of w. */
/*@ logic integer WordCount(integer w, integer n) =
  @   n <= 0 ? 0
  @          : WordCount(w, n - 1) + (((w >> (n - 1)) & 1) == 1 ? 1 : 0);
  @*/

/* Bit i of the bitmap p is set; it lives in word i / WORD_BITS. */
/*@ predicate MapBit{L}(word *p, integer i) =
  @   Bit(p[i / WORD_BITS], i % WORD_BITS);
  @*/

/* The k bits of the bitmap p from bit s on are all clear. */
/*@ predicate ClearRun{L}(word *p, integer s, integer k) =
  @   \forall integer j; s <= j < s + k ==> !MapBit(p, j);
  @*/

/* The number of set bits in the first n words of the bitmap p. */
/*@ logic integer MapCount{L}(word *p, integer n) =
  @   n <= 0 ? 0 : MapCount(p, n - 1) + WordCount(p[n - 1], WORD_BITS);
  @*/

#endif

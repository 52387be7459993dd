/*
 * bitmap_lemmas.h - proofs of the facts about bits that bitmap.c rests on.
 * Ghost code only: the compiler sees an empty file.  WP knows the bits of
 * &, |, ^ and >>, and that disjoint words add like |; all else is built here.
 * Each lemma is a function whose body is its proof, loops being inductions.
 * Theory: lowest bit -> equality by bits -> set is + -> masks -> w - 1.
 */
#ifndef LM_BITMAP_LEMMAS_H
#define LM_BITMAP_LEMMAS_H

#include "bitmap.h"

/* WP knows these three; they are stated in the form of Bit. */
/*@ ghost word lemma_and(word a, word b) { return a & b; } */
/*@ ghost word lemma_or(word a, word b) { return a | b; } */
/*@ ghost word lemma_xor(word a, word b) { return a ^ b; } */

/* Words without a common bit add like |. */
/*@ ghost
  /@ requires none: (a & b) == 0;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures sum: a + b == (a | b);
   @/
  void lemma_add(word a, word b) { return; }
*/

/* A word with one bit set is positive and fits. */
/*@ ghost
  /@ requires index: i < WORD_BITS;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures value: \result == (1 << i);
   @ ensures some: \result > 0;
   @ ensures only: \forall integer j; 0 <= j < WORD_BITS ==>
   @   (Bit(\result, j) <==> j == i);
   @/
  word lemma_unit(unsigned i) {
    word u = (ALL_ONES / 2u + 1u) >> (WORD_BITS - 1u - i);
    /@ assert value: u == (1 << i); @/
    /@ assert set: Bit(u, i); @/
    return u;
  }
*/

/* The bits of a constant are WP's own knowledge. */
/*@ ghost
  void lemma_zero(word w) { return; }
*/

/* Shift right until a set bit shows up; 0 <= v <= m keeps v in range. */
/*@ ghost
  unsigned lemma_not_zero(word w) {
    unsigned r = 0;
    word v = w;
    word m = ALL_ONES;
    /@ loop invariant range: 0 <= r <= WORD_BITS;
     @ loop invariant some: 0 < v <= m;
     @ loop invariant shifted: v == (w >> r);
     @ loop invariant bound: m == (ALL_ONES >> r);
     @ loop invariant low: \forall integer j; 0 <= j < r ==> !Bit(w, j);
     @ loop assigns r, v, m;
     @ loop variant WORD_BITS - r;
     @/
    while (r < WORD_BITS && (v & 1u) == 0) {
      v = v >> 1;
      m = m >> 1;
      r = r + 1;
    }
    if (r == WORD_BITS) { /@ assert never: \false; @/ }
    return r;
  }
*/

/* If they differed, their exclusive or would have a set bit. */
/*@ ghost
  void lemma_ext(word a, word b) {
    word x = lemma_xor(a, b);
    if (x != 0) {
      unsigned r = lemma_not_zero(x);
      /@ assert never: \false; @/
    }
    /@ assert none: (a ^ b) == 0; @/
    /@ assert equal: a == b; @/
  }
*/

/* Setting a clear bit adds its value. */
/*@ ghost
  /@ requires index: r < WORD_BITS;
   @ requires clear: !Bit(w, r);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures sum: \result == w + (1 << r);
   @ ensures set: Bit(\result, r);
   @ ensures others: \forall integer j; 0 <= j < WORD_BITS && j != r ==>
   @   (Bit(\result, j) <==> Bit(w, j));
   @/
  word lemma_set_adds(word w, unsigned r) {
    word u = lemma_unit(r);
    /@ assert disjoint: (w & (1 << r)) == 0; @/
    lemma_add(w, u);
    return lemma_or(w, u);
  }
*/

/* Clearing a set bit subtracts its value. */
/*@ ghost
  /@ requires index: r < WORD_BITS;
   @ requires set: Bit(w, r);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures difference: \result == w - (1 << r);
   @ ensures less: \result < w;
   @ ensures clear: !Bit(\result, r);
   @ ensures others: \forall integer j; 0 <= j < WORD_BITS && j != r ==>
   @   (Bit(\result, j) <==> Bit(w, j));
   @/
  word lemma_clear_subtracts(word w, unsigned r) {
    word u = lemma_unit(r);
    word x = lemma_xor(w, u);
    /@ assert clear: !Bit(x, r); @/
    word y = lemma_set_adds(x, r);
    lemma_ext(y, w);
    return x;
  }
*/

/* The number 2^r - 1 has exactly the bits below r. */
/*@ ghost
  /@ requires index: r <= WORD_BITS;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures value: \result + 1 == (1 << r);
   @ ensures below:
   @   \forall integer j; 0 <= j < WORD_BITS ==> (Bit(\result, j) <==> j < r);
   @/
  word lemma_below(unsigned r) {
    word m = 0;
    unsigned k = 0;
    /@ loop invariant range: 0 <= k <= r;
     @ loop invariant value: m + 1 == (1 << k);
     @ loop invariant below:
     @   \forall integer j; 0 <= j < WORD_BITS ==> (Bit(m, j) <==> j < k);
     @ loop assigns m, k;
     @ loop variant r - k;
     @/
    while (k < r) {
      /@ assert twice: (1 << (k + 1)) == ((1 << k) << 1); @/
      m = lemma_set_adds(m, k);
      k = k + 1;
    }
    return m;
  }
*/

/* ALL_ONES is 2^WORD_BITS - 1. */
/*@ ghost
  void lemma_ones(word w) {
    word m = lemma_below(WORD_BITS);
    /@ assert same: m == w; @/
  }
*/

/* The lowest set bit of the complement. */
/*@ ghost
  unsigned lemma_not_ones(word w) {
    word x = lemma_xor(w, ALL_ONES);
    unsigned r;
    lemma_ones(ALL_ONES);
    /@ assert some: x != 0; @/
    r = lemma_not_zero(x);
    return r;
  }
*/

/* Words whose bits are apart have no common bit: they add like |. */
/*@ ghost
  /@ requires apart:
   @   \forall integer j; 0 <= j < WORD_BITS ==> !Bit(a, j) || !Bit(b, j);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures sum: \result == a + b;
   @ ensures bits: \forall integer j; 0 <= j < WORD_BITS ==>
   @   (Bit(\result, j) <==> Bit(a, j) || Bit(b, j));
   @/
  word lemma_apart(word a, word b) {
    word c = lemma_and(a, b);
    if (c != 0) {
      unsigned r = lemma_not_zero(c);
      /@ assert never: \false; @/
    }
    lemma_add(a, b);
    return lemma_or(a, b);
  }
*/

/* Below its lowest set bit r, w - 1 is all ones; at r it is clear. */
/*@ ghost
  /@ requires low: LowestBit(w, r);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures value: \result == w - 1;
   @ ensures bits: \forall integer j; 0 <= j < WORD_BITS ==>
   @   (Bit(\result, j) <==> j < r || (j > r && Bit(w, j)));
   @/
  word lemma_predecessor(word w, unsigned r) {
    word x = lemma_clear_subtracts(w, r);
    word m = lemma_below(r);
    return lemma_apart(x, m);
  }
*/

/* Induction over the bits. */
/*@ ghost
  void lemma_count_union(word a, word b, word c) {
    unsigned k = 0;
    /@ loop invariant range: 0 <= k <= WORD_BITS;
     @ loop invariant sum: WordCount(c, k) == WordCount(a, k) + WordCount(b, k);
     @ loop assigns k;
     @ loop variant WORD_BITS - k;
     @/
    while (k < WORD_BITS) k = k + 1;
  }
*/

/* Induction over the bits: below i the counts agree, above i they differ. */
/*@ ghost
  void lemma_count_set(word w, word v, unsigned i) {
    unsigned k = 0;
    /@ loop invariant range: 0 <= k <= WORD_BITS;
     @ loop invariant same: k <= i ==> WordCount(v, k) == WordCount(w, k);
     @ loop invariant more: k > i ==> WordCount(v, k) == WordCount(w, k) + 1;
     @ loop assigns k;
     @ loop variant WORD_BITS - k;
     @/
    while (k < WORD_BITS) k = k + 1;
  }
*/

/* Induction over the bits; s is some set bit of w, c some clear one. */
/*@ ghost
  void lemma_count_range(word w) {
    unsigned k = 0;
    unsigned s = 0;
    unsigned c = 0;
    if (w == 0) lemma_zero(w); else s = lemma_not_zero(w);
    if (w == ALL_ONES) lemma_ones(w); else c = lemma_not_ones(w);
    /@ loop invariant range: 0 <= k <= WORD_BITS;
     @ loop invariant bounds: 0 <= WordCount(w, k) <= k;
     @ loop invariant none: w == 0 ==> WordCount(w, k) == 0;
     @ loop invariant every: w == ALL_ONES ==> WordCount(w, k) == k;
     @ loop invariant some: w != 0 && k > s ==> WordCount(w, k) > 0;
     @ loop invariant less: w != ALL_ONES && k > c ==> WordCount(w, k) < k;
     @ loop assigns k;
     @ loop variant WORD_BITS - k;
     @/
    while (k < WORD_BITS) k = k + 1;
  }
*/

/* The bits of w from r to r + width are clear just if the lowest set bit is
 * not among them; m is the mask of width ones. */
/*@ ghost
  /@ requires low: LowestBit(w, low);
   @ requires inside: r <= low && r + width <= WORD_BITS;
   @ requires mask:
   @   \forall integer j; 0 <= j < WORD_BITS ==> (Bit(m, j) <==> j < width);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures half: ((w >> r) & m) == 0 <==> low >= r + width;
   @/
  void lemma_half(word w, unsigned low, unsigned r, word m, unsigned width) {
    word half = lemma_and(w >> r, m);
    if (half != 0) {
      unsigned j = lemma_not_zero(half);
      /@ assert set: Bit(w, r + j); @/
    } else {
      lemma_zero(half);
      if (low < r + width) {
        /@ assert set: Bit(half, low - r); @/
      }
    }
  }
*/

/* No run of clear bits starts at a set bit. */
/*@ ghost
  /@ requires length: k >= 1;
   @ requires set: \forall integer j; from <= j < to ==> MapBit(p, j);
   @ requires order: from <= to;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures none: \forall integer s; from <= s < to ==> !ClearRun(p, s, k);
   @/
  void lemma_no_run(const word *p, unsigned from, unsigned to, unsigned k) {
    unsigned t = from;
    /@ loop invariant range: from <= t <= to;
     @ loop invariant none:
     @   \forall integer s; from <= s < t ==> !ClearRun(p, s, k);
     @ loop assigns t;
     @ loop variant to - t;
     @/
    while (t < to) {
      /@ assert set: MapBit(p, t); @/
      t = t + 1;
    }
  }
*/

#endif

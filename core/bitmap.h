/*
 * bitmap.h - words as sets of small numbers, and bitmaps over arrays of them.
 * Go's nextFreeIndex and ctz64: a span finds its next free slot here.
 * Proven: every function, for 32-bit and 64-bit words, from this one source.
 * Trusted: under GCC and Clang, that __builtin_ctzl is what word_ctz says.
 * Theory: Warren, "Hacker's Delight", chapters 2 and 5; spec/bits.h.
 */
#ifndef LM_BITMAP_H
#define LM_BITMAP_H

#include "geometry.h"
#include "../spec/bits.h"

/* ---- Facts about words: ghost functions, called where they are needed ---- */

/* No bit of zero is set. */
/*@ ghost
  /@ requires zero: w == 0;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures none: \forall integer j; 0 <= j < WORD_BITS ==> !Bit(w, j);
   @/
  void lemma_zero(word w);
*/

/* Every bit of ALL_ONES is set. */
/*@ ghost
  /@ requires ones: w == ALL_ONES;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures every: \forall integer j; 0 <= j < WORD_BITS ==> Bit(w, j);
   @/
  void lemma_ones(word w);
*/

/* The bits of a & b. */
/*@ ghost
  /@ terminates \true;
   @ assigns \nothing;
   @ ensures value: \result == (a & b);
   @ ensures bits: \forall integer j; 0 <= j < WORD_BITS ==>
   @   (Bit(\result, j) <==> Bit(a, j) && Bit(b, j));
   @/
  word lemma_and(word a, word b);
*/

/* The bits of a | b. */
/*@ ghost
  /@ terminates \true;
   @ assigns \nothing;
   @ ensures value: \result == (a | b);
   @ ensures bits: \forall integer j; 0 <= j < WORD_BITS ==>
   @   (Bit(\result, j) <==> Bit(a, j) || Bit(b, j));
   @/
  word lemma_or(word a, word b);
*/

/* The bits of a ^ b. */
/*@ ghost
  /@ terminates \true;
   @ assigns \nothing;
   @ ensures value: \result == (a ^ b);
   @ ensures bits: \forall integer j; 0 <= j < WORD_BITS ==>
   @   (Bit(\result, j) <==> (Bit(a, j) <==> !Bit(b, j)));
   @/
  word lemma_xor(word a, word b);
*/

/* Two words with equal bits are equal. */
/*@ ghost
  /@ requires same:
   @   \forall integer j; 0 <= j < WORD_BITS ==> (Bit(a, j) <==> Bit(b, j));
   @ terminates \true;
   @ assigns \nothing;
   @ ensures equal: a == b;
   @/
  void lemma_ext(word a, word b);
*/

/* A word other than zero has a lowest set bit, which is returned. */
/*@ ghost
  /@ requires some: w != 0;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures range: 0 <= \result < WORD_BITS;
   @ ensures set: Bit(w, \result);
   @ ensures low: \forall integer j; 0 <= j < \result ==> !Bit(w, j);
   @/
  unsigned lemma_not_zero(word w);
*/

/* A word other than ALL_ONES has a lowest clear bit, which is returned. */
/*@ ghost
  /@ requires some: w != ALL_ONES;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures range: 0 <= \result < WORD_BITS;
   @ ensures clear: !Bit(w, \result);
   @ ensures low: \forall integer j; 0 <= j < \result ==> Bit(w, j);
   @/
  unsigned lemma_not_ones(word w);
*/

/* A set bit more is one more in the count. */
/*@ ghost
  /@ requires index: i < WORD_BITS;
   @ requires clear: !Bit(w, i);
   @ requires set: Bit(v, i);
   @ requires others: \forall integer j; 0 <= j < WORD_BITS && j != i ==>
   @   (Bit(v, j) <==> Bit(w, j));
   @ terminates \true;
   @ assigns \nothing;
   @ ensures more: WordCount(v, WORD_BITS) == WordCount(w, WORD_BITS) + 1;
   @/
  void lemma_count_set(word w, word v, unsigned i);
*/

/* The count of a union of two words with no common bit is their sum. */
/*@ ghost
  /@ requires apart:
   @   \forall integer j; 0 <= j < WORD_BITS ==> !Bit(a, j) || !Bit(b, j);
   @ requires union: \forall integer j; 0 <= j < WORD_BITS ==>
   @   (Bit(c, j) <==> Bit(a, j) || Bit(b, j));
   @ terminates \true;
   @ assigns \nothing;
   @ ensures sum: WordCount(c, WORD_BITS) ==
   @   WordCount(a, WORD_BITS) + WordCount(b, WORD_BITS);
   @/
  void lemma_count_union(word a, word b, word c);
*/

/* The count of a word lies between those of zero and of ALL_ONES. */
/*@ ghost
  /@ terminates \true;
   @ assigns \nothing;
   @ ensures range: 0 <= WordCount(w, WORD_BITS) <= WORD_BITS;
   @ ensures none: WordCount(w, WORD_BITS) == 0 <==> w == 0;
   @ ensures every: WordCount(w, WORD_BITS) == WORD_BITS <==> w == ALL_ONES;
   @/
  void lemma_count_range(word w);
*/

/* ---- Words ---- */

/* The complement of w. */
/*@ terminates \true;
  @ assigns \nothing;
  @ ensures flip:
  @   \forall integer j; 0 <= j < WORD_BITS ==> (Bit(\result, j) <==> !Bit(w, j));
  @ ensures none: \result == 0 <==> w == ALL_ONES;
  @ ensures every: \result == ALL_ONES <==> w == 0;
  @*/
LM_CORE word word_not(word w);

/* The word w with bit i set. */
/*@ requires index: i < WORD_BITS;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures set: Bit(\result, i);
  @ ensures others: \forall integer j; 0 <= j < WORD_BITS && j != i ==>
  @   (Bit(\result, j) <==> Bit(w, j));
  @*/
LM_CORE word word_set(word w, unsigned i);

/* The word w with bit i clear. */
/*@ requires index: i < WORD_BITS;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures clear: !Bit(\result, i);
  @ ensures others: \forall integer j; 0 <= j < WORD_BITS && j != i ==>
  @   (Bit(\result, j) <==> Bit(w, j));
  @*/
LM_CORE word word_clear(word w, unsigned i);

/* Whether bit i of w is set. */
/*@ requires index: i < WORD_BITS;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures test: \result != 0 <==> Bit(w, i);
  @*/
LM_CORE int word_test(word w, unsigned i);

/* The word whose bits from r on are set and whose bits below r are clear. */
/*@ requires index: r <= WORD_BITS;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures tail:
  @   \forall integer j; 0 <= j < WORD_BITS ==> (Bit(\result, j) <==> j >= r);
  @*/
LM_CORE word word_tail(unsigned r);

/* The number of clear bits below the lowest set bit of w. */
/*@ requires some: w != 0;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: 0 <= \result < WORD_BITS;
  @ ensures set: Bit(w, \result);
  @ ensures low: \forall integer j; 0 <= j < \result ==> !Bit(w, j);
  @*/
LM_CORE unsigned word_ctz(word w);

/* The lowest set bit of w, alone. */
/*@ requires some: w != 0;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures some: \result != 0;
  @ ensures only: \forall integer j; 0 <= j < WORD_BITS ==>
  @   (Bit(\result, j) <==> LowestBit(w, j));
  @ ensures value: \forall integer r; LowestBit(w, r) ==> \result == (1 << r);
  @*/
LM_CORE word word_lowest(word w);

/* The word w without its lowest set bit. */
/*@ requires some: w != 0;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures drop: \forall integer j; 0 <= j < WORD_BITS ==>
  @   (Bit(\result, j) <==> Bit(w, j) && !LowestBit(w, j));
  @ ensures less: \result < w;
  @*/
LM_CORE word word_drop(word w);

/* The number of set bits of w. */
/*@ terminates \true;
  @ assigns \nothing;
  @ ensures count: \result == WordCount(w, WORD_BITS);
  @ ensures range: 0 <= \result <= WORD_BITS;
  @*/
LM_CORE unsigned word_count(word w);

/* ---- Bitmaps: bit i of p lives in word i / WORD_BITS ---- */

/* The most bits that a search looks at. */
#define BITMAP_MAX 0x1000000u

/* Whether bit i of p is set. */
/*@ requires read: \valid_read(p + i / WORD_BITS);
  @ terminates \true;
  @ assigns \nothing;
  @ ensures test: \result != 0 <==> MapBit(p, i);
  @*/
LM_CORE int bitmap_test(const word *p, unsigned i);

/* Set bit i of p and leave the others alone. */
/*@ requires write: \valid(p + i / WORD_BITS);
  @ terminates \true;
  @ assigns p[i / WORD_BITS];
  @ ensures set: MapBit(p, i);
  @ ensures others: \forall integer j; 0 <= j && j != i ==>
  @   (MapBit(p, j) <==> \old(MapBit(p, j)));
  @*/
LM_CORE void bitmap_set(word *p, unsigned i);

/* Clear bit i of p and leave the others alone. */
/*@ requires write: \valid(p + i / WORD_BITS);
  @ terminates \true;
  @ assigns p[i / WORD_BITS];
  @ ensures clear: !MapBit(p, i);
  @ ensures others: \forall integer j; 0 <= j && j != i ==>
  @   (MapBit(p, j) <==> \old(MapBit(p, j)));
  @*/
LM_CORE void bitmap_clear(word *p, unsigned i);

/* The first clear bit of p from bit from on, or n if there is none below n. */
/*@ requires size: from <= n <= BITMAP_MAX;
  @ requires read: \valid_read(p + (0 .. (n + WORD_BITS - 1) / WORD_BITS - 1));
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: from <= \result <= n;
  @ ensures clear: \result < n ==> !MapBit(p, \result);
  @ ensures first: \forall integer j; from <= j < \result ==> MapBit(p, j);
  @*/
LM_CORE unsigned bitmap_next_zero(const word *p, unsigned from, unsigned n);

/* The start of the first run of k clear bits of p that lies in [from, n), or
 * n if there is none. */
/*@ requires size: from <= n <= BITMAP_MAX;
  @ requires length: k >= 1;
  @ requires read: \valid_read(p + (0 .. (n + WORD_BITS - 1) / WORD_BITS - 1));
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: \result == n || from <= \result <= n - k;
  @ ensures clear: \result < n ==> ClearRun(p, \result, k);
  @ ensures first: \forall integer s; from <= s < \result && s + k <= n ==>
  @   !ClearRun(p, s, k);
  @*/
LM_CORE unsigned bitmap_find_run(const word *p, unsigned from, unsigned n,
                                 unsigned k);

/* The number of set bits in the first nwords words of p. */
/*@ requires size: nwords <= BITMAP_MAX / WORD_BITS;
  @ requires read: \valid_read(p + (0 .. nwords - 1));
  @ terminates \true;
  @ assigns \nothing;
  @ ensures count: \result == MapCount(p, nwords);
  @ ensures range: 0 <= \result <= WORD_BITS * nwords;
  @*/
LM_CORE unsigned bitmap_count(const word *p, unsigned nwords);

#endif

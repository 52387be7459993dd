/*
 * span.c - the bodies of span.h.
 * Each function computes a word first, with no memory in sight, and stores
 * it once: so the proofs see one change of memory and no case of it.
 * Proven: all.  Trusted: nothing beyond bitmap.h.
 */
#include "span.h"

/* The bits of word w that are no slots of a span with n slots. */
/*@ requires index: w < WORDS;
  @ requires slots: n <= SLOTS_MAX;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures tail: \forall integer j; 0 <= j < WORD_BITS ==>
  @   (Bit(\result, j) <==> n <= WORD_BITS * w + j);
  @*/
static word tail_word(unsigned w, unsigned n)
{
  unsigned first = WORD_BITS * w;
  /*@ ghost lemma_ones(ALL_ONES); */
  if (n <= first)
    return ALL_ONES;
  return word_tail(n - first < WORD_BITS ? n - first : WORD_BITS);
}

/* ALL_ONES shifted by h has the bits below WORD_BITS - h. */
/*@ ghost
  /@ requires index: h < WORD_BITS;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures below: \forall integer j; 0 <= j < WORD_BITS ==>
   @   (Bit(ALL_ONES >> h, j) <==> j < WORD_BITS - h);
   @/
  static void lemma_shifted(unsigned h) {
    word x = ALL_ONES;
    unsigned k = 0;
    lemma_ones(ALL_ONES);
    /@ loop invariant range: 0 <= k <= h;
     @ loop invariant value: x == (ALL_ONES >> k);
     @ loop invariant below: \forall integer j; 0 <= j < WORD_BITS ==>
     @   (Bit(x, j) <==> j < WORD_BITS - k);
     @ loop assigns k, x;
     @ loop variant h - k;
     @/
    while (k < h) {
      /@ assert over: (x >> WORD_BITS) == 0; @/
      /@ assert next: \forall integer j; 0 <= j < WORD_BITS ==>
       @   (Bit(x >> 1, j) <==> Bit(x, j + 1)); @/
      x = x >> 1;
      k = k + 1;
    }
  }
*/

/* The bits of x that are slots if x is the last word of a span with n slots. */
/*@ requires slots: 1 <= n <= SLOTS_MAX;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures head: \forall integer j; 0 <= j < WORD_BITS ==>
  @   (Bit(\result, j) <==> Bit(x, j) &&
  @     (n % WORD_BITS == 0 || j < n % WORD_BITS));
  @*/
static word last_word(word x, unsigned n)
{
  unsigned h = (WORD_BITS - n % WORD_BITS) % WORD_BITS;
  word below = ALL_ONES >> h;
  /*@ ghost lemma_shifted(h); */
  /*@ ghost lemma_and(x, below); */
  return x & below;
}

/* The bits of x, word w of a span with n slots, that are taken slots. */
/*@ requires index: w < WORDS;
  @ requires slots: n <= SLOTS_MAX;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures live: \forall integer j; 0 <= j < WORD_BITS ==>
  @   (Bit(\result, j) <==> Bit(x, j) && WORD_BITS * w + j < n);
  @*/
static word live_word(word x, unsigned w, unsigned n)
{
  word tail = tail_word(w, n);
  /*@ ghost word none = lemma_and(x, tail); */
  /*@ ghost lemma_xor(x, none); */
  return x ^ (x & tail);
}

/* ---- Lemmas ---- */

/* Slot WORD_BITS * w + j is bit j of word w. */
/*@ ghost
  /@ requires index: w < WORDS;
   @ requires bit: j < WORD_BITS;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures slot: \result == WORD_BITS * w + j < SLOTS_MAX;
   @ ensures word: \result / WORD_BITS == w;
   @ ensures bit: \result % WORD_BITS == j;
   @/
  unsigned lemma_place(unsigned w, unsigned j)
  {
    return WORD_BITS * w + j;
  }
*/

/*@ ghost
  void lemma_full(const struct arena *a, unsigned s)
  {
    unsigned w = 0;
    /@ loop invariant range: 0 <= w <= WORDS;
     @ loop invariant slots: Full(a, s) ==>
     @   \forall integer i; 0 <= i < WORD_BITS * w ==> Taken(a, s, i);
     @ loop invariant full: Tail(a, s, 0) ==> \forall integer k;
     @   WORDS * s <= k < WORDS * s + w ==> a->bits[k] == ALL_ONES;
     @ loop assigns w;
     @ loop variant WORDS - w;
     @/
    while (w < WORDS) {
      word x = a->bits[WORDS * s + w];
      if (x == ALL_ONES) {
        lemma_ones(ALL_ONES);
      } else {
        unsigned j = lemma_not_ones(x);
        unsigned i = lemma_place(w, j);
        /@ assert free: !Taken(a, s, i); @/
      }
      w = w + 1u;
    }
  }
*/

/*@ ghost
  unsigned lemma_slot(const struct arena *a, unsigned s, unsigned i)
  {
    word x = a->bits[WORDS * s + i / WORD_BITS] >> (i % WORD_BITS);
    return (unsigned)(x & 1u);
  }
*/

/*@ ghost
  void lemma_slot_count(const struct arena *a, unsigned s, unsigned n)
  {
    unsigned k = 0;
    unsigned c = 0;
    /@ loop invariant index: 0 <= k <= n;
     @ loop invariant count: c == SlotCount(a, s, k);
     @ loop invariant range: 0 <= c <= k;
     @ loop invariant none: c == 0 ==> Empty(a, s, k);
     @ loop invariant some: c != 0 ==> !Empty(a, s, k);
     @ loop invariant every: c == k ==>
     @   \forall integer i; 0 <= i < k ==> Taken(a, s, i);
     @ loop invariant less: c != k ==>
     @   \exists integer i; 0 <= i < k && !Taken(a, s, i);
     @ loop assigns k, c;
     @ loop variant n - k;
     @/
    while (k < n) {
      c = c + lemma_slot(a, s, k);
      k = k + 1u;
    }
  }
*/

/* The first m slots of word w, taken where v has a bit, add to the count. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires span: s < ARENA_PAGES;
   @ requires index: w < WORDS;
   @ requires slots: m <= WORD_BITS;
   @ requires live: \forall integer j; 0 <= j < WORD_BITS ==>
   @   (Bit(v, j) <==> Bit(a->bits[WORDS * s + w], j) && j < m);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures sum: SlotCount(a, s, WORD_BITS * w + m) ==
   @   SlotCount(a, s, WORD_BITS * w) + WordCount(v, WORD_BITS);
   @/
  void lemma_count_word(const struct arena *a, unsigned s, unsigned w, word v,
                        unsigned m)
  {
    unsigned j = 0;
    unsigned c = 0;
    unsigned i = WORD_BITS * w;
    /@ loop invariant index: 0 <= j <= m;
     @ loop invariant slot: i == WORD_BITS * w + j;
     @ loop invariant range: 0 <= c <= j;
     @ loop invariant word: c == WordCount(v, j);
     @ loop invariant sum: SlotCount(a, s, i) ==
     @   SlotCount(a, s, WORD_BITS * w) + c;
     @ loop assigns j, c, i;
     @ loop variant m - j;
     @/
    while (j < m) {
      lemma_place(w, j);
      unsigned bit = lemma_slot(a, s, i);
      /@ assert bit: bit == 1 <==> Bit(v, j); @/
      c = c + bit;
      i = i + 1u;
      j = j + 1u;
    }
    /@ loop invariant index: m <= j <= WORD_BITS;
     @ loop invariant word: c == WordCount(v, j);
     @ loop assigns j;
     @ loop variant WORD_BITS - j;
     @/
    while (j < WORD_BITS) {
      /@ assert clear: !Bit(v, j); @/
      j = j + 1u;
    }
  }
*/

/* ---- Spans ---- */

/* Makes slots of word w free and the rest of its bits taken. */
/*@ requires arena: \valid(a);
  @ requires span: s < ARENA_PAGES;
  @ requires index: w < WORDS;
  @ requires slots: n <= SLOTS_MAX;
  @ terminates \true;
  @ assigns a->bits[WORDS * s + w];
  @ ensures slots: \forall integer i; 0 <= i < SLOTS_MAX && i / WORD_BITS == w
  @   ==> (Taken(a, s, i) <==> n <= i);
  @*/
static void init_word(struct arena *a, unsigned s, unsigned w, unsigned n)
{
  a->bits[WORDS * s + w] = tail_word(w, n);
}

LM_CORE void span_init(struct arena *a, unsigned s, unsigned n)
{
  unsigned w;
  /*@ loop invariant range: 0 <= w <= WORDS;
    @ loop invariant slots: \forall integer i;
    @   0 <= i < SLOTS_MAX && i / WORD_BITS < w ==>
    @   (Taken(a, s, i) <==> n <= i);
    @ loop assigns w, a->bits[WORDS * s .. WORDS * s + WORDS - 1];
    @ loop variant WORDS - w;
    @*/
  for (w = 0; WORD_BITS * w < n; w++)
    init_word(a, s, w, n);
  /*@ ghost lemma_ones(ALL_ONES); */
  /*@ loop invariant range: 0 <= w <= WORDS && n <= WORD_BITS * w;
    @ loop invariant slots: \forall integer i;
    @   0 <= i < SLOTS_MAX && i / WORD_BITS < w ==>
    @   (Taken(a, s, i) <==> n <= i);
    @ loop assigns w, a->bits[WORDS * s .. WORDS * s + WORDS - 1];
    @ loop variant WORDS - w;
    @*/
  for (; w < WORDS; w++)
    a->bits[WORDS * s + w] = ALL_ONES;
  /*@ assert first: !Taken(a, s, 0); */
  /*@ ghost lemma_full(a, s); */
}

/* The words of span s from word w on hold no slot, so all their bits are set. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires span: s < ARENA_PAGES;
   @ requires tail: Tail(a, s, n);
   @ requires behind: w <= WORDS && 0 <= n <= WORD_BITS * w;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures ones: \forall integer k; WORDS * s + w <= k < WORDS * s + WORDS ==>
   @   a->bits[k] == ALL_ONES;
   @/
  void lemma_tail(const struct arena *a, unsigned s, unsigned w, unsigned n)
  {
    unsigned v = w;
    /@ loop invariant range: w <= v <= WORDS;
     @ loop invariant ones: \forall integer k;
     @   WORDS * s + w <= k < WORDS * s + v ==> a->bits[k] == ALL_ONES;
     @ loop assigns v;
     @ loop variant WORDS - v;
     @/
    while (v < WORDS) {
      word x = a->bits[WORDS * s + v];
      if (x != ALL_ONES) {
        unsigned j = lemma_not_ones(x);
        unsigned i = lemma_place(v, j);
        /@ assert free: !Taken(a, s, i); @/
      }
      v = v + 1u;
    }
  }
*/

/* Two words are all ones just if their common bits are. */
/*@ ghost
  /@ terminates \true;
   @ assigns \nothing;
   @ ensures value: \result == (x & y);
   @ ensures both: \result == ALL_ONES <==> x == ALL_ONES && y == ALL_ONES;
   @/
  static word lemma_both(word x, word y)
  {
    word m = lemma_and(x, y);
    lemma_ones(ALL_ONES);
    if (x != ALL_ONES) {
      unsigned j = lemma_not_ones(x);
      /@ assert clear: !Bit(m, j); @/
    } else if (y != ALL_ONES) {
      unsigned j = lemma_not_ones(y);
      /@ assert clear: !Bit(m, j); @/
    } else if (m != ALL_ONES) {
      unsigned j = lemma_not_ones(m);
      /@ assert set: Bit(x, j) && Bit(y, j); @/
    }
    return m;
  }
*/

/* Whether the four words of bits from k on are full. */
/*@ requires arena: \valid_read(a);
  @ requires index: 0 <= k && k + 4 <= ARENA_PAGES * WORDS;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures truth: 0 <= \result <= 1;
  @ ensures full: \result == 1 <==>
  @   \forall integer i; k <= i < k + 4 ==> a->bits[i] == ALL_ONES;
  @*/
static unsigned four_full(const struct arena *a, unsigned long k)
{
  word x = a->bits[k] & a->bits[k + 1];
  word y = a->bits[k + 2] & a->bits[k + 3];
  /*@ ghost lemma_both(a->bits[k], a->bits[k + 1]); */
  /*@ ghost lemma_both(a->bits[k + 2], a->bits[k + 3]); */
  /*@ ghost lemma_both(x, y); */
  return (x & y) == ALL_ONES;
}

/* 1 if x and y are; they are 0 or 1. */
/*@ requires truths: 0 <= x <= 1 && 0 <= y <= 1;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures both: \result == (x == 1 && y == 1 ? 1 : 0);
  @*/
static unsigned both(unsigned x, unsigned y)
{
  /*@ assert x: x == 0 || x == 1; */
  /*@ assert y: y == 0 || y == 1; */
  return x & y;
}

/* How many of the four words of bits from k on are full before the first that
 * is not.  A sum, not a choice, here and below: no processor foresees which
 * word it is. */
/*@ requires arena: \valid_read(a);
  @ requires index: 0 <= k && k + 4 <= ARENA_PAGES * WORDS;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: 0 <= \result <= 4;
  @ ensures full: \forall integer i; k <= i < k + \result ==>
  @   a->bits[i] == ALL_ONES;
  @ ensures room: \result < 4 ==> a->bits[k + \result] != ALL_ONES;
  @*/
static unsigned words_full(const struct arena *a, unsigned long k)
{
  unsigned f0 = a->bits[k] == ALL_ONES;
  unsigned f1 = both(f0, a->bits[k + 1] == ALL_ONES);
  unsigned f2 = both(f1, a->bits[k + 2] == ALL_ONES);
  return f0 + f1 + f2 + both(f2, a->bits[k + 3] == ALL_ONES);
}

/* The same of the four times four words from k on. */
/*@ requires arena: \valid_read(a);
  @ requires index: 0 <= k && k + 16 <= ARENA_PAGES * WORDS;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: 0 <= \result <= 4;
  @ ensures full: \forall integer i; k <= i < k + 4 * \result ==>
  @   a->bits[i] == ALL_ONES;
  @ ensures room: \result < 4 ==> \exists integer i;
  @   k + 4 * \result <= i < k + 4 * \result + 4 && a->bits[i] != ALL_ONES;
  @*/
static unsigned fours_full(const struct arena *a, unsigned long k)
{
  unsigned f0 = four_full(a, k);
  unsigned f1 = both(f0, four_full(a, k + 4));
  unsigned f2 = both(f1, four_full(a, k + 8));
  return f0 + f1 + f2 + both(f2, four_full(a, k + 12));
}

LM_CORE unsigned span_room(const struct arena *a, unsigned s, unsigned n)
{
  unsigned w = 0;
  if (n <= WORD_BITS) {
    /*@ ghost lemma_tail(a, s, 1, n); */
    return a->bits[WORDS * s] != ALL_ONES ? 0u : WORDS;
  }
  /*@ loop invariant range: 0 <= w <= WORDS && w % 16 == 0;
    @ loop invariant first: \forall integer k;
    @   WORDS * s <= k < WORDS * s + w ==> a->bits[k] == ALL_ONES;
    @ loop assigns w;
    @ loop variant WORDS - w;
    @*/
  while (WORD_BITS * w < n) {
    unsigned f = fours_full(a, WORDS * s + w);
    if (f < 4u) {
      w += 4u * f;
      return w + words_full(a, WORDS * s + w);
    }
    w += 16u;
  }
  /*@ ghost lemma_tail(a, s, w, n); */
  return WORDS;
}

LM_CORE unsigned span_take(struct arena *a, unsigned s, unsigned w)
{
  unsigned k = WORDS * s + w;
  word x = a->bits[k];
  unsigned j = word_ctz(word_not(x));
  a->bits[k] = word_set(x, j);
  return WORD_BITS * w + j;
}

LM_CORE int span_give(struct arena *a, unsigned s, unsigned i)
{
  unsigned k = WORDS * s + i / WORD_BITS;
  word x = a->bits[k];
  /*@ ghost lemma_ones(ALL_ONES); */
  if (!word_test(x, i % WORD_BITS))
    return 0;
  a->bits[k] = word_clear(x, i % WORD_BITS);
  return 1;
}

LM_CORE int span_empty(const struct arena *a, unsigned s, unsigned n)
{
  unsigned w = 0;
  /*@ ghost lemma_zero(0); */
  /*@ loop invariant range: 0 <= w <= WORDS;
    @ loop invariant empty: \forall integer i;
    @   0 <= i < WORD_BITS * w && i < n ==> !Taken(a, s, i);
    @ loop assigns w;
    @ loop variant WORDS - w;
    @*/
  while (WORD_BITS * w < n) {
    word live = live_word(a->bits[WORDS * s + w], w, n);
    if (live != 0) {
      /*@ ghost unsigned i = lemma_place(w, lemma_not_zero(live)); */
      /*@ assert taken: i < n && Taken(a, s, i); */
      return 0;
    }
    w++;
  }
  return 1;
}

LM_CORE int span_beside(const struct arena *a, unsigned s, unsigned i,
                        unsigned n)
{
  unsigned w = i / WORD_BITS;
  word x = word_clear(a->bits[WORDS * s + w], i % WORD_BITS);
  word live = last_word(x, n);
  /*@ ghost lemma_zero(0); */
  if (LM_LIKELY(live != 0)) {
    /*@ ghost unsigned j = lemma_place(w, lemma_not_zero(live)); */
    /*@ assert taken: j < n && j != i && Taken(a, s, j); */
    return 1;
  }
  return 0;
}

/* The number of taken slots of span s, which has n slots, in word w. */
/*@ requires arena: \valid_read(a);
  @ requires span: s < ARENA_PAGES;
  @ requires index: WORD_BITS * w < n;
  @ requires slots: n <= SLOTS_MAX;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: 0 <= \result <= WORD_BITS;
  @ ensures inner: WORD_BITS * w + WORD_BITS < n ==>
  @   SlotCount(a, s, WORD_BITS * w + WORD_BITS) ==
  @   SlotCount(a, s, WORD_BITS * w) + \result;
  @ ensures last: WORD_BITS * w + WORD_BITS >= n ==>
  @   SlotCount(a, s, n) == SlotCount(a, s, WORD_BITS * w) + \result;
  @*/
static unsigned count_word(const struct arena *a, unsigned s, unsigned w,
                           unsigned n)
{
  word live = live_word(a->bits[WORDS * s + w], w, n);
  /*@ ghost unsigned m = n - WORD_BITS * w; */
  /*@ ghost if (m > WORD_BITS) m = WORD_BITS; */
  /*@ ghost lemma_count_word(a, s, w, live, m); */
  return word_count(live);
}

LM_CORE unsigned span_count(const struct arena *a, unsigned s, unsigned n)
{
  unsigned w;
  unsigned count = 0;
  /*@ loop invariant range: 0 <= w <= WORDS;
    @ loop invariant bound: 0 <= count <= WORD_BITS * w;
    @ loop invariant inner: WORD_BITS * w < n ==>
    @   count == SlotCount(a, s, WORD_BITS * w);
    @ loop invariant last: WORD_BITS * w >= n ==> count == SlotCount(a, s, n);
    @ loop assigns w, count;
    @ loop variant WORDS - w;
    @*/
  for (w = 0; WORD_BITS * w < n; w++)
    count = count + count_word(a, s, w, n);
  /*@ ghost lemma_slot_count(a, s, n); */
  /*@ ghost lemma_full(a, s); */
  return count;
}

/* The bits of freed that name a taken slot in x, word w of a span of n. */
/*@ requires index: w < WORDS;
  @ requires slots: n <= SLOTS_MAX;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures gone: \forall integer j; 0 <= j < WORD_BITS ==>
  @   (Bit(\result, j) <==>
  @     Bit(freed, j) && Bit(x, j) && WORD_BITS * w + j < n);
  @*/
static word gone_word(word x, unsigned w, word freed, unsigned n)
{
  word live = live_word(x, w, n);
  /*@ ghost lemma_and(freed, live); */
  return freed & live;
}

LM_CORE word span_sweep(struct arena *a, unsigned s, unsigned w, word freed,
                        unsigned n)
{
  unsigned k = WORDS * s + w;
  word x = a->bits[k];
  word gone = gone_word(x, w, freed, n);
  if (gone == 0) {
    /*@ ghost lemma_zero(gone); */
    return freed;
  }
  /*@ ghost unsigned j = lemma_not_zero(gone); */
  /*@ ghost lemma_xor(x, gone); */
  /*@ ghost lemma_xor(freed, gone); */
  /*@ ghost lemma_ones(ALL_ONES); */
  a->bits[k] = x ^ gone;
  /*@ assert kept: \forall integer i; n <= i < SLOTS_MAX ==>
    @   \at(Taken(a, s, i), Pre) ==> Taken(a, s, i); */
  /*@ assert less: Bit(freed, j) && !Bit((word)(freed ^ gone), j); */
  return freed ^ gone;
}

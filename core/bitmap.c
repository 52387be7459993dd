/*
 * bitmap.c - the bodies of bitmap.h, words first and bitmaps after them.
 * No operation wraps around, so ~w is written w ^ ALL_ONES and no -w occurs:
 * the proof runs with overflow warnings on and needs no exception.
 * Proven: all; ghost lines call the lemmas of bitmap_lemmas.h.
 * Trusted: __builtin_ctzl, unless LM_PORTABLE_CTZ is defined.
 */
#include "bitmap.h"
#include "bitmap_lemmas.h"

/* The word with bit i alone. */
/*@ requires index: i < WORD_BITS;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures value: \result == (1 << i);
  @ ensures some: \result > 0;
  @ ensures only:
  @   \forall integer j; 0 <= j < WORD_BITS ==> (Bit(\result, j) <==> j == i);
  @*/
static word word_unit(unsigned i)
{
    /*@ ghost lemma_unit(i); */
    return (word)1 << i;
}

/* The word whose bits below r are set and whose bits from r on are clear. */
/*@ requires index: r < WORD_BITS;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures below:
  @   \forall integer j; 0 <= j < WORD_BITS ==> (Bit(\result, j) <==> j < r);
  @*/
static word word_below(unsigned r)
{
    /*@ ghost lemma_below(r); */
    return word_unit(r) - 1u;
}

LM_CORE word word_not(word w)
{
    /*@ ghost lemma_ones(ALL_ONES); */
    /*@ ghost lemma_xor(w, ALL_ONES); */
    /*@ ghost if (w != ALL_ONES) lemma_not_ones(w); */
    return w ^ ALL_ONES;
}

LM_CORE word word_set(word w, unsigned i)
{
    return w | word_unit(i);
}

LM_CORE word word_clear(word w, unsigned i)
{
    return w ^ (w & word_unit(i));
}

LM_CORE int word_test(word w, unsigned i)
{
    return ((w >> i) & 1u) != 0;
}

LM_CORE word word_tail(unsigned r)
{
    return r < WORD_BITS ? word_not(word_below(r)) : 0;
}

LM_CORE unsigned word_ctz(word w)
{
#if defined(__GNUC__) && !defined(__FRAMAC__) && !defined(LM_PORTABLE_CTZ)
    return (unsigned)__builtin_ctzl(w);
#else
    /* Halve [r, r + width), which holds the lowest set bit, until it is r. */
    word v = w;
    unsigned r = 0;
    unsigned width = WORD_BITS;
    /*@ ghost unsigned low = lemma_not_zero(w); */
    /*@ loop invariant power: width == 1 || width == 2 || width == 4 ||
      @   width == 8 || width == 16 || width == 32 || width == 64;
      @ loop invariant inside: r + width <= WORD_BITS;
      @ loop invariant shifted: v == (w >> r);
      @ loop invariant held: r <= low < r + width;
      @ loop assigns v, r, width;
      @ loop variant width;
      @*/
    while (width > 1u) {
        word mask;
        width = width / 2u;
        mask = word_below(width);
        /*@ ghost lemma_half(w, low, r, mask, width); */
        if ((v & mask) == 0) {
            v = v >> width;
            r = r + width;
        }
    }
    return r;
#endif
}

LM_CORE word word_lowest(word w)
{
    /*@ ghost unsigned r = lemma_not_zero(w); */
    /*@ ghost lemma_predecessor(w, r); */
    word above = word_not(w - 1u);
    /*@ ghost lemma_ext(lemma_and(w, above), lemma_unit(r)); */
    return w & above;
}

LM_CORE word word_drop(word w)
{
    /*@ ghost unsigned r = lemma_not_zero(w); */
    /*@ ghost lemma_predecessor(w, r); */
    /*@ ghost lemma_ext(lemma_and(w, w - 1u), lemma_clear_subtracts(w, r)); */
    return w & (w - 1u);
}

LM_CORE unsigned word_count(word w)
{
    word v = w;
    unsigned n = 0;
    /*@ ghost lemma_count_range(w); */
    /*@ loop invariant sum: n + WordCount(v, WORD_BITS) == WordCount(w, WORD_BITS);
      @ loop invariant range: 0 <= n <= WORD_BITS;
      @ loop assigns v, n;
      @ loop variant v;
      @*/
    while (v != 0) {
        word u = word_drop(v);
        /*@ ghost lemma_count_set(u, v, lemma_not_zero(v)); */
        /*@ ghost lemma_count_range(u); */
        v = u;
        n = n + 1u;
    }
    /*@ ghost lemma_count_range(v); */
    return n;
}

LM_CORE int bitmap_test(const word *p, unsigned i)
{
    return word_test(p[i / WORD_BITS], i % WORD_BITS);
}

LM_CORE void bitmap_set(word *p, unsigned i)
{
    p[i / WORD_BITS] = word_set(p[i / WORD_BITS], i % WORD_BITS);
}

LM_CORE void bitmap_clear(word *p, unsigned i)
{
    p[i / WORD_BITS] = word_clear(p[i / WORD_BITS], i % WORD_BITS);
}

/* Bit j of p is what a search looks for: clear if zeros, else set. */
/*@ predicate Sought{L}(word *p, integer zeros, integer j) =
  @   MapBit(p, j) <==> zeros == 0;
  @*/

/* Word k of p, complemented if zeros are looked for: its bits, numbered as in
 * p, tell which bits are sought. */
/*@ requires size: k < BITMAP_MAX / WORD_BITS;
  @ requires read: \valid_read(p + k);
  @ terminates \true;
  @ assigns \nothing;
  @ ensures bits:
  @   \forall integer j; WORD_BITS * k <= j < WORD_BITS * k + WORD_BITS ==>
  @     (Bit(\result, j - WORD_BITS * k) <==> Sought(p, zeros, j));
  @*/
static word bitmap_sought(const word *p, unsigned k, int zeros)
{
    /*@ assert quotient:
          \forall integer j; WORD_BITS * k <= j < WORD_BITS * k + WORD_BITS ==>
            j / WORD_BITS == k && j % WORD_BITS == j - WORD_BITS * k; */
    return zeros ? word_not(p[k]) : p[k];
}

/* The first bit sought in [from, n), or n if there is none. */
/*@ requires size: from <= n <= BITMAP_MAX;
  @ requires read: \valid_read(p + (0 .. (n + WORD_BITS - 1) / WORD_BITS - 1));
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: from <= \result <= n;
  @ ensures found: \result < n ==> Sought(p, zeros, \result);
  @ ensures first:
  @   \forall integer j; from <= j < \result ==> !Sought(p, zeros, j);
  @*/
static unsigned bitmap_scan(const word *p, unsigned from, unsigned n, int zeros)
{
    unsigned k = from / WORD_BITS;
    unsigned r;
    word x, mask;
    if (from >= n)
        return n;
    x = bitmap_sought(p, k, zeros);
    mask = word_tail(from % WORD_BITS);
    /*@ assert mask:
          \forall integer j; WORD_BITS * k <= j < WORD_BITS * k + WORD_BITS ==>
            (Bit(mask, j - WORD_BITS * k) <==> from <= j); */
    /*@ ghost lemma_and(x, mask); */
    x = x & mask;
    /*@ loop invariant word: WORD_BITS * k < n;
      @ loop invariant start: from < WORD_BITS * k + WORD_BITS;
      @ loop invariant none: \forall integer j; from <= j < WORD_BITS * k ==>
      @   !Sought(p, zeros, j);
      @ loop invariant bits:
      @   \forall integer j; WORD_BITS * k <= j < WORD_BITS * k + WORD_BITS ==>
      @     (Bit(x, j - WORD_BITS * k) <==> from <= j && Sought(p, zeros, j));
      @ loop assigns k, x;
      @ loop variant n - k;
      @*/
    while (x == 0) {
        /*@ ghost lemma_zero(x); */
        k = k + 1u;
        if (WORD_BITS * k >= n)
            return n;
        x = bitmap_sought(p, k, zeros);
    }
    r = WORD_BITS * k + word_ctz(x);
    /*@ assert found: from <= r && Sought(p, zeros, r); */
    return r < n ? r : n;
}

LM_CORE unsigned bitmap_next_zero(const word *p, unsigned from, unsigned n)
{
    return bitmap_scan(p, from, n, 1);
}

LM_CORE unsigned bitmap_find_run(const word *p, unsigned from, unsigned n,
                                 unsigned k)
{
    unsigned s = bitmap_next_zero(p, from, n);
    /*@ ghost lemma_no_run(p, from, s, k); */
    /*@ loop invariant range: from <= s <= n;
      @ loop invariant first:
      @   \forall integer t; from <= t < s ==> !ClearRun(p, t, k);
      @ loop assigns s;
      @ loop variant n - s;
      @*/
    while (k <= n - s) {
        unsigned e = bitmap_scan(p, s, s + k, 0);
        if (e == s + k)
            return s;
        /*@ assert short: \forall integer t; s <= t <= e ==> !ClearRun(p, t, k); */
        s = bitmap_next_zero(p, e + 1u, n);
        /*@ ghost lemma_no_run(p, e + 1u, s, k); */
    }
    return n;
}

LM_CORE unsigned bitmap_count(const word *p, unsigned nwords)
{
    unsigned k = 0;
    unsigned n = 0;
    /*@ loop invariant range: 0 <= k <= nwords;
      @ loop invariant bounds: 0 <= n <= WORD_BITS * k;
      @ loop invariant sum: n == MapCount(p, k);
      @ loop assigns k, n;
      @ loop variant nwords - k;
      @*/
    while (k < nwords) {
        n = n + word_count(p[k]);
        k = k + 1u;
    }
    return n;
}

/*
 * fit.c - the tournament tree over the pages; see fit.h.
 */
#include "fit.h"

/* No leaf is greater than the root. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires tree: FitTree(a);
   @ assigns \nothing;
   @ ensures root: \forall integer p; 0 <= p < ARENA_PAGES ==>
   @   a->leaf[p] <= a->best[1];
   @/
  static void lemma_root(const struct arena *a) {
    unsigned m = 2;
    unsigned p = 0;
    /@ loop invariant range: 2 <= m <= ARENA_PAGES;
     @ loop invariant root: \forall integer i; 1 <= i < m ==>
     @   a->best[i] <= a->best[1];
     @ loop assigns m;
     @ loop variant ARENA_PAGES - m;
     @/
    while (m < ARENA_PAGES) {
      /@ assert parent: a->best[m / 2] <= a->best[1]; @/
      /@ assert child: a->best[m] <= a->best[m / 2]; @/
      m = m + 1u;
    }
    /@ loop invariant range: 0 <= p <= ARENA_PAGES;
     @ loop invariant root: \forall integer i; 0 <= i < p ==>
     @   a->leaf[i] <= a->best[1];
     @ loop assigns p;
     @ loop variant ARENA_PAGES - p;
     @/
    while (p < ARENA_PAGES) {
      /@ assert parent: a->best[(ARENA_PAGES + p) / 2] <= a->best[1]; @/
      /@ assert child: a->leaf[p] <= a->best[(ARENA_PAGES + p) / 2]; @/
      p = p + 1u;
    }
  }
*/

/* The value of node i. */
/*@ requires arena: \valid_read(a);
  @ requires node: 1 <= i < 2 * ARENA_PAGES;
  @ assigns \nothing;
  @ ensures inner: i < ARENA_PAGES ==> \result == a->best[i];
  @ ensures leaf: i >= ARENA_PAGES ==> \result == a->leaf[i - ARENA_PAGES];
  @*/
static int node(const struct arena *a, unsigned i)
{
  return i < ARENA_PAGES ? a->best[i] : a->leaf[i - ARENA_PAGES];
}

LM_CORE unsigned fit_find(const struct arena *a, int k)
{
  unsigned i = 1u;
  if (a->best[1] < k) {
    /*@ ghost lemma_root(a); */
    return 0u;
  }
  /*@ loop invariant range: 1 <= i < 2 * ARENA_PAGES;
    @ loop invariant inner: i < ARENA_PAGES ==> a->best[i] >= k;
    @ loop invariant leaf: i >= ARENA_PAGES ==> a->leaf[i - ARENA_PAGES] >= k;
    @ loop assigns i;
    @ loop variant 2 * ARENA_PAGES - i;
    @*/
  while (i < ARENA_PAGES) {
    COUNT_STEP();
    /*@ assert inner: 2 * i + 1 < ARENA_PAGES ==>
      @   a->best[2 * i] >= k || a->best[2 * i + 1] >= k; */
    /*@ assert leaf: 2 * i >= ARENA_PAGES ==>
      @   a->leaf[2 * i - ARENA_PAGES] >= k ||
      @   a->leaf[2 * i + 1 - ARENA_PAGES] >= k; */
    i = 2u * i;
    if (node(a, i) < k) {
      i = i + 1u;
    }
  }
  return i - ARENA_PAGES;
}

/* Makes node i right again after its child c has changed to v; s is the value
 * of its other child.  Returns what node i is now: if that is what it was, so
 * is the whole tree above. */
/*@ requires arena: \valid(a);
  @ requires child: 1 <= i < ARENA_PAGES && 2 * i <= c <= 2 * i + 1;
  @ requires value: v == Node(a, c);
  @ requires other: s == Node(a, 4 * i + 1 - c);
  @ requires tree: FitTreeBut(a, c);
  @ assigns a->best[i];
  @ ensures value: \result == a->best[i];
  @ ensures upper: FitUpper(a, i);
  @ ensures upper_leaf: FitUpperLeaf(a, i);
  @ ensures reached: FitReached(a, i);
  @ ensures reached_leaf: FitReachedLeaf(a, i);
  @ ensures same_upper: \result == \old(a->best[i]) ==> FitUpper(a, 0);
  @ ensures same_upper_leaf: \result == \old(a->best[i]) ==> FitUpperLeaf(a, 0);
  @ ensures same_reached: \result == \old(a->best[i]) ==> FitReached(a, 0);
  @ ensures same_reached_leaf: \result == \old(a->best[i]) ==>
  @   FitReachedLeaf(a, 0);
  @*/
static int fit_up(struct arena *a, unsigned i, unsigned c, int v, int s)
{
  int m = v > s ? v : s;
  (void)c;
  COUNT_STEP();
  a->best[i] = m;
  return m;
}

/* Makes the tree right above node c, which has changed to v. */
/*@ requires arena: \valid(a);
  @ requires node: 1 <= c < ARENA_PAGES;
  @ requires value: v == a->best[c];
  @ requires tree: FitTreeBut(a, c);
  @ assigns a->best[1 .. ARENA_PAGES - 1];
  @ ensures tree: FitTree(a);
  @*/
static void fit_climb(struct arena *a, unsigned c, int v)
{
  int old;
  /*@ loop invariant range: 1 <= c < ARENA_PAGES;
    @ loop invariant value: v == a->best[c];
    @ loop invariant tree: FitTreeBut(a, c);
    @ loop assigns c, v, old, a->best[1 .. ARENA_PAGES - 1];
    @ loop variant c;
    @*/
  while (c > 1u) {
    old = a->best[c / 2u];
    v = fit_up(a, c / 2u, c, v, a->best[c + 1u - 2u * (c % 2u)]);
    if (v == old) {
      return;
    }
    c = c / 2u;
  }
}

LM_CORE void fit_set(struct arena *a, unsigned p, int v)
{
  unsigned i = (ARENA_PAGES + p) / 2u;
  int old = a->best[i];
  a->leaf[p] = v;
  v = fit_up(a, i, ARENA_PAGES + p, v, a->leaf[p + 1u - 2u * (p % 2u)]);
  if (v != old) {
    fit_climb(a, i, v);
  }
}

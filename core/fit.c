/*
 * fit.c - the tournament trees over the pages; see fit.h.
 */
#include "fit.h"

/* ---- One tree, with n leaves ---- */

/* No leaf is greater than the root. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires size: 2 <= n && n % 2 == 0 && o + n <= NODES;
   @ requires tree: FitBut(a, o, n, 0);
   @ assigns \nothing;
   @ ensures root: \forall integer p; o <= p < o + n ==>
   @   a->leaf[p] <= a->best[o + 1];
   @/
  static void lemma_root(const struct arena *a, unsigned o, unsigned n) {
    unsigned m = 2;
    unsigned p = 0;
    /@ loop invariant range: 2 <= m <= n;
     @ loop invariant root: \forall integer i; o < i < o + m ==>
     @   a->best[i] <= a->best[o + 1];
     @ loop assigns m;
     @ loop variant n - m;
     @/
    while (m < n) {
      /@ assert parent: a->best[o + m / 2] <= a->best[o + 1]; @/
      /@ assert child: a->best[o + m] <= a->best[o + m / 2]; @/
      m = m + 1u;
    }
    /@ loop invariant range: 0 <= p <= n;
     @ loop invariant root: \forall integer i; o <= i < o + p ==>
     @   a->leaf[i] <= a->best[o + 1];
     @ loop assigns p;
     @ loop variant n - p;
     @/
    while (p < n) {
      /@ assert parent: a->best[o + (n + p) / 2] <= a->best[o + 1]; @/
      /@ assert child: a->leaf[o + p] <= a->best[o + (n + p) / 2]; @/
      p = p + 1u;
    }
  }
*/

/* The value of node i. */
/*@ requires arena: \valid_read(a);
  @ requires size: 2 <= n && n % 2 == 0 && o + n <= NODES;
  @ requires node: 1 <= i < 2 * n;
  @ assigns \nothing;
  @ ensures inner: i < n ==> \result == a->best[o + i];
  @ ensures leaf: i >= n ==> \result == a->leaf[o + i - n];
  @*/
static int node(const struct arena *a, unsigned o, unsigned n, unsigned i)
{
  return i < n ? a->best[o + i] : a->leaf[o + (i - n)];
}

/* The place of a leaf of at least k, where the root is that. */
/*@ requires arena: \valid_read(a);
  @ requires size: 2 <= n && n % 2 == 0 && o + n <= NODES;
  @ requires tree: FitBut(a, o, n, 0);
  @ requires some: a->best[o + 1] >= k;
  @ assigns \nothing;
  @ ensures range: o <= \result < o + n;
  @ ensures found: a->leaf[\result] >= k;
  @*/
static unsigned tree_find(const struct arena *a, unsigned o, unsigned n, int k)
{
  unsigned i = 1u;
  /*@ loop invariant range: 1 <= i < 2 * n;
    @ loop invariant inner: i < n ==> a->best[o + i] >= k;
    @ loop invariant leaf: i >= n ==> a->leaf[o + i - n] >= k;
    @ loop assigns i;
    @ loop variant 2 * n - i;
    @*/
  while (i < n) {
    COUNT_STEP();
    /*@ assert inner: 2 * i + 1 < n ==>
      @   a->best[o + 2 * i] >= k || a->best[o + 2 * i + 1] >= k; */
    /*@ assert leaf: 2 * i >= n ==>
      @   a->leaf[o + 2 * i - n] >= k || a->leaf[o + 2 * i + 1 - n] >= k; */
    i = 2u * i;
    if (node(a, o, n, i) < k) {
      i = i + 1u;
    }
  }
  return o + (i - n);
}

/* Makes node i right again after its child c has changed to v; s is the value
 * of its other child.  Returns what node i is now: if that is what it was, so
 * is the whole tree above. */
/*@ requires arena: \valid(a);
  @ requires size: 2 <= n && n % 2 == 0 && o + n <= NODES;
  @ requires child: 1 <= i < n && 2 * i <= c <= 2 * i + 1;
  @ requires value: v == Node(a, o, n, c);
  @ requires other: s == Node(a, o, n, 4 * i + 1 - c);
  @ requires tree: FitBut(a, o, n, c);
  @ assigns a->best[o + i];
  @ ensures value: \result == a->best[o + i];
  @ ensures upper: FitUpper(a, o, n, i);
  @ ensures upper_leaf: FitUpperLeaf(a, o, n, i);
  @ ensures reached: FitReached(a, o, n, i);
  @ ensures reached_leaf: FitReachedLeaf(a, o, n, i);
  @ ensures same_upper: \result == \old(a->best[o + i]) ==> FitUpper(a, o, n, 0);
  @ ensures same_upper_leaf: \result == \old(a->best[o + i]) ==>
  @   FitUpperLeaf(a, o, n, 0);
  @ ensures same_reached: \result == \old(a->best[o + i]) ==>
  @   FitReached(a, o, n, 0);
  @ ensures same_reached_leaf: \result == \old(a->best[o + i]) ==>
  @   FitReachedLeaf(a, o, n, 0);
  @*/
static int fit_up(struct arena *a, unsigned o, unsigned n, unsigned i, unsigned c,
                  int v, int s)
{
  int m = v > s ? v : s;
  (void)n;
  (void)c;
  COUNT_STEP();
  a->best[o + i] = m;
  return m;
}

/* Makes the tree right above node c, which has changed to v. */
/*@ requires arena: \valid(a);
  @ requires size: 2 <= n && n % 2 == 0 && o + n <= NODES;
  @ requires node: 1 <= c < n;
  @ requires value: v == a->best[o + c];
  @ requires tree: FitBut(a, o, n, c);
  @ assigns a->best[o + 1 .. o + n - 1];
  @ ensures tree: FitBut(a, o, n, 0);
  @*/
static void fit_climb(struct arena *a, unsigned o, unsigned n, unsigned c, int v)
{
  int old;
  /*@ loop invariant range: 1 <= c < n;
    @ loop invariant value: v == a->best[o + c];
    @ loop invariant tree: FitBut(a, o, n, c);
    @ loop assigns c, v, old, a->best[o + 1 .. o + n - 1];
    @ loop variant c;
    @*/
  while (c > 1u) {
    old = a->best[o + c / 2u];
    v = fit_up(a, o, n, c / 2u, c, v, a->best[o + c + 1u - 2u * (c % 2u)]);
    if (v == old) {
      return;
    }
    c = c / 2u;
  }
}

/* Sets leaf p of the tree to v. */
/*@ requires arena: \valid(a);
  @ requires size: 2 <= n && n % 2 == 0 && o + n <= NODES;
  @ requires tree: FitBut(a, o, n, 0);
  @ requires leaf: p < n;
  @ assigns a->leaf[o + p], a->best[o + 1 .. o + n - 1];
  @ ensures set: a->leaf[o + p] == v;
  @ ensures tree: FitBut(a, o, n, 0);
  @*/
static void tree_set(struct arena *a, unsigned o, unsigned n, unsigned p, int v)
{
  unsigned i = (n + p) / 2u;
  int old = a->best[o + i];
  a->leaf[o + p] = v;
  /*@ assert changed: FitBut(a, o, n, n + p); */
  v = fit_up(a, o, n, i, n + p, v, a->leaf[o + p + 1u - 2u * (p % 2u)]);
  if (v != old) {
    fit_climb(a, o, n, i, v);
  }
}

/* ---- The trees of an arena ---- */

/* The tree over the pages of block b is right. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires tree: FitBlocks(a);
   @ requires block: b < FITS && o == b * FIT_PAGES;
   @ assigns \nothing;
   @ ensures upper: FitUpper(a, o, FIT_PAGES, 0);
   @ ensures upper_leaf: FitUpperLeaf(a, o, FIT_PAGES, 0);
   @ ensures reached: FitReached(a, o, FIT_PAGES, 0);
   @ ensures reached_leaf: FitReachedLeaf(a, o, FIT_PAGES, 0);
   @/
  static void lemma_block(const struct arena *a, unsigned b, unsigned o) {
    /@ assert first: \forall integer i; o <= i < o + FIT_PAGES ==>
     @   \valid_read(&a->best[i]) && i % FIT_PAGES == i - o; @/
  }
*/

/* No leaf is greater than the root over all. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires tree: FitTree(a);
   @ assigns \nothing;
   @ ensures root: \forall integer p; 0 <= p < ARENA_PAGES ==>
   @   a->leaf[p] <= a->best[ARENA_PAGES + 1];
   @/
  static void lemma_over(const struct arena *a) {
    unsigned b = 0;
    lemma_root(a, ARENA_PAGES, FITS);
    /@ loop invariant range: 0 <= b <= FITS;
     @ loop invariant root: \forall integer p; 0 <= p < b * FIT_PAGES ==>
     @   a->leaf[p] <= a->best[ARENA_PAGES + 1];
     @ loop assigns b;
     @ loop variant FITS - b;
     @/
    while (b < FITS) {
      lemma_block(a, b, b * FIT_PAGES);
      lemma_root(a, b * FIT_PAGES, FIT_PAGES);
      /@ assert this: a->leaf[ARENA_PAGES + b] <= a->best[ARENA_PAGES + 1]; @/
      /@ assert root: a->best[b * FIT_PAGES + 1] == a->leaf[ARENA_PAGES + b]; @/
      b = b + 1u;
    }
  }
*/

LM_CORE unsigned fit_find(const struct arena *a, int k)
{
  unsigned b;
  if (a->best[ARENA_PAGES + 1u] < k) {
    /*@ ghost lemma_over(a); */
    return 0u;
  }
  b = tree_find(a, ARENA_PAGES, FITS, k) - ARENA_PAGES;
  /*@ ghost lemma_block(a, b, b * FIT_PAGES); */
  /*@ assert root: a->best[b * FIT_PAGES + 1] == a->leaf[ARENA_PAGES + b]; */
  return tree_find(a, b * FIT_PAGES, FIT_PAGES, k);
}

/* fit_set, as far as the tree over the pages of block b goes, from page o on. */
/*@ requires arena: \valid(a);
  @ requires tree: FitTree(a);
  @ requires block: b < FITS && o == b * FIT_PAGES;
  @ requires p: o <= p < o + FIT_PAGES;
  @ assigns a->leaf[p], a->best[o + 1 .. o + FIT_PAGES - 1];
  @ ensures set: a->leaf[p] == v;
  @ ensures owner_same: OwnerSame{Pre,Post}(a);
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ensures upper: FitUppers(a);
  @ ensures upper_leaf: FitUpperLeaves(a);
  @ ensures reached: FitReaches(a);
  @ ensures reached_leaf: FitReachLeaves(a);
  @ ensures roots: \forall integer q, i; ARENA_PAGES <= q < NODES ==>
  @   q != ARENA_PAGES + b ==> 0 <= i < ARENA_PAGES ==>
  @   FIT_PAGES * (q - ARENA_PAGES) + 1 <= i <= FIT_PAGES * (q - ARENA_PAGES) + 1
  @   ==> a->leaf[q] == a->best[i];
  @ ensures over: FitOver(a);
  @*/
static void block_set(struct arena *a, unsigned b, unsigned o, unsigned p, int v)
{
  (void)b;
  /*@ ghost lemma_block(a, b, o); */
  tree_set(a, o, FIT_PAGES, p - o, v);
  /*@ assert first: \forall integer i; o <= i < o + FIT_PAGES ==>
    @   i % FIT_PAGES == i - o; */
  /*@ assert nodes: \forall integer i; 0 <= i < NODES ==>
    @   !(o < i < o + FIT_PAGES) ==> a->best[i] == \at(a->best[i], Pre); */
  /*@ assert leaves: \forall integer i; 0 <= i < NODES ==> i != p ==>
    @   a->leaf[i] == \at(a->leaf[i], Pre); */
}

LM_CORE void fit_set(struct arena *a, unsigned p, int v)
{
  unsigned b = p / FIT_PAGES, o = b * FIT_PAGES;
  block_set(a, b, o, p, v);
  if (a->best[o + 1u] != a->leaf[ARENA_PAGES + b]) {
    /*@ ghost Block: ; */
    tree_set(a, ARENA_PAGES, FITS, b, a->best[o + 1u]);
    /*@ assert nodes: \forall integer i; 0 <= i < ARENA_PAGES ==>
      @   a->best[i] == \at(a->best[i], Block) &&
      @   a->leaf[i] == \at(a->leaf[i], Block); */
    /*@ assert upper: FitUppers(a); */
    /*@ assert upper_leaf: FitUpperLeaves(a); */
    /*@ assert reached: FitReaches(a); */
    /*@ assert reached_leaf: FitReachLeaves(a); */
    /*@ assert roots: FitRoots(a); */
  }
  /*@ assert blocks: FitBlocks(a); */
  /*@ assert roots: FitRoots(a); */
}

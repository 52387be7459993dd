/*
 * spec/fit.h - the trees of longest free runs, as the proofs see them.
 * A tree with n leaves, n even: node 1 is the root, node i has the children 2 i
 * and 2 i + 1; node i is best[o + i] if i < n, else leaf[o + i - n].  Blocks of
 * pages have their trees where their first page is, and that over the blocks is
 * behind them all.
 * Nodes are named by where they are in memory, and children by bounds, not as 2 i
 * and 2 i + 1: the prover then looks only at nodes already in sight, not at their
 * children's children.
 */
#ifndef LM_SPEC_FIT_H
#define LM_SPEC_FIT_H
#include "../core/state.h"

/* Node k is a child of node i.  This and FIT_FIRST, the first page of the block
 * with page i, are no predicate and no logic function, so that the prover looks for
 * what is said of nodes where it sees nodes. */
#define ABOVE(i, k) (2 * (i) <= (k) <= 2 * (i) + 1)
#define FIT_FIRST(i) ((i) - (i) % FIT_PAGES)

/*@ // No child is greater than its parent; the parent of node x is left out.
  @ predicate FitUpper{L}(struct arena *a, integer o, integer n, integer x) =
  @   \forall integer i, c; o < i < c < o + n ==> ABOVE(i - o, c - o) ==>
  @   !ABOVE(i - o, x) ==> a->best[c] <= a->best[i];
  @ predicate FitUpperLeaf{L}(struct arena *a, integer o, integer n,
  @                           integer x) =
  @   \forall integer i, p; o < i < o + n ==> o <= p < o + n ==>
  @   ABOVE(i - o, n + p - o) ==> !ABOVE(i - o, x) ==> a->leaf[p] <= a->best[i];
  @
  @ // Every parent is reached by one of its children l and r; the parent of
  @ // node x is left out.
  @ predicate FitReached{L}(struct arena *a, integer o, integer n, integer x) =
  @   \forall integer i, l, r; o < i < l < r < o + n ==>
  @   ABOVE(i - o, l - o) ==> ABOVE(i - o, r - o) ==> !ABOVE(i - o, x) ==>
  @   a->best[i] <= a->best[l] || a->best[i] <= a->best[r];
  @ predicate FitReachedLeaf{L}(struct arena *a, integer o, integer n,
  @                             integer x) =
  @   \forall integer i, l, r; o < i < o + n ==> o <= l < r < o + n ==>
  @   ABOVE(i - o, n + l - o) ==> ABOVE(i - o, n + r - o) ==>
  @   !ABOVE(i - o, x) ==> a->best[i] <= a->leaf[l] || a->best[i] <= a->leaf[r];
  @
  @ // The tree is right but for the parent of node x; node 0 has no parent.
  @ predicate FitBut{L}(struct arena *a, integer o, integer n, integer x) =
  @   FitUpper(a, o, n, x) && FitUpperLeaf(a, o, n, x) &&
  @   FitReached(a, o, n, x) && FitReachedLeaf(a, o, n, x);
  @
  @ // Node i as a number.
  @ logic integer Node{L}(struct arena *a, integer o, integer n, integer i) =
  @   i < n ? a->best[o + i] : a->leaf[o + i - n];
  @
  @ // The trees over the pages of each block are right: the same with the block's
  @ // first page for o.
  @ predicate FitUppers{L}(struct arena *a) =
  @   \forall integer i, c; 0 <= i < c < ARENA_PAGES ==> i % FIT_PAGES != 0 ==>
  @   c < FIT_FIRST(i) + FIT_PAGES ==> ABOVE(i % FIT_PAGES, c - FIT_FIRST(i)) ==>
  @   a->best[c] <= a->best[i];
  @ predicate FitUpperLeaves{L}(struct arena *a) =
  @   \forall integer i, p; 0 <= i < ARENA_PAGES ==> i % FIT_PAGES != 0 ==>
  @   FIT_FIRST(i) <= p < FIT_FIRST(i) + FIT_PAGES ==>
  @   ABOVE(i % FIT_PAGES, FIT_PAGES + p - FIT_FIRST(i)) ==>
  @   a->leaf[p] <= a->best[i];
  @ predicate FitReaches{L}(struct arena *a) =
  @   \forall integer i, l, r; 0 <= i < l < r < ARENA_PAGES ==>
  @   i % FIT_PAGES != 0 ==> r < FIT_FIRST(i) + FIT_PAGES ==>
  @   ABOVE(i % FIT_PAGES, l - FIT_FIRST(i)) ==>
  @   ABOVE(i % FIT_PAGES, r - FIT_FIRST(i)) ==>
  @   a->best[i] <= a->best[l] || a->best[i] <= a->best[r];
  @ predicate FitReachLeaves{L}(struct arena *a) =
  @   \forall integer i, l, r; 0 <= i < ARENA_PAGES ==> i % FIT_PAGES != 0 ==>
  @   FIT_FIRST(i) <= l < r < FIT_FIRST(i) + FIT_PAGES ==>
  @   ABOVE(i % FIT_PAGES, FIT_PAGES + l - FIT_FIRST(i)) ==>
  @   ABOVE(i % FIT_PAGES, FIT_PAGES + r - FIT_FIRST(i)) ==>
  @   a->best[i] <= a->leaf[l] || a->best[i] <= a->leaf[r];
  @ predicate FitBlocks{L}(struct arena *a) =
  @   FitUppers(a) && FitUpperLeaves(a) && FitReaches(a) && FitReachLeaves(a);
  @
  @ // And that over the blocks, whose leaves are the others' roots.
  @ predicate FitRoots{L}(struct arena *a) =
  @   \forall integer p, i; ARENA_PAGES <= p < NODES ==> 0 <= i < ARENA_PAGES ==>
  @   FIT_PAGES * (p - ARENA_PAGES) + 1 <= i <= FIT_PAGES * (p - ARENA_PAGES) + 1
  @   ==> a->leaf[p] == a->best[i];
  @ predicate FitOver{L}(struct arena *a) = FitBut(a, ARENA_PAGES, FITS, 0);
  @ predicate FitTree{L}(struct arena *a) =
  @   FitBlocks(a) && FitRoots(a) && FitOver(a);
  @
  @ // No node changed; so the trees are as right as they were.
  @ predicate FitSame{K,L}(struct arena *a) =
  @   \forall integer i; 0 <= i < NODES ==>
  @   \at(a->best[i], L) == \at(a->best[i], K) &&
  @   \at(a->leaf[i], L) == \at(a->leaf[i], K);
  @ lemma fit_same{K,L}: \forall struct arena *a;
  @   FitSame{K,L}(a) ==> FitTree{K}(a) ==> FitTree{L}(a);
  @
  @ // No page changed its owner: setting a leaf concerns none, said as equations.
  @ predicate OwnerSame{K,L}(struct arena *a) =
  @   \forall integer p; 0 <= p < ARENA_PAGES ==>
  @   \at(a->owner[p], L) == \at(a->owner[p], K);
  @*/

/* The trees, in an assigns clause. */
#define FIT(a) a->best[0 .. NODES - 1], a->leaf[ARENA_PAGES .. NODES - 1]

#endif

/*
 * spec/fit.h - the tree of longest free runs, as the proofs see it.
 * Node 1 is the root and node i has the children 2 i and 2 i + 1; nodes from
 * ARENA_PAGES on are leaves: node ARENA_PAGES + p is leaf p.
 * Children are named by bounds, not as 2 i and 2 i + 1: the prover then looks
 * only at nodes already in sight, not at their children's children.
 */
#ifndef LM_SPEC_FIT_H
#define LM_SPEC_FIT_H
#include "../core/state.h"

/*@ // The parent of node x is node i.
  @ predicate Above(integer i, integer x) = 2 * i <= x <= 2 * i + 1;
  @
  @ // No child is greater than its parent; the parent of node x is left out.
  @ predicate FitUpper{L}(struct arena *a, integer x) =
  @   \forall integer i, c; 1 <= i < c < ARENA_PAGES ==>
  @   2 * i <= c <= 2 * i + 1 ==> !(2 * i <= x <= 2 * i + 1) ==>
  @   a->best[c] <= a->best[i];
  @ predicate FitUpperLeaf{L}(struct arena *a, integer x) =
  @   \forall integer i, p; 1 <= i < ARENA_PAGES ==> 0 <= p < ARENA_PAGES ==>
  @   2 * i <= ARENA_PAGES + p <= 2 * i + 1 ==> !(2 * i <= x <= 2 * i + 1) ==>
  @   a->leaf[p] <= a->best[i];
  @
  @ // Every parent is reached by one of its children l and r; the parent of
  @ // node x is left out.
  @ predicate FitReached{L}(struct arena *a, integer x) =
  @   \forall integer i, l, r; 1 <= i < l < r < ARENA_PAGES ==>
  @   2 * i <= l < r <= 2 * i + 1 ==> !(2 * i <= x <= 2 * i + 1) ==>
  @   a->best[i] <= a->best[l] || a->best[i] <= a->best[r];
  @ predicate FitReachedLeaf{L}(struct arena *a, integer x) =
  @   \forall integer i, l, r; 1 <= i < ARENA_PAGES ==>
  @   0 <= l < r < ARENA_PAGES ==>
  @   2 * i <= ARENA_PAGES + l < ARENA_PAGES + r <= 2 * i + 1 ==>
  @   !(2 * i <= x <= 2 * i + 1) ==>
  @   a->best[i] <= a->leaf[l] || a->best[i] <= a->leaf[r];
  @
  @ // The tree is right but for the parent of node x.
  @ predicate FitTreeBut{L}(struct arena *a, integer x) =
  @   FitUpper(a, x) && FitUpperLeaf(a, x) &&
  @   FitReached(a, x) && FitReachedLeaf(a, x);
  @
  @ // The tree is right: node 0 has no parent.
  @ predicate FitTree{L}(struct arena *a) = FitTreeBut(a, 0);
  @
  @ // Node i as a number.
  @ logic integer Node{L}(struct arena *a, integer i) =
  @   i < ARENA_PAGES ? a->best[i] : a->leaf[i - ARENA_PAGES];
  @*/

#endif

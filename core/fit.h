/*
 * fit.h - tournament trees over the pages: where a long enough run is free.
 * Leaf p is the length of the free run that starts at page p; an inner node
 * is the greater of its children, so the root is the longest free run and a
 * search walks down one path.  Each block of FIT_PAGES pages has a tree, and
 * there is one over the blocks: so an arena of which little is used writes to
 * little memory.  Cost: at most 1 + log2(ARENA_PAGES) nodes.
 * Proven: complete contracts below.  Trusted: nothing.
 * Source: the heap-ordered tournament tree (Knuth, TAOCP 3, 5.2.3).
 */
#ifndef LM_FIT_H
#define LM_FIT_H
#include "../spec/fit.h"

/* A page at which a free run of at least k pages starts; 0 exactly when there
 * is none. */
/*@ requires arena: \valid_read(a);
  @ requires tree: FitTree(a);
  @ requires k: 1 <= k;
  @ requires zero: a->leaf[0] == 0;
  @ assigns \nothing;
  @ ensures range: 0 <= \result < ARENA_PAGES;
  @ ensures found: \result != 0 ==> a->leaf[\result] >= k;
  @ ensures none: \result == 0 ==>
  @   \forall integer p; 0 <= p < ARENA_PAGES ==> a->leaf[p] < k;
  @*/
LM_CORE unsigned fit_find(const struct arena *a, int k);

/* Sets leaf p to v; no other leaf changes. */
/*@ requires arena: \valid(a);
  @ requires tree: FitTree(a);
  @ requires p: p < ARENA_PAGES;
  @ assigns a->leaf[p], a->leaf[ARENA_PAGES + p / FIT_PAGES],
  @   a->best[0 .. NODES - 1];
  @ ensures set: a->leaf[p] == v;
  @ ensures others: \forall integer q; 0 <= q < ARENA_PAGES ==> q != p ==>
  @   a->leaf[q] == \old(a->leaf[q]);
  @ ensures owner_same: OwnerSame{Pre,Post}(a);
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ensures tree: FitTree(a);
  @*/
LM_CORE void fit_set(struct arena *a, unsigned p, int v);

#endif

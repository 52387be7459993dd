/*
 * pages.h - runs of pages: handed out, taken back, merged.
 * Boundary tags tell a run its neighbours in one step (Knuth, TAOCP 1,
 * 2.5, algorithm C), the tournament tree tells where a long enough run is
 * free: allocating and freeing cost O(log ARENA_PAGES).
 * Proven: complete contracts below.  Trusted: nothing.
 * Go's names: mheap, pageAlloc.
 */
#ifndef LM_PAGES_H
#define LM_PAGES_H
#include "../spec/runs.h"

/* Hands out the whole free run s. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: FreeRun(a, s);
  @ assigns a->owner[s], a->tag[s], a->leaf[s], FIT(a);
  @ ensures run: a->tag[s] == TAG_LARGE;
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_LINKS
  @ ENSURES_RUNS(a)
  @*/
LM_CORE void run_take(struct arena *a, unsigned s);

/* Takes back run s, which no free run touches. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: Used(a, s);
  @ requires left: \forall integer q; 0 <= q < s ==> a->tag[q] == TAG_FREE ==>
  @   q + a->npages[q] < s;
  @ requires right: s + a->npages[s] < a->hi ==>
  @   a->tag[s + a->npages[s]] != TAG_FREE;
  @ assigns a->owner[s + a->npages[s] - 1], a->tag[s], a->leaf[s], FIT(a);
  @ ensures run: a->tag[s] == TAG_FREE;
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_RUNS(a)
  @ ENSURES_LINKS
  @*/
LM_CORE void run_give(struct arena *a, unsigned s);

/* Hands out the first k pages of the free run s, which has more. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: FreeRun(a, s) && 1 <= k < a->npages[s];
  @ assigns a->owner[0 .. ARENA_PAGES - 1], a->npages[s], a->npages[s + k],
  @   a->tag[s], a->tag[s + k], a->leaf[s], a->leaf[s + k],
  @   FIT(a);
  @ ensures first: a->tag[s] == TAG_LARGE && a->npages[s] == k;
  @ ensures second: a->tag[s + k] == TAG_FREE;
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_RUNS(a)
  @ ENSURES_LINKS
  @*/
LM_CORE void run_split(struct arena *a, unsigned s, unsigned k);

/* Makes run s, which is handed out and no free run touches from behind, part of
 * the free run l before it. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires left: FreeRun(a, l) && l + a->npages[l] == s;
  @ requires run: Used(a, s);
  @ requires right: s + a->npages[s] < a->hi ==>
  @   a->tag[s + a->npages[s]] != TAG_FREE;
  @ assigns a->owner[0 .. ARENA_PAGES - 1], a->npages[l], a->tag[s],
  @   a->leaf[l], FIT(a);
  @ ensures joined: a->tag[l] == TAG_FREE &&
  @   a->npages[l] == \old(a->npages[l]) + \old(a->npages[s]);
  @ ensures gone: a->tag[s] == TAG_NONE;
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_RUNS(a)
  @ ENSURES_LINKS
  @*/
LM_CORE void run_grow(struct arena *a, unsigned l, unsigned s);

/* Takes back run s, which no free run touches from before, and makes one free
 * run of it and of the free run r behind it. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: Used(a, s);
  @ requires left: \forall integer q; 0 <= q < s ==> a->tag[q] == TAG_FREE ==>
  @   q + a->npages[q] < s;
  @ requires behind: r == s + a->npages[s] && FreeRun(a, r);
  @ assigns a->owner[0 .. ARENA_PAGES - 1], a->npages[s], a->tag[s], a->tag[r],
  @   a->leaf[s], a->leaf[r], FIT(a);
  @ ensures joined: a->tag[s] == TAG_FREE &&
  @   a->npages[s] == \old(a->npages[s]) + \old(a->npages[r]);
  @ ensures gone: a->tag[r] == TAG_NONE;
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_RUNS(a)
  @ ENSURES_LINKS
  @*/
LM_CORE void run_absorb(struct arena *a, unsigned s, unsigned r);

/* Cuts run s, which is handed out, behind its first k pages; the new run
 * s + k is handed out too. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: a->tag[s] == TAG_LARGE && 1 <= k < a->npages[s];
  @ requires s: s < ARENA_PAGES;
  @ assigns a->owner[s + k], a->npages[s], a->npages[s + k], a->tag[s + k];
  @ ensures first: a->npages[s] == k;
  @ ensures second: a->tag[s + k] == TAG_LARGE &&
  @   a->npages[s + k] == \old(a->npages[s]) - k;
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_RUNS(a)
  @ ENSURES_LINKS
  @*/
LM_CORE void run_cut(struct arena *a, unsigned s, unsigned k);

/* Makes one run of s and of the run r behind it, both handed out. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires behind: r == s + a->npages[s] && r < a->hi &&
  @   a->tag[r] == TAG_LARGE;
  @ assigns a->npages[s], a->tag[r];
  @ ensures joined: a->npages[s] == \old(a->npages[s]) + \old(a->npages[r]);
  @ ensures gone: a->tag[r] == TAG_NONE;
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_RUNS(a)
  @ ENSURES_LINKS
  @*/
LM_CORE void run_join(struct arena *a, unsigned s, unsigned r);

/* Whether a run of k pages is free. */
/*@ requires arena: \valid_read(a);
  @ requires runs: Runs(a);
  @ requires k: 1 <= k < ARENA_PAGES;
  @ assigns \nothing;
  @ ensures any: \result != 0 <==> FreePages(a, k);
  @*/
LM_CORE int pages_any(const struct arena *a, unsigned k);

/* Hands out a run of k pages, from the lowest free run that is long enough;
 * 0, and no run changed, exactly when none is. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires k: 1 <= k < ARENA_PAGES;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ENSURES_RUNS(a)
  @ ensures range: 0 <= \result < ARENA_PAGES;
  @ ensures run: \result != 0 ==>
  @   a->tag[\result] == TAG_LARGE && a->npages[\result] == k;
  @ ensures new: \result != 0 ==> \old(a->tag[\at(\result, Post)]) <= TAG_FREE;
  @ ensures none: \result == 0 ==>
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   \old(a->tag[s]) == TAG_FREE ==> \old(a->npages[s]) < k;
  @ ensures kept: UsedKept{Pre,Post}(a, 0);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, \result);
  @ ensures same: \result == 0 ==> RunsSame{Pre,Post}(a);
  @ ensures fresh: a->fresh >= \old(a->fresh) && (\result != 0 ==> \result + k <= a->fresh);
  @ ENSURES_LINKS
  @*/
LM_CORE unsigned pages_alloc(struct arena *a, unsigned k);

/* Takes back run s and merges it with the free runs beside it; the start of
 * the free run that it is part of now. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures runs: Runs(a);
  @ ensures gone: a->tag[s] <= TAG_FREE;
  @ ensures free: \result <= s && a->tag[\result] == TAG_FREE &&
  @   \old(s + a->npages[s]) <= \result + a->npages[\result];
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, 0);
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ensures fresh: RunsFresh{Pre}(a) ==> RunsFresh(a);
  @ ENSURES_LINKS
  @*/
LM_CORE unsigned pages_free(struct arena *a, unsigned s);

/* Makes run s one of k pages in place: what it has too many is taken back,
 * what it has too few comes from a free run behind it.  1; or 0, and no run
 * changed, exactly when there is no free run behind it that is long enough. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires k: 1 <= k < ARENA_PAGES;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ENSURES_RUNS(a)
  @ ensures result: \result == 0 || \result == 1;
  @ ensures run: a->tag[s] == TAG_LARGE;
  @ ensures pages: \result != 0 ==> a->npages[s] == k;
  @ ensures same: \result == 0 ==> RunsSame{Pre,Post}(a);
  @ ensures none: \result == 0 <==> \old(a->npages[s] < k &&
  @   !(RunBehind(a, s) && a->npages[s] + a->npages[s + a->npages[s]] >= k));
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, s);
  @ ensures fresh: a->fresh >= \old(a->fresh) &&
  @   (\result != 0 ==> s + k <= a->fresh || k <= \old(a->npages[s]));
  @ ENSURES_LINKS
  @*/
LM_CORE int pages_resize(struct arena *a, unsigned s, unsigned k);

#endif

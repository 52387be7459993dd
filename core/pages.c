/*
 * pages.c - runs of pages; see pages.h.
 */
#include "pages.h"
#include "fit.h"

LM_CORE void run_take(struct arena *a, unsigned s)
{
  a->owner[s] = (int)s;
  a->tag[s] = TAG_LARGE;
  fit_set(a, s, 0);
}

LM_CORE void run_give(struct arena *a, unsigned s)
{
  unsigned n = a->npages[s];
  a->owner[s + n - 1u] = (int)s;
  a->tag[s] = TAG_FREE;
  fit_set(a, s, (int)n);
}

LM_CORE void run_cut(struct arena *a, unsigned s, unsigned k)
{
  unsigned r = s + k;
  a->npages[r] = a->npages[s] - k;
  a->npages[s] = k;
  a->owner[r] = (int)r;
  a->tag[r] = TAG_LARGE;
}

LM_CORE void run_join(struct arena *a, unsigned s, unsigned r)
{
  a->npages[s] = a->npages[s] + a->npages[r];
  a->tag[r] = TAG_NONE;
}

/* Gives back what run s has beyond its first k pages. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires k: 1 <= k <= a->npages[s];
  @ requires right: s + a->npages[s] < a->hi ==>
  @   a->tag[s + a->npages[s]] != TAG_FREE;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], a->best[1 .. ARENA_PAGES - 1];
  @ ensures runs: Runs(a);
  @ ensures run: a->tag[s] == TAG_LARGE && a->npages[s] == k;
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, s);
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_LINKS
  @*/
static void trim(struct arena *a, unsigned s, unsigned k)
{
  if (a->npages[s] > k) {
    run_cut(a, s, k);
    run_give(a, s + k);
  }
}

/* Hands out a run of k pages from a free run that is long enough. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires k: 1 <= k < ARENA_PAGES;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], a->best[1 .. ARENA_PAGES - 1];
  @ ensures runs: Runs(a);
  @ ensures range: 0 <= \result < ARENA_PAGES;
  @ ensures run: \result != 0 ==>
  @   a->tag[\result] == TAG_LARGE && a->npages[\result] == k;
  @ ensures new: \result != 0 ==> \old(a->tag[\at(\result, Post)]) <= TAG_FREE;
  @ ensures none: \result == 0 ==>
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   \old(a->tag[s]) == TAG_FREE ==> \old(a->npages[s]) < k;
  @ ensures same: \result == 0 ==> RunsSame{Pre,Post}(a);
  @ ensures kept: UsedKept{Pre,Post}(a, 0);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, \result);
  @ ENSURES_LINKS
  @*/
static unsigned take_fit(struct arena *a, unsigned k)
{
  unsigned s = fit_find(a, (int)k);
  if (s != 0u) {
    /*@ assert run: a->tag[s] == TAG_FREE && a->npages[s] >= k; */
    /*@ assert right: s + a->npages[s] < a->hi ==>
      @   a->tag[s + a->npages[s]] != TAG_FREE; */
    run_take(a, s);
    trim(a, s, k);
  }
  return s;
}

LM_CORE unsigned pages_alloc(struct arena *a, unsigned k)
{
  unsigned s = take_fit(a, k);
  if (s != 0u && (int)(s + k) > a->fresh) {
    a->fresh = (int)(s + k);
  }
  return s;
}

/* Merges the free run behind run s, if there is one, into it. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], a->best[1 .. ARENA_PAGES - 1];
  @ ensures runs: Runs(a);
  @ ensures run: a->tag[s] == TAG_LARGE;
  @ ensures alone: !RunBehind{Pre}(a, s) ==>
  @   a->npages[s] == \old(a->npages[s]);
  @ ensures joined: RunBehind{Pre}(a, s) ==> a->npages[s] ==
  @   \old(a->npages[s]) + \old(a->npages[s + a->npages[s]]);
  @ ensures right: s + a->npages[s] < a->hi ==>
  @   a->tag[s + a->npages[s]] != TAG_FREE;
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, s);
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_LINKS
  @*/
static void merge_right(struct arena *a, unsigned s)
{
  unsigned r = s + a->npages[s];
  if (r < a->hi && a->tag[r] == TAG_FREE) {
    run_take(a, r);
    run_join(a, s, r);
  }
}

/* Makes one run of the free run l and of run s behind it. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires left: l < s < ARENA_PAGES && a->tag[l] == TAG_FREE &&
  @   l + a->npages[l] == s;
  @ requires run: a->tag[s] == TAG_LARGE;
  @ assigns a->owner[l], a->npages[l], a->tag[l], a->tag[s], a->leaf[l],
  @   a->best[1 .. ARENA_PAGES - 1];
  @ ensures runs: Runs(a);
  @ ensures joined: a->tag[l] == TAG_LARGE &&
  @   a->npages[l] == \old(a->npages[l]) + \old(a->npages[s]);
  @ ensures gone: a->tag[s] == TAG_NONE;
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_LINKS
  @*/
static void absorb_left(struct arena *a, unsigned l, unsigned s)
{
  run_take(a, l);
  run_join(a, l, s);
}

/* The start of the free run that ends before page s, where a run handed out
 * starts; s if there is none. */
/*@ requires arena: \valid_read(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ assigns \nothing;
  @ ensures free: \result != s ==> \result < s &&
  @   a->tag[\result] == TAG_FREE && \result + a->npages[\result] == s;
  @ ensures none: \result == s ==>
  @   \forall integer q; 0 <= q < s ==> a->tag[q] == TAG_FREE ==>
  @   q + a->npages[q] < s;
  @*/
static unsigned free_before(const struct arena *a, unsigned s)
{
  unsigned l = (unsigned)a->owner[s - 1u];
  return a->tag[l] == TAG_FREE && l + a->npages[l] == s ? l : s;
}

/* Merges run s into the free run before it, if there is one; the start of
 * the merged run. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires right: s + a->npages[s] < a->hi ==>
  @   a->tag[s + a->npages[s]] != TAG_FREE;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], a->best[1 .. ARENA_PAGES - 1];
  @ ensures runs: Runs(a);
  @ ensures run: \result < ARENA_PAGES && a->tag[\result] == TAG_LARGE;
  @ ensures end: \result <= s &&
  @   \result + a->npages[\result] == \old(s + a->npages[s]);
  @ ensures gone: \result == s || a->tag[s] == TAG_NONE;
  @ ensures left: \forall integer q; 0 <= q < \result ==>
  @   a->tag[q] == TAG_FREE ==> q + a->npages[q] < \result;
  @ ensures right: \result + a->npages[\result] < a->hi ==>
  @   a->tag[\result + a->npages[\result]] != TAG_FREE;
  @ ensures new: \result == s || \old(a->tag[\at(\result, Post)]) <= TAG_FREE;
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, \result);
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_LINKS
  @*/
static unsigned merge_left(struct arena *a, unsigned s)
{
  unsigned l = free_before(a, s);
  if (l != s) {
    absorb_left(a, l, s);
  }
  return l;
}

/* Makes one run of run s and the free runs beside it; its start. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], a->best[1 .. ARENA_PAGES - 1];
  @ ensures runs: Runs(a);
  @ ensures run: \result < ARENA_PAGES && a->tag[\result] == TAG_LARGE;
  @ ensures end: \result <= s &&
  @   \old(s + a->npages[s]) <= \result + a->npages[\result];
  @ ensures gone: \result == s || a->tag[s] == TAG_NONE;
  @ ensures left: \forall integer q; 0 <= q < \result ==>
  @   a->tag[q] == TAG_FREE ==> q + a->npages[q] < \result;
  @ ensures right: \result + a->npages[\result] < a->hi ==>
  @   a->tag[\result + a->npages[\result]] != TAG_FREE;
  @ ensures new: \result == s || \old(a->tag[\at(\result, Post)]) <= TAG_FREE;
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, \result);
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ENSURES_LINKS
  @*/
static unsigned merge(struct arena *a, unsigned s)
{
  merge_right(a, s);
  return merge_left(a, s);
}

LM_CORE unsigned pages_free(struct arena *a, unsigned s)
{
  unsigned r = merge(a, s);
  run_give(a, r);
  return r;
}

LM_CORE int pages_resize(struct arena *a, unsigned s, unsigned k)
{
  unsigned n = a->npages[s];
  unsigned r = s + n;
  if (n < k) {
    if (r >= a->hi || a->tag[r] != TAG_FREE || n + a->npages[r] < k) {
      return 0;
    }
    if ((int)(s + k) > a->fresh) {
      a->fresh = (int)(s + k);
    }
  }
  merge_right(a, s);
  trim(a, s, k);
  return 1;
}

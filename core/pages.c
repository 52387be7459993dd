/*
 * pages.c - runs of pages; see pages.h.
 */
#include "pages.h"
#include "fit.h"

LM_CORE void run_take(struct arena *a, unsigned s)
{
  a->owner[s] = (int)s;
  a->tag[s] = TAG_LARGE;
  /*@ assert nodes: FitSame{Pre,Here}(a); */
  fit_set(a, s, 0);
}

LM_CORE void run_give(struct arena *a, unsigned s)
{
  unsigned n = a->npages[s];
  a->owner[s + n - 1u] = (int)s;
  a->tag[s] = TAG_FREE;
  /*@ assert nodes: FitSame{Pre,Here}(a); */
  fit_set(a, s, (int)n);
}

/* Sets leaf p to v and leaf q to 0, in the order that leaves the trees little to do
 * above both. */
/*@ requires arena: \valid(a);
  @ requires tree: FitTree(a);
  @ requires p: p < ARENA_PAGES && q < ARENA_PAGES && p != q;
  @ assigns a->leaf[p], a->leaf[q], FIT(a);
  @ ensures set: a->leaf[p] == v && a->leaf[q] == 0;
  @ ensures others: \forall integer i; 0 <= i < ARENA_PAGES ==> i != p ==>
  @   i != q ==> a->leaf[i] == \old(a->leaf[i]);
  @ ensures owner_same: OwnerSame{Pre,Post}(a);
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ensures tree: FitTree(a);
  @*/
static void fit_move(struct arena *a, unsigned p, int v, unsigned q)
{
  fit_set(a, p, v);
  fit_set(a, q, 0);
}

LM_CORE void run_split(struct arena *a, unsigned s, unsigned k)
{
  unsigned n = a->npages[s], r = s + k;
  a->npages[r] = n - k;
  a->npages[s] = k;
  a->owner[s + n - 1u] = (int)r;
  a->owner[s] = (int)s;
  a->tag[r] = TAG_FREE;
  a->tag[s] = TAG_LARGE;
  /*@ assert nodes: FitSame{Pre,Here}(a); */
  /* What the trees do not concern is said before they change. */
  /*@ assert last: FreeLast(a); */
  /*@ assert first: UsedFirst(a); */
  /*@ assert behind: OwnerBehind(a); */
  /*@ assert inside: RunsInside(a); */
  /*@ assert apart: RunsApart(a); */
  /*@ assert tile: RunsTile(a); */
  /*@ assert coalesced: RunsCoalesced(a); */
  /*@ assert owners: SlotOwners(a); */
  fit_move(a, r, (int)(n - k), s);
}

LM_CORE void run_grow(struct arena *a, unsigned l, unsigned s)
{
  unsigned n = a->npages[l] + a->npages[s];
  a->npages[l] = n;
  a->tag[s] = TAG_NONE;
  a->owner[l + n - 1u] = (int)l;
  /*@ assert nodes: FitSame{Pre,Here}(a); */
  /*@ assert last: FreeLast(a); */
  /*@ assert inside: RunsInside(a); */
  /*@ assert apart: RunsApart(a); */
  /*@ assert tile: RunsTile(a); */
  /*@ assert coalesced: RunsCoalesced(a); */
  /*@ assert owners: SlotOwners(a); */
  fit_set(a, l, (int)n);
}

LM_CORE void run_absorb(struct arena *a, unsigned s, unsigned r)
{
  unsigned n = a->npages[s] + a->npages[r];
  a->npages[s] = n;
  a->owner[s + n - 1u] = (int)s;
  a->tag[r] = TAG_NONE;
  a->tag[s] = TAG_FREE;
  /*@ assert nodes: FitSame{Pre,Here}(a); */
  /*@ assert last: FreeLast(a); */
  /*@ assert first: UsedFirst(a); */
  /*@ assert behind: OwnerBehind(a); */
  /*@ assert inside: RunsInside(a); */
  /*@ assert apart: RunsApart(a); */
  /*@ assert tile: RunsTile(a); */
  /*@ assert coalesced: RunsCoalesced(a); */
  /*@ assert owners: SlotOwners(a); */
  fit_move(a, s, (int)n, r);
}

LM_CORE void run_cut(struct arena *a, unsigned s, unsigned k)
{
  unsigned r = s + k;
  a->npages[r] = a->npages[s] - k;
  a->npages[s] = k;
  a->owner[r] = (int)r;
  a->tag[r] = TAG_LARGE;
  /*@ assert nodes: FitSame{Pre,Here}(a); */
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
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
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

LM_CORE int pages_any(const struct arena *a, unsigned k)
{
  unsigned s = fit_find(a, (int)k);
  /*@ assert run: s != 0 ==> FreeRun(a, s) && a->npages[s] >= k; */
  return s != 0u;
}

/* Hands out a run of k pages from a free run that is long enough. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires k: 1 <= k < ARENA_PAGES;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
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
    if (a->npages[s] > k) {
      run_split(a, s, k);
    } else {
      run_take(a, s);
    }
  }
  return s;
}

LM_CORE unsigned pages_alloc(struct arena *a, unsigned k)
{
  unsigned s = take_fit(a, k);
  /*@ ghost Taken: ; */
  if (s != 0u && (int)(s + k) > a->fresh) {
    a->fresh = (int)(s + k);
  }
  /*@ assert nodes: FitSame{Taken,Here}(a); */
  return s;
}

/* Merges the free run behind run s, if there is one, into it. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures runs: Runs(a);
  @ ensures run: a->tag[s] == TAG_LARGE;
  @ ensures alone: !RunBehind{Pre}(a, s) ==>
  @   a->npages[s] == \old(a->npages[s]);
  @ ensures joined: RunBehind{Pre}(a, s) ==> a->npages[s] ==
  @   \old(a->npages[s]) + \old(a->npages[s + a->npages[s]]);
  @ ensures before: \forall integer q; 0 <= q < s ==>
  @   a->tag[q] == \old(a->tag[q]) && a->npages[q] == \old(a->npages[q]);
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

/* pages_free for run s, which no free run touches from before. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires left: \forall integer q; 0 <= q < s ==> a->tag[q] == TAG_FREE ==>
  @   q + a->npages[q] < s;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures runs: Runs(a);
  @ ensures gone: a->tag[s] <= TAG_FREE;
  @ ensures free: s <= s && a->tag[s] == TAG_FREE &&
  @   \old(s + a->npages[s]) <= s + a->npages[s];
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, 0);
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ensures fresh: RunsFresh{Pre}(a) ==> RunsFresh(a);
  @ ENSURES_LINKS
  @*/
static void free_alone(struct arena *a, unsigned s)
{
  unsigned r = s + a->npages[s];
  if (r < a->hi && a->tag[r] == TAG_FREE) {
    run_absorb(a, s, r);
  } else {
    run_give(a, s);
  }
}

/* pages_free for run s, behind the free run l. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires left: FreeRun(a, l) && l + a->npages[l] == s;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures runs: Runs(a);
  @ ensures gone: a->tag[s] <= TAG_FREE;
  @ ensures free: l <= s && a->tag[l] == TAG_FREE &&
  @   \old(s + a->npages[s]) <= l + a->npages[l];
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, 0);
  @ ensures fresh_same: a->fresh == \old(a->fresh);
  @ ensures fresh: RunsFresh{Pre}(a) ==> RunsFresh(a);
  @ ENSURES_LINKS
  @*/
static void free_behind(struct arena *a, unsigned l, unsigned s)
{
  merge_right(a, s);
  /*@ ghost Merged: ; */
  /*@ assert free: a->tag[l] == TAG_FREE; */
  /*@ assert before: \forall integer t; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   a->tag[t] > TAG_FREE ==> \at(a->tag[t], Pre) > TAG_FREE &&
    @   a->npages[t] == \at(a->npages[t], Pre); */
  run_grow(a, l, s);
  /*@ assert others: \forall integer t; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   t != l ==> a->tag[t] == \at(a->tag[t], Merged) &&
    @   a->npages[t] == \at(a->npages[t], Merged); */
}

LM_CORE unsigned pages_free(struct arena *a, unsigned s)
{
  unsigned l = free_before(a, s);
  if (l == s) {
    free_alone(a, s);
  } else {
    free_behind(a, l, s);
  }
  return l;
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
  /*@ assert nodes: FitSame{Pre,Here}(a); */
  merge_right(a, s);
  trim(a, s, k);
  return 1;
}

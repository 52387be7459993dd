/*
 * spec/runs.h - what it means that runs of pages tile an arena.
 * A run is named by the page it starts at.  Each part of the invariant is a
 * predicate of its own: a prover finds its way through small statements.
 * Statements over two pages have both array reads in every case, so that
 * they are only looked at for pages the program has touched.
 */
#ifndef LM_SPEC_RUNS_H
#define LM_SPEC_RUNS_H
#include "fit.h"

/*@ // A run starts at page s; it is free; it is handed out.
  @ predicate Start{L}(struct arena *a, integer s) =
  @   0 <= s < ARENA_PAGES && a->tag[s] != TAG_NONE;
  @ predicate FreeRun{L}(struct arena *a, integer s) =
  @   0 <= s < ARENA_PAGES && a->tag[s] == TAG_FREE;
  @ predicate Used{L}(struct arena *a, integer s) =
  @   0 <= s < ARENA_PAGES && a->tag[s] > TAG_FREE;
  @
  @ // A tag of a span cut into slots.
  @ predicate SlotTag(integer t) = 2 <= t < TAG_LARGE || t == TAG_TINY;
  @ // A tag of a large object; TAG_LARGE + 1 says that it holds no pointers.
  @ predicate LargeTag(integer t) = TAG_LARGE <= t && t != TAG_TINY;
  @
  @ // The arena's pages are lo .. hi-1, and a run starts at the first.
  @ predicate RunsRegion{L}(struct arena *a) =
  @   1 <= a->lo < a->hi <= ARENA_PAGES && a->tag[a->lo] != TAG_NONE;
  @
  @ // A run has pages, all inside the region.
  @ predicate RunsInside{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->tag[s] != TAG_NONE ==>
  @   a->lo <= s && 1 <= a->npages[s] && s + a->npages[s] <= a->hi;
  @
  @ // No run starts inside another: runs are disjoint.
  @ predicate RunsApart{L}(struct arena *a) =
  @   \forall integer s, q; 0 <= s < q < ARENA_PAGES ==>
  @   a->tag[s] != TAG_NONE ==> a->tag[q] != TAG_NONE ==>
  @   s + a->npages[s] <= q;
  @
  @ // Behind a run the next one starts: runs leave no gap.
  @ predicate RunsTile{L}(struct arena *a) =
  @   \forall integer s, q; 0 <= s < q < a->hi ==>
  @   a->tag[s] != TAG_NONE ==> a->tag[q] == TAG_NONE ==>
  @   (q < s + a->npages[s] || q > s + a->npages[s]);
  @
  @ // Two free runs never touch: free runs are as long as they can be.
  @ predicate RunsCoalesced{L}(struct arena *a) =
  @   \forall integer s, q; 0 <= s < q < ARENA_PAGES ==>
  @   a->tag[s] == TAG_FREE ==> a->tag[q] == TAG_FREE ==>
  @   s + a->npages[s] < q;
  @
  @ // The tree knows the length of every free run, and of nothing else.
  @ predicate FreeLeaf{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->tag[s] == TAG_FREE ==>
  @   a->leaf[s] == a->npages[s];
  @ predicate UsedLeaf{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->tag[s] != TAG_FREE ==>
  @   a->leaf[s] == 0;
  @
  @ // The last page of a free run names its start.
  @ predicate FreeLast{L}(struct arena *a) =
  @   \forall integer s, p; 0 <= s <= p < ARENA_PAGES ==>
  @   a->tag[s] == TAG_FREE ==>
  @   s + a->npages[s] - 1 <= p <= s + a->npages[s] - 1 ==> a->owner[p] == s;
  @
  @ // The first page of a run handed out names it.
  @ predicate UsedFirst{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->tag[s] > TAG_FREE ==>
  @   a->owner[s] == s;
  @
  @ // No page names a page behind it.
  @ predicate OwnerBehind{L}(struct arena *a) =
  @   \forall integer p; 0 <= p < ARENA_PAGES ==> 0 <= a->owner[p] <= p;
  @
  @ // Every page of a span cut into slots names it.
  @ predicate SlotOwners{L}(struct arena *a) =
  @   \forall integer s, p; 0 <= s <= p < ARENA_PAGES ==>
  @   SlotTag(a->tag[s]) ==> p < s + a->npages[s] ==> a->owner[p] == s;
  @
  @ // Pages from fresh on were never part of a run handed out.
  @ predicate RunsFresh{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->tag[s] > TAG_FREE ==>
  @   s + a->npages[s] <= a->fresh;
  @
  @ // The page heap's invariant.
  @ predicate Runs{L}(struct arena *a) =
  @   RunsRegion(a) && RunsInside(a) && RunsApart(a) && RunsTile(a) &&
  @   RunsCoalesced(a) && FreeLeaf(a) && UsedLeaf(a) && FreeLast(a) &&
  @   UsedFirst(a) && OwnerBehind(a) && SlotOwners(a) && FitTree(a);
  @
  @ // Every run handed out in state K is as it was in state L, but for run x.
  @ predicate UsedKept{K,L}(struct arena *a, integer x) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> s != x ==>
  @   \at(a->tag[s], K) > TAG_FREE ==>
  @   \at(a->tag[s], L) == \at(a->tag[s], K) &&
  @   \at(a->npages[s], L) == \at(a->npages[s], K);
  @
  @ // Every run handed out in state L was so in state K, but for run x.
  @ predicate UsedNoNew{K,L}(struct arena *a, integer x) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> s != x ==>
  @   \at(a->tag[s], L) > TAG_FREE ==> \at(a->tag[s], K) > TAG_FREE;
  @
  @ // A free run begins behind run s.
  @ predicate RunBehind{L}(struct arena *a, integer s) =
  @   s + a->npages[s] < a->hi && a->tag[s + a->npages[s]] == TAG_FREE;
  @
  @ // No run changed.
  @ predicate RunsSame{K,L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   \at(a->tag[s], L) == \at(a->tag[s], K) &&
  @   \at(a->npages[s], L) == \at(a->npages[s], K);
  @
  @ // Every span cut into slots is the span that it was, and none is new.
  @ predicate SpansSame{K,L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   SlotTag(\at(a->tag[s], K)) || SlotTag(\at(a->tag[s], L)) ==>
  @   \at(a->tag[s], L) == \at(a->tag[s], K);
  @ predicate SpanPagesSame{K,L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   SlotTag(\at(a->tag[s], K)) ==>
  @   \at(a->npages[s], L) == \at(a->npages[s], K);
  @
  @ // A run of k pages is free.
  @ predicate FreePages{L}(struct arena *a, integer k) =
  @   \exists integer s; FreeRun(a, s) && a->npages[s] >= k;
  @
  @ // No span changed its list or its neighbours, and no list its first span
  @ // or the span it is allocated from.
  @ predicate HomeSame{K,L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   \at(a->home[s], L) == \at(a->home[s], K);
  @ predicate ListSame{K,L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   \at(a->list[s], L) == \at(a->list[s], K);
  @ predicate NextSame{K,L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   \at(a->next[s], L) == \at(a->next[s], K);
  @ predicate PrevSame{K,L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   \at(a->prev[s], L) == \at(a->prev[s], K);
  @ predicate HeadSame{K,L}(struct arena *a) =
  @   \forall integer l; 0 <= l < LISTS ==>
  @   \at(a->head[l], L) == \at(a->head[l], K);
  @ predicate LastSame{K,L}(struct arena *a) =
  @   \forall integer l; 0 <= l < LISTS ==>
  @   \at(a->last[l], L) == \at(a->last[l], K);
  @ predicate CurSame{K,L}(struct arena *a) =
  @   \forall integer l; 0 <= l < LISTS ==>
  @   \at(a->cur[l], L) == \at(a->cur[l], K);
  @
  @ // No slot of a span changed.
  @ predicate BitsSame{K,L}(struct arena *a) =
  @   \forall integer k; 0 <= k < ARENA_PAGES * WORDS ==>
  @   \at(a->bits[k], L) == \at(a->bits[k], K);
  @
  @ // No run changed its length, nor the region its bounds.
  @ predicate LengthsSame{K,L}(struct arena *a) =
  @   \at(a->lo, L) == \at(a->lo, K) && \at(a->hi, L) == \at(a->hi, K) &&
  @   \forall integer p; 0 <= p < ARENA_PAGES ==>
  @   \at(a->npages[p], L) == \at(a->npages[p], K);
  @*/

/* The clauses of a contract that say Runs(a) part by part: a prover finds its
 * way through many small goals better than through one large one. */
#define ENSURES_RUNS(a) \
  ensures region: RunsRegion(a); \
  ensures inside: RunsInside(a); \
  ensures apart: RunsApart(a); \
  ensures tile: RunsTile(a); \
  ensures coalesced: RunsCoalesced(a); \
  ensures free_leaf: FreeLeaf(a); \
  ensures used_leaf: UsedLeaf(a); \
  ensures free_last: FreeLast(a); \
  ensures used_first: UsedFirst(a); \
  ensures behind: OwnerBehind(a); \
  ensures owners: SlotOwners(a); \
  ensures tree: FitTree(a);

/* The clauses of a contract that say that no list changed, and no slot.  It
 * follows from the assigns clause; said as equations it spares the prover the
 * way there. */
#define ENSURES_LISTS \
  ensures home_same: HomeSame{Pre,Post}(a); \
  ensures list_same: ListSame{Pre,Post}(a); \
  ensures next_same: NextSame{Pre,Post}(a); \
  ensures prev_same: PrevSame{Pre,Post}(a); \
  ensures head_same: HeadSame{Pre,Post}(a); \
  ensures last_same: LastSame{Pre,Post}(a); \
  ensures cur_same: CurSame{Pre,Post}(a);
#define ENSURES_LINKS \
  ENSURES_LISTS \
  ensures bits_same: BitsSame{Pre,Post}(a);

#endif

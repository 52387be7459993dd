/*
 * heap.h - runs of pages become spans and large objects, and runs again.
 * Below this layer a run is a run; here the lists, the cursors and the slots'
 * bits are kept in step with it.
 * Proven: complete contracts below.  Trusted: nothing.
 * Go's names: mheap.alloc, allocLarge, freeSpan.
 */
#ifndef LM_HEAP_H
#define LM_HEAP_H
#include "../spec/arena.h"

/* Hands out k pages as a large object; 0, and no run changed, exactly when no
 * free run is long enough.  Pages from the old value of fresh on were never
 * handed out before. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires k: 1 <= k < ARENA_PAGES;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures range: 0 <= \result < ARENA_PAGES;
  @ ensures run: \result != 0 ==>
  @   a->tag[\result] == TAG_LARGE && a->npages[\result] == k;
  @ ensures new: \result != 0 ==> \old(a->tag[\at(\result, Post)]) <= TAG_FREE;
  @ ensures none: \result == 0 ==>
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> \old(a->tag[s]) == TAG_FREE ==>
  @   \old(a->npages[s]) < k;
  @ ensures same: \result == 0 ==> RunsSame{Pre,Post}(a);
  @ ensures fresh_more: a->fresh >= \old(a->fresh);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, \result);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, \result);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, \result);
  @ ENSURES_LINKS
  @ ENSURES_RUNS(a)
  @ behavior fresh:
  @ assumes sound: RunsFresh(a);
  @ ensures fresh: RunsFresh(a);
  @ behavior rooms:
  @ assumes sound: Rooms(a);
  @ ENSURES_ROOMS(a)
  @ behavior spans:
  @ assumes sound: Spans(a, 0) && Cursors(a);
  @ ENSURES_SPANS(a, 0)
  @*/
LM_CORE unsigned heap_alloc(struct arena *a, unsigned k);

/* Takes back the pages of run s, a large object of tag TAG_LARGE; the start of
 * the free run that they are part of now. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: 0 < s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures gone: a->tag[s] <= TAG_FREE;
  @ ensures free: \result <= s && a->tag[\result] == TAG_FREE &&
  @   \old(s + a->npages[s]) <= \result + a->npages[\result];
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, 0);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, s);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, s);
  @ ENSURES_LINKS
  @ ENSURES_RUNS(a)
  @ behavior fresh:
  @ assumes sound: RunsFresh(a);
  @ ensures fresh: RunsFresh(a);
  @ behavior rooms:
  @ assumes sound: Rooms(a);
  @ ENSURES_ROOMS(a)
  @ behavior spans:
  @ assumes sound: Spans(a, 0) && Cursors(a);
  @ ENSURES_SPANS(a, 0)
  @*/
LM_CORE unsigned heap_free(struct arena *a, unsigned s);

/* Makes large object s, of tag TAG_LARGE, one of k pages where it is: 1; or 0,
 * and no run changed, exactly when it is to grow and no free run behind it is
 * long enough. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: 0 < s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires k: 1 <= k < ARENA_PAGES;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures result: \result == 0 || \result == 1;
  @ ensures run: a->tag[s] == TAG_LARGE;
  @ ensures pages: \result != 0 ==> a->npages[s] == k;
  @ ensures same: \result == 0 ==> RunsSame{Pre,Post}(a);
  @ ensures none: \result == 0 <==> \old(a->npages[s] < k &&
  @   !(RunBehind(a, s) && a->npages[s] + a->npages[s + a->npages[s]] >= k));
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, s);
  @ ENSURES_LINKS
  @ ENSURES_RUNS(a)
  @ behavior fresh:
  @ assumes sound: RunsFresh(a);
  @ ensures fresh: RunsFresh(a);
  @ behavior rooms:
  @ assumes sound: Rooms(a);
  @ ENSURES_ROOMS(a)
  @ behavior spans:
  @ assumes sound: Spans(a, 0) && Cursors(a);
  @ ENSURES_SPANS(a, 0)
  @*/
LM_CORE int heap_resize(struct arena *a, unsigned s, unsigned k);

/* Makes a span with tag t for list l of new pages, all its slots free; 0, and
 * no block changed, exactly when no free run is long enough. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: 0 < l < LISTS && l % TAGS == t;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->home[0 .. ARENA_PAGES - 1], a->bits[0 .. ARENA_PAGES * WORDS - 1];
  @ ensures range: 0 <= \result < ARENA_PAGES;
  @ ensures span: \result != 0 ==> a->tag[\result] == t &&
  @   a->home[\result] == l && a->list[\result] == 0;
  @ ensures empty: \result != 0 ==> Empty(a, \result, ClassSlots[t / 2]);
  @ ensures new: \result != 0 ==> \old(a->tag[\at(\result, Post)]) <= TAG_FREE;
  @ ensures none: \result == 0 ==>
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> \old(a->tag[s]) == TAG_FREE ==>
  @   \old(a->npages[s]) < ClassPages[t / 2];
  @ ensures same: \result == 0 ==> RunsSame{Pre,Post}(a);
  @ ensures home_same: \result == 0 ==> HomeSame{Pre,Post}(a);
  @ ensures bits_same: \result == 0 ==> BitsSame{Pre,Post}(a);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, \result);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ensures cur_same: CurSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, \result)
  @*/
LM_CORE unsigned heap_span(struct arena *a, unsigned l, unsigned t);

/* Takes back the pages of span s, which is empty and on no list; the start of
 * the free run that they are part of now. */
/*@ requires arena: \valid(a);
  @ requires sound: ArenaBut(a, s);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires place: a->list[s] == 0 && a->cur[a->home[s]] != s;
  @ requires empty: Empty(a, s, Slots(a, s));
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures gone: a->tag[s] <= TAG_FREE;
  @ ensures free: \result <= s && a->tag[\result] == TAG_FREE &&
  @   \old(s + a->npages[s]) <= \result + a->npages[\result];
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, 0);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ENSURES_LINKS
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE unsigned heap_retire(struct arena *a, unsigned s);

#endif

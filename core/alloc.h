/*
 * alloc.h - a free slot from a holder's cursor, refilled when it must be.
 * The path that a program takes most: one word of bits, its lowest clear bit,
 * one multiplication.
 * Proven: complete contracts below.  Trusted: nothing.
 * Go's names: nextFreeFast, nextFree, mallocgc.
 */
#ifndef LM_ALLOC_H
#define LM_ALLOC_H
#include "cache.h"

/* The byte offset of slot i of span s; the slot lies inside the span. */
/*@ requires arena: \valid_read(a);
  @ requires runs: Runs(a);
  @ requires pages: SpanPages(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires slot: i < Slots(a, s);
  @ assigns \nothing;
  @ ensures offset: \result == SlotOffset(a, s, i);
  @ ensures inside: \result + ClassSize[a->tag[s] / 2] <=
  @   (s + a->npages[s]) * PAGE_SIZE;
  @ ensures some: PAGE_SIZE <= s * PAGE_SIZE <= \result;
  @*/
LM_CORE unsigned slot_offset(const struct arena *a, unsigned s, unsigned i);

/* The same for a caller that knows the span's tag t, which it spares a load. */
/*@ requires arena: \valid_read(a);
  @ requires runs: Runs(a);
  @ requires pages: SpanPages(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires tag: a->tag[s] == t;
  @ requires slot: i < Slots(a, s);
  @ assigns \nothing;
  @ ensures offset: \result == SlotOffset(a, s, i);
  @ ensures inside: \result + ClassSize[a->tag[s] / 2] <=
  @   (s + a->npages[s]) * PAGE_SIZE;
  @ ensures some: PAGE_SIZE <= s * PAGE_SIZE <= \result;
  @*/
LM_CORE unsigned slot_offset_tag(const struct arena *a, unsigned s, unsigned i,
                                 unsigned t);

/* Takes the lowest free slot of word w of span s. */
/*@ requires arena: \valid(a);
  @ requires tail: SpanTail(a);
  @ requires parked: SpanParked(a, 0);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires word: w < WORDS;
  @ requires room: a->bits[WORDS * s + w] != ALL_ONES;
  @ assigns a->bits[WORDS * s + w];
  @ ensures slot: \result < Slots(a, s);
  @ ensures was: !LiveSlot{Pre}(a, s, \result);
  @ ensures is: LiveSlot(a, s, \result);
  @ ensures live: SlotsLive{Pre,Post}(a, s, \result);
  @ ensures span_tail: SpanTail(a);
  @ ensures span_parked: SpanParked(a, 0);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ENSURES_LISTS
  @*/
LM_CORE unsigned slot_take(struct arena *a, unsigned s, unsigned w);

/* Frees slot i of span s; 0, and no change, exactly when it holds no block.
 * The span may then have room and be on no list: settle finds it a place. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires slot: i < Slots(a, s);
  @ assigns a->bits[WORDS * s + i / WORD_BITS];
  @ ensures was: \result != 0 <==> LiveSlot{Pre}(a, s, i);
  @ ensures gone: !LiveSlot(a, s, i);
  @ ensures free: !Taken(a, s, i);
  @ ensures live: SlotsLive{Pre,Post}(a, s, i);
  @ ensures same: \result == 0 ==> a->bits[WORDS * s + i / WORD_BITS] ==
  @   \old(a->bits[WORDS * s + i / WORD_BITS]);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ENSURES_LISTS
  @ ENSURES_ARENA(a, s)
  @*/
LM_CORE int slot_give(struct arena *a, unsigned s, unsigned i);

/* Frees the slots of word w of span s that have a bit in freed, which may be
 * any word; returns the bits that named no block.  As slot_give for more. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires index: w < WORDS;
  @ assigns a->bits[WORDS * s + w];
  @ ensures senseless: \forall integer b; 0 <= b < WORD_BITS ==>
  @   (Bit(\result, b) <==> Bit(freed, b) &&
  @     !LiveSlot{Pre}(a, s, WORD_BITS * w + b));
  @ ensures swept: \forall integer j; 0 <= j < SLOTS_MAX ==>
  @   (LiveSlot(a, s, j) <==> LiveSlot{Pre}(a, s, j) && !Named(w, freed, j));
  @ ensures others: \forall integer t, j; t != s ==> 0 <= j < SLOTS_MAX ==>
  @   (LiveSlot(a, t, j) <==> LiveSlot{Pre}(a, t, j));
  @ ensures bits_same: \result == freed ==> BitsSame{Pre,Post}(a);
  @ ensures room: \result != freed ==> !Full(a, s);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ENSURES_LISTS
  @ ENSURES_ARENA(a, s)
  @*/
LM_CORE word slot_sweep(struct arena *a, unsigned s, unsigned w, word freed);

/* Puts a span on its list that has room and is on none. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires rooms: Rooms(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires home: 0 < a->home[s] < LISTS;
  @ requires place: a->list[s] == 0 && a->cur[a->home[s]] != s;
  @ assigns a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->prev[s],
  @   a->next[0 .. ARENA_PAGES - 1];
  @ ensures on: a->list[s] == a->home[s];
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures home_same: HomeSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_RUNS(a)
  @ ENSURES_ROOMS(a)
  @ behavior fresh:
  @ assumes sound: RunsFresh(a);
  @ ensures fresh: RunsFresh(a);
  @ behavior spans:
  @ assumes sound: Spans(a, s) && Cursors(a);
  @ ENSURES_SPANS(a, 0)
  @*/
LM_CORE void enlist(struct arena *a, unsigned s);

/* Gives the pages of span s, which is on a list and empty, back; the start of
 * the free run that they are part of now. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires place: a->list[s] != 0;
  @ requires empty: Empty(a, s, Slots(a, s));
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures gone: a->tag[s] <= TAG_FREE;
  @ ensures free: \result <= s && a->tag[\result] == TAG_FREE &&
  @   \old(s + a->npages[s]) <= \result + a->npages[\result];
  @ ensures home_same: HomeSame{Pre,Post}(a);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE unsigned span_release(struct arena *a, unsigned s);

/* As span_release, for an empty span wherever it is: on a list, or current. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires empty: Empty(a, s, Slots(a, s));
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->cur[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures gone: a->tag[s] <= TAG_FREE;
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, 0);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE void span_reclaim(struct arena *a, unsigned s);

/* Lets span s rest: be on its list or allocated from, so that it may have room.
 * One on no list, which is full, is allocated from, from word w on, if the span
 * that its list allocates from is full: what is freed there is found at once. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires word: w < WORDS;
  @ assigns a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->prev[s],
  @   a->next[0 .. ARENA_PAGES - 1], a->cur[0 .. LISTS - 1],
  @   a->at[0 .. LISTS - 1];
  @ ensures place: a->list[s] != 0 || a->cur[a->home[s]] == s;
  @ ensures home_same: HomeSame{Pre,Post}(a);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE void anchor(struct arena *a, unsigned s, unsigned w);

/* Finds its place for span s, which may have room and be on no list: a span
 * with room is listed; an empty one on a list goes back to the page heap, unless
 * the list keeps fewer than SPARE_PAGES in empty spans. */
/*@ requires arena: \valid(a);
  @ requires sound: ArenaBut(a, s);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1], a->hot[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures place: a->tag[s] == \old(a->tag[s]) ||
  @   FreePages(a, \old(a->npages[s]));
  @ ensures home_same: HomeSame{Pre,Post}(a);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE void settle(struct arena *a, unsigned s);

/* Gives the large object in run s tag t: TAG_LARGE, + 1 for noscan. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires large: LiveLarge(a, s);
  @ requires tag: LargeTag(t) && t <= 255;
  @ assigns a->tag[s];
  @ ensures tag: a->tag[s] == t;
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE void tag_large(struct arena *a, unsigned s, unsigned t);

/* Frees the large object in run s: that many pages can be had again. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires large: LiveLarge(a, s);
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures gone: !LiveLarge(a, s);
  @ ensures free: FreePages(a, \old(a->npages[s]));
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, s);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, s);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE void free_large(struct arena *a, unsigned s);

#endif

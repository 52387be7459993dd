/*
 * spec/arena.h - what it means that an arena is sound, and that a block lives.
 * The invariant is Runs (pages), Rooms (spans with room), Cursors (the spans
 * that holders allocate from) and Spans (the slots' bits).  Liveness is said
 * twice: of slot i of span s, and of the block at a byte offset.
 */
#ifndef LM_SPEC_ARENA_H
#define LM_SPEC_ARENA_H
#include "classes.h"
#include "rooms.h"
#include "runs.h"
#include "slots.h"

/*@ // The slots of span s, by its tag.
  @ logic integer Slots{L}(struct arena *a, integer s) =
  @   ClassSlots[a->tag[s] / 2];
  @
  @ // A span belongs to a list of its tag.
  @ predicate SpanHome{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> SlotTag(a->tag[s]) ==>
  @   0 < a->home[s] < LISTS && a->home[s] % TAGS == a->tag[s];
  @
  @ // What is on a list is a span with slots, on the list it belongs to.
  @ predicate SpanListed{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->list[s] != 0 ==>
  @   SlotTag(a->tag[s]) && a->list[s] == a->home[s];
  @
  @ // A span has as many pages as its class says.
  @ predicate SpanPages{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> SlotTag(a->tag[s]) ==>
  @   a->npages[s] == ClassPages[a->tag[s] / 2];
  @
  @ // Bits behind the last slot stay set.
  @ predicate SpanTail{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> SlotTag(a->tag[s]) ==>
  @   Tail(a, s, Slots(a, s));
  @
  @ // A span on no list that is not allocated from is full; span x is left
  @ // out.
  @ predicate SpanParked{L}(struct arena *a, integer x) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> s != x ==>
  @   SlotTag(a->tag[s]) ==> a->list[s] == 0 ==> a->cur[a->home[s]] != s ==>
  @   Full(a, s);
  @
  @ predicate Spans{L}(struct arena *a, integer x) =
  @   SpanHome(a) && SpanListed(a) && SpanPages(a) && SpanTail(a) &&
  @   SpanParked(a, x);
  @
  @ // The span that is allocated from for list l belongs to it and is on none.
  @ predicate CursorSpan{L}(struct arena *a) =
  @   \forall integer l; 0 <= l < LISTS ==> a->cur[l] != 0 ==>
  @   a->cur[l] < ARENA_PAGES && SlotTag(a->tag[a->cur[l]]) &&
  @   a->home[a->cur[l]] == l && a->list[a->cur[l]] == 0;
  @
  @ // A cursor stands at a word.
  @ predicate CursorWord{L}(struct arena *a) =
  @   \forall integer l; 0 <= l < LISTS ==> 0 <= a->at[l] < WORDS;
  @
  @ // Central, holder 0, allocates from no span.
  @ predicate CursorCentral{L}(struct arena *a) =
  @   \forall integer l; 0 <= l < TAGS ==> a->cur[l] == 0;
  @
  @ predicate Cursors{L}(struct arena *a) =
  @   CursorSpan(a) && CursorWord(a) && CursorCentral(a);
  @
  @ // The arena's invariant; ArenaBut lets span x have room and be on no list.
  @ predicate ArenaBut{L}(struct arena *a, integer x) =
  @   Runs(a) && RunsFresh(a) && Rooms(a) && Cursors(a) && Spans(a, x);
  @ predicate Arena{L}(struct arena *a) = ArenaBut(a, 0);
  @
  @ // Word k of the bits is of a span of tag t, and has a free slot.
  @ predicate WordRoom{L}(struct arena *a, integer k, integer t) =
  @   0 <= k < ARENA_PAGES * WORDS && SlotTag(t) && a->tag[k / WORDS] == t &&
  @   a->bits[k] != ALL_ONES;
  @
  @ // List l, or list c of central, holds span s; and still does.
  @ predicate Held{L}(struct arena *a, integer s, integer l, integer c) =
  @   SlotTag(a->tag[s]) && (a->home[s] == l || a->home[s] == c);
  @ predicate HeldKept{K,L}(struct arena *a, integer l, integer c) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   Held{K}(a, s, l, c) ==> Held{L}(a, s, l, c);
  @
  @ // No slot changed: it is taken, the bits behind the last are set, and a
  @ // span is full, as they were.  It follows from BitsSame; said of slots it
  @ // spares the prover the words.
  @ predicate TakenSame{K,L}(struct arena *a) =
  @   \forall integer s, i; 0 <= s < ARENA_PAGES ==> 0 <= i < SLOTS_MAX ==>
  @   (Taken{K}(a, s, i) <==> Taken{L}(a, s, i));
  @ predicate TailSame{K,L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> SlotTag(\at(a->tag[s], L)) ==>
  @   Tail{K}(a, s, Slots{L}(a, s)) ==> Tail{L}(a, s, Slots{L}(a, s));
  @ predicate FullSame{K,L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   (Full{K}(a, s) <==> Full{L}(a, s));
  @
  @ // Slot i of span s holds a live block.
  @ predicate LiveSlot{L}(struct arena *a, integer s, integer i) =
  @   0 < s < ARENA_PAGES && SlotTag(a->tag[s]) && 0 <= i < Slots(a, s) &&
  @   Taken(a, s, i);
  @
  @ // The byte offset of slot i of span s.
  @ logic integer SlotOffset{L}(struct arena *a, integer s, integer i) =
  @   s * PAGE_SIZE + SlotStart(a->tag[s] / 2, i);
  @
  @ // Every live slot of state K lives in state L, in a span of the same tag,
  @ // but for slot i of span s; and there is no other.
  @ predicate SlotsLive{K,L}(struct arena *a, integer s, integer i) =
  @   \forall integer t, j; 0 <= t < ARENA_PAGES ==> 0 <= j < SLOTS_MAX ==>
  @   !(t == s && j == i) ==>
  @   (LiveSlot{K}(a, t, j) <==> LiveSlot{L}(a, t, j));
  @ predicate SlotsTag{K,L}(struct arena *a, integer s, integer i) =
  @   \forall integer t, j; 0 <= t < ARENA_PAGES ==> 0 <= j < SLOTS_MAX ==>
  @   !(t == s && j == i) ==> LiveSlot{K}(a, t, j) ==>
  @   \at(a->tag[t], K) == \at(a->tag[t], L);
  @
  @ // A large object lives in run s.
  @ predicate LiveLarge{L}(struct arena *a, integer s) =
  @   0 < s < ARENA_PAGES && LargeTag(a->tag[s]);
  @
  @ // Every large object of state K lives in state L, as large as it was, but
  @ // for the one at s; and there is no other.
  @ predicate LargesLive{K,L}(struct arena *a, integer s) =
  @   \forall integer t; 0 <= t < ARENA_PAGES ==> t != s ==>
  @   (LiveLarge{K}(a, t) <==> LiveLarge{L}(a, t));
  @ predicate LargesPages{K,L}(struct arena *a, integer s) =
  @   \forall integer t; 0 <= t < ARENA_PAGES ==> t != s ==>
  @   LiveLarge{K}(a, t) ==>
  @   \at(a->npages[t], K) == \at(a->npages[t], L);
  @*/

/* The clauses of a contract that say ArenaBut(a, x) part by part. */
#define ENSURES_SPANS(a, x) \
  ensures span_home: SpanHome(a); \
  ensures span_listed: SpanListed(a); \
  ensures span_pages: SpanPages(a); \
  ensures span_tail: SpanTail(a); \
  ensures span_parked: SpanParked(a, x); \
  ensures cursor_span: CursorSpan(a); \
  ensures cursor_word: CursorWord(a); \
  ensures cursor_central: CursorCentral(a);
#define ENSURES_ARENA(a, x) \
  ENSURES_RUNS(a) \
  ensures fresh: RunsFresh(a); \
  ENSURES_ROOMS(a) \
  ENSURES_SPANS(a, x)

#endif

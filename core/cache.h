/*
 * cache.h - what a holder allocates slots from, and where it finds more.
 * For each tag a holder has a cursor: a current span and a word of its bits.
 * When the word is full the cursor moves: to the next word with room, to a
 * span on the holder's own list, to one of central's, to a new span.  Beside it
 * there is a guess, the word where a slot was freed last: it asks nothing of the
 * arena, as who follows it looks first (hot_word).
 * Proven: complete contracts below.  Trusted: nothing.
 * Go's names: mcache (cursor), mcentral (holder 0), refill, nextFree.
 */
#ifndef LM_CACHE_H
#define LM_CACHE_H
#include "../spec/arena.h"
#include "rooms.h"

/* The cursor of list l is at a word with a free slot. */
/*@ predicate CursorRoom{L}(struct arena *a, integer l) =
  @   a->cur[l] != 0 && a->bits[WORDS * a->cur[l] + a->at[l]] != ALL_ONES;
  @*/

/* Whether it is. */
/*@ requires arena: \valid_read(a);
  @ requires cursors: Cursors(a);
  @ requires list: l < LISTS;
  @ assigns \nothing;
  @ ensures room: \result != 0 <==> CursorRoom(a, l);
  @*/
LM_CORE int cursor_room(const struct arena *a, unsigned l);

/* Lets list l allocate from its span s, which is on no list, from word w on. */
/*@ requires arena: \valid(a);
  @ requires sound: ArenaBut(a, s);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires list: a->home[s] == l && a->list[s] == 0;
  @ requires idle: TAGS <= l < LISTS && a->cur[l] == 0;
  @ requires word: w < WORDS;
  @ assigns a->cur[l], a->at[l];
  @ ensures cur: a->cur[l] == s && a->at[l] == w;
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE void cursor_set(struct arena *a, unsigned l, unsigned s, unsigned w);

/* Lets word k of the bits be where list l is guessed to find a slot. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires list: l < LISTS;
  @ requires word: k < ARENA_PAGES * WORDS;
  @ assigns a->hot[l];
  @ ensures hot: a->hot[l] == k;
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE void hot_set(struct arena *a, unsigned l, unsigned k);

/* Ends allocation from the span of list l, which is full. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires list: l < LISTS && a->cur[l] != 0;
  @ requires full: Full(a, a->cur[l]);
  @ assigns a->cur[l];
  @ ensures idle: a->cur[l] == 0;
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE void cursor_drop(struct arena *a, unsigned l);

/* Lets the cursor of list l stay on its span, at a word with room, if there is
 * one; otherwise it leaves the span. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires list: l < LISTS;
  @ assigns a->cur[l], a->at[l];
  @ ensures same: \result != 0 ==> a->cur[l] == \old(a->cur[l]);
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures leaves: \result == 0 ==> a->cur[l] == 0;
  @ ensures full: \result == 0 ==> \old(a->cur[l]) == 0 ||
  @   Full(a, \old(a->cur[l]));
  @ ensures home_same: HomeSame{Pre,Post}(a);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE int cursor_stay(struct arena *a, unsigned l);

/* Notes that span s is not kept as a spare one any more, if it is empty and
 * was: see SPARE_PAGES. */
/*@ requires arena: \valid(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires list: a->home[s] < LISTS;
  @ assigns a->spare[0 .. LISTS - 1];
  @ ensures fewer: a->spare[a->home[s]] <= \old(a->spare[a->home[s]]);
  @*/
LM_CORE void spare_less(struct arena *a, unsigned s);

/* Takes span s off the list it is on. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires rooms: Rooms(a);
  @ requires span: 0 < s < ARENA_PAGES && a->list[s] != 0;
  @ assigns a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures off: a->list[s] == 0;
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures home_same: HomeSame{Pre,Post}(a);
  @ ensures cur_same: CurSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_RUNS(a)
  @ ENSURES_ROOMS(a)
  @ behavior fresh:
  @ assumes sound: RunsFresh(a);
  @ ensures fresh: RunsFresh(a);
  @ behavior spans:
  @ assumes sound: Spans(a, 0) && Cursors(a);
  @ ensures idle: a->cur[a->home[s]] != s;
  @ ENSURES_SPANS(a, s)
  @*/
LM_CORE void detach(struct arena *a, unsigned s);

/* Moves the cursor of list l, whose tag is t, to a word with a free slot of a
 * span there is: its own, one on its list, one on central's; 0 if none of these
 * has one.  Every span stays with its holder, but for those of central's that
 * list l takes over. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ assigns a->cur[l], a->at[l], a->home[0 .. ARENA_PAGES - 1],
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures none: \result == 0 ==> a->cur[l] == 0;
  @ ensures full: \result == 0 ==> \old(a->cur[l]) == 0 ||
  @   Full(a, \old(a->cur[l]));
  @ ensures first: \result == 0 ==> \old(a->head[l]) == 0 ||
  @   Full(a, \old(a->head[l]));
  @ ensures held: HeldKept{Pre,Post}(a, l, t);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE int cursor_find(struct arena *a, unsigned l, unsigned t);

/* Moves the cursor of list l, whose tag is t, to a word with a free slot: a
 * word of its span, a span on its list, a span on central's list (1), a new
 * span (2); 0, with no run changed, when none is found.  Every holder's spans
 * stay with it, but for those of central that list l takes over. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ assigns a->cur[l], a->at[l], a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1],
  @   a->home[0 .. ARENA_PAGES - 1], a->list[0 .. ARENA_PAGES - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures result: 0 <= \result <= 2;
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures none: \result == 0 ==> a->cur[l] == 0 &&
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> \old(a->tag[s]) == TAG_FREE ==>
  @   \old(a->npages[s]) < ClassPages[t / 2];
  @ ensures same: \result == 0 ==> RunsSame{Pre,Post}(a);
  @ ensures bits_same: \result == 0 ==> BitsSame{Pre,Post}(a);
  @ ensures held: \result == 0 ==> HeldKept{Pre,Post}(a, l, t);
  @ ensures old: \result != 2 ==> UsedNoNew{Pre,Post}(a, 0);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, a->cur[l]);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE int cursor_refill(struct arena *a, unsigned l, unsigned t);

/* As cursor_refill, from a span there is, by looking at each: it finds one
 * exactly when l or central's list t has a span with a free slot.  The lists
 * lead to the same spans in one step; what is local to a span does not show
 * that they lead to all of them, so the last attempt before an allocation
 * fails looks at every page. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ requires idle: a->cur[l] == 0;
  @ assigns a->cur[l], a->at[l], a->home[0 .. ARENA_PAGES - 1],
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures none: \result == 0 ==> a->cur[l] == 0 &&
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> Held(a, s, l, t) ==>
  @   Full(a, s);
  @ ensures held: HeldKept{Pre,Post}(a, l, t);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE int cursor_hunt(struct arena *a, unsigned l, unsigned t);

#endif

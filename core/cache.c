/*
 * cache.c - cursors and their refill; see cache.h.
 */
#include "cache.h"
#include "heap.h"
#include "rooms.h"
#include "sizeclass.h"
#include "span.h"

LM_CORE int cursor_room(const struct arena *a, unsigned l)
{
  unsigned s = a->cur[l];
  return s != 0u && a->bits[WORDS * s + (unsigned)a->at[l]] != ALL_ONES;
}

LM_CORE void cursor_set(struct arena *a, unsigned l, unsigned s, unsigned w)
{
  a->cur[l] = s;
  a->at[l] = (signed char)w;
  /*@ assert bits: BitsSame{Pre,Here}(a); */
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
}

LM_CORE void hot_set(struct arena *a, unsigned l, unsigned k)
{
  a->hot[l] = (int)k;
  /*@ assert nodes: FitSame{Pre,Here}(a); */
}

LM_CORE void cursor_drop(struct arena *a, unsigned l)
{
  a->cur[l] = 0u;
  /*@ assert bits: BitsSame{Pre,Here}(a); */
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
}

LM_CORE int cursor_stay(struct arena *a, unsigned l)
{
  unsigned s = a->cur[l], w;
  if (s == 0u) {
    return 0;
  }
  if (a->bits[WORDS * s + (unsigned)a->at[l]] != ALL_ONES) {
    return 1;
  }
  /*@ assert tail: Tail(a, s, Slots(a, s)); */
  /*@ ghost lemma_class(a->tag[s] / 2); */
  w = span_room(a, s, class_slots(a->tag[s] / 2u));
  if (w < WORDS) {
    a->at[l] = (signed char)w;
    return 1;
  }
  cursor_drop(a, l);
  return 0;
}

LM_CORE void spare_less(struct arena *a, unsigned s)
{
  unsigned l = a->home[s];
  /*@ ghost lemma_class(a->tag[s] / 2); */
  if (a->spare[l] > 0 && span_empty(a, s, class_slots(a->tag[s] / 2u))) {
    a->spare[l] = (short)(a->spare[l] - 1);
  }
}

LM_CORE void detach(struct arena *a, unsigned s)
{
  room_unlink(a, s, a->list[s]);
  /*@ assert bits: BitsSame{Pre,Here}(a); */
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
}

/* Gives span s, which is on no list and not allocated from, to list l. */
/*@ requires arena: \valid(a);
  @ requires sound: ArenaBut(a, s);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires place: a->list[s] == 0 && a->cur[a->home[s]] != s;
  @ requires list: 0 < l < LISTS && l % TAGS == a->tag[s];
  @ assigns a->home[s];
  @ ensures home: a->home[s] == l;
  @ ensures homes: \forall integer q; 0 <= q < ARENA_PAGES ==> q != s ==>
  @   a->home[q] == \old(a->home[q]);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures list_same: ListSame{Pre,Post}(a);
  @ ensures cur_same: CurSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, s)
  @*/
static void rehome(struct arena *a, unsigned l, unsigned s)
{
  a->home[s] = l;
  /*@ assert bits: BitsSame{Pre,Here}(a); */
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
}

/* Moves span s from the list it is on to the care of list l, on no list. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires span: 0 < s < ARENA_PAGES && a->list[s] != 0;
  @ requires list: 0 < l < LISTS && l % TAGS == a->tag[s];
  @ assigns a->list[s], a->home[s], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures adopted: a->home[s] == l && a->list[s] == 0;
  @ ensures homes: \forall integer q; 0 <= q < ARENA_PAGES ==> q != s ==>
  @   a->home[q] == \old(a->home[q]);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures cur_same: CurSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, s)
  @*/
static void adopt(struct arena *a, unsigned l, unsigned s)
{
  detach(a, s);
  rehome(a, l, s);
}

/* Lets list l allocate from its span s, which is on no list, if it has room. */
/*@ requires arena: \valid(a);
  @ requires sound: ArenaBut(a, s);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires list: a->home[s] == l && a->list[s] == 0;
  @ requires idle: TAGS <= l < LISTS && a->cur[l] == 0;
  @ assigns a->cur[l], a->at[l];
  @ ensures enters: \result != 0 ==> a->cur[l] == s;
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures full: \result == 0 ==> a->cur[l] == 0 && Full(a, s);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
static int enter(struct arena *a, unsigned l, unsigned s)
{
  unsigned w;
  /*@ assert tail: Tail(a, s, Slots(a, s)); */
  /*@ ghost lemma_class(a->tag[s] / 2); */
  w = span_room(a, s, class_slots(a->tag[s] / 2u));
  if (w == WORDS) {
    return 0;
  }
  cursor_set(a, l, s, w);
  return 1;
}

/* Takes span s off its list, for list l, and allocates from it if it has
 * room. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires list: TAGS <= l < LISTS;
  @ requires span: 0 < s < ARENA_PAGES && a->list[s] != 0;
  @ requires tag: a->tag[s] == l % TAGS;
  @ requires idle: a->cur[l] == 0;
  @ assigns a->cur[l], a->at[l], a->home[s],
  @   a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures home: a->home[s] == l;
  @ ensures homes: \forall integer q; 0 <= q < ARENA_PAGES ==> q != s ==>
  @   a->home[q] == \old(a->home[q]);
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures none: \result == 0 ==> a->cur[l] == 0 && Full(a, s);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
static int move_in(struct arena *a, unsigned l, unsigned s)
{
  spare_less(a, s);
  adopt(a, l, s);
  return enter(a, l, s);
}

/* Allocates for list l from the first span of list from, if it has room; if not,
 * the span leaves the list. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires list: TAGS <= l < LISTS && (from == l || from == l % TAGS);
  @ requires some: 0 < from && a->head[from] != 0;
  @ requires idle: a->cur[l] == 0;
  @ assigns a->cur[l], a->at[l], a->home[0 .. ARENA_PAGES - 1],
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures none: \result == 0 ==> a->cur[l] == 0 &&
  @   Full{Pre}(a, \old(a->head[from]));
  @ ensures held: HeldKept{Pre,Post}(a, l, l % TAGS);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
static int move_first(struct arena *a, unsigned l, unsigned from)
{
  unsigned s = a->head[from];
  /*@ assert first: 0 < s < ARENA_PAGES && a->list[s] == from; */
  /*@ assert home: a->home[s] == from && SlotTag(a->tag[s]); */
  return move_in(a, l, s);
}

/* The same from any span of list from, its own or central's; 0 if none has room.
 * A full span is on a list because a free that was not quick has put it there;
 * so the work is that of the frees. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires list: TAGS <= l < LISTS && (from == l || from == l % TAGS);
  @ requires some: 0 < from;
  @ requires idle: a->cur[l] == 0;
  @ assigns a->cur[l], a->at[l], a->home[0 .. ARENA_PAGES - 1],
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures none: \result == 0 ==> a->cur[l] == 0;
  @ ensures must: \old(a->head[from]) != 0 ==>
  @   !Full{Pre}(a, \old(a->head[from])) ==> \result != 0;
  @ ensures held: HeldKept{Pre,Post}(a, l, l % TAGS);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
static int borrow(struct arena *a, unsigned l, unsigned from)
{
  unsigned n;
  /*@ loop invariant range: 0 <= n <= ARENA_PAGES;
    @ loop invariant idle: a->cur[l] == 0;
    @ loop invariant sound: Arena(a);
    @ loop invariant begin: n == ARENA_PAGES ==>
    @   a->head[from] == \at(a->head[from], Pre);
    @ loop invariant first: n < ARENA_PAGES ==>
    @   Full{Pre}(a, \at(a->head[from], Pre));
    @ loop invariant held: HeldKept{Pre,Here}(a, l, l % TAGS);
    @ loop invariant lengths: LengthsSame{Pre,Here}(a);
    @ loop invariant bits_same: BitsSame{Pre,Here}(a);
    @ loop assigns n, a->cur[l], a->at[l], a->home[0 .. ARENA_PAGES - 1],
    @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
    @   a->last[0 .. LISTS - 1],
    @   a->spare[0 .. LISTS - 1],
    @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
    @ loop variant n;
    @*/
  for (n = ARENA_PAGES; n != 0u && a->head[from] != 0u; n--) {
    if (move_first(a, l, from)) {
      return 1;
    }
  }
  return 0;
}

LM_CORE int cursor_find(struct arena *a, unsigned l, unsigned t)
{
  if (cursor_stay(a, l)) {
    return 1;
  }
  /*@ assert held: HeldKept{Pre,Here}(a, l, t); */
  if (borrow(a, l, l)) {
    return 1;
  }
  /*@ assert held: HeldKept{Pre,Here}(a, l, t); */
  return borrow(a, l, t);
}

/* Allocates for list l from span s if it is on the list of l or of central;
 * 0 if it is not or is full. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ requires idle: a->cur[l] == 0;
  @ requires span: 0 < s < ARENA_PAGES;
  @ assigns a->cur[l], a->at[l], a->home[s],
  @   a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures none: \result == 0 ==> a->cur[l] == 0 &&
  @   (Held(a, s, l, t) ==> Full(a, s));
  @ ensures homes: \forall integer q; 0 <= q < ARENA_PAGES ==> q != s ==>
  @   a->home[q] == \old(a->home[q]);
  @ ensures held: HeldKept{Pre,Post}(a, l, t);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ensures full_same: FullSame{Pre,Post}(a);
  @ ensures others: \forall integer q; 0 <= q < ARENA_PAGES ==> q != s ==>
  @   (Held(a, q, l, t) <==> \old(Held(a, q, l, t)));
  @ ENSURES_ARENA(a, 0)
  @*/
static int visit(struct arena *a, unsigned l, unsigned t, unsigned s)
{
  if (a->list[s] != l && a->list[s] != t) {
    /*@ assert full: Held(a, s, l, t) ==> Full(a, s); */
    return 0;
  }
  /*@ assert home: SlotTag(a->tag[s]) && a->list[s] == a->home[s]; */
  return move_in(a, l, s);
}

LM_CORE int cursor_hunt(struct arena *a, unsigned l, unsigned t)
{
  unsigned s;
  /*@ loop invariant range: 1 <= s <= ARENA_PAGES;
    @ loop invariant idle: a->cur[l] == 0;
    @ loop invariant sound: Arena(a);
    @ loop invariant full: \forall integer q; 0 <= q < s ==>
    @   Held(a, q, l, t) ==> Full(a, q);
    @ loop invariant held: HeldKept{Pre,Here}(a, l, t);
    @ loop invariant lengths: LengthsSame{Pre,Here}(a);
    @ loop invariant bits_same: BitsSame{Pre,Here}(a);
    @ loop assigns s, a->cur[l], a->at[l], a->home[0 .. ARENA_PAGES - 1],
    @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
    @   a->last[0 .. LISTS - 1],
    @   a->spare[0 .. LISTS - 1],
    @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
    @ loop variant ARENA_PAGES - s;
    @*/
  for (s = 1u; s < ARENA_PAGES && (int)s < a->fresh; s++) {
    if (visit(a, l, t, s)) {
      return 1;
    }
    /*@ assert others: \forall integer q; 0 <= q < s ==>
      @   Held(a, q, l, t) ==> Full(a, q); */
  }
  /*@ assert behind: \forall integer q; s <= q < ARENA_PAGES ==>
    @   !SlotTag(a->tag[q]); */
  return 0;
}

/* A span whose first slot is free has room in its first word. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires span: s < ARENA_PAGES;
   @ requires clear: !Taken(a, s, 0);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures room: a->bits[WORDS * s] != ALL_ONES;
   @/
  static void lemma_room(const struct arena *a, unsigned s)
  {
    word w = a->bits[WORDS * s];
    if (w == ALL_ONES) {
      lemma_ones(w);
      /@ assert never: \false; @/
    }
  }
*/

/* Allocates for list l from a new span with tag t; 0 if there are no pages. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ requires idle: a->cur[l] == 0;
  @ assigns a->cur[l], a->at[l], a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->home[0 .. ARENA_PAGES - 1], a->bits[0 .. ARENA_PAGES * WORDS - 1];
  @ ensures result: \result == 0 || \result == 1;
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures none: \result == 0 ==> a->cur[l] == 0 &&
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> \old(a->tag[s]) == TAG_FREE ==>
  @   \old(a->npages[s]) < ClassPages[t / 2];
  @ ensures same: \result == 0 ==> RunsSame{Pre,Post}(a);
  @ ensures home_same: \result == 0 ==> HomeSame{Pre,Post}(a);
  @ ensures bits_same: \result == 0 ==> BitsSame{Pre,Post}(a);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, \result == 0 ? 0 : a->cur[l]);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ENSURES_ARENA(a, 0)
  @*/
static int renew(struct arena *a, unsigned l, unsigned t)
{
  unsigned s = heap_span(a, l, t);
  if (s == 0u) {
    return 0;
  }
  /*@ ghost lemma_class(t / 2u); */
  /*@ assert clear: !Taken(a, s, 0); */
  /*@ ghost lemma_room(a, s); */
  /*@ assert made: SlotsLive{Pre,Here}(a, 0, 0); */
  /*@ ghost Made: ; */
  cursor_set(a, l, s, 0u);
  /*@ assert taken: TakenSame{Made,Here}(a); */
  /*@ assert same: SlotsLive{Made,Here}(a, 0, 0); */
  /*@ assert live: SlotsLive{Pre,Here}(a, 0, 0); */
  return 1;
}

LM_CORE int cursor_refill(struct arena *a, unsigned l, unsigned t)
{
  int found = cursor_find(a, l, t);
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert live: SlotsLive{Pre,Here}(a, 0, 0); */
  /*@ assert tags: SlotsTag{Pre,Here}(a, 0, 0); */
  if (found) {
    return 1;
  }
  return renew(a, l, t) ? 2 : 0;
}

/*
 * alloc.c - slots from cursors; see alloc.h.
 */
#include "alloc.h"
#include "heap.h"
#include "rooms.h"
#include "sizeclass.h"
#include "span.h"

LM_CORE unsigned slot_offset_tag(const struct arena *a, unsigned s, unsigned i,
                                 unsigned t)
{
  unsigned c = t / 2u;
  (void)a;
  /*@ ghost lemma_class(c); */
  /*@ ghost lemma_slot_room(i, ClassSlots[c], ClassSize[c]); */
  /*@ assert end: s + a->npages[s] <= ARENA_PAGES; */
  return s * PAGE_SIZE + i * class_size(c);
}

LM_CORE unsigned slot_offset(const struct arena *a, unsigned s, unsigned i)
{
  return slot_offset_tag(a, s, i, a->tag[s]);
}

LM_CORE unsigned slot_take(struct arena *a, unsigned s, unsigned w)
{
  unsigned i;
  /*@ assert tail: Tail(a, s, Slots(a, s)); */
  i = span_take(a, s, w);
  /*@ assert others: \forall integer t, j; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   0 <= j < SLOTS_MAX ==>
    @   (Taken(a, t, j) <==> \at(Taken(a, t, j), Pre)); */
  /*@ assert here: Tail(a, s, Slots(a, s)); */
  return i;
}

/* slot_give, as far as the slots go. */
/*@ requires arena: \valid(a);
  @ requires zero: a->tag[0] == TAG_NONE;
  @ requires tail: SpanTail(a);
  @ requires parked: SpanParked(a, 0);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires slot: i < Slots(a, s);
  @ assigns a->bits[WORDS * s + i / WORD_BITS];
  @ ensures was: \result != 0 <==> LiveSlot{Pre}(a, s, i);
  @ ensures gone: !LiveSlot(a, s, i);
  @ ensures free: !Taken(a, s, i);
  @ ensures live: SlotsLive{Pre,Post}(a, s, i);
  @ ensures same: \result == 0 ==> a->bits[WORDS * s + i / WORD_BITS] ==
  @   \old(a->bits[WORDS * s + i / WORD_BITS]);
  @ ensures span_tail: SpanTail(a);
  @ ensures span_parked: SpanParked(a, s);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ENSURES_LISTS
  @*/
static int slot_free(struct arena *a, unsigned s, unsigned i)
{
  int was;
  /*@ ghost lemma_class(a->tag[s] / 2); */
  /*@ assert tail: Tail(a, s, Slots(a, s)); */
  was = span_give(a, s, i);
  /*@ assert others: \forall integer t, j; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   0 <= j < SLOTS_MAX ==>
    @   (Taken(a, t, j) <==> \at(Taken(a, t, j), Pre)); */
  /*@ assert full: \forall integer t; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   \at(Full(a, t), Pre) ==> Full(a, t); */
  return was;
}

LM_CORE int slot_give(struct arena *a, unsigned s, unsigned i)
{
  return slot_free(a, s, i);
}

/* slot_sweep, as far as the slots go. */
/*@ requires arena: \valid(a);
  @ requires zero: a->tag[0] == TAG_NONE;
  @ requires tail: SpanTail(a);
  @ requires parked: SpanParked(a, 0);
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
  @ ensures span_tail: SpanTail(a);
  @ ensures span_parked: SpanParked(a, s);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ENSURES_LISTS
  @*/
static word sweep(struct arena *a, unsigned s, unsigned w, word freed)
{
  word left;
  /*@ ghost lemma_class(a->tag[s] / 2); */
  /*@ assert tail: Tail(a, s, Slots(a, s)); */
  /*@ assert place: \forall integer b; 0 <= b < WORD_BITS ==>
    @   (Taken(a, s, WORD_BITS * w + b) <==> Bit(a->bits[WORDS * s + w], b)); */
  /*@ assert live: \forall integer b; 0 <= b < WORD_BITS ==>
    @   (LiveSlot(a, s, WORD_BITS * w + b) <==>
    @     WORD_BITS * w + b < Slots(a, s) && Bit(a->bits[WORDS * s + w], b)); */
  left = span_sweep(a, s, w, freed, class_slots(a->tag[s] / 2u));
  /*@ assert others: \forall integer t, j; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   0 <= j < SLOTS_MAX ==>
    @   (Taken(a, t, j) <==> \at(Taken(a, t, j), Pre)); */
  /*@ assert full: \forall integer t; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   \at(Full(a, t), Pre) ==> Full(a, t); */
  return left;
}

LM_CORE word slot_sweep(struct arena *a, unsigned s, unsigned w, word freed)
{
  return sweep(a, s, w, freed);
}

LM_CORE void enlist(struct arena *a, unsigned s)
{
  room_push(a, s, a->home[s]);
  /*@ assert bits: BitsSame{Pre,Here}(a); */
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
}

/* anchor for span s, which is full, on no list and not allocated from. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires place: a->list[s] == 0 && a->cur[a->home[s]] != s;
  @ requires word: w < WORDS;
  @ assigns a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->prev[s],
  @   a->next[0 .. ARENA_PAGES - 1], a->cur[a->home[s]], a->at[a->home[s]];
  @ ensures place: a->list[s] != 0 || a->cur[a->home[s]] == s;
  @ ensures home_same: HomeSame{Pre,Post}(a);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
static void seat(struct arena *a, unsigned s, unsigned w)
{
  unsigned l = a->home[s];
  if (l >= TAGS && !cursor_stay(a, l)) {
    cursor_set(a, l, s, w);
    return;
  }
  enlist(a, s);
  /*@ assert bits: BitsSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
  /*@ assert span_tail: SpanTail(a); */
}

LM_CORE void anchor(struct arena *a, unsigned s, unsigned w)
{
  if (a->list[s] == 0u && a->cur[a->home[s]] != s) {
    seat(a, s, w);
  }
}

LM_CORE unsigned span_release(struct arena *a, unsigned s)
{
  /*@ ghost lemma_class(a->tag[s] / 2); */
  detach(a, s);
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert live: SlotsLive{Pre,Here}(a, 0, 0); */
  /*@ assert empty: Empty(a, s, Slots(a, s)); */
  return heap_retire(a, s);
}

/* Lets span s, which has room, be on no list and not be allocated from. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ assigns a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->cur[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures place: a->list[s] == 0 && a->cur[a->home[s]] != s;
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, s)
  @*/
static void loosen(struct arena *a, unsigned s)
{
  unsigned l = a->home[s];
  if (a->list[s] != 0u) {
    detach(a, s);
    return;
  }
  if (a->cur[l] == s) {
    a->cur[l] = 0u;
  }
  /*@ assert bits: BitsSame{Pre,Here}(a); */
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
}

LM_CORE void span_reclaim(struct arena *a, unsigned s)
{
  /*@ ghost lemma_class(a->tag[s] / 2); */
  loosen(a, s);
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert live: SlotsLive{Pre,Here}(a, 0, 0); */
  /*@ assert empty: Empty(a, s, Slots(a, s)); */
  heap_retire(a, s);
}

/* Gives the pages of span s, which is on a list, back if it is empty and the
 * list keeps enough empty spans already. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires place: a->list[s] != 0;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
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
static void shed(struct arena *a, unsigned s)
{
  unsigned n = class_slots(a->tag[s] / 2u);
  unsigned l = a->home[s];
  /*@ ghost lemma_class(a->tag[s] / 2); */
  if (!span_empty(a, s, n)) {
    return;
  }
  hot_set(a, l, 0u);
  if (a->spare[l] < (int)(SPARE_PAGES / a->npages[s])) {
    a->spare[l] = (short)(a->spare[l] + 1);
    return;
  }
  span_release(a, s);
}

LM_CORE void settle(struct arena *a, unsigned s)
{
  if (a->cur[a->home[s]] == s) {
    /*@ assert parked: SpanParked(a, 0); */
    return;
  }
  if (a->list[s] == 0u) {
    enlist(a, s);
    /*@ assert taken: TakenSame{Pre,Here}(a); */
    /*@ assert live: SlotsLive{Pre,Here}(a, 0, 0); */
    shed(a, s);
    return;
  }
  /*@ assert parked: SpanParked(a, 0); */
  shed(a, s);
}

LM_CORE void tag_large(struct arena *a, unsigned s, unsigned t)
{
  a->tag[s] = (unsigned char)t;
}

LM_CORE void free_large(struct arena *a, unsigned s)
{
  tag_large(a, s, TAG_LARGE);
  heap_free(a, s);
}

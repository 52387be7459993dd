/*
 * heap.c - spans and large objects from runs of pages; see heap.h.
 */
#include "heap.h"
#include "pages.h"
#include "sizeclass.h"
#include "span.h"

LM_CORE unsigned heap_alloc(struct arena *a, unsigned k)
{
  unsigned s = pages_alloc(a, k);
  /*@ assert larges: LargesLive{Pre,Here}(a, s); */
  /*@ assert back: \forall integer t; 0 <= t < ARENA_PAGES ==>
    @   SlotTag(a->tag[t]) ==> \at(a->tag[t],Pre) > TAG_FREE; */
  /*@ assert spans: SpansSame{Pre,Here}(a); */
  /*@ assert pages: SpanPagesSame{Pre,Here}(a); */
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
  return s;
}

LM_CORE unsigned heap_free(struct arena *a, unsigned s)
{
  unsigned r = pages_free(a, s);
  /*@ assert spans: SpansSame{Pre,Here}(a); */
  /*@ assert pages: SpanPagesSame{Pre,Here}(a); */
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
  return r;
}

LM_CORE int heap_resize(struct arena *a, unsigned s, unsigned k)
{
  int done = pages_resize(a, s, k);
  /*@ for fresh: assert end: s + a->npages[s] <= a->fresh; */
  /*@ assert used: \forall integer t; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   a->tag[t] > TAG_FREE || \at(a->tag[t], Pre) > TAG_FREE ==>
    @   a->tag[t] == \at(a->tag[t], Pre) &&
    @   a->npages[t] == \at(a->npages[t], Pre); */
  /*@ assert kept: \forall integer t; 0 <= t < ARENA_PAGES ==>
    @   SlotTag(\at(a->tag[t], Pre)) ==> a->tag[t] == \at(a->tag[t], Pre); */
  /*@ assert old: \forall integer t; 0 <= t < ARENA_PAGES ==>
    @   SlotTag(a->tag[t]) ==> \at(a->tag[t], Pre) == a->tag[t]; */
  /*@ assert spans: SpansSame{Pre,Here}(a); */
  /*@ assert pages: SpanPagesSame{Pre,Here}(a); */
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
  return done;
}

/* Lets pages s .. s + k - 1 name s. */
/*@ requires arena: \valid(a);
  @ requires range: s + k <= ARENA_PAGES;
  @ assigns a->owner[s .. s + k - 1];
  @ ensures own: \forall integer p; s <= p < s + k ==> a->owner[p] == s;
  @ ensures rest: \forall integer p; 0 <= p < ARENA_PAGES ==>
  @   !(s <= p < s + k) ==> a->owner[p] == \old(a->owner[p]);
  @ ensures nodes_same: FitSame{Pre,Post}(a);
  @*/
static void set_owner(struct arena *a, unsigned s, unsigned k)
{
  unsigned p;
  /*@ loop invariant range: s <= p <= s + k;
    @ loop invariant own: \forall integer q; s <= q < p ==> a->owner[q] == s;
    @ loop invariant rest: \forall integer q; 0 <= q < ARENA_PAGES ==>
    @   !(s <= q < p) ==> a->owner[q] == \at(a->owner[q], Pre);
    @ loop assigns p, a->owner[s .. s + k - 1];
    @ loop variant s + k - p;
    @*/
  for (p = s; p < s + k; p++) {
    a->owner[p] = (int)s;
  }
}

/* Lets every page of run s name it. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires run: 0 < s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires k: k == a->npages[s];
  @ assigns a->owner[s .. s + k - 1];
  @ ensures own: \forall integer p; s <= p < s + k ==> a->owner[p] == s;
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ensures cur_same: CurSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
static void own_pages(struct arena *a, unsigned s, unsigned k)
{
  /*@ assert end: s + k <= ARENA_PAGES; */
  set_owner(a, s, k);
}

/* Makes the slots of run s, which is no span yet, n free ones. */
/*@ requires arena: \valid(a);
  @ requires tail: SpanTail(a);
  @ requires parked: SpanParked(a, 0);
  @ requires run: 0 < s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires slots: 1 <= n <= SLOTS_MAX;
  @ assigns a->bits[WORDS * s .. WORDS * s + WORDS - 1];
  @ ensures empty: Empty(a, s, n);
  @ ensures tail: Tail(a, s, n);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures span_tail: SpanTail(a);
  @ ensures span_parked: SpanParked(a, 0);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ENSURES_LISTS
  @*/
static void clear_slots(struct arena *a, unsigned s, unsigned n)
{
  span_init(a, s, n);
  /*@ assert others: \forall integer t, i; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   0 <= i < SLOTS_MAX ==>
    @   (Taken(a, t, i) <==> \at(Taken(a, t, i), Pre)); */
}

/* clear_slots, as far as the whole arena goes. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires run: 0 < s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires slots: 1 <= n <= SLOTS_MAX;
  @ assigns a->bits[WORDS * s .. WORDS * s + WORDS - 1];
  @ ensures empty: Empty(a, s, n);
  @ ensures tail: Tail(a, s, n);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ENSURES_LISTS
  @ ENSURES_ARENA(a, 0)
  @*/
static void own_slots(struct arena *a, unsigned s, unsigned n)
{
  clear_slots(a, s, n);
}

/* Makes run s, whose pages name it, a span with tag t for list l. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires run: 0 < s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires tag: SlotTag(t);
  @ requires pages: a->npages[s] == ClassPages[t / 2];
  @ requires own: \forall integer p; s <= p < s + a->npages[s] ==>
  @   a->owner[p] == s;
  @ requires list: 0 < l < LISTS && l % TAGS == t;
  @ requires empty: Empty(a, s, ClassSlots[t / 2]);
  @ requires tail: Tail(a, s, ClassSlots[t / 2]);
  @ assigns a->tag[s], a->home[s];
  @ ensures span: a->tag[s] == t && a->home[s] == l && a->list[s] == 0;
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, s);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ensures taken_same: TakenSame{Pre,Post}(a);
  @ ensures cur_same: CurSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, s)
  @*/
static void tag_span(struct arena *a, unsigned s, unsigned l, unsigned t)
{
  a->home[s] = l;
  a->tag[s] = (unsigned char)t;
  /*@ assert cur: CurSame{Pre,Here}(a); */
  /*@ assert list: ListSame{Pre,Here}(a); */
  /*@ assert bits: BitsSame{Pre,Here}(a); */
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert tail: TailSame{Pre,Here}(a); */
}

/* Makes run s a span with tag t for list l, all its slots free. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires run: 0 < s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires tag: SlotTag(t);
  @ requires pages: a->npages[s] == ClassPages[t / 2];
  @ requires list: 0 < l < LISTS && l % TAGS == t;
  @ assigns a->owner[s .. s + a->npages[s] - 1], a->tag[s], a->home[s],
  @   a->bits[WORDS * s .. WORDS * s + WORDS - 1];
  @ ensures span: a->tag[s] == t && a->home[s] == l && a->list[s] == 0;
  @ ensures empty: Empty(a, s, ClassSlots[t / 2]);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, s);
  @ ensures cur_same: CurSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, s)
  @*/
static void make_span(struct arena *a, unsigned s, unsigned l, unsigned t)
{
  unsigned c = t / 2u;
  /*@ ghost lemma_class(c); */
  own_pages(a, s, class_pages(c));
  own_slots(a, s, class_slots(c));
  tag_span(a, s, l, t);
}

LM_CORE unsigned heap_span(struct arena *a, unsigned l, unsigned t)
{
  unsigned s;
  /*@ ghost lemma_class(t / 2u); */
  s = heap_alloc(a, class_pages(t / 2u));
  if (s == 0u) {
    return 0u;
  }
  /*@ assert new: !LiveLarge{Pre}(a, s); */
  make_span(a, s, l, t);
  /*@ assert larges: LargesLive{Pre,Here}(a, s); */
  /*@ assert larges_pages: LargesPages{Pre,Here}(a, s); */
  return s;
}

/* Makes span s, which is empty and on no list, a mere run of pages. */
/*@ requires arena: \valid(a);
  @ requires sound: ArenaBut(a, s);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires place: a->list[s] == 0 && a->cur[a->home[s]] != s;
  @ requires empty: Empty(a, s, Slots(a, s));
  @ assigns a->tag[s];
  @ ensures run: a->tag[s] == TAG_LARGE;
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, s);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ARENA(a, 0)
  @*/
static void untag_span(struct arena *a, unsigned s)
{
  a->tag[s] = TAG_LARGE;
}

LM_CORE unsigned heap_retire(struct arena *a, unsigned s)
{
  unsigned r;
  /*@ assert span: !LiveLarge{Pre}(a, s); */
  untag_span(a, s);
  /*@ assert larges: LargesLive{Pre,Here}(a, s); */
  /*@ assert pages: LargesPages{Pre,Here}(a, s); */
  r = heap_free(a, s);
  /*@ assert gone: !LiveLarge(a, s); */
  /*@ assert larges: LargesLive{Pre,Here}(a, s); */
  return r;
}

/*
 * heap.c - spans and large objects from runs of pages; see heap.h.
 */
#include "heap.h"
#include "pages.h"
#include "sizeclass.h"
#include "span.h"

LM_CORE unsigned heap_alloc(struct arena *a, unsigned k)
{
  return pages_alloc(a, k);
}

LM_CORE void heap_free(struct arena *a, unsigned s)
{
  pages_free(a, s);
}

/* Lets every page of run s name it. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires run: 0 < s < ARENA_PAGES && a->tag[s] == TAG_LARGE;
  @ requires k: k == a->npages[s];
  @ assigns a->owner[s .. s + k - 1];
  @ ensures own: \forall integer p; s <= p < s + k ==> a->owner[p] == s;
  @ ENSURES_RUNS(a)
  @*/
static void own_pages(struct arena *a, unsigned s, unsigned k)
{
  unsigned p;
  /*@ assert end: s + k <= ARENA_PAGES; */
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
  @ ENSURES_ARENA(a, s)
  @*/
static void tag_span(struct arena *a, unsigned s, unsigned l, unsigned t)
{
  a->home[s] = l;
  a->tag[s] = (unsigned char)t;
}

LM_CORE unsigned heap_span(struct arena *a, unsigned l, unsigned t)
{
  unsigned c = t / 2u;
  unsigned s;
  /*@ ghost lemma_class(c); */
  s = heap_alloc(a, class_pages(c));
  if (s != 0u) {
    own_pages(a, s, class_pages(c));
    span_init(a, s, class_slots(c));
    tag_span(a, s, l, t);
  }
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
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, s);
  @ ENSURES_ARENA(a, 0)
  @*/
static void untag_span(struct arena *a, unsigned s)
{
  a->tag[s] = TAG_LARGE;
}

LM_CORE void heap_retire(struct arena *a, unsigned s)
{
  untag_span(a, s);
  heap_free(a, s);
}

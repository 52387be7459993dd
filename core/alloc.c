/*
 * alloc.c - slots from cursors; see alloc.h.
 */
#include "alloc.h"
#include "heap.h"
#include "rooms.h"
#include "sizeclass.h"
#include "span.h"

LM_CORE unsigned slot_offset(const struct arena *a, unsigned s, unsigned i)
{
  unsigned c = a->tag[s] / 2u;
  /*@ ghost lemma_class(c); */
  /*@ ghost lemma_slot_room(i, ClassSlots[c], ClassSize[c]); */
  /*@ assert end: s + a->npages[s] <= ARENA_PAGES; */
  return s * PAGE_SIZE + i * class_size(c);
}

LM_CORE unsigned cursor_take(struct arena *a, unsigned l)
{
  unsigned s = a->cur[l];
  unsigned i;
  /*@ assert tag: SlotTag(a->tag[s]); */
  /*@ assert tail: Tail(a, s, Slots(a, s)); */
  i = span_take(a, s, (unsigned)a->at[l]);
  /*@ assert others: \forall integer t, j; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   0 <= j < SLOTS_MAX ==>
    @   (Taken(a, t, j) <==> \at(Taken(a, t, j), Pre)); */
  return i;
}

LM_CORE int slot_give(struct arena *a, unsigned s, unsigned i)
{
  int was;
  /*@ ghost lemma_class(a->tag[s] / 2); */
  /*@ assert tail: Tail(a, s, Slots(a, s)); */
  was = span_give(a, s, i);
  /*@ assert others: \forall integer t, j; 0 <= t < ARENA_PAGES ==> t != s ==>
    @   0 <= j < SLOTS_MAX ==>
    @   (Taken(a, t, j) <==> \at(Taken(a, t, j), Pre)); */
  return was;
}

LM_CORE void enlist(struct arena *a, unsigned s)
{
  room_push(a, s, a->home[s]);
}

LM_CORE void span_release(struct arena *a, unsigned s)
{
  detach(a, s);
  heap_retire(a, s);
}

LM_CORE void settle(struct arena *a, unsigned s)
{
  unsigned n = class_slots(a->tag[s] / 2u);
  /*@ ghost lemma_class(a->tag[s] / 2); */
  if (a->cur[a->home[s]] == s) {
    return;
  }
  if (a->list[s] == 0u) {
    enlist(a, s);
    return;
  }
  if ((a->next[s] != 0u || a->prev[s] != 0u) && span_empty(a, s, n)) {
    span_release(a, s);
  }
}

LM_CORE int free_slot(struct arena *a, unsigned s, unsigned i)
{
  int was = slot_give(a, s, i);
  settle(a, s);
  return was;
}

/* Makes the large object in run s one that holds pointers. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires large: LiveLarge(a, s);
  @ requires noscan: a->tag[s] == TAG_LARGE || a->tag[s] == TAG_LARGE + 1;
  @ assigns a->tag[s];
  @ ensures tag: a->tag[s] == TAG_LARGE;
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ENSURES_ARENA(a, 0)
  @*/
static void tag_scan(struct arena *a, unsigned s)
{
  a->tag[s] = TAG_LARGE;
}

LM_CORE void free_large(struct arena *a, unsigned s)
{
  tag_scan(a, s);
  heap_free(a, s);
}

/*
 * locate.c - offsets to spans and slots; see locate.h.
 */
#include "locate.h"
#include "sizeclass.h"

/* locate_span for a page whose owner does not cover it. */
/*@ requires arena: \valid_read(a);
  @ requires runs: Runs(a);
  @ requires page: p < ARENA_PAGES;
  @ assigns \nothing;
  @ ensures covers: \result != 0 ==> 0 < \result <= p &&
  @   a->tag[\result] > TAG_FREE && p < \result + a->npages[\result];
  @ ensures none: \result == 0 ==> \forall integer s; 0 <= s <= p ==>
  @   a->tag[s] > TAG_FREE ==> s + a->npages[s] <= p;
  @*/
static unsigned search_span(const struct arena *a, unsigned p)
{
  unsigned s = p;
  /*@ loop invariant range: 0 <= s <= p;
    @ loop invariant none: \forall integer q; s < q <= p ==>
    @   a->tag[q] == TAG_NONE;
    @ loop assigns s;
    @ loop variant s;
    @*/
  while (s > 0u && a->tag[s] == TAG_NONE) {
    s--;
  }
  return a->tag[s] > TAG_FREE && p - s < a->npages[s] ? s : 0u;
}

LM_CORE unsigned locate_span(const struct arena *a, unsigned p)
{
  unsigned s = (unsigned)a->owner[p];
  if (a->tag[s] > TAG_FREE && p - s < a->npages[s]) {
    return s;
  }
  return search_span(a, p);
}

LM_CORE unsigned locate_byte(const struct arena *a, unsigned off)
{
  unsigned p = off / PAGE_SIZE;
  return p < ARENA_PAGES ? locate_span(a, p) : 0u;
}

LM_CORE unsigned locate_slot(unsigned c, unsigned d)
{
  unsigned i = class_slot(c, d);
  /*@ ghost lemma_class(c); */
  if (i < class_slots(c)) {
    /*@ ghost lemma_slot_room(i, ClassSlots[c], ClassSize[c]); */
    if (i * class_size(c) == d) {
      return i;
    }
  }
  return SLOTS_MAX;
}

LM_CORE unsigned locate_tag(unsigned t, unsigned d)
{
  /*@ ghost lemma_classes(); */
  if (SLOTTED(t)) {
    return locate_slot(t / 2u, d);
  }
  return t > TAG_FREE && d == 0u ? 0u : SLOTS_MAX;
}

LM_CORE unsigned locate_start(const struct arena *a, unsigned s, unsigned off)
{
  return locate_tag(a->tag[s], off - s * PAGE_SIZE);
}

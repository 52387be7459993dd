/*
 * arena.c - the allocator over one arena; see arena.h.
 */
#include "arena.h"
#include "cache.h"
#include "fit.h"
#include "heap.h"
#include "locate.h"
#include "pages.h"
#include "rooms.h"
#include "sizeclass.h"
#include "bitmap.h"
#include "span.h"

LM_CORE void arena_init(struct arena *a, unsigned lo, unsigned hi)
{
  a->lo = lo;
  a->hi = hi;
  a->tag[lo] = TAG_FREE;
  a->npages[lo] = hi - lo;
  a->owner[hi - 1u] = (int)lo;
  fit_set(a, lo, (int)(hi - lo));
}

LM_CORE unsigned arena_alloc(struct arena *a, unsigned h, unsigned tag,
                             int *refilled)
{
  unsigned l = LIST_OF(h, tag);
  unsigned s = a->cur[l];
  unsigned w = (unsigned)a->at[l];
  *refilled = 0;
  if (s == 0u || a->bits[WORDS * s + w] == ALL_ONES) {
    if (!cursor_refill(a, h, tag, refilled)) {
      arena_reclaim(a);
      if (!cursor_refill(a, h, tag, refilled)) {
        return 0u;
      }
    }
    s = a->cur[l];
    w = (unsigned)a->at[l];
  }
  return s * PAGE_SIZE + span_take(a, s, w) * class_size(tag / 2u);
}

LM_CORE unsigned arena_large(struct arena *a, unsigned n, unsigned noscan)
{
  unsigned s = heap_alloc(a, n);
  if (s == 0u) {
    arena_reclaim(a);
    s = heap_alloc(a, n);
    if (s == 0u) {
      return 0u;
    }
  }
  a->tag[s] = (unsigned char)(TAG_LARGE + noscan);
  return s * PAGE_SIZE;
}

/* Where off lies: LM_OK for the start of a slot, whose span and number are
 * written, or of a large object, with slot number SLOTS_MAX. */
static int locate(const struct arena *a, unsigned off, unsigned *span,
                  unsigned *slot)
{
  unsigned p = off / PAGE_SIZE;
  unsigned s = p < ARENA_PAGES ? locate_span(a, p) : 0u;
  unsigned d;
  if (s == 0u) {
    return LM_FOREIGN;
  }
  *span = s;
  *slot = SLOTS_MAX;
  d = off - s * PAGE_SIZE;
  if (a->tag[s] == TAG_LARGE || a->tag[s] == TAG_LARGE + 1u) {
    return d == 0u ? LM_OK : LM_INTERIOR;
  }
  *slot = locate_slot(a->tag[s] / 2u, d);
  return *slot == SLOTS_MAX ? LM_INTERIOR : LM_OK;
}

LM_CORE int arena_look(const struct arena *a, unsigned off, unsigned *size)
{
  unsigned s = 0u, i = 0u;
  int what = locate(a, off, &s, &i);
  if (what == LM_OK) {
    if (i == SLOTS_MAX) {
      *size = a->npages[s] * PAGE_SIZE;
    } else if (bitmap_test(a->bits + WORDS * s, i)) {
      *size = class_size(a->tag[s] / 2u);
    } else {
      what = LM_DOUBLE;
    }
  }
  return what;
}

/* Finds its place for span s, which has just got a free slot. */
static void settle(struct arena *a, unsigned s)
{
  unsigned l = a->home[s];
  if (a->cur[l] == s) {
    return;
  }
  if (a->list[s] == 0u) {
    room_push(a, s, l);
  } else if (span_empty(a, s, class_slots(a->tag[s] / 2u)) &&
             (a->next[s] != 0u || a->prev[s] != 0u)) {
    room_unlink(a, s, l);
    heap_retire(a, s);
  }
}

LM_CORE int arena_free(struct arena *a, unsigned off)
{
  unsigned s = 0u, i = 0u;
  int what = locate(a, off, &s, &i);
  if (what != LM_OK) {
    return what;
  }
  if (i == SLOTS_MAX) {
    a->tag[s] = TAG_LARGE;
    heap_free(a, s);
    return LM_OK;
  }
  if (!span_give(a, s, i)) {
    return LM_DOUBLE;
  }
  settle(a, s);
  return LM_OK;
}

LM_CORE void arena_reclaim(struct arena *a)
{
  unsigned s;
  for (s = a->lo; s < a->hi; s++) {
    unsigned t = a->tag[s];
    if (t > TAG_FREE && t != TAG_LARGE && t != TAG_LARGE + 1u &&
        span_empty(a, s, class_slots(t / 2u))) {
      if (a->list[s] != 0u) {
        room_unlink(a, s, a->list[s]);
      } else {
        a->cur[a->home[s]] = 0u;
      }
      heap_retire(a, s);
    }
  }
}

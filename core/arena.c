/*
 * arena.c - the allocator over one arena; see arena.h.
 */
#include "arena.h"
#include "alloc.h"
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
  unsigned i;
  *refilled = 0;
  if (a->cur[l] == 0u ||
      a->bits[WORDS * a->cur[l] + (unsigned)a->at[l]] == ALL_ONES) {
    if (!cursor_refill(a, h, tag, refilled)) {
      arena_reclaim(a);
      if (!cursor_refill(a, h, tag, refilled)) {
        return 0u;
      }
    }
  }
  i = cursor_take(a, l);
  return slot_offset(a, a->cur[l], i);
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

LM_CORE int arena_look(const struct arena *a, unsigned off, unsigned *size)
{
  unsigned p = off / PAGE_SIZE;
  unsigned s = p < ARENA_PAGES ? locate_span(a, p) : 0u;
  unsigned d, i;
  if (s == 0u) {
    return LM_FOREIGN;
  }
  d = off - s * PAGE_SIZE;
  if (a->tag[s] == TAG_LARGE || a->tag[s] == TAG_LARGE + 1u) {
    if (d != 0u) {
      return LM_INTERIOR;
    }
    *size = a->npages[s] * PAGE_SIZE;
    return LM_OK;
  }
  i = locate_slot(a->tag[s] / 2u, d);
  if (i == SLOTS_MAX) {
    return LM_INTERIOR;
  }
  if (!bitmap_test(a->bits + WORDS * s, i)) {
    return LM_DOUBLE;
  }
  *size = class_size(a->tag[s] / 2u);
  return LM_OK;
}

LM_CORE int arena_free(struct arena *a, unsigned off)
{
  unsigned p = off / PAGE_SIZE;
  unsigned s = p < ARENA_PAGES ? locate_span(a, p) : 0u;
  unsigned d, i;
  if (s == 0u) {
    return LM_FOREIGN;
  }
  d = off - s * PAGE_SIZE;
  if (a->tag[s] == TAG_LARGE || a->tag[s] == TAG_LARGE + 1u) {
    if (d != 0u) {
      return LM_INTERIOR;
    }
    free_large(a, s);
    return LM_OK;
  }
  i = locate_slot(a->tag[s] / 2u, d);
  if (i == SLOTS_MAX) {
    return LM_INTERIOR;
  }
  return free_slot(a, s, i) ? LM_OK : LM_DOUBLE;
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

/*
 * cache.c - cursors and their refill; see cache.h.
 */
#include "cache.h"
#include "heap.h"
#include "rooms.h"
#include "sizeclass.h"
#include "span.h"

LM_CORE void cursor_set(struct arena *a, unsigned l, unsigned s, unsigned w)
{
  a->cur[l] = s;
  a->at[l] = (signed char)w;
}

LM_CORE void cursor_drop(struct arena *a, unsigned l)
{
  a->cur[l] = 0u;
}

/* Stays on the current span of list l if it has room; otherwise leaves it. */
static int stay(struct arena *a, unsigned l)
{
  unsigned s = a->cur[l];
  unsigned w;
  if (s == 0u) {
    return 0;
  }
  w = span_room(a, s, 0u);
  if (w < WORDS) {
    a->at[l] = (signed char)w;
    return 1;
  }
  cursor_drop(a, l);
  return 0;
}

/* Moves span s from the list it is on to the care of list l, on no list. */
static void adopt(struct arena *a, unsigned l, unsigned s)
{
  room_unlink(a, s, a->list[s]);
  a->home[s] = l;
}

/* Allocates from the first span of list from, for list l; 0 if there is none
 * with room. */
static int borrow(struct arena *a, unsigned l, unsigned from)
{
  unsigned s = a->head[from];
  unsigned w;
  if (s == 0u) {
    return 0;
  }
  adopt(a, l, s);
  w = span_room(a, s, 0u);
  if (w == WORDS) {
    return 0;
  }
  cursor_set(a, l, s, w);
  return 1;
}

LM_CORE int cursor_refill(struct arena *a, unsigned h, unsigned t, int *fresh)
{
  unsigned l = LIST_OF(h, t);
  unsigned s;
  *fresh = 0;
  if (stay(a, l) || borrow(a, l, l) || borrow(a, l, LIST_OF(0u, t))) {
    return 1;
  }
  s = heap_span(a, l, t);
  if (s == 0u) {
    return 0;
  }
  cursor_set(a, l, s, 0u);
  *fresh = 1;
  return 1;
}

/*
 * registry.c - which heaps there are; see registry.h.
 * Proven: all.  Trusted: section.h, atomic.h, platform_linux.h.  Part of
 * lemmalloc.c.
 */
#include "registry.h"
#include "atomic.h"
#include "platform_linux.h"

/* No heap has address p. */
/*@ ghost
  /@ requires none: \forall struct heap *x; Heap(x) ==> !In(x, p);
   @ assigns nowhere;
   @ ensures nowhere: nowhere == p;
   @/
  static void show_nowhere(const void *p) {
    nowhere = p;
  }
*/

static struct heap *heap_of(const void *p)
{
  struct heap *h = heap_at(p);
  if (h != NULL && heap_has(h, p)) {
    return h;
  }
  /*@ ghost show_nowhere(p); */
  return NULL;
}

static int heap_shared(const struct heap *h)
{
  int is = h->shared;
  /*@ ghost show_shared(h, is); */
  return is;
}

static int threads_own(void)
{
  size_t heaps = os_room() / ((size_t)HEAP_PAGES * PAGE_SIZE);
  /*@ ghost if (heaps < 4) crowded = 1; */
  return heaps >= 4;
}

/* ---- Lists ---- */

static struct heap *heap_next(const struct heap *h)
{
  return link_get(&h->next);
}

static void heap_link(struct heap *h, struct heap *next)
{
  link_set(&h->next, next);
}

static struct heap *unowned_first(void)
{
  return link_get(link_of(UNOWNED));
}

static void unowned_add(struct heap *h)
{
  heap_link(h, unowned_first());
  link_set(link_of(UNOWNED), h);
}

static struct heap *unowned_take(void)
{
  struct heap *h = unowned_first(), *prev = NULL;
  unsigned n = 0;
  /*@ loop invariant heap: h == \null || Heap(h);
    @ loop invariant prev: prev == \null || Heap(prev);
    @ loop invariant range: n <= HEAPS;
    @ loop invariant own: Own{Pre} ==> Own;
    @ loop assigns h, prev, n, {x->owner | struct heap *x; \true}, nobodys, shared,
    @   ownerless;
    @ loop variant HEAPS - n;
    @*/
  while (h != NULL && n < HEAPS && (heap_shared(h) || heap_owner(h) != 0)) {
    prev = h;
    h = heap_next(h);
    n++;
  }
  if (h == NULL || n == HEAPS) {
    return NULL;
  }
  if (prev == NULL) {
    link_set(link_of(UNOWNED), heap_next(h));
  } else {
    heap_link(prev, heap_next(h));
  }
  return h;
}

/* ---- New heaps ---- */

#define RESERVE_MIN ((size_t)2 << 20) /* bytes; with less a heap is not worth it */
#define SMALL_PAGES ((size_t)8 << 20) /* bytes; huge pages begin behind what a
                                         small program uses */

/* What the system has mapped at p is of no use: p is too high, or heap h is near. */
/*@ ghost
  /@ requires why: heap_number(p) >= HEAPS || h != \null;
   @ assigns refused;
   @ ensures refused: refused == 1;
   @/
  static void show_taken(const char *p, const struct heap *h) {
    refused = 1;
  }
*/

/* Whether a heap may begin at address p: none does there. */
/*@ requires lock: locked == 1;
  @ assigns shared, vacant, refused;
  @ ensures vacant: \result != 0 ==> vacant == p && heap_number(p) < HEAPS;
  @ ensures must: \result == 0 ==> refused == 1;
  @*/
static int place_free(const char *p)
{
  const struct heap *h = heap_at(p);
  int is = heap_number(p) < HEAPS && h == NULL;
  /*@ ghost if (is) vacant = p; else show_taken(p, h); */
  return is;
}

/* Lets all see h, which is ready, at its base, where no heap was. */
/*@ requires lock: locked == 1;
  @ requires heap: Heap(h);
  @ requires place: vacant == h->base && heap_number(h->base) < HEAPS;
  @ requires sound: Arena(&h->arena);
  @ assigns shared, vacant;
  @ ensures taken: vacant == \null;
  @*/
static void heap_publish(struct heap *h)
{
  uintptr_t base = (uintptr_t)h->base, n = heap_number(base);
  link_set(link_of(n), h);
  /*@ ghost vacant = (const char *)0; */
}

/* Makes *h, all zero, the heap at p with size bytes of address space; or gives
 * these back, and 0, if there is a heap in the same 4 GiB. */
/*@ requires heap: Heap(h);
  @ requires lock: locked == 1;
  @ requires zero: Zero(&h->arena);
  @ requires size: 2 * PAGE_SIZE <= size <= HEAP_PAGES * PAGE_SIZE;
  @ assigns h->arena, h->base, h->reach, shared, error, vacant, refused;
  @ ensures must: \result == 0 ==> refused == 1;
  @ ensures zero: \result == 0 ==> Zero(&h->arena);
  @ ensures placed: \result != 0 ==> h->base == p && h->reach == size;
  @*/
static int heap_open(struct heap *h, char *p, size_t size)
{
  if (!place_free(p)) {
    os_unmap(p, size);
    return 0;
  }
  os_small_pages(p, size < SMALL_PAGES ? size : SMALL_PAGES);
  h->base = p;
  h->reach = size;
  arena_init(&h->arena, 1u, (unsigned)(size / PAGE_SIZE));
  heap_publish(h);
  return 1;
}

static struct heap *heap_new(int is_shared)
{
  size_t room = os_room();
  size_t size = (size_t)HEAP_PAGES * PAGE_SIZE;
  struct heap *h = records_map(is_shared);
  if (h == NULL) {
    return NULL;
  }
  /*@ loop invariant size: size <= (size_t)HEAP_PAGES * PAGE_SIZE;
    @ loop invariant zero: Zero(&h->arena);
    @ loop invariant made: made == h && nobodys == h;
    @ loop invariant tried: refused == 1 || room < 2 * size + 2 ||
    @   size == (size_t)HEAP_PAGES * PAGE_SIZE;
    @ loop assigns size, NEW_HEAP, refused;
    @ loop variant size;
    @*/
  for (; size >= RESERVE_MIN; size /= 2u) {
    char *p = size > room ? NULL : os_map(size, size);
    if (p != NULL && heap_open(h, p, size)) {
      return h;
    }
  }
  records_unmap(h);
  /*@ ghost if (room < 2u * RESERVE_MIN) refused = 1; */
  return NULL;
}

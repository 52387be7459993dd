/*
 * reserve.c - a new heap: address space from the system, and records.
 * Part of lemmalloc.c.
 * Proven: nothing.  Trusted: every line.
 */

/* The heap at p, size bytes of address space, or 0 if there is one in the same
 * 4 GiB. */
static int heap_open(struct heap *h, char *p, size_t size)
{
  if (heap_number(p) >= HEAPS || heap_at(p) != NULL) {
    os_unmap(p, size);
    return 0;
  }
  h->base = p;
  h->reach = size;
  arena_init(&h->arena, 1u, (unsigned)(size / PAGE_SIZE));
  link_set(&heaps[heap_number(p)], h);
  return 1;
}

static struct heap *heap_new(void)
{
  size_t room = os_room();
  size_t size = (size_t)HEAP_PAGES * PAGE_SIZE;
  size_t records = threads_own() ? sizeof(struct heap)
                                 : offsetof(struct heap, inbox.chain);
  struct heap *h = HEAPS == 1 && heap_at(NULL) != NULL ? NULL : os_map(records, PAGE_SIZE);
  if (h == NULL) {
    return NULL;
  }
  for (; size >= RESERVE_MIN; size /= 2u) {
    char *p = size > room ? NULL : os_map(size, size);
    if (p != NULL && heap_open(h, p, size)) {
      return h;
    }
  }
  os_unmap(h, records);
  return NULL;
}

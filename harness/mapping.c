/*
 * mapping.c - objects with a mapping of their own: too large for the arena, or
 * aligned to more than its pages.
 * They stand in a table sorted by address, itself a mapping, which doubles
 * when it is full.  Part of lemmalloc.c; called with the lock.
 * Proven: nothing.  Trusted: every line.
 */

struct mapping {
  uintptr_t start;
  size_t size;
};

static struct mapping *mappings;
static size_t nmappings, maxmappings;

/* The number of mappings that start at or below p. */
static size_t mappings_to(uintptr_t p)
{
  size_t low = 0, high = nmappings;
  while (low < high) {
    size_t mid = low + (high - low) / 2;
    if (mappings[mid].start <= p) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

/* The mapping that contains p, or NULL. */
static struct mapping *mapping_of(const void *p)
{
  size_t i = mappings_to((uintptr_t)p);
  return i > 0 && (uintptr_t)p - mappings[i - 1].start < mappings[i - 1].size
             ? &mappings[i - 1] : NULL;
}

static int mappings_grow(void)
{
  size_t max = maxmappings == 0 ? 256 : 2 * maxmappings;
  struct mapping *more = os_map(max * sizeof *more, 1);
  if (more == NULL) {
    return 0;
  }
  if (mappings != NULL) {
    memcpy(more, mappings, nmappings * sizeof *more);
    os_unmap(mappings, maxmappings * sizeof *more);
  }
  mappings = more;
  maxmappings = max;
  return 1;
}

static void *mapping_alloc(size_t n, size_t align)
{
  size_t i, size;
  void *p;
  if (!request_round_up(n, os_page_size(), &size) ||
      (nmappings == maxmappings && !mappings_grow())) {
    return NULL;
  }
  p = os_map(size, align);
  if (p != NULL) {
    i = mappings_to((uintptr_t)p);
    memmove(mappings + i + 1, mappings + i, (nmappings - i) * sizeof *mappings);
    mappings[i].start = (uintptr_t)p;
    mappings[i].size = size;
    nmappings++;
  }
  return p;
}

static void mapping_free(struct mapping *m)
{
  size_t i = (size_t)(m - mappings);
  os_unmap((void *)m->start, m->size);
  nmappings--;
  memmove(m, m + 1, (nmappings - i) * sizeof *m);
}

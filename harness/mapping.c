/*
 * mapping.c - objects with a mapping of their own: too large for the arena, or
 * aligned to more than its pages.
 * They stand in a table sorted by address, itself a mapping, which doubles
 * when it is full.  Part of lemmalloc.c.
 * Proven: nothing.  Trusted: every line.
 */

struct mapping {
  uintptr_t start;
  size_t size;
  unsigned noscan;      /* 1: holds no pointers */
};

static struct mapping *mappings;
static size_t nmappings, maxmappings;
static uintptr_t mapped_from = UINTPTR_MAX, mapped_to;  /* all were between */

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

/* Notes that [p, p + size) is a mapping; there is room in the table. */
static void mapping_add(void *p, size_t size, unsigned noscan)
{
  size_t i = mappings_to((uintptr_t)p);
  memmove(mappings + i + 1, mappings + i, (nmappings - i) * sizeof *mappings);
  mappings[i].start = (uintptr_t)p;
  mappings[i].size = size;
  mappings[i].noscan = noscan;
  nmappings++;
  if ((uintptr_t)p < mapped_from) {
    __atomic_store_n(&mapped_from, (uintptr_t)p, __ATOMIC_RELAXED);
  }
  if ((uintptr_t)p + size > mapped_to) {
    __atomic_store_n(&mapped_to, (uintptr_t)p + size, __ATOMIC_RELAXED);
  }
}

static void mapping_remove(struct mapping *m)
{
  nmappings--;
  memmove(m, m + 1, (nmappings - (size_t)(m - mappings)) * sizeof *m);
}

/* A mapping of n bytes, all zero, at a multiple of align; NULL if there is no
 * memory.  noscan: 0 or 1. */
static void *mapping_alloc(size_t n, size_t align, unsigned noscan)
{
  size_t size;
  void *p;
  if (!request_round_up(n, os_page_size(), &size)) {
    return NULL;
  }
  p = os_map(size, align);
  if (p == NULL) {
    return NULL;
  }
  lock();
  if (nmappings == maxmappings && !mappings_grow()) {
    unlock();
    os_unmap(p, size);
    return NULL;
  }
  mapping_add(p, size, noscan);
  unlock();
  return p;
}

/* What p, which is in no heap, is; if it is a block, its size. */
static int mapping_look(const void *p, size_t *size)
{
  struct mapping *m;
  int what = LM_FOREIGN;
  lock();
  m = mapping_of(p);
  if (m != NULL) {
    *size = m->size;
    what = (uintptr_t)p == m->start ? LM_OK : LM_INTERIOR;
  }
  unlock();
  return what;
}

/* Frees p, which is in no heap. */
static void mapping_release(void *p)
{
  struct mapping *m;
  size_t size;
  lock();
  m = mapping_of(p);
  if (m == NULL || (uintptr_t)p != m->start) {
    misuse("free", p, m == NULL ? LM_FOREIGN : LM_INTERIOR);
  }
  size = m->size;
  mapping_remove(m);
  unlock();
  os_unmap(p, size);
}

/* Makes mapping p one of n bytes, at this place or another, with its contents;
 * NULL, and p as it was, if that cannot be. */
static void *mapping_resize(void *p, size_t n)
{
  struct mapping *m;
  size_t size;
  unsigned noscan;
  void *q = NULL;
  if (!request_round_up(n, os_page_size(), &size)) {
    return NULL;
  }
  lock();
  m = mapping_of(p);
  if (m != NULL) {
    q = os_remap(p, m->size, size);
    if (q != NULL) {
      noscan = m->noscan;
      mapping_remove(m);
      mapping_add(q, size, noscan);
    }
  }
  unlock();
  return q;
}

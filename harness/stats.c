/*
 * stats.c - what the heaps hold: counted when somebody asks, by walking them.
 * Fast paths count nothing.  The heap of a running thread changes under the
 * walk: its figures are then approximate, but the walk is safe, for heaps are
 * never given back and every number that is read is checked before it is used
 * as an index.  Figures of a heap at rest are exact.
 * Proven: nothing.  Trusted: every line.  Part of lemmalloc.c.
 * Sources: mallinfo(3), malloc_info(3), mallopt(3).
 */

#define TABLES (CLASS_TINY + 1u)        /* classes by tag / 2 */
#define PEEK(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)

struct class_stats {
  size_t spans, slots, live;
};

struct stats {
  size_t heaps, owned;                  /* of those, owned by threads */
  size_t reserved;                      /* bytes of address space of heaps */
  struct class_stats class[TABLES];
  size_t large, large_pages;            /* large objects */
  size_t runs, free_pages;              /* free runs of pages used before */
  size_t released;                      /* of these pages: without memory */
  size_t mapped, mapped_bytes;          /* objects with their own mapping */
  size_t refills, collected;            /* slow paths; frees by other threads */
};

/* ---- Counting ---- */

/* Counts span s of class c.  What other threads have freed counts as free. */
static void count_span(struct stats *st, const struct heap *h, unsigned s,
                       unsigned c, int remote)
{
  unsigned n = class_slots(c), w;
  size_t live = 0;
  for (w = 0; w * WORD_BITS < n; w++) {
    word x = PEEK(h->arena.bits[WORDS * s + w]);
    if (remote) {
      x &= ~PEEK(h->inbox.remote[WORDS * s + w]);
    }
    if (n - w * WORD_BITS < WORD_BITS) {
      x &= ((word)1 << (n - w * WORD_BITS)) - 1;
    }
    live += (size_t)__builtin_popcountl(x);
  }
  st->class[c].spans++;
  st->class[c].slots += n;
  st->class[c].live += live;
}

/* Counts the run of n pages at s, of which those from end on are untouched. */
static void count_run(struct stats *st, const struct heap *h, unsigned s,
                      unsigned n, unsigned end, unsigned tag, int remote)
{
  unsigned p;
  n = n < end - s ? n : end - s;
  if (SLOTTED(tag)) {
    count_span(st, h, s, tag / 2u, remote);
  } else if (tag == TAG_FREE || (remote && (PEEK(h->inbox.remote[WORDS * s]) & 1u))) {
    st->runs++;
    st->free_pages += n;
    for (p = s; p < s + n; p++) {
      st->released += PEEK(h->note.warm[p]) == COLD;
    }
  } else if (tag / 2u == CLASS_LARGE) {
    st->large++;
    st->large_pages += n;
  }
}

static void count_heap(struct stats *st, const struct heap *h)
{
  unsigned end = (unsigned)PEEK(h->arena.fresh), s, n;
  int remote = !h->shared;      /* else remote[] is not there */
  if (end > ARENA_PAGES) {
    end = ARENA_PAGES;
  }
  st->heaps++;
  st->owned += PEEK(h->owner) != 0;
  st->reserved += h->reach;
  st->refills += PEEK(h->refills);
  st->collected += PEEK(h->collected);
  for (s = h->arena.lo; s < end; s += n) {
    unsigned tag = PEEK(h->arena.tag[s]);
    n = PEEK(h->arena.npages[s]);
    if (tag == TAG_NONE || n == 0) {
      n = 1;            /* somebody changed it just now: look for the next run */
      continue;
    }
    count_run(st, h, s, n, end, tag, remote);
    n = n < end - s ? n : end - s;
  }
}

/* The heap with the least number from *k on, and *k behind it; NULL: none. */
static const struct heap *heap_from(unsigned *k)
{
  while (*k < HEAPS) {
    const struct heap *h = link_get(link_of((*k)++));
    if (h != NULL) {
      return h;
    }
  }
  return NULL;
}

static void count_mappings(struct stats *st)
{
  struct mapped all = mappings_count();
  st->mapped = all.count;
  st->mapped_bytes = all.bytes;
}

static void count_all(struct stats *st)
{
  const struct heap *h;
  unsigned k = 0;
  memset(st, 0, sizeof *st);
  while ((h = heap_from(&k)) != NULL) {
    count_heap(st, h);
  }
  count_mappings(st);
}

/* ---- Sums ---- */

static size_t span_pages(const struct stats *st)
{
  size_t sum = 0;
  unsigned c;
  for (c = 1; c < TABLES; c++) {
    sum += st->class[c].spans * class_pages(c);
  }
  return sum;
}

static size_t live_slots(const struct stats *st)
{
  size_t sum = 0;
  unsigned c;
  for (c = 1; c < TABLES; c++) {
    sum += st->class[c].live;
  }
  return sum;
}

static size_t free_slots(const struct stats *st)
{
  size_t sum = 0;
  unsigned c;
  for (c = 1; c < TABLES; c++) {
    sum += st->class[c].slots;
  }
  return sum - live_slots(st);
}

static size_t slot_bytes(const struct stats *st)
{
  size_t sum = 0;
  unsigned c;
  for (c = 1; c < TABLES; c++) {
    sum += st->class[c].live * class_size(c);
  }
  return sum;
}

/* Bytes of the heaps' pages that have been used, and may have memory. */
static size_t heap_bytes(const struct stats *st)
{
  return (span_pages(st) + st->large_pages + st->free_pages - st->released) * PAGE_SIZE;
}

static size_t live_bytes(const struct stats *st)
{
  return slot_bytes(st) + st->large_pages * PAGE_SIZE;
}

#include "report.c"

/* ---- Public functions ---- */

PUBLIC struct mallinfo2 lm_mallinfo2(void)
{
  struct mallinfo2 m;
  struct stats st;
  count_all(&st);
  memset(&m, 0, sizeof m);
  m.arena = heap_bytes(&st);
  m.ordblks = free_slots(&st) + st.runs;
  m.hblks = st.mapped;
  m.hblkhd = st.mapped_bytes;
  m.uordblks = live_bytes(&st);
  m.fordblks = m.arena - m.uordblks;
  m.keepcost = (st.free_pages - st.released) * PAGE_SIZE;
  return m;
}

static int as_int(size_t v)
{
  return v < INT_MAX ? (int)v : INT_MAX;
}

PUBLIC struct mallinfo lm_mallinfo(void)
{
  struct mallinfo2 m = lm_mallinfo2();
  struct mallinfo r;
  memset(&r, 0, sizeof r);
  r.arena = as_int(m.arena);
  r.ordblks = as_int(m.ordblks);
  r.hblks = as_int(m.hblks);
  r.hblkhd = as_int(m.hblkhd);
  r.uordblks = as_int(m.uordblks);
  r.fordblks = as_int(m.fordblks);
  r.keepcost = as_int(m.keepcost);
  return r;
}

PUBLIC void lm_malloc_stats(void)
{
  struct line l = { "", 0, out_say, NULL };
  struct stats st;
  count_all(&st);
  report_text(&l, &st);
}

/* The file may allocate what it is written to with: nothing is locked. */
PUBLIC int lm_malloc_info(int options, FILE *file)
{
  struct line l = { "", 0, out_file, file };
  struct stats st;
  const struct heap *h;
  unsigned k = 0;
  if (options != 0) {
    errno = EINVAL;
    return EINVAL;
  }
  add(&l, "<malloc version=\"lemmalloc-1\">\n");
  memset(&st, 0, sizeof st);
  while ((h = heap_from(&k)) != NULL) {
    size_t nr = st.heaps;
    struct stats one;
    memset(&one, 0, sizeof one);
    count_heap(&one, h);
    count_heap(&st, h);
    add(&l, "<heap");
    attribute(&l, "nr", nr, ">\n");
    xml_sizes(&l, &one);
    xml_totals(&l, &one, 0);
    add(&l, "</heap>\n");
  }
  count_mappings(&st);
  xml_totals(&l, &st, 1);
  add(&l, "</malloc>\n");
  line_end(&l);
  return 0;
}

/* glibc's tuning parameters, M_ARENA_MAX .. M_KEEP, have no counterpart. */
PUBLIC int lm_mallopt(int param, int value)
{
  (void)value;
  return -8 <= param && param <= 4 && param != 0;
}

/*
 * stats.c - what the heaps hold: counted when somebody asks, by walking them.
 * Fast paths count nothing.  The heap of a running thread changes under the
 * walk: its figures are then approximate, but the walk is safe, for heaps are
 * never given back and every number that is read is checked before it is used
 * as an index.  Figures of a heap at rest are exact.
 * Proven: nothing.  Trusted: every line.  Part of lemmalloc.c.
 * Sources: mallinfo(3), malloc_info(3), and the XML that glibc 2.36 writes.
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
      x &= ~PEEK(h->remote[WORDS * s + w]);
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
  } else if (tag == TAG_FREE || (remote && (PEEK(h->remote[WORDS * s]) & 1u))) {
    st->runs++;
    st->free_pages += n;
    for (p = s; p < s + n; p++) {
      st->released += PEEK(h->warm[p]) == COLD;
    }
  } else if (tag / 2u == CLASS_LARGE) {
    st->large++;
    st->large_pages += n;
  }
}

static void count_heap(struct stats *st, const struct heap *h)
{
  unsigned end = (unsigned)PEEK(h->arena.fresh), s, n;
  int remote = heap_owner(h) != 0;      /* else remote[] may not be there */
  if (end > ARENA_PAGES) {
    end = ARENA_PAGES;
  }
  st->heaps++;
  st->owned += remote != 0;
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
    const struct heap *h = __atomic_load_n(&heaps[(*k)++], __ATOMIC_ACQUIRE);
    if (h != NULL) {
      return h;
    }
  }
  return NULL;
}

/* Not counted when this thread is inside, which a signal handler can find. */
static void count_mappings(struct stats *st)
{
  size_t i;
  if (!os_lock()) {
    return;
  }
  st->mapped = nmappings;
  for (i = 0; i < nmappings; i++) {
    st->mapped_bytes += mappings[i].size;
  }
  os_unlock();
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

/* ---- Text ---- */

/* "a 1 b", for sentences. */
static void say(struct line *l, const char *before, size_t v, const char *after)
{
  add(l, before);
  add_number(l, v, 10);
  add(l, after);
}

static void report_classes(struct line *l, const struct stats *st)
{
  unsigned c;
  add(l, "    size     spans      slots       live          bytes\n");
  for (c = 1; c < TABLES; c++) {
    const struct class_stats *k = &st->class[c];
    if (k->spans != 0) {
      add_column(l, class_size(c), 10, 8);
      add_column(l, k->spans, 10, 10);
      add_column(l, k->slots, 10, 11);
      add_column(l, k->live, 10, 11);
      add_column(l, k->live * class_size(c), 10, 15);
      add(l, "\n");
    }
  }
}

static void report_text(struct line *l, const struct stats *st)
{
  say(l, "lemmalloc: process ", os_process(), "");
  say(l, ": ", live_bytes(st) + st->mapped_bytes, " bytes live\n");
  say(l, "  heaps: ", st->heaps, "");
  say(l, ", ", st->owned, " owned by threads");
  say(l, ", ", st->reserved, " bytes of address space\n");
  say(l, "  slots: ", live_slots(st), " live");
  say(l, ", ", slot_bytes(st), " bytes\n");
  say(l, "  large objects: ", st->large, "");
  say(l, ", ", st->large_pages * PAGE_SIZE, " bytes\n");
  say(l, "  mappings: ", st->mapped, "");
  say(l, ", ", st->mapped_bytes, " bytes\n");
  say(l, "  pages of 8192 bytes: ", span_pages(st), " in spans");
  say(l, ", ", st->large_pages, " in large objects");
  say(l, ", ", st->free_pages, " free");
  say(l, ", ", st->released, " of these without memory\n");
  say(l, "  refills: ", st->refills, "");
  say(l, ", frees by other threads: ", st->collected, "\n");
  report_classes(l, st);
  line_end(l);
}

/* ---- JSON ---- */

/* "name": v, and what follows. */
static void member(struct line *l, const char *name, size_t v, const char *after)
{
  add(l, "\"");
  add(l, name);
  say(l, "\": ", v, after);
}

static void json_classes(struct line *l, const struct stats *st)
{
  const char *between = "";
  unsigned c;
  add(l, "\"classes\": [");
  for (c = 1; c < TABLES; c++) {
    const struct class_stats *k = &st->class[c];
    if (k->spans != 0) {
      add(l, between);
      add(l, "\n  {");
      member(l, "size", class_size(c), ", ");
      member(l, "spans", k->spans, ", ");
      member(l, "slots", k->slots, ", ");
      member(l, "live", k->live, ", ");
      member(l, "bytes", k->live * class_size(c), "}");
      between = ",";
    }
  }
  add(l, "]");
}

static void report_json(struct line *l, const struct stats *st)
{
  add(l, "{\"version\": \"lemmalloc-1\",\n");
  member(l, "process", os_process(), ",\n");
  member(l, "live_bytes", live_bytes(st) + st->mapped_bytes, ",\n");
  add(l, "\"heaps\": {");
  member(l, "count", st->heaps, ", ");
  member(l, "owned", st->owned, ", ");
  member(l, "reserved_bytes", st->reserved, "},\n");
  add(l, "\"slots\": {");
  member(l, "live", live_slots(st), ", ");
  member(l, "free", free_slots(st), ", ");
  member(l, "live_bytes", slot_bytes(st), "},\n");
  add(l, "\"large\": {");
  member(l, "count", st->large, ", ");
  member(l, "bytes", st->large_pages * PAGE_SIZE, "},\n");
  add(l, "\"mappings\": {");
  member(l, "count", st->mapped, ", ");
  member(l, "bytes", st->mapped_bytes, "},\n");
  add(l, "\"pages\": {");
  member(l, "size", PAGE_SIZE, ", ");
  member(l, "spans", span_pages(st), ", ");
  member(l, "large", st->large_pages, ", ");
  member(l, "free", st->free_pages, ", ");
  member(l, "released", st->released, "},\n");
  member(l, "refills", st->refills, ",\n");
  member(l, "remote_frees", st->collected, ",\n");
  json_classes(l, st);
  add(l, "}\n");
  line_end(l);
}

/* ---- XML, as glibc's ---- */

/* The attribute name="v", and what follows. */
static void attribute(struct line *l, const char *name, size_t v, const char *after)
{
  add(l, " ");
  add(l, name);
  say(l, "=\"", v, "\"");
  add(l, after);
}

/* An empty element with the attributes count and size. */
static void xml_total(struct line *l, const char *start, size_t count, size_t size)
{
  add(l, start);
  attribute(l, "count", count, "");
  attribute(l, "size", size, "/>\n");
}

/* Free slots by size, and what glibc's does not have: spans, live slots. */
static void xml_sizes(struct line *l, const struct stats *st)
{
  unsigned c;
  add(l, "<sizes>\n");
  for (c = 1; c < CLASSES; c++) {
    const struct class_stats *k = &st->class[c];
    if (k->slots != k->live) {
      add(l, "<size");
      attribute(l, "from", class_size(c - 1u) + 1, "");
      attribute(l, "to", class_size(c), "");
      attribute(l, "total", (k->slots - k->live) * class_size(c), "");
      attribute(l, "count", k->slots - k->live, "/>\n");
    }
  }
  add(l, "</sizes>\n<spans>\n");
  for (c = 1; c < TABLES; c++) {
    const struct class_stats *k = &st->class[c];
    if (k->spans != 0) {
      add(l, "<span");
      attribute(l, "size", class_size(c), "");
      attribute(l, "count", k->spans, "");
      attribute(l, "slots", k->slots, "");
      attribute(l, "live", k->live, "/>\n");
    }
  }
  add(l, "</spans>\n");
}

static void xml_totals(struct line *l, const struct stats *st, int all)
{
  size_t now = heap_bytes(st), ever = now + st->released * PAGE_SIZE;
  xml_total(l, "<total type=\"fast\"", 0, 0);
  xml_total(l, "<total type=\"rest\"", free_slots(st) + st->runs, now - live_bytes(st));
  xml_total(l, "<total type=\"large\"", st->large, st->large_pages * PAGE_SIZE);
  if (all) {
    xml_total(l, "<total type=\"mmap\"", st->mapped, st->mapped_bytes);
  }
  add(l, "<system type=\"current\"");
  attribute(l, "size", now, "/>\n<system type=\"max\"");
  attribute(l, "size", ever, "/>\n<aspace type=\"total\"");
  attribute(l, "size", st->reserved, "/>\n<aspace type=\"mprotect\"");
  attribute(l, "size", st->reserved, "/>\n");
}

static void out_file(void *to, const char *text, size_t n)
{
  fwrite(text, 1, n, to);
}

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

/*
 * spans.c - what a garbage collector asks: which spans and blocks there are,
 * which block a pointer points into; and the end of all that it did not mark.
 * Nothing is kept between two calls: a collector has its marks itself.
 * Proven: arena_sweep, tiny_free.  Trusted: every line here.
 * Part of lemmalloc.c.
 * Go's names: mspan (lm_span), findObject (lm_block_of), sweep (lm_sweep).
 */

#define MARK_BITS (8u * (unsigned)sizeof(unsigned long))

/* ---- Spans ---- */

/* Describes run s of heap h; 0 if it holds no blocks. */
static int span_at(const struct heap *h, unsigned s, struct lm_span *v)
{
  unsigned t = PEEK(h->arena.tag[s]);
  v->start = h->base + (size_t)s * PAGE_SIZE;
  if (SLOTTED(t)) {
    v->size = class_size(t / 2u);
    v->count = class_slots(t / 2u);
    v->flags = t == TAG_TINY ? LM_NOSCAN | LM_TINY : t % 2u;
    return 1;
  }
  v->size = (size_t)PEEK(h->arena.npages[s]) * PAGE_SIZE;
  v->count = 1;
  v->flags = LM_LARGE | t % 2u;
  return t / 2u == CLASS_LARGE;
}

static int same_span(const struct lm_span *v, const struct lm_span *w)
{
  return v->start == w->start && v->size == w->size && v->count == w->count &&
         v->flags == w->flags;
}

static void describe(const struct mapping *m, struct lm_span *v)
{
  v->start = (void *)m->start;
  v->size = m->size;
  v->count = 1;
  v->flags = LM_LARGE | m->noscan;
}

typedef int visit_span(const struct lm_span *span, void *arg);

/* Describes the first span of heap h from page s on; the page behind it, or 0
 * if there is none or the heap is not this thread's.  s need not begin a run:
 * what did may have become one with those before. */
static unsigned span_from(struct heap *h, unsigned s, struct lm_span *v)
{
  int found = 0, how = hold(h);
  if (!how) {
    return 0;
  }
  collect(h);
  while (!found && s < (unsigned)h->arena.fresh) {
    found = span_at(h, s, v);
    s += h->arena.tag[s] == TAG_NONE ? 1 : h->arena.npages[s];
  }
  let_go(h, how);
  return found ? s : 0;
}

/* Visits the spans of heap h. */
static int heap_spans(struct heap *h, visit_span *visit, void *arg)
{
  struct lm_span v;
  unsigned s = h->arena.lo;
  int result = 0;
  while (result == 0 && (s = span_from(h, s, &v)) != 0) {
    result = visit(&v, arg);
  }
  return result;
}

/* The first mapping that ends behind *from, and then its end there; 0 if there
 * is none. */
static int mapping_from(uintptr_t *from, struct lm_span *v)
{
  size_t i;
  int found;
  lock();
  i = mappings_below(*from);
  found = i < nmappings;
  if (found) {
    describe(&mappings[i], v);
    *from = mappings[i].start + mappings[i].size;
  }
  unlock();
  return found;
}

PUBLIC int lm_each_span(int (*visit)(const struct lm_span *span, void *arg), void *arg)
{
  const struct heap *h;
  struct lm_span v;
  unsigned k = 0;
  uintptr_t from = 0;
  int result = 0;
  while (result == 0 && (h = heap_from(&k)) != NULL) {
    result = heap_spans(heap_of(h->base), visit, arg);
  }
  while (result == 0 && mapping_from(&from, &v)) {
    result = visit(&v, arg);
  }
  return result;
}

/* ---- Blocks ---- */

/* Describes the block that offset off of heap h lies in; 0 if none does.  Within
 * large objects and free pages the run's begin is searched for, page by page. */
static int block_at(const struct heap *h, unsigned off, struct lm_block *b)
{
  struct lm_span v;
  unsigned s, i, first;
  if (off / PAGE_SIZE >= (unsigned)PEEK(h->arena.fresh)) {
    return 0;
  }
  s = locate_byte(&h->arena, off);
  if (s == 0 || !span_at(h, s, &v)) {
    return 0;
  }
  b->flags = v.flags;
  b->size = v.flags & LM_TINY ? packed_at(h, off, &first) : v.size;
  if (b->size == 0) {
    return 0;
  }
  if (v.flags & LM_TINY) {
    b->start = h->base + first;
    return !packed_gone(h, s, first - s * PAGE_SIZE);
  }
  i = v.flags & LM_LARGE ? 0 : class_slot(h->arena.tag[s] / 2u, off - s * PAGE_SIZE);
  b->start = (char *)v.start + i * v.size;
  if (i >= v.count || (!h->shared && freed_remotely(h, s, i))) {
    return 0;
  }
  return v.flags & LM_LARGE ||
         word_test(PEEK(h->arena.bits[WORDS * s + i / WORD_BITS]), i % WORD_BITS);
}

/* The same of a mapping.  Most of what a collector asks about is not near one,
 * and takes no lock. */
static int block_mapped(const void *p, struct lm_block *b)
{
  struct mapping *m;
  struct lm_span v;
  if ((uintptr_t)p < PEEK(mapped_from) || (uintptr_t)p >= PEEK(mapped_to)) {
    return 0;
  }
  lock();
  m = mapping_of(p);
  if (m != NULL) {
    describe(m, &v);
    b->start = v.start;
    b->size = v.size;
    b->flags = v.flags;
  }
  unlock();
  return m != NULL;
}

PUBLIC int lm_block_of(const void *p, struct lm_block *block)
{
  const struct heap *h = heap_of(p);
  return h != NULL ? block_at(h, offset(h, p), block) : block_mapped(p, block);
}

struct visitor {
  int (*visit)(const struct lm_block *block, void *arg);
  void *arg;
};

/* Visits what begins at p, if anything lives there. */
static int block_visit(const char *p, const struct visitor *to)
{
  struct lm_block b;
  return lm_block_of(p, &b) && b.start == p ? to->visit(&b, to->arg) : 0;
}

/* The same of each tiny object in slot i of a packed span. */
static int tiny_visit(const struct lm_span *v, size_t i, const struct visitor *to)
{
  const struct heap *h = heap_of(v->start);
  const char *p = (const char *)v->start + i * TINY_SIZE;
  unsigned x = PEEK(packs_of(h)->tiny.live[offset(h, p) / TINY_SIZE]);
  int result = 0;
  for (; result == 0 && x != 0; x &= x - 1u) {
    result = block_visit(p + lowest(x), to);
  }
  return result;
}

/* Visits the live blocks of a span.  What visit frees is seen. */
static int span_blocks(const struct lm_span *v, void *arg)
{
  const struct visitor *to = arg;
  int result = 0;
  size_t i;
  for (i = 0; result == 0 && i < v->count; i++) {
    result = v->flags & LM_TINY ? tiny_visit(v, i, to)
                                : block_visit((char *)v->start + i * v->size, to);
  }
  return result;
}

PUBLIC int lm_each_block(int (*visit)(const struct lm_block *block, void *arg), void *arg)
{
  struct visitor to = { visit, arg };
  return lm_each_span(span_blocks, &to);
}

/* ---- The end of what is not marked ---- */

static int marked(const unsigned long *marks, unsigned i)
{
  return (int)(marks[i / MARK_BITS] >> i % MARK_BITS & 1u);
}

/* Ends the tiny objects of packed span s whose blocks are not marked; their
 * number. */
static long sweep_packed(struct heap *h, unsigned s, const unsigned long *marks)
{
  long n = 0;
  unsigned i;
  for (i = 0; i < BLOCKS_IN_PAGE; i++) {
    unsigned b = s * BLOCKS_IN_PAGE + i;
    unsigned x = marked(marks, i) ? 0 : h->packs->tiny.live[b];
    for (; x != 0; x &= x - 1u) {
      n += any_free(h, b * TINY_SIZE + lowest(x)) == LM_OK;
    }
  }
  return n;
}

/* The same for blocks of their own. */
static long sweep_slots(struct heap *h, unsigned s, unsigned count,
                        const unsigned long *marks)
{
  long n = 0;
  unsigned w;
  for (w = 0; w * WORD_BITS < count; w++) {
    word dead = h->arena.bits[WORDS * s + w] & ~marks[w];
    n += __builtin_popcountl(dead & ~arena_sweep(&h->arena, s, w, dead));
  }
  return n;
}

/* As lm_sweep, in heap h, which the caller holds. */
static long sweep_in(struct heap *h, const struct lm_span *span, const unsigned long *marks)
{
  struct lm_span v;
  unsigned s = offset(h, span->start) / PAGE_SIZE;
  collect(h);
  if (!span_at(h, s, &v) || !same_span(&v, span)) {
    return -1;
  }
  tick(h);
  if (v.flags & LM_TINY) {
    return sweep_packed(h, s, marks);
  }
  if (v.flags & LM_LARGE) {
    return !marked(marks, 0) && arena_free(&h->arena, s * PAGE_SIZE) == LM_OK;
  }
  return sweep_slots(h, s, (unsigned)v.count, marks);
}

/* The same of a mapping. */
static long sweep_mapping(const struct lm_span *span, const unsigned long *marks)
{
  struct mapping *m;
  struct lm_span v;
  int same;
  lock();
  m = mapping_of(span->start);
  if (m != NULL) {
    describe(m, &v);
  }
  same = m != NULL && same_span(&v, span);
  unlock();
  if (!same) {
    errno = EINVAL;
    return -1;
  }
  if (!marked(marks, 0)) {
    mapping_release(span->start);
  }
  return !marked(marks, 0);
}

PUBLIC long lm_sweep(const struct lm_span *span, const unsigned long *marks)
{
  struct heap *h = heap_of(span->start);
  int old = errno, how;
  long n;
  if (h == NULL) {
    return sweep_mapping(span, marks);
  }
  how = hold(h);
  if (!how) {
    errno = EPERM;
    return -1;
  }
  n = sweep_in(h, span, marks);
  let_go(h, how);
  errno = n < 0 ? EINVAL : old;
  return n;
}

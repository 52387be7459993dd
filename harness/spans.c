/*
 * spans.c - what a garbage collector asks: which spans and blocks there are,
 * which block a pointer points into.
 * Proven: nothing here, but it takes no lock, and asks what is proven for spans and
 * mappings.  Trusted: every line.
 * Part of lemmalloc.c.
 * Go's names: mspan (lm_span), findObject (lm_block_of).
 */

/* ---- Spans ---- */

/* Describes run s of heap h; 0 if it holds no blocks. */
static int span_at(const struct heap *h, unsigned s, struct lm_span *v)
{
  *v = span_of(h->base, s, PEEK(h->arena.tag[s]), PEEK(h->arena.npages[s]));
  return v->count != 0;
}

static struct lm_span mapping_span(struct mapping m)
{
  struct lm_span v;
  v.start = (void *)m.start;
  v.size = m.size;
  v.count = 1;
  v.flags = LM_LARGE | m.noscan;
  return v;
}

typedef int visit_span(const struct lm_span *span, void *arg);

/* Visits the spans of heap h. */
static int heap_spans(struct heap *h, visit_span *visit, void *arg)
{
  struct at_page at = { { NULL, 0, 0, 0 }, h->arena.lo };
  int result = 0;
  while (result == 0 && (at = span_from(h, at.page)).page != 0) {
    result = visit(&at.span, arg);
  }
  return result;
}

PUBLIC int lm_each_span(int (*visit)(const struct lm_span *span, void *arg), void *arg)
{
  const struct heap *h;
  struct mapping m;
  unsigned k = 0;
  uintptr_t from = 0;
  int result = 0;
  while (result == 0 && (h = heap_from(&k)) != NULL) {
    result = heap_spans(heap_of(h->base), visit, arg);
  }
  while (result == 0 && (m = mapping_from(from)).size != 0) {
    struct lm_span v = mapping_span(m);
    from = m.start + m.size;
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
  struct mapping m;
  if ((uintptr_t)p < mark_get(&mapped_from) || (uintptr_t)p >= mark_get(&mapped_to)) {
    return 0;
  }
  m = mapping_at(p);
  b->start = (void *)m.start;
  b->size = m.size;
  b->flags = LM_LARGE | m.noscan;
  return m.size != 0;
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
    result = block_visit(p + word_ctz(x), to);
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

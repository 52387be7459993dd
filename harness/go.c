/*
 * go.c - lm_alloc: objects as Go's runtime asks for them.
 * With pointers or without, by the least size class that holds them; without,
 * and of less than 16 bytes, packed.
 * Proven: nothing.  Trusted: every line.  Part of lemmalloc.c.
 * Source: Go 1.19, mallocgc in runtime/malloc.go.
 */

/* A tiny object of n bytes where that takes no new span: as quick_tag. */
static inline void *quick_tiny(unsigned n)
{
  struct heap *h = mine;
  short refilled;
  if (likely(h != NULL && h->packs != NULL)) {
    own_begin();
    section_enter(h);
    if (likely(cursor_room(&h->arena, LIST_OF(HOLDER, TAG_TINY)))) {
      unsigned off = pack(h, n, &refilled);
      section_leave(h);
      own_end(h);
      return h->base + off;
    }
    section_leave(h);
    own_end(h);
  }
  return NULL;
}

/* n bytes of what w says, with errno. */
static LM_COLD void *object_slow(size_t n, struct want w, struct got *g)
{
  void *p = NULL;
  if (request_size_ok(n)) {
    int old = errno;
    p = SLOTTED(w.tag) ? slow_alloc(w, g) : pages_get(n, w, g);
    errno = old;
  }
  if (p == NULL) {
    errno = ENOMEM;
  }
  return p;
}

/* The bytes of an object for n bytes of what w says, all of them, for a
 * collector looks at all; a tiny one has no more than n. */
static size_t whole(size_t n, const struct want *w)
{
  return w->tag == TAG_TINY ? n
         : SLOTTED(w->tag) ? class_size(w->tag / 2u)
                           : request_pages(n) * PAGE_SIZE;
}

FAST void *lm_alloc(size_t size, unsigned flags, int *refilled)
{
  size_t n = request_nonzero(size);
  unsigned noscan = flags & LM_NOSCAN;
  struct want w = { TAG_LARGE + noscan, 0, 0 };
  struct got got = { 0, 0 };
  void *p = NULL;
  if ((flags & ~(LM_NOSCAN | LM_ZERO)) != 0) {
    errno = EINVAL;
    return NULL;
  }
  if (noscan && n < TINY_SIZE) {
    w.tag = TAG_TINY;
    w.bytes = (unsigned)n;
    p = quick_tiny(w.bytes);
  } else if (CLASSED(n)) {
    w.tag = 2u * class_of_size((unsigned)n) + noscan;
    p = quick_tag(w.tag);
  }
  if (p == NULL) {
    p = object_slow(n, w, &got);
  }
  if (refilled != NULL) {
    *refilled = p != NULL && got.refilled;
  }
  return p == NULL || got.zero || !(flags & LM_ZERO) ? p : memset(p, 0, whole(n, &w));
}

PUBLIC size_t lm_usable_size(const void *p)
{
  return p == NULL ? 0 : size_of("usable_size", p);
}

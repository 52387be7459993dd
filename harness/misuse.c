/*
 * misuse.c - says in one line what a program did wrong, and ends it.
 * Nothing is allocated: the line is put together on the stack.
 * Part of lemmalloc.c.  A lock that is held is given back before the end, so
 * that a handler of SIGABRT can allocate.
 * Proven: nothing.  Trusted: every line.
 */

static void add_block(struct line *l, uintptr_t p, uintptr_t block, size_t size)
{
  add_number(l, p - block, 10);
  add(l, " bytes into ");
  add_number(l, size, 10);
  add(l, " bytes at ");
  add_number(l, block, 16);
}

/* The run that covers page p; of free pages, or of none, 0. */
static unsigned run_of(const struct arena *a, unsigned p)
{
  unsigned s = p;
  while (s > 0 && a->tag[s] == TAG_NONE) {
    s--;
  }
  return a->tag[s] > TAG_FREE && p - s < a->npages[s] ? s : 0;
}

/* What is known of offset off, in a span or a large object; it may be the
 * start of a free slot. */
static void add_place(struct line *l, const struct heap *h, unsigned off, int freed)
{
  const struct arena *arena = &h->arena;
  unsigned s = run_of(arena, off / PAGE_SIZE);
  unsigned c, i;
  c = arena->tag[s] / 2u;
  if (c == CLASS_TINY) {
    unsigned first, size = packed_at(h, off, &first);
    if (freed) {
      add(l, "a place for tiny objects, free already");
    } else {
      add_block(l, (uintptr_t)(h->base + off), (uintptr_t)(h->base + first), size);
    }
    return;
  }
  if (c == CLASS_LARGE && freed) {     /* by another thread, just now */
    add(l, "an object of ");
    add_number(l, (size_t)arena->npages[s] * PAGE_SIZE, 10);
    add(l, " bytes, free already");
    return;
  }
  if (c == CLASS_LARGE) {
    add_block(l, (uintptr_t)(h->base + off), (uintptr_t)(h->base + s * PAGE_SIZE),
              (size_t)arena->npages[s] * PAGE_SIZE);
    return;
  }
  if (freed) {
    add(l, "a slot of ");
    add_number(l, class_size(c), 10);
    add(l, " bytes, free already");
    return;
  }
  i = class_slot(c, off - s * PAGE_SIZE);
  add_block(l, (uintptr_t)(h->base + off),
            (uintptr_t)(h->base + s * PAGE_SIZE + i * class_size(c)), class_size(c));
}

/* Says that function got p, which is no live object. */
static void misuse(const char *function, const void *p, int what)
{
  struct line l = { "", 0, NULL, NULL };
  const struct heap *h = heap_of(p);
  struct mapping *m;
  lock_try();     /* unless this thread has it already */
  m = h != NULL ? NULL : mapping_of(p);
  if (what == LM_FOREIGN && h != NULL && run_of(&h->arena, offset(h, p) / PAGE_SIZE) != 0) {
    what = LM_INTERIOR;         /* of a large object, which arena_peek does not search for */
  }
  add(&l, "lemmalloc: ");
  add(&l, what == LM_DOUBLE ? "double free"
          : what == LM_INTERIOR ? "interior pointer" : "foreign pointer");
  add(&l, ": ");
  add(&l, function);
  add(&l, "(");
  add_number(&l, (uintptr_t)p, 16);
  add(&l, "): ");
  if (m != NULL) {
    add_block(&l, (uintptr_t)p, m->start, m->size);
  } else if (what == LM_FOREIGN) {
    add(&l, h != NULL ? "in free pages" : "outside the heap");
  } else {
    add_place(&l, h, offset(h, p), what == LM_DOUBLE);
  }
  add(&l, "\n");
  os_unlock_all();
  to_stderr(l.text, l.n);
  abort();
}

__attribute__((noreturn, cold)) static void wrong_size(const void *p)
{
  struct line l = { "", 0, NULL, NULL };
  add(&l, "lemmalloc: wrong size: free_sized(");
  add_number(&l, (uintptr_t)p, 16);
  add(&l, "): the object is smaller\n");
  os_unlock_all();
  to_stderr(l.text, l.n);
  abort();
}

/* A signal handler allocates while it interrupts an allocation. */
__attribute__((noreturn, cold, noinline)) static void reentered(void)
{
  static const char text[] =
    "lemmalloc: a signal handler called an allocation function that the "
    "signal had interrupted\n";
  os_unlock_all();
  to_stderr(text, sizeof text - 1);
  abort();
}

/*
 * collect.c - a small garbage collector over lemmalloc: mark and sweep, one
 * thread, conservative.  What looks like the address of a byte of a block keeps
 * the block.  Roots are the stack, the registers and one range of variables.
 * Linked with liblemmalloc-prefix: so all blocks are the collector's, and libc
 * and the collector itself have another malloc.
 * main makes garbage in rings, of which no part could be freed by counting
 * references, keeps a little, and looks after it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <lemmalloc.h>

/* ---- The collector ---- */

#define BITS (8 * sizeof(unsigned long))
#define PACE_MIN 1000000u     /* bytes allocated between two collections, at least */

static char *stack_bottom;                  /* stacks grow down */
static char *roots_from, *roots_to;

static struct marked_span {
  struct lm_span span;
  unsigned long *marks;                     /* a bit for each slot */
} *spans;                                   /* sorted by address */
static size_t nspans, maxspans;

static struct lm_block *todo;               /* marked, to be looked through */
static size_t ntodo, maxtodo;

static size_t live, since;                  /* bytes marked; allocated since then */
static unsigned collections;

/* Space for one more element of an array. */
static void *grown(void *p, size_t n, size_t *max, size_t size)
{
  if (n == *max) {
    *max = n == 0 ? 1000 : 2 * n;
    p = realloc(p, *max * size);
    if (p == NULL) {
      abort();
    }
  }
  return p;
}

static int note_span(const struct lm_span *span, void *arg)
{
  (void)arg;
  spans = grown(spans, nspans, &maxspans, sizeof *spans);
  spans[nspans].span = *span;
  spans[nspans].marks = calloc((span->count + BITS - 1) / BITS, sizeof *spans->marks);
  if (spans[nspans].marks == NULL) {
    abort();
  }
  nspans++;
  return 0;
}

static int by_address(const void *a, const void *b)
{
  uintptr_t x = (uintptr_t)((const struct marked_span *)a)->span.start;
  uintptr_t y = (uintptr_t)((const struct marked_span *)b)->span.start;
  return x < y ? -1 : x > y;
}

/* The span of a block: the last that begins at it or before. */
static struct marked_span *span_of(const struct lm_block *b)
{
  size_t low = 0, high = nspans;
  while (high - low > 1) {
    size_t mid = low + (high - low) / 2;
    if ((uintptr_t)spans[mid].span.start <= (uintptr_t)b->start) {
      low = mid;
    } else {
      high = mid;
    }
  }
  return &spans[low];
}

/* If p, which may be anything, points to or into a block, marks it. */
static void mark(const void *p)
{
  struct lm_block b;
  struct marked_span *s;
  size_t i;
  if (!lm_block_of(p, &b)) {
    return;
  }
  s = span_of(&b);
  i = (size_t)((char *)b.start - (char *)s->span.start) / s->span.size;
  if ((s->marks[i / BITS] >> i % BITS & 1) == 0) {
    s->marks[i / BITS] |= 1ul << i % BITS;
    live += s->span.size;
    if (!(b.flags & LM_NOSCAN)) {
      todo = grown(todo, ntodo, &maxtodo, sizeof *todo);
      todo[ntodo++] = b;
    }
  }
}

/* Marks what the aligned words between two addresses point to. */
static void scan(const char *from, const char *to)
{
  for (; (size_t)(to - from) >= sizeof(void *); from += sizeof(void *)) {
    mark(*(void *const *)from);
  }
}

static __attribute__((noinline)) void scan_stack(void)
{
  scan(__builtin_frame_address(0), stack_bottom);
}

/* Marks what can be reached.  The registers that a caller may have something in
 * are put into this function's frame by a builtin, for what setjmp saves, glibc
 * encodes in part; so the stack is looked through from another one's. */
static __attribute__((noinline)) void mark_all(void)
{
  __builtin_unwind_init();
  scan_stack();
  scan(roots_from, roots_to);
  while (ntodo > 0) {
    struct lm_block b = todo[--ntodo];
    scan(b.start, (char *)b.start + b.size);
  }
}

static void gc_collect(void)
{
  size_t i;
  live = since = nspans = 0;
  lm_each_span(note_span, NULL);
  qsort(spans, nspans, sizeof *spans, by_address);
  mark_all();
  for (i = 0; i < nspans; i++) {
    lm_sweep(&spans[i].span, spans[i].marks);
    free(spans[i].marks);
  }
  collections++;
}

/* A zeroed object.  It is time to collect when the heap has doubled; it is
 * looked only when a span was made, which is seldom. */
static void *gc_alloc(size_t size, unsigned flags)
{
  int refilled;
  void *p = lm_alloc(size, flags | LM_ZERO, &refilled);
  if (p == NULL) {
    abort();
  }
  since += size;
  if (refilled && since > live + PACE_MIN) {
    gc_collect();           /* p is on the stack, or in a register */
  }
  return p;
}

/* bottom: a variable of main; from .. to: variables that hold addresses. */
static void gc_start(void *bottom, void *from, void *to)
{
  stack_bottom = bottom;
  roots_from = from;
  roots_to = to;
}

/* ---- What it is tried on ---- */

struct node {
  struct node *next, *previous;
  char *name;               /* a tiny object */
  unsigned char *data;      /* without pointers */
  size_t n;
};

#define KEPT 400u

static struct node *kept[KEPT];             /* rings; all that is to live */
static size_t allocated;

static void *get(size_t size, unsigned flags)
{
  allocated += size;
  return gc_alloc(size, flags);
}

static struct node *new_node(unsigned k)
{
  struct node *x = get(sizeof *x, 0);
  x->name = get(6, LM_NOSCAN);
  sprintf(x->name, "%05u", k % 100000u);
  x->n = k % 50 == 0 ? 40000 : k % 300;
  x->data = get(x->n, LM_NOSCAN);
  memset(x->data, (int)(k % 251), x->n);
  return x;
}

/* A ring of n nodes numbered from k on. */
static struct node *new_ring(unsigned k, unsigned n)
{
  struct node *first = new_node(k), *last = first;
  for (; n > 1; n--) {
    struct node *x = new_node(++k);
    x->previous = last;
    last->next = x;
    last = x;
  }
  last->next = first;
  first->previous = last;
  return first;
}

/* Whether a ring is as it was made; it begins with a number it tells itself. */
static int is_intact(const struct node *ring)
{
  const struct node *x = ring;
  unsigned k = (unsigned)atoi(x->name);
  do {
    size_t i;
    if ((unsigned)atoi(x->name) != k % 100000u || x->next->previous != x) {
      return 0;
    }
    for (i = 0; i < x->n; i++) {
      if (x->data[i] != k % 251) {
        return 0;
      }
    }
    x = x->next;
    k++;
  } while (x != ring);
  return 1;
}

static long resident(void)
{
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return u.ru_maxrss;
}

static int count(const struct lm_block *b, void *arg)
{
  (void)b;
  ++*(size_t *)arg;
  return 0;
}

static size_t blocks(void)
{
  size_t n = 0;
  lm_each_block(count, &n);
  return n;
}

/* Makes rings, most of them garbage at once, until total bytes are allocated.
 * Numbers stay below 95000, so that a ring's do not wrap around. */
static int run(size_t total)
{
  static unsigned turn;
  while (allocated < total) {
    unsigned k = turn * 7919u % 95000u;
    struct node *ring = new_ring(k, 2 + turn % 20);
    if (turn % 13 == 0) {
      struct node **place = &kept[turn / 13 % KEPT];
      if (*place != NULL && !is_intact(*place)) {
        return 0;
      }
      *place = ring;
    }
    turn++;
  }
  return 1;
}

static int all_intact(void)
{
  size_t i;
  for (i = 0; i < KEPT; i++) {
    if (kept[i] == NULL || !is_intact(kept[i])) {
      return 0;
    }
  }
  return 1;
}

int main(void)
{
  void *bottom = NULL;
  long early, late;
  size_t some, left;
  gc_start(&bottom, kept, kept + KEPT);
  if (!run(100u << 20)) {
    return puts("collect: what was to live is damaged"), 1;
  }
  early = resident();
  if (!run(600u << 20) || !all_intact()) {
    return puts("collect: what was to live is damaged"), 1;
  }
  late = resident();
  some = blocks();
  memset(kept, 0, sizeof kept);
  gc_collect();
  left = blocks();
  printf("collect: %zu MB allocated, %u collections; resident after 100 MB %ld KB, "
         "after all %ld KB\n", allocated >> 20, collections, early, late);
  printf("collect: %zu blocks; without roots %zu\n", some, left);
  if (late > early + early / 5 || early > 80000 || collections < 10) {
    return puts("collect: memory grows"), 1;
  }
  if (left > some / 20) {
    return puts("collect: garbage is kept"), 1;
  }
  return puts("collect: all is well"), 0;
}

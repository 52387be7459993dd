/*
 * model.h - the arena against a plain model of what it should do: a sorted
 * table of the live blocks.  A test defines ARENA_PAGES or not, and includes
 * this file.  SEED=n replays a run, OPS=n sets its length.
 * Properties tested: a block lies in the arena, is aligned to its class, does
 * not overlap a live block, and is live afterwards, as are all others; every
 * offset that is asked about or freed gets the exact answer; an allocation
 * fails only when no slot and no run of pages is there; the runs of pages
 * always partition the arena; when all is freed, every page is free.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LM_CORE static __attribute__((unused))
#include "../../core/sizeclass.c"
#include "../../core/bitmap.c"
#include "../../core/span.c"
#include "../../core/fit.c"
#include "../../core/pages.c"
#include "../../core/rooms.c"
#include "../../core/heap.c"
#include "../../core/locate.c"
#include "../../core/cache.c"
#include "../../core/alloc.c"
#include "../../core/arena.c"
#include "../../core/blocks.c"

#define MAX_LIVE 300000

struct block {
  unsigned off, size;
};

static struct arena *a;
static struct block live[MAX_LIVE];
static unsigned nlive;
static unsigned holders, lo, hi;
static unsigned long seed, op, failures[2], answers[4], resized;
static unsigned long long state;

static void fail(const char *format, ...)
{
  va_list ap;
  va_start(ap, format);
  printf("model: SEED=%lu, operation %lu: ", seed, op);
  vprintf(format, ap);
  putchar('\n');
  va_end(ap);
  exit(1);
}

static unsigned random_below(unsigned n)
{
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (unsigned)((state * 2685821657736338717ULL >> 33) % n);
}

/* The number of live blocks that start below off. */
static unsigned below(unsigned off)
{
  unsigned low = 0, high = nlive;
  while (low < high) {
    unsigned mid = (low + high) / 2;
    if (live[mid].off < off) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low;
}

static int is_live(unsigned off)
{
  unsigned i = below(off);
  return i < nlive && live[i].off == off;
}

/* ---- What the runs say, read one by one from the first page ---- */

static int has_slots(unsigned s)
{
  return a->tag[s] > TAG_FREE && a->tag[s] / 2u != CLASS_LARGE;
}

static unsigned run_of(unsigned page)
{
  unsigned s = lo;
  while (page >= s + a->npages[s]) {
    s += a->npages[s];
  }
  return s;
}

static int expected(unsigned off)
{
  unsigned page = off / PAGE_SIZE, s, d, size;
  if (page < lo || page >= hi) {
    return LM_FOREIGN;
  }
  if (is_live(off)) {
    return LM_OK;
  }
  s = run_of(page);
  if (!has_slots(s)) {
    return a->tag[s] == TAG_FREE ? LM_FOREIGN : LM_INTERIOR;
  }
  d = off - s * PAGE_SIZE;
  size = class_size(a->tag[s] / 2u);
  return d % size == 0 && d / size < class_slots(a->tag[s] / 2u) ? LM_DOUBLE
                                                                 : LM_INTERIOR;
}

static void must_be_full(unsigned h, unsigned tag, unsigned pages)
{
  unsigned s;
  for (s = lo; s < hi; s += a->npages[s]) {
    if (a->tag[s] == TAG_FREE && a->npages[s] >= pages) {
      fail("no memory, though %u pages are free at %u", a->npages[s], s);
    }
    if (has_slots(s)) {
      unsigned end = (s + a->npages[s]) * PAGE_SIZE;
      unsigned used = below(end) - below(s * PAGE_SIZE);
      if (used == 0) {
        fail("no memory, though span %u is empty", s);
      }
      if (a->tag[s] == tag && used < class_slots(tag / 2u) &&
          (a->home[s] == LIST_OF(h, tag) || a->home[s] == LIST_OF(0u, tag))) {
        fail("no memory, though span %u has room", s);
      }
    }
  }
}

/* Compares everything. */
static void audit(void)
{
  unsigned s, i, seen = 0, before = TAG_NONE;
  for (s = lo; s < hi; s += a->npages[s]) {
    unsigned tag = a->tag[s], n = a->npages[s];
    if (tag == TAG_NONE || n == 0 || n > hi - s) {
      fail("no run starts at page %u", s);
    }
    for (i = 1; i < n; i++) {
      if (a->tag[s + i] != TAG_NONE) {
        fail("a run starts at page %u, in run %u", s + i, s);
      }
    }
    if (tag == TAG_FREE && before == TAG_FREE) {
      fail("the free run %u touches another", s);
    }
    before = tag;
    for (i = 0; has_slots(s) && i < class_slots(tag / 2u); i++) {
      unsigned off = s * PAGE_SIZE + i * class_size(tag / 2u);
      int what = arena_look(a, off);
      if (what != (is_live(off) ? LM_OK : LM_DOUBLE)) {
        fail("slot %u of span %u: %d", i, s, what);
      }
      seen += what == LM_OK;
    }
    seen += tag / 2u == CLASS_LARGE;
  }
  if (s != hi || seen != nlive) {
    fail("%u blocks live, not %u", seen, nlive);
  }
  for (i = 0; i < nlive; i++) {
    int what = arena_look(a, live[i].off);
    unsigned size = what == LM_OK ? arena_size(a, live[i].off) : 0;
    if (what != LM_OK || size != live[i].size) {
      fail("block 0x%x of %u bytes: %d, %u bytes", live[i].off, live[i].size,
           what, size);
    }
  }
}

/* ---- Operations ---- */

static void born(unsigned off, unsigned size, unsigned align)
{
  unsigned i = below(off);
  if (off < lo * PAGE_SIZE || hi * (unsigned long)PAGE_SIZE < size ||
      off > hi * (unsigned long)PAGE_SIZE - size) {
    fail("0x%x + %u is not in the arena", off, size);
  }
  if (off % align != 0) {
    fail("0x%x is no multiple of %u", off, align);
  }
  if ((i < nlive && live[i].off - off < size) ||
      (i > 0 && off - live[i - 1].off < live[i - 1].size)) {
    fail("0x%x + %u overlaps a live block", off, size);
  }
  memmove(live + i + 1, live + i, (nlive - i) * sizeof *live);
  live[i].off = off;
  live[i].size = size;
  nlive++;
}

static void allocate(void)
{
  unsigned h = 1u + random_below(holders);
  unsigned class = random_below(3) != 0 ? 1u + random_below(CLASSES - 1u)
                   : random_below(8) == 0 ? CLASS_TINY : 60u;
  unsigned size = class_size(class), tag = 2u * class, off;
  short refilled = -1;
  if (class != CLASS_TINY) {
    tag += random_below(2);
  }
  off = arena_alloc(a, h, tag, &refilled);
  if (refilled != 0 && refilled != 1) {
    fail("refilled is %d", refilled);
  }
  if (off == 0) {
    must_be_full(h, tag, class_pages(class));
    failures[0]++;
    return;
  }
  born(off, size, (size | PAGE_SIZE) & (0u - (size | PAGE_SIZE)));
}

static void allocate_pages(void)
{
  unsigned n = 1u + random_below(random_below(50) != 0 ? 20 : hi - lo + 1);
  unsigned off;
  if (n >= ARENA_PAGES) {
    return;
  }
  off = arena_large(a, n, random_below(2));
  if (off == 0) {
    must_be_full(0, 0, n);
    failures[1]++;
    return;
  }
  born(off, n * PAGE_SIZE, PAGE_SIZE);
}

/* Frees off, whatever it is. */
static void free_offset(unsigned off)
{
  int want = expected(off), what;
  what = arena_look(a, off);
  if (what == want) {
    what = arena_free(a, off);
  }
  if (what != want) {
    fail("offset 0x%x is %d, not %d", off, what, want);
  }
  answers[what]++;
  if (what == LM_OK) {
    unsigned i = below(off);
    nlive--;
    memmove(live + i, live + i + 1, (nlive - i) * sizeof *live);
    if (arena_look(a, off) == LM_OK) {
      fail("block 0x%x lives on", off);
    }
  }
}

static void free_one(void)
{
  if (nlive > 0) {
    free_offset(live[random_below(nlive)].off);
  }
}

/* Resizes a block in place: a large object can always shrink, and grow exactly
 * when the run behind it is free and long enough; a slot stays as it is. */
static void resize_one(void)
{
  struct block *b;
  unsigned s, n, have, behind;
  int want, done;
  if (nlive == 0) {
    return;
  }
  b = &live[random_below(nlive)];
  s = b->off / PAGE_SIZE;
  have = b->size / PAGE_SIZE;
  n = 1u + random_below(random_below(20) != 0 ? 2u * have + 1u : hi - lo);
  if (n >= ARENA_PAGES) {
    return;
  }
  s = run_of(s);
  behind = s + a->npages[s];
  want = !has_slots(s) && (n <= have || (behind < hi &&
         a->tag[behind] == TAG_FREE && have + a->npages[behind] >= n));
  done = arena_resize(a, b->off, n);
  if (done != want) {
    fail("0x%x of %u bytes to %u pages: %d", b->off, b->size, n, done);
  }
  if (done) {
    b->size = n * PAGE_SIZE;
    resized++;
  }
}

/* An offset near a block, or any. */
static void free_bad(void)
{
  unsigned off = ((unsigned)random_below(65536) << 16) + random_below(65536);
  if (nlive > 0 && random_below(4) != 0) {
    struct block b = live[random_below(nlive)];
    switch (random_below(4)) {
    case 0: off = b.off + b.size; break;
    case 1: off = b.off - b.size; break;
    case 2: off = b.off + random_below(b.size); break;
    default: off = b.off / PAGE_SIZE * PAGE_SIZE; break;
    }
  } else if (random_below(2) != 0) {
    off %= (hi - 1u) * PAGE_SIZE;
  }
  if (expected(off) != LM_OK) {
    free_offset(off);
  }
}

static void free_all(void)
{
  while (nlive > 0) {
    free_one();
  }
  arena_reclaim(a);
  if (a->tag[lo] != TAG_FREE || a->npages[lo] != hi - lo) {
    fail("all is freed, but run %u is %u with %u pages", lo, a->tag[lo],
         a->npages[lo]);
  }
  audit();
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
  const char *s = getenv(name);
  return s != NULL ? strtoul(s, NULL, 10) : otherwise;
}

/* Phases of growth and of decline; per mille of allocations in each. */
static void play(unsigned long ops, unsigned most)
{
  unsigned grow = 700;
  for (op = 1; op <= ops; op++) {
    unsigned what = random_below(1000);
    if (random_below(3000) == 0) {
      grow = 300 + random_below(5) * 120;
    }
    if (what < grow && nlive < most) {
      if (random_below(12) == 0) {
        allocate_pages();
      } else {
        allocate();
      }
    } else if (random_below(20) == 0) {
      free_bad();
    } else if (random_below(20) == 0) {
      resize_one();
    } else {
      free_one();
    }
    if (random_below(20000) == 0) {
      arena_reclaim(a);
    }
    if (random_below(20000) == 0) {
      audit();
    }
    if (random_below(100000) == 0) {
      free_all();
    }
  }
  free_all();
}

static int model(unsigned pages, unsigned first, unsigned nholders,
                 unsigned long ops, unsigned most)
{
  seed = setting("SEED", 1);
  state = seed * 0x9E3779B97F4A7C15ULL | 1u;
  holders = nholders;
  lo = first;
  hi = pages;
  a = calloc(1, sizeof *a);
  if (a == NULL) {
    fail("no memory for the arena itself");
  }
  arena_init(a, lo, hi);
  ops = setting("OPS", ops);
  play(ops, most);
  printf("model: SEED=%lu: %lu operations on pages %u .. %u; out of memory %lu"
         " + %lu times; %lu resized; frees: %lu good, %lu double, %lu interior, "
         "%lu foreign\n",
         seed, ops, lo, hi - 1u, failures[0], failures[1], resized, answers[LM_OK],
         answers[LM_DOUBLE], answers[LM_INTERIOR], answers[LM_FOREIGN]);
  free(a);
  return 0;
}

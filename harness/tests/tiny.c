/*
 * tiny.c - the tiny allocator against a plain model: a list of the live
 * objects and, for every byte of the arena, which of them owns it.  Blocks of
 * the arena come and go between them.  SEED=n replays a run, OPS=n sets its
 * length.
 * Properties tested: an object is aligned by Go's rule, lies in one live block
 * of 16 bytes and overlaps no live object or block; it is live afterwards and
 * all others are; every offset that is asked about or freed gets the exact
 * answer; an allocation that must succeed does; when all is freed, every page
 * is free.
 */
#define ARENA_PAGES 256u
#include "model.h"
#include "../../core/tiny.c"

#define BYTES (ARENA_PAGES * PAGE_SIZE)

static struct tiny *t;
static struct block object[MAX_LIVE];
static unsigned nobjects;
static unsigned owner[BYTES];          /* number of the object + 1 */
static unsigned long packed, fresh, none, said[4];

/* Go's rule, written out anew. */
static unsigned go_align(unsigned n)
{
  if (sizeof(void *) == 4 && n == 12) {
    return 8;
  }
  return (n & 7) == 0 ? 8 : (n & 3) == 0 ? 4 : (n & 1) == 0 ? 2 : 1;
}

static unsigned in_block(unsigned off)
{
  unsigned i, n = 0, b = off / TINY_SIZE * TINY_SIZE;
  for (i = b; i < b + TINY_SIZE; i++) {
    n += owner[i] != 0;
  }
  return n;
}

static int starts(unsigned off)
{
  return owner[off] != 0 && object[owner[off] - 1].off == off;
}

/* What tiny_free should say of off. */
static int tiny_expected(unsigned off)
{
  int what;
  if (off < BYTES && in_block(off) != 0) {
    return starts(off) ? LM_OK : LM_DOUBLE;
  }
  what = arena_look(a, off);
  return what == LM_OK ? LM_FOREIGN : what;
}

static void paint(unsigned i, unsigned with)
{
  unsigned b;
  for (b = object[i].off; b < object[i].off + object[i].size; b++) {
    owner[b] = with;
  }
}

/* The block that holder h fills has room for n bytes, aligned. */
static int fits(unsigned h, unsigned n)
{
  unsigned align = go_align(n), o = t->used[h];
  while (o % align != 0) {
    o++;
  }
  return (t->high[h] != 0 || t->low[h] != 0) && o + n <= TINY_SIZE;
}

static void tiny_allocate(void)
{
  unsigned h = 1u + random_below(holders), n = 1u + random_below(15), i, off;
  int must = fits(h, n);
  short refilled = -1;
  off = tiny_alloc(a, t, h, n, &refilled);
  if (refilled != 0 && refilled != 1) {
    fail("refilled is %d", refilled);
  }
  if (off == 0) {
    if (must) {
      fail("no object of %u bytes, though one fits", n);
    }
    must_be_full(h, TAG_TINY, 1);
    none++;
    return;
  }
  if (off % go_align(n) != 0 || off % TINY_SIZE + n > TINY_SIZE) {
    fail("object 0x%x of %u bytes", off, n);
  }
  if (in_block(off) == 0) {
    if (must) {
      fail("a new block, though %u bytes fit", n);
    }
    born(off, TINY_SIZE, TINY_SIZE);     /* checks against all blocks */
    fresh++;
  } else if (!must) {
    fail("object 0x%x of %u bytes in a block that is not filled", off, n);
  } else {
    packed++;
  }
  for (i = 0; i < n; i++) {
    if (owner[off + i] != 0) {
      fail("object 0x%x of %u bytes overlaps one", off, n);
    }
  }
  object[nobjects].off = off;
  object[nobjects].size = n;
  paint(nobjects, nobjects + 1);
  nobjects++;
}

static void forget_block(unsigned off)
{
  unsigned i = below(off);
  nlive--;
  memmove(live + i, live + i + 1, (nlive - i) * sizeof *live);
}

/* Frees off as a program does that has tiny objects and others. */
static void free_any(unsigned off)
{
  unsigned b = off / TINY_SIZE * TINY_SIZE, i, h;
  int want = tiny_expected(off), tiny = off < BYTES && in_block(off) != 0, what;
  if (tiny_in(t, off) != tiny || (tiny && !tiny_is(a, off))) {
    fail("offset 0x%x: tiny or not", off);
  }
  if (tiny_look(a, t, off) != want) {
    fail("offset 0x%x is %d, not %d", off, tiny_look(a, t, off), want);
  }
  if (!tiny && random_below(2) != 0) {
    free_offset(off);
    return;
  }
  what = tiny_free(a, t, off);
  if (what != want) {
    fail("free of 0x%x says %d, not %d", off, what, want);
  }
  said[what]++;
  if (what != LM_OK) {
    return;
  }
  i = owner[off] - 1;
  paint(i, 0);
  object[i] = object[--nobjects];
  if (i != nobjects) {
    paint(i, i + 1);
  }
  if (in_block(off) != 0) {
    if (arena_look(a, b) != LM_OK) {
      fail("block 0x%x has objects and is gone", b);
    }
    return;
  }
  forget_block(b);
  if (arena_look(a, b) == LM_OK) {
    fail("block 0x%x has no object and stays", b);
  }
  for (h = 0; h < HOLDERS; h++) {
    if (t->high[h] * 65536u + t->low[h] == b / TINY_SIZE) {
      fail("holder %u fills block 0x%x, which is gone", h, b);
    }
  }
}

/* Any offset: near an object, at a block, or anywhere. */
static unsigned some_offset(void)
{
  unsigned what = random_below(8);
  if (what < 4 && nobjects > 0) {
    return object[random_below(nobjects)].off;
  }
  if (what < 6 && nobjects > 0) {
    return object[random_below(nobjects)].off / TINY_SIZE * TINY_SIZE
           + random_below(TINY_SIZE);
  }
  if (what < 7 && nlive > 0) {
    return live[random_below(nlive)].off;
  }
  return random_below(random_below(4) != 0 ? BYTES : 0x7fffffff) * 2u;
}

/* Compares all objects and blocks. */
static void tiny_audit(void)
{
  unsigned off;
  for (off = 0; off < BYTES; off++) {
    int set = (t->live[off / TINY_SIZE] >> off % TINY_SIZE & 1) != 0;
    if (set != starts(off)) {
      fail("offset 0x%x: an object starts there, or not", off);
    }
  }
  audit();
}

static void tiny_free_all(void)
{
  while (nobjects > 0) {
    free_any(object[random_below(nobjects)].off);
  }
  free_all();
}

int main(void)
{
  unsigned long ops = setting("OPS", 1000000);
  unsigned grow = 600, most = 200000;
  (void)model;
  seed = setting("SEED", 1);
  state = seed * 0x9E3779B97F4A7C15ULL | 1u;
  holders = HOLDERS - 1u;
  lo = 1;
  hi = 64;
  a = calloc(1, sizeof *a);
  t = calloc(1, sizeof *t);
  if (a == NULL || t == NULL) {
    fail("no memory for the test itself");
  }
  arena_init(a, lo, hi);
  for (op = 1; op <= ops; op++) {
    if (random_below(5000) == 0) {
      grow = 350 + random_below(5) * 100;
    }
    if (random_below(1000) >= grow) {
      free_any(some_offset());
    } else if (random_below(10) != 0 && nobjects < most) {
      tiny_allocate();
    } else if (random_below(3) != 0) {
      allocate();
    } else {
      allocate_pages();
    }
    if (random_below(20000) == 0) {
      arena_reclaim(a);
      tiny_audit();
    }
    if (random_below(100000) == 0) {
      tiny_free_all();
    }
  }
  tiny_free_all();
  printf("tiny: SEED=%lu: %lu operations; %lu objects in a block with others, "
         "%lu in a new one, %lu times no memory; frees: %lu good, %lu double, "
         "%lu interior, %lu foreign\n", seed, ops, packed, fresh, none,
         said[LM_OK], said[LM_DOUBLE], said[LM_INTERIOR], said[LM_FOREIGN]);
  free(a);
  free(t);
  return 0;
}

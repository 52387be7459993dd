/*
 * go.c - lm_alloc, and what a collector asks.
 * Usage: go NAME.  Names below the line "misuse" print an address, then misuse
 * it.  SEED=n, OPS=n (of model and threads), THREADS=n.
 * Linked with a library that has the names with lm_ alone: so all blocks that
 * there are, are this program's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include "lemmalloc.h"
#include "memory.h"

#define CHECK(x) check((x) != 0, #x, __LINE__)
#define TINY 16u              /* a tiny object has less bytes */
#define SMALL 32768u          /* a slot has at most so many */
#define MAPPED ((size_t)32 << 20)

static unsigned long seed = 1;

static void check(int good, const char *what, int line)
{
  if (!good) {
    printf("go.c:%d: SEED=%lu: %s\n", line, seed, what);
    fflush(stdout);
    abort();
  }
}

static unsigned next(unsigned long *state)
{
  *state = (*state * 6364136223846793005ULL + 1442695040888963407ULL) & ~0UL;
  return (unsigned)(*state >> (8 * sizeof *state - 24));
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
  const char *s = getenv(name);
  return s == NULL ? otherwise : strtoul(s, NULL, 10);
}

static void *elsewhere(void *(*f)(void *), void *arg)
{
  pthread_t t;
  void *result = NULL;
  CHECK(pthread_create(&t, NULL, f, arg) == 0 && pthread_join(t, &result) == 0);
  return result;
}

/* ---- What is there ---- */

struct sum {
  size_t spans, blocks, bytes;
};

static int add_span(const struct lm_span *v, void *arg)
{
  struct sum *to = arg;
  if (v->flags & LM_TINY) {
    CHECK(v->size == 16 && v->count == 512);    /* one page: is_packed in packed.c */
    to->spans++;
  }
  return 0;
}

static int add_block(const struct lm_block *b, void *arg)
{
  struct sum *to = arg;
  to->blocks++;
  to->bytes += b->size;
  return 0;
}

/* Live blocks, their bytes, and spans of tiny objects. */
static struct sum total(void)
{
  struct sum s = { 0, 0, 0 };
  CHECK(lm_each_span(add_span, &s) == 0);
  CHECK(lm_each_block(add_block, &s) == 0);
  return s;
}

static int count_any(const struct lm_span *v, void *arg)
{
  (void)v;
  ++*(int *)arg;
  return 0;
}

static int all_spans(void)
{
  int n = 0;
  lm_each_span(count_any, &n);
  return n;
}

/* ---- Sizes and places ---- */

/* Go's rule, written out anew. */
static unsigned tiny_align(size_t n)
{
  if (sizeof(void *) == 4 && n == 12) {
    return 8;
  }
  return n % 8 == 0 ? 8 : n % 4 == 0 ? 4 : n % 2 == 0 ? 2 : 1;
}

/* What flags say of an object of n bytes at p. */
static void placed(const void *p, size_t n, unsigned flags)
{
  size_t size = lm_usable_size(p), align = 8;
  CHECK(size == lm_malloc_usable_size((void *)p));
  if ((flags & LM_NOSCAN) && n < TINY) {
    CHECK(size == (n == 0 ? 1 : n) && (uintptr_t)p % tiny_align(size) == 0);
    return;
  }
  CHECK(size >= n && (n == 0 || size <= n + n / 4 + (n > SMALL ? 8192 : 8)));
  CHECK(n > SMALL ? size % 8192 == 0 || n >= MAPPED : size % 8 == 0);
  while (align < 8192 && size % (2 * align) == 0) {
    align *= 2;
  }
  CHECK((uintptr_t)p % (n > SMALL ? 8192 : align) == 0);
}

static void sizes(void)
{
  static const size_t large[] = { 32769, 40960, 40961, 1000000, 33554431, 33554432, 40000000 };
  static void *kept[2 * SMALL];
  size_t n, i, used = 0;
  unsigned flags;
  for (flags = 0; flags < 2; flags++) {
    for (n = 0; n <= SMALL; n += n < 300 ? 1 : 97) {
      kept[used] = lm_alloc(n, flags, NULL);
      placed(kept[used++], n, flags);
    }
    for (i = 0; i < 7; i++) {
      kept[used] = lm_alloc(large[i], flags, NULL);
      placed(kept[used++], large[i], flags);
    }
  }
  CHECK(lm_usable_size(NULL) == 0);
  CHECK(lm_usable_size(kept[20]) == 24 && lm_usable_size(kept[17]) == 24);  /* no C alignment */
  CHECK(total().blocks == used);
  while (used > 0) {
    lm_free(kept[--used]);
  }
  CHECK(total().blocks == 0);
}

static void errors(void)
{
  void *p, *q;
  int refilled = 7;
  errno = 0;
  CHECK(lm_alloc(10, 4, &refilled) == NULL && errno == EINVAL);
  errno = 0;
  CHECK(lm_alloc(10, ~0u, NULL) == NULL && errno == EINVAL);
  errno = 0;
  CHECK(lm_alloc(SIZE_MAX, 0, &refilled) == NULL && errno == ENOMEM && refilled == 0);
  errno = 0;
  CHECK(lm_alloc((size_t)PTRDIFF_MAX + 1, LM_NOSCAN | LM_ZERO, NULL) == NULL && errno == ENOMEM);
  errno = 0;
  refilled = 7;
  CHECK(lm_alloc(PTRDIFF_MAX, LM_NOSCAN, &refilled) == NULL && errno == ENOMEM && refilled == 0);
  errno = 77;
  p = lm_alloc(0, 0, NULL);
  q = lm_alloc(0, LM_NOSCAN, NULL);
  CHECK(p != NULL && q != NULL && p != q && lm_alloc(0, LM_NOSCAN, NULL) != q);
  lm_free(p);
  lm_free(q);
  lm_free(NULL);
  CHECK(errno == 77);
}

/* It says so exactly when there is a span more. */
static void refilled(void)
{
  size_t i;
  int spans = all_spans(), one, many = 0;
  for (i = 0; i < 20000; i++) {
    CHECK(lm_alloc(i % 60, i / 60 % 2, &one) != NULL);
    CHECK(one == 0 || one == 1);
    many += one;
    if (i % 100 == 0) {
      CHECK(all_spans() == spans + many);
    }
  }
  CHECK(many > 50);
  CHECK(lm_alloc(100000, 0, &one) != NULL && one == 1);
  CHECK(lm_alloc(MAPPED, LM_NOSCAN, &one) != NULL && one == 1);
}

/* n objects of 1, 2, 4, 8 bytes and so on: no byte is lost. */
static void density(void)
{
  enum { N = 400000 };
  static char *p[N];
  unsigned long before, after;
  struct sum s;
  size_t i;
  memset(p, 1, sizeof p);
  CHECK(lm_alloc(4, LM_NOSCAN, NULL) != NULL);
  before = memory("VmRSS");
  for (i = 0; i < N; i++) {
    p[i] = lm_alloc(4, LM_NOSCAN, NULL);
    memset(p[i], 1, 4);
  }
  after = memory("VmRSS");
  s = total();
  printf("density: %d objects of 4 bytes in %zu spans, %lu KB\n", N, s.spans, after - before);
  CHECK(s.spans == N / 4 / 512 + 1);
  CHECK(after - before < N * 4 / 1024 * 3 / 2 + 300);     /* records: a quarter */
  for (i = 1; i < N; i++) {
    CHECK((uintptr_t)p[i] / 16 == (uintptr_t)p[i - 1] / 16 ? p[i] == p[i - 1] + 4
                                                         : (uintptr_t)p[i] % 16 == 0);
  }
  for (i = 0; i < N; i++) {
    lm_free(p[i]);
  }
  CHECK(total().blocks == 1);
}

static void zeroed(void)
{
  static const size_t n[] = { 1, 3, 7, 8, 12, 15, 16, 20, 100, 1000, 32768, 32769, 100000,
                              1000000, 33554432 };
  unsigned flags, round;
  unsigned long before = memory("VmRSS");
  size_t i, k;
  CHECK(lm_alloc(20000000, LM_ZERO, NULL) != NULL && lm_alloc(MAPPED, LM_ZERO, NULL) != NULL);
  CHECK(memory("VmRSS") < before + 2000);     /* it was zero already */
  for (round = 0; round < 20; round++) {
    unsigned char *p[2][15][8];
    for (flags = 0; flags < 2; flags++) {
      for (i = 0; i < 15; i++) {
        for (k = 0; k < (n[i] > 40000 ? 1 : 8); k++) {
          size_t b, size;
          p[flags][i][k] = lm_alloc(n[i], flags | LM_ZERO, NULL);
          size = lm_usable_size(p[flags][i][k]);
          for (b = 0; b < size; b++) {
            if (p[flags][i][k][b] != 0) {
              CHECK(!"zero");
            }
          }
          memset(p[flags][i][k], 0xAA, size);
        }
      }
    }
    for (flags = 0; flags < 2; flags++) {
      for (i = 0; i < 15; i++) {
        for (k = 0; k < (n[i] > 40000 ? 1 : 8); k++) {
          lm_free(p[flags][i][k]);
        }
      }
    }
  }
}

/* ---- lm_block_of ---- */

/* Every byte of the object at p is in it, for any that asks. */
static void is_block(char *p, size_t n, unsigned flags)
{
  size_t size = lm_usable_size(p), d, step = size > 2000 ? size / 1000 : 1;
  struct lm_block b;
  for (d = 0; d < size; d += step) {
    memset(&b, 0xFF, sizeof b);
    CHECK(lm_block_of(p + d, &b));
    CHECK(b.start == p && b.size == size && b.flags == flags);
  }
  CHECK(lm_block_of(p + size - 1, &b) && b.start == p);
  CHECK(size >= n);
}

static void *is_block_elsewhere(void *p)
{
  struct lm_block b;
  CHECK(lm_block_of((char *)p + 1, &b) && b.start == p && b.size == 3 &&
        b.flags == (LM_NOSCAN | LM_TINY));
  return NULL;
}

static void *release(void *p)
{
  lm_free(p);
  return NULL;
}

/* A block is live no more when another thread has freed it, at once. */
static void gone(size_t n)
{
  char *p = lm_alloc(n, LM_NOSCAN, NULL), *q = lm_alloc(n, LM_NOSCAN, NULL);
  struct lm_block b;
  elsewhere(release, p);
  CHECK(!lm_block_of(p, &b) && lm_block_of(q, &b) && b.start == q);
  lm_free(q);
  CHECK(!lm_block_of(q, &b));
}

static void blocks(void)
{
  char local, *p, *q, *r, *m;
  struct lm_block b;
  CHECK(!lm_block_of(NULL, &b) && !lm_block_of(&local, &b));
  CHECK(!lm_block_of(&b, &b) && !lm_block_of((void *)UINTPTR_MAX, &b));
  is_block(lm_malloc(100), 100, 0);
  is_block(lm_alloc(100, 0, NULL), 100, 0);
  is_block(lm_alloc(100, LM_NOSCAN, NULL), 100, LM_NOSCAN);
  is_block(lm_alloc(100000, 0, NULL), 100000, LM_LARGE);
  is_block(lm_alloc(100000, LM_NOSCAN, NULL), 100000, LM_LARGE | LM_NOSCAN);
  is_block(lm_alloc(MAPPED, 0, NULL), MAPPED, LM_LARGE);
  m = lm_alloc(MAPPED, LM_NOSCAN, NULL);
  is_block(m, MAPPED, LM_LARGE | LM_NOSCAN);
  m = lm_realloc(m, 3 * MAPPED);
  is_block(m, 3 * MAPPED, LM_LARGE | LM_NOSCAN);
  p = lm_alloc(3, LM_NOSCAN, NULL);     /* bytes 0 .. 2 of a block */
  q = lm_alloc(4, LM_NOSCAN, NULL);     /* 4 .. 7 */
  r = lm_alloc(8, LM_NOSCAN, NULL);     /* 8 .. 15 */
  CHECK(q == p + 4 && r == p + 8);
  is_block(p, 3, LM_NOSCAN | LM_TINY);
  is_block(q, 4, LM_NOSCAN | LM_TINY);
  is_block(r, 8, LM_NOSCAN | LM_TINY);
  CHECK(!lm_block_of(p + 3, &b) && !lm_block_of(p + 16, &b));
  elsewhere(is_block_elsewhere, p);
  lm_free(q);
  CHECK(!lm_block_of(q, &b) && !lm_block_of(q + 3, &b));
  is_block(p, 3, LM_NOSCAN | LM_TINY);
  is_block(r, 8, LM_NOSCAN | LM_TINY);
  lm_free(p);
  lm_free(r);
  CHECK(!lm_block_of(p, &b) && !lm_block_of(r, &b));
  q = lm_alloc(5000, 0, NULL);
  gone(7);
  gone(100);
  gone(100000);
  gone(MAPPED);
  lm_free(m);
  lm_free(q);
  CHECK(!lm_block_of(q, &b) && !lm_block_of(m, &b) && !lm_block_of(m + MAPPED, &b));
}

/* ---- A model: the objects there should be ---- */

struct object {
  unsigned char *p;       /* NULL: none */
  size_t n;
  unsigned flags, mark, kept;
};

#define OBJECTS 3000u

static void fill(const struct object *o)
{
  size_t i;
  for (i = 0; i < o->n; i += o->n > 5000 ? 501 : 1) {
    o->p[i] = (unsigned char)(o->mark + i);
  }
}

static void intact(const struct object *o, size_t n)
{
  size_t i;
  for (i = 0; i < n; i += o->n > 5000 ? 501 : 1) {
    if (o->p[i] != (unsigned char)(o->mark + i)) {
      CHECK(!"contents");
    }
  }
}

static void make(struct object *o, unsigned long *state)
{
  unsigned what = next(state) % 100;
  size_t i;
  o->n = next(state) % (what < 60 ? 16 : what < 85 ? 300 : what < 98 ? 9000 : 200000);
  o->flags = next(state) % 4;
  o->mark = next(state);
  if (next(state) % 8 == 0) {
    o->flags = 0;
    o->p = lm_malloc(o->n);
  } else {
    o->p = lm_alloc(o->n, o->flags, NULL);
    placed(o->p, o->n, o->flags);
  }
  CHECK(o->p != NULL);
  for (i = 0; (o->flags & LM_ZERO) && i < o->n; i++) {
    if (o->p[i] != 0) {
      CHECK(!"zero");
    }
  }
  fill(o);
}

static void drop(struct object *o)
{
  if (o->p != NULL) {
    intact(o, o->n);
    memset(o->p, 0xEE, o->n);
    lm_free(o->p);
    o->p = NULL;
  }
}

static void resize(struct object *o, unsigned long *state)
{
  size_t n = next(state) % 3 == 0 ? 1 + next(state) % 16 : 1 + o->n / 2 + next(state) % (o->n + 1);
  struct object was = *o;
  o->p = lm_realloc(o->p, n);
  CHECK(o->p != NULL);
  was.p = o->p;
  intact(&was, n < o->n ? n : o->n);
  o->n = n;
  o->mark = next(state);
  fill(o);
}

static int by_address(const void *a, const void *b)
{
  const struct object *x = a, *y = b;
  return x->p < y->p ? -1 : x->p > y->p;
}

/* The object of the model, sorted, that starts at p; NULL: none does. */
static struct object *object_at(struct object *o, const void *p)
{
  size_t low = 0, high = OBJECTS;
  while (low < high) {
    size_t mid = (low + high) / 2;
    if ((const void *)o[mid].p < p) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  return low < OBJECTS && o[low].p == p ? &o[low] : NULL;
}

static int known(const struct lm_block *b, void *arg)
{
  struct object *o = object_at(arg, b->start);
  CHECK(o != NULL && o->n <= b->size && o->kept == 0);
  o->kept = 1;
  return 0;
}

/* The blocks that there are, are those of the model. */
static void audit(struct object *o)
{
  size_t i, live = 0, seen = 0;
  qsort(o, OBJECTS, sizeof *o, by_address);
  for (i = 0; i < OBJECTS; i++) {
    o[i].kept = 0;
    live += o[i].p != NULL;
  }
  CHECK(lm_each_block(known, o) == 0);
  for (i = 0; i < OBJECTS; i++) {
    seen += o[i].kept;
  }
  CHECK(seen == live);
}

/* ---- Sweeping ---- */

struct marks {
  const struct lm_span *span;
  unsigned long bits[20];
};

#define BITS (8 * sizeof(unsigned long))

static void set_mark(struct marks *m, const void *p)
{
  size_t i = ((uintptr_t)p - (uintptr_t)m->span->start) / m->span->size;
  m->bits[i / BITS] |= 1ul << i % BITS;
}

static int get_mark(const struct marks *m, const void *p)
{
  size_t i = ((uintptr_t)p - (uintptr_t)m->span->start) / m->span->size;
  return (int)(m->bits[i / BITS] >> i % BITS & 1);
}

/* Sweeps a span: what the model wants to keep is marked, and free slots and
 * what is behind the last are at random. */
static int sweep_span(const struct lm_span *v, void *arg)
{
  static unsigned long state = 99;
  struct object *o = arg;
  struct marks m = { v, { 0 } };
  struct lm_span other = *v;
  char *end = (char *)v->start + v->size * v->count;
  size_t i, first = 0;
  long dead = 0, n;
  while (first < OBJECTS && (char *)o[first].p < (char *)v->start) {
    first++;
  }
  for (i = first; i < OBJECTS && (char *)o[i].p < end; i++) {
    if (o[i].kept) {
      set_mark(&m, o[i].p);
    }
  }
  for (i = first; i < OBJECTS && (char *)o[i].p < end; i++) {
    if (!get_mark(&m, o[i].p)) {
      o[i].p[0] = 0xEE;
      o[i].n = 0;           /* no more in the model */
      dead++;
    }
  }
  for (i = v->count; i < 20 * BITS && v->count > 1; i++) {
    m.bits[i / BITS] |= (unsigned long)(next(&state) % 2) << i % BITS;
  }
  other.size += 8;
  errno = 0;
  CHECK(lm_sweep(&other, m.bits) == -1 && errno == EINVAL);
  errno = 77;
  n = lm_sweep(v, m.bits);
  CHECK(n == dead && errno == 77);
  if ((v->flags & LM_LARGE) && n == 1) {
    CHECK(lm_sweep(v, m.bits) == -1 && errno == EINVAL);
  }
  return 0;
}

static void sweep(struct object *o, unsigned long *state)
{
  unsigned keep = next(state) % 5;
  size_t i;
  for (i = 0; i < OBJECTS; i++) {
    o[i].kept = o[i].p != NULL && next(state) % 4 < keep;
    if (o[i].p != NULL && o[i].n == 0) {    /* 0 means gone here */
      drop(&o[i]);
    }
  }
  qsort(o, OBJECTS, sizeof *o, by_address);
  CHECK(lm_each_span(sweep_span, o) == 0);
  for (i = 0; i < OBJECTS; i++) {
    if (o[i].p != NULL && o[i].n == 0) {
      o[i].p = NULL;
    } else if (o[i].p != NULL) {
      intact(&o[i], o[i].n);
    }
  }
}

static void *model(void *arg)
{
  static struct object o[OBJECTS];
  unsigned long state = seed, ops = setting("OPS", 400000), i;
  (void)arg;
  for (i = 0; i < ops; i++) {
    struct object *k = &o[next(&state) % OBJECTS];
    unsigned what = next(&state) % 8;
    if (k->p == NULL) {
      make(k, &state);
    } else if (what < 4) {
      drop(k);
    } else if (what < 5) {
      resize(k, &state);
    } else {
      struct lm_block b;
      size_t at = k->n == 0 ? 0 : next(&state) % k->n;
      intact(k, k->n);
      CHECK(lm_block_of(k->p + at, &b) && b.start == k->p && b.size >= k->n);
      CHECK(b.size == lm_usable_size(k->p));
    }
    if (i % 5000 == 0) {
      audit(o);
    }
    if (i % 20000 == 19999) {
      sweep(o, &state);
      audit(o);
    }
  }
  for (i = 0; i < OBJECTS; i++) {
    drop(&o[i]);
  }
  CHECK(total().blocks == 0);
  return NULL;
}

static void run_model(void)
{
  model(NULL);
  elsewhere(model, NULL);
}

static int free_it(const struct lm_block *b, void *arg)
{
  ++*(size_t *)arg;
  lm_free(b->start);
  return 0;
}

static int stop_at(const struct lm_block *b, void *arg)
{
  (void)b;
  return --*(int *)arg == 0 ? 42 : 0;
}

/* Visiting ends early, and visit may free. */
static void visits(void)
{
  unsigned long state = seed;
  size_t i, n = 0;
  struct object o;
  int left = 10;
  for (i = 0; i < 5000; i++) {
    make(&o, &state);
  }
  CHECK(lm_each_block(stop_at, &left) == 42 && left == 0);
  CHECK(lm_each_block(free_it, &n) == 0 && n == 5000);
  CHECK(total().blocks == 0);
}

/* ---- Threads ---- */

#define HANDED 20000

static void *give(void *arg)
{
  char **p = arg;
  size_t i;
  for (i = 0; i < HANDED; i++) {
    p[i] = lm_alloc(1 + i % 15, LM_NOSCAN, NULL);
    memset(p[i], (int)i, 1 + i % 15);
  }
  return NULL;
}

static void *take(void *arg)
{
  char **p = arg;
  size_t i, b;
  for (i = 0; i < HANDED; i++) {
    for (b = 0; b < 1 + i % 15; b++) {
      CHECK(p[i][b] == (char)i);
    }
    lm_free(p[i]);
  }
  return NULL;
}

/* What others free is used again, by a thread that lives and one after the
 * other that ends. */
static void remote(void)
{
  static char *p[HANDED];
  struct sum first = { 0, 0, 0 }, last = first;
  int round;
  for (round = 0; round < 20; round++) {
    give(p);
    last = total();
    first = round <= 1 ? last : first;      /* both heaps are there */
    CHECK(last.blocks == HANDED);
    elsewhere(take, p);
    CHECK(total().blocks == 0);
    elsewhere(give, p);
    CHECK(total().blocks == HANDED);
    take(p);
    CHECK(total().blocks == 0);
  }
  printf("remote: spans at first %zu, in the end %zu\n", first.spans, last.spans);
  CHECK(last.spans <= first.spans + 5);
}

static void *alone(void *arg)
{
  struct sum s = total();
  (void)arg;
  CHECK(s.blocks == HANDED);      /* nobody's now, or this thread's */
  return lm_alloc(5, LM_NOSCAN, NULL);
}

/* Objects outlive their thread, and the next that gets its heap. */
static void outlived(void)
{
  static char *p[HANDED];
  char *one;
  elsewhere(give, p);
  one = elsewhere(alone, NULL);
  CHECK(lm_usable_size(one) == 5 && lm_usable_size(p[14]) == 15);
  lm_free(one);
  take(p);
  CHECK(total().blocks == 0);
}

static int note_span(const struct lm_span *v, void *arg)
{
  *(struct lm_span *)arg = *v;
  return 1;
}

/* Finds spans of its own and of nobody, not of the other that waits. */
static void *sweep_foreign(void *arg)
{
  static const unsigned long none[20];
  struct lm_span v;
  size_t n = 0;
  errno = 0;
  if (lm_sweep(arg, none) == 1) {
    return arg;             /* where threads share a heap it is nobody's */
  }
  CHECK(errno == EPERM);
  CHECK(lm_each_block(free_it, &n) == 0 && n == 0);
  CHECK(lm_alloc(100, 0, NULL) != NULL);
  CHECK(lm_each_span(note_span, &v) == 1 && v.size == 112);
  CHECK(lm_sweep(&v, none) == 1);
  return NULL;
}

static void owners(void)
{
  static const unsigned long none[20];
  struct lm_span v;
  void *p = lm_alloc(20, LM_NOSCAN, NULL);
  CHECK(lm_each_span(note_span, &v) == 1 && v.start == p && v.flags == LM_NOSCAN);
  if (elsewhere(sweep_foreign, &v) == NULL) {
    CHECK(lm_sweep(&v, none) == 1);
  }
  CHECK(lm_sweep(&v, none) == 0 || errno == EINVAL);
  v.start = &v;
  CHECK(lm_sweep(&v, none) == -1 && errno == EINVAL);
}

#define SHARED 300u
#define OWN 100u

static struct object shared[SHARED];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void swap(struct object *o, unsigned slot)
{
  struct object was;
  pthread_mutex_lock(&mutex);
  was = shared[slot];
  shared[slot] = *o;
  pthread_mutex_unlock(&mutex);
  *o = was;
}

static void *worker(void *arg)
{
  struct object own[OWN];
  unsigned long state = (uintptr_t)arg, ops = setting("OPS", 400000) / 8, i;
  memset(own, 0, sizeof own);
  for (i = 0; i < ops; i++) {
    struct object *o = &own[next(&state) % OWN];
    unsigned what = next(&state) % 16;
    if (o->p == NULL) {
      make(o, &state);
    } else if (what < 5) {
      drop(o);
    } else if (what < 7) {
      resize(o, &state);
    } else {
      swap(o, next(&state) % SHARED);
    }
  }
  for (i = 0; i < OWN; i++) {
    if (next(&state) % 2) {
      swap(&own[i], next(&state) % SHARED);
    }
    drop(&own[i]);
  }
  return NULL;
}

/* Objects go from thread to thread; threads end while theirs live. */
static void threads(void)
{
  enum { MOST = 64 };
  pthread_t t[MOST];
  unsigned long n = setting("THREADS", 6), i, turn;
  for (turn = 0; turn < 5 * n; turn++) {
    i = turn % n;
    if (turn >= n) {
      CHECK(pthread_join(t[i], NULL) == 0);
    }
    CHECK(pthread_create(&t[i], NULL, worker, (void *)(uintptr_t)(seed * 1000 + turn)) == 0);
  }
  for (i = 0; i < n; i++) {
    CHECK(pthread_join(t[i], NULL) == 0);
  }
  for (i = 0; i < SHARED; i++) {
    drop(&shared[i]);
  }
  CHECK(total().blocks == 0);
}

/* ---- Signals ---- */

static char *from_handler[100];
static volatile unsigned handled;

/* Allocates, checks and frees in the middle of whatever main does. */
static void handler(int signal)
{
  unsigned k = handled % 100, i, n = 1 + k % 20;
  char *p = from_handler[k];
  (void)signal;
  for (i = 0; p != NULL && i < n; i++) {
    CHECK(p[i] == (char)k);
  }
  lm_free(p);
  p = lm_alloc(n, LM_NOSCAN, NULL);
  CHECK(p != NULL);
  memset(p, (int)k, n);
  from_handler[k] = p;
  handled++;
}

static void signals(void)
{
  struct itimerval every = { { 0, 50 }, { 0, 50 } }, never = { { 0, 0 }, { 0, 0 } };
  static struct object o[300];
  unsigned long state = seed;
  unsigned i;
  signal(SIGALRM, handler);
  setitimer(ITIMER_REAL, &every, NULL);
  while (handled < 20000) {
    struct object *k = &o[next(&state) % 300];
    struct lm_block b;
    if (k->p == NULL) {
      make(k, &state);
    } else if (next(&state) % 3 == 0) {
      resize(k, &state);
    } else {
      CHECK(lm_block_of(k->p, &b) && b.start == k->p);
      drop(k);
    }
  }
  setitimer(ITIMER_REAL, &never, NULL);
  for (i = 0; i < 300; i++) {
    drop(&o[i]);
  }
  for (i = 0; i < 100; i++) {
    lm_free(from_handler[i]);
  }
  CHECK(total().blocks == 0);
}

/* ---- misuse ---- */

static char *block[4];        /* of 3, 4, 5 and 2 bytes, side by side */

static void *shown(void *p)
{
  printf("%p\n", p);
  return p;
}

static void *neighbours(void *arg)
{
  block[0] = lm_alloc(3, LM_NOSCAN, NULL);
  block[1] = lm_alloc(4, LM_NOSCAN, NULL);
  block[2] = lm_alloc(5, LM_NOSCAN, NULL);
  block[3] = lm_alloc(2, LM_NOSCAN, NULL);
  return arg;
}

static void twice(void)
{
  neighbours(NULL);
  lm_free(block[1]);
  lm_free(shown(block[1]));
}

static void twice_first(void)
{
  neighbours(NULL);
  lm_free(block[0]);
  lm_free(shown(block[0]));
}

static void all_twice(void)
{
  int i;
  neighbours(NULL);
  for (i = 0; i < 4; i++) {
    lm_free(block[i]);
  }
  lm_free(shown(block[2]));
}

static void inside(void)
{
  neighbours(NULL);
  lm_free(shown(block[2] + 3));
}

static void between(void)
{
  neighbours(NULL);
  lm_free(shown(block[0] + 3));
}

static void inside_elsewhere(void)
{
  neighbours(NULL);
  elsewhere(release, shown(block[1] + 1));
}

static void elsewhere_twice(void)
{
  neighbours(NULL);
  elsewhere(release, block[3]);
  elsewhere(release, shown(block[3]));
}

static void elsewhere_then_here(void)
{
  neighbours(NULL);
  elsewhere(release, block[3]);
  lm_free(shown(block[3]));
}

static void here_then_elsewhere(void)
{
  neighbours(NULL);
  lm_free(block[0]);
  elsewhere(release, shown(block[0]));
}

static void ended_twice(void)
{
  elsewhere(neighbours, NULL);
  lm_free(block[1]);
  lm_free(shown(block[1]));
}

static void resized(void)
{
  neighbours(NULL);
  lm_free(block[1]);
  block[1] = lm_realloc(shown(block[1]), 100);
}

static void elsewhere_then_sized(void)
{
  neighbours(NULL);
  elsewhere(release, block[1]);
  printf("%zu", lm_usable_size(shown(block[1])));
}

static void wrong_size(void)
{
  neighbours(NULL);
  lm_free_sized(shown(block[1]), 5);
}

static void swept(void)
{
  static const unsigned long none[20];
  struct lm_span v;
  neighbours(NULL);
  CHECK(lm_each_span(note_span, &v) == 1 && lm_sweep(&v, none) == 4);
  lm_free(shown(block[1]));
}

static const struct {
  const char *name;
  void (*run)(void);
} cases[] = {
  { "sizes", sizes },
  { "errors", errors },
  { "refilled", refilled },
  { "density", density },
  { "zeroed", zeroed },
  { "blocks", blocks },
  { "model", run_model },
  { "visits", visits },
  { "remote", remote },
  { "outlived", outlived },
  { "owners", owners },
  { "threads", threads },
  { "signals", signals },
  { "twice", twice },
  { "twice_first", twice_first },
  { "all_twice", all_twice },
  { "inside", inside },
  { "between", between },
  { "inside_elsewhere", inside_elsewhere },
  { "elsewhere_twice", elsewhere_twice },
  { "elsewhere_then_here", elsewhere_then_here },
  { "here_then_elsewhere", here_then_elsewhere },
  { "ended_twice", ended_twice },
  { "resized", resized },
  { "elsewhere_then_sized", elsewhere_then_sized },
  { "wrong_size", wrong_size },
  { "swept", swept },
};

int main(int argc, char **argv)
{
  size_t i;
  setvbuf(stdout, NULL, _IONBF, 0);
  seed = setting("SEED", 1);
  for (i = 0; argc == 2 && i < sizeof cases / sizeof *cases; i++) {
    if (strcmp(cases[i].name, argv[1]) == 0) {
      cases[i].run();
      return 0;
    }
  }
  puts("go: no such case");
  return 2;
}

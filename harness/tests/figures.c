/*
 * figures.c - statistics say what was allocated; run on the library.
 * Usage: figures NAME; each case is a property of mallinfo2 and the others.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lemmalloc.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define CHECK(x) check((x) != 0, #x, __LINE__)

static void check(int good, const char *what, int line)
{
  if (!good) {
    fprintf(stderr, "figures.c:%d: %s\n", line, what);
    exit(1);
  }
}

#define N 1000
static char *p[N], *large, *mapping;

/* Slots, a large object and a mapping that live on. */
static void sleepers(void)
{
  int i;
  for (i = 0; i < N; i++) {
    p[i] = malloc(100);
  }
  large = malloc(1000000);
  mapping = aligned_alloc(65536, 65536);
  CHECK(p[N - 1] && large && mapping);
}

static void consistent(const struct mallinfo2 *m)
{
  CHECK(m->arena == m->uordblks + m->fordblks);
  CHECK(m->keepcost <= m->fordblks);
  CHECK(m->smblks == 0 && m->usmblks == 0 && m->fsmblks == 0);
}

static void info_figures(void)
{
  struct mallinfo2 a = mallinfo2(), b, c;
  struct mallinfo d;
  size_t bytes = 0;
  int i;
  sleepers();
  for (i = 0; i < N; i++) {
    bytes += malloc_usable_size(p[i]);
  }
  bytes += malloc_usable_size(large);
  b = lm_mallinfo2();
  consistent(&a), consistent(&b);
  CHECK(b.uordblks == a.uordblks + bytes);
  CHECK(b.hblks == a.hblks + 1 && b.hblkhd == a.hblkhd + 65536);
  d = mallinfo();
  CHECK((size_t)d.uordblks == b.uordblks && (size_t)d.arena == b.arena);
  CHECK((size_t)d.hblks == b.hblks && (size_t)d.fordblks == b.fordblks);
  for (i = 0; i < N; i++) {
    free(p[i]);
  }
  free(large), free(mapping);
  c = mallinfo2();
  consistent(&c);
  CHECK(c.uordblks == a.uordblks && c.hblks == a.hblks && c.hblkhd == a.hblkhd);
  CHECK(c.ordblks > a.ordblks && c.fordblks >= bytes);
  malloc_trim(0);
  c = mallinfo2();
  consistent(&c);
  CHECK(c.uordblks == a.uordblks && c.keepcost == 0 && c.fordblks < bytes);
}

/* Free pages that were given back and then used count as memory again. */
static void again(void)
{
  enum { M = 100000 };
  static char *q[M];
  int i, round;
  for (round = 0; round < 2; round++) {
    for (i = 0; i < M; i++) {
      q[i] = malloc(100);
    }
    for (i = 0; i < M; i++) {
      free(q[i]);
    }
    CHECK(mallinfo2().fordblks > 100 * M && mallinfo2().keepcost > 90 * M);
    malloc_trim(0);
    CHECK(mallinfo2().fordblks < 10 * M && mallinfo2().keepcost == 0);
  }
}

static void *release(void *arg)
{
  int i;
  for (i = 0; i < N / 2; i++) {
    free(p[i]);
  }
  free(large);
  return arg;
}

static void *acquire(void *arg)
{
  sleepers();
  return arg;
}

/* What another thread frees is free, before its owner has noticed; what a
 * thread leaves at its end is live. */
static void others(void)
{
  struct mallinfo2 a, b;
  pthread_t t;
  size_t half = N / 2 * 112;
  sleepers();
  a = mallinfo2();
  half += malloc_usable_size(large);
  CHECK(pthread_create(&t, NULL, release, NULL) == 0 && pthread_join(t, NULL) == 0);
  b = mallinfo2();
  consistent(&b);
  CHECK(b.uordblks <= a.uordblks - half + 1000);    /* a thread's own records */
  CHECK(b.uordblks >= a.uordblks - half);
  CHECK(pthread_create(&t, NULL, acquire, NULL) == 0 && pthread_join(t, NULL) == 0);
  a = mallinfo2();
  half = N * 112 + malloc_usable_size(large);
  CHECK(a.uordblks >= b.uordblks + half && a.uordblks <= b.uordblks + half + 1000);
  CHECK(a.hblks == b.hblks + 1);
}

static void info(void)
{
  sleepers();
  errno = 0;
  CHECK(malloc_info(1, stdout) == EINVAL && errno == EINVAL);
  CHECK(malloc_info(-1, stdout) == EINVAL);
  CHECK(malloc_info(0, stdout) == 0);
}

static void stats(void)
{
  sleepers();
  malloc_stats();
}

static volatile int stop;

static void *busy(void *arg)
{
  enum { M = 300 };
  char *q[M] = { NULL };
  unsigned state = (unsigned)(uintptr_t)arg, k;
  while (!stop) {
    state = state * 1103515245u + 12345u;
    k = (state >> 8) % M;
    free(q[k]);
    q[k] = malloc((state >> 16) % (k == 0 ? 3000000 : 3000) + 1);
  }
  for (k = 0; k < M; k++) {
    free(q[k]);
  }
  return NULL;
}

static void racing(void)
{
  enum { THREADS = 8 };
  pthread_t t[THREADS];
  size_t i, before;
  FILE *null = fopen("/dev/null", "w");
  CHECK(null != NULL && malloc_info(0, null) == 0);     /* it has its buffer */
  for (i = 0; i < THREADS; i++) {
    CHECK(pthread_create(&t[i], NULL, busy, (void *)(i + 1)) == 0);
  }
  for (i = 0; i < 300; i++) {
    struct mallinfo2 m = mallinfo2();
    consistent(&m);
    CHECK(malloc_info(0, null) == 0);
  }
  stop = 1;
  for (i = 0; i < THREADS; i++) {
    pthread_join(t[i], NULL);
  }
  before = mallinfo2().uordblks;
  sleepers();
  CHECK(mallinfo2().uordblks == before + N * 112 + malloc_usable_size(large));
  CHECK(mallinfo2().hblks == 1);
  fclose(null);
}

static const struct {
  const char *name;
  void (*run)(void);
} cases[] = {
  { "sleepers", sleepers },
  { "mallinfo", info_figures },
  { "again", again },
  { "others", others },
  { "info", info },
  { "stats", stats },
  { "racing", racing },
};

int main(int argc, char **argv)
{
  size_t i;
  for (i = 0; argc == 2 && i < sizeof cases / sizeof *cases; i++) {
    if (strcmp(cases[i].name, argv[1]) == 0) {
      cases[i].run();
      return 0;
    }
  }
  puts("figures: no such case");
  return 2;
}

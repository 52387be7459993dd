/*
 * memory.c - memory that is not in use goes back to the system, or is used
 * again: by VmRSS and VmSize of /proc/self/status.
 * Usage: memory NAME.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include "lemmalloc.h"
#include "memory.h"

#define CHECK(x) check((x) != 0, #x, __LINE__)

static void check(int good, const char *what, int line)
{
  if (!good) {
    printf("memory.c:%d: %s\n", line, what);
    exit(1);
  }
}

static void nap(long ms)
{
  struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
  nanosleep(&t, NULL);
}

/* What the process has now, and whether that is not much more than it had. */
struct state {
  unsigned long rss, size;
};

static struct state now(const char *when)
{
  struct state s;
  s.rss = memory("VmRSS");
  s.size = memory("VmSize");
  printf("%-28s resident %8lu KB, address space %12lu KB\n", when, s.rss, s.size);
  return s;
}

static void flat(struct state before, struct state after)
{
  CHECK(after.rss <= before.rss + 2000 + before.rss / 2);
  CHECK(after.size <= before.size + 100000);
}

/* ---- Threads that come and go ---- */

#define SHORT_LIVED 20000

static void *left;      /* a block that each thread leaves to the next */

/* Allocates a little, frees it and what another has left. */
static void *brief(void *arg)
{
  char *p[20];
  int i;
  (void)arg;
  for (i = 0; i < 20; i++) {
    p[i] = malloc((size_t)(i + 1) * 70);
    CHECK(p[i] != NULL);
    memset(p[i], i, (size_t)(i + 1) * 70);
  }
  for (i = 1; i < 20; i++) {
    free(p[i]);
  }
  free(__atomic_exchange_n(&left, p[0], __ATOMIC_SEQ_CST));
  return NULL;
}

static void threads_in_turn(int n, int at_once, void *(*f)(void *))
{
  pthread_t t[100];
  int i, j;
  for (i = 0; i < n; i += at_once) {
    for (j = 0; j < at_once; j++) {
      CHECK(pthread_create(&t[j], NULL, f, NULL) == 0);
    }
    for (j = 0; j < at_once; j++) {
      CHECK(pthread_join(t[j], NULL) == 0);
    }
  }
}

static pthread_barrier_t barrier;

/* The same, all of a batch at once: as many heaps as there can be. */
static void *brief_together(void *arg)
{
  brief(arg);
  pthread_barrier_wait(&barrier);
  return NULL;
}

static void short_lived(int at_once)
{
  struct state before;
  pthread_barrier_init(&barrier, NULL, (unsigned)at_once);
  threads_in_turn(1000, at_once, brief_together);
  before = now("after 1,000 threads");
  threads_in_turn(SHORT_LIVED, at_once, brief);
  flat(before, now("after 21,000 threads"));
}

static void one_by_one(void)
{
  short_lived(1);
}

static void in_batches(void)
{
  short_lived(20);
}

/* ---- Threads that allocate first when they end ---- */

static pthread_key_t early, late;

static void in_destructor(void *arg)
{
  (void)arg;
  brief(NULL);
}

static void *idle_until_end(void *arg)
{
  (void)arg;
  pthread_setspecific(early, &left);
  return NULL;
}

static void *idle_until_late(void *arg)
{
  (void)arg;
  pthread_setspecific(late, &left);
  return NULL;
}

static void destructors(void)
{
  struct state before;
  CHECK(pthread_key_create(&early, in_destructor) == 0);
  free(malloc(10));
  CHECK(pthread_key_create(&late, in_destructor) == 0);
  threads_in_turn(100, 1, idle_until_end);
  threads_in_turn(100, 1, idle_until_late);
  before = now("after 200 threads");
  threads_in_turn(1000, 1, idle_until_end);
  threads_in_turn(1000, 1, idle_until_late);
  flat(before, now("after 2,200 threads"));
}

/* Without a key left for the library it leaves those of others alone. */
static void no_key(void)
{
  pthread_key_t keys[32], more;
  int i;
  for (i = 0; i < 32; i++) {
    CHECK(pthread_key_create(&keys[i], NULL) == 0);
    pthread_setspecific(keys[i], &keys[i]);
  }
  while (pthread_key_create(&more, NULL) == 0) {
  }
  free(malloc(10));
  for (i = 0; i < 32; i++) {
    CHECK(pthread_getspecific(keys[i]) == &keys[i]);
  }
}

/* ---- After a peak ---- */

#define THREADS 4
#define SMALL 40000
#define LARGE 60

static char *small[THREADS][SMALL], *large[THREADS][LARGE];

static void fill(unsigned k)
{
  unsigned i;
  for (i = 0; i < SMALL; i++) {
    size_t n = 16 + i * 7 % 1000;
    small[k][i] = malloc(n);
    CHECK(small[k][i] != NULL);
    memset(small[k][i], 1, n);
  }
  for (i = 0; i < LARGE; i++) {
    size_t n = 40000 + i * 37000 % 1000000;
    large[k][i] = malloc(n);
    CHECK(large[k][i] != NULL);
    memset(large[k][i], 1, n);
  }
}

static void empty(unsigned k)
{
  unsigned i;
  for (i = 0; i < SMALL; i++) {
    free(small[k][i]);
  }
  for (i = 0; i < LARGE; i++) {
    free(large[k][i]);
  }
}

/* A little of everything, for some seconds. */
static void light_activity(int seconds)
{
  unsigned i, t, state = 1;
  char *p[100] = { NULL };
  for (t = 0; t < (unsigned)seconds * 100; t++) {
    for (i = 0; i < 50; i++) {
      state = state * 1103515245u + 12345u;
      free(p[state / 65536 % 100]);
      p[state / 65536 % 100] = malloc(1 + state / 256 % (i == 0 ? 100000 : 1000));
    }
    nap(10);
  }
  for (i = 0; i < 100; i++) {
    free(p[i]);
  }
}

/* Fills, lets all be full, frees its own; or, if arg says so, another's. */
static void *peak(void *arg)
{
  unsigned k = (unsigned)(uintptr_t)arg % THREADS;
  unsigned other = (uintptr_t)arg >= THREADS ? (k + 1) % THREADS : k;
  fill(k);
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  empty(other);
  pthread_barrier_wait(&barrier);
  light_activity(3);
  pthread_barrier_wait(&barrier);
  return NULL;
}

/* Threads that live on, each a little active, have little memory after a peak;
 * from: THREADS if they free each other's blocks. */
static void after_peak(unsigned from, int live_on)
{
  pthread_t t[THREADS];
  struct state before, full, after;
  unsigned i;
  pthread_barrier_init(&barrier, NULL, THREADS + 1);
  before = now("before");
  for (i = 0; i < THREADS; i++) {
    CHECK(pthread_create(&t[i], NULL, peak, (void *)(uintptr_t)(from + i)) == 0);
  }
  pthread_barrier_wait(&barrier);
  full = now("at the peak");
  CHECK(full.rss > before.rss + 150000);
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  now("all freed");
  pthread_barrier_wait(&barrier);
  after = now("after some light activity");
  for (i = 0; i < THREADS; i++) {
    pthread_join(t[i], NULL);
  }
  if (live_on) {
    CHECK(after.rss - before.rss < (full.rss - before.rss) / 8);
  }
}

static void own_freed(void)
{
  after_peak(0, 1);
}

static void others_freed(void)
{
  after_peak(THREADS, 1);
}

static void *fill_and_end(void *arg)
{
  fill((unsigned)(uintptr_t)arg);
  pthread_barrier_wait(&barrier);
  return NULL;
}

/* Threads end at their peak; the main thread frees what they leave, and goes on
 * a little. */
static void ended(int trim)
{
  pthread_t t[THREADS];
  struct state before = now("before"), full, after;
  unsigned i;
  pthread_barrier_init(&barrier, NULL, THREADS + 1);
  for (i = 0; i < THREADS; i++) {
    CHECK(pthread_create(&t[i], NULL, fill_and_end, (void *)(uintptr_t)i) == 0);
  }
  pthread_barrier_wait(&barrier);
  full = now("at the peak");
  for (i = 0; i < THREADS; i++) {
    pthread_join(t[i], NULL);
  }
  for (i = 0; i < THREADS; i++) {
    empty(i);
  }
  now("all freed");
  if (trim) {
    malloc_trim(0);
  } else {
    light_activity(3);
  }
  after = now(trim ? "trimmed" : "after some light activity");
  CHECK(after.rss - before.rss < (full.rss - before.rss) / (trim ? 16 : 8));
}

static void threads_ended(void)
{
  ended(0);
}

static void trimmed(void)
{
  ended(1);
}

/* A peak again and again: what was given back once is used and given back
 * again. */
static void peaks(void)
{
  unsigned i;
  for (i = 0; i < 5; i++) {
    struct state full, after;
    fill(0);
    full = now("at the peak");
    CHECK(full.rss > 40000);
    empty(0);
    light_activity(2);
    after = now("after some light activity");
    CHECK(after.rss < full.rss / 4);
  }
}

/* ---- More than one heap has room for ---- */

#define HUGE 300
#define HUGE_SIZE ((size_t)31 << 20)

static char *huge[HUGE];

static void *free_odd(void *arg)
{
  int i;
  for (i = 1; i < HUGE; i += 2) {
    CHECK(*huge[i] == (char)i);
    free(huge[i]);
  }
  return arg;
}

/* 9 GiB of address space, a byte of each object used; half of them freed by
 * another thread; small objects among them. */
static void *fill_heaps(void *arg)
{
  pthread_t t;
  int i;
  for (i = 0; i < HUGE; i++) {
    huge[i] = malloc(HUGE_SIZE);
    CHECK(huge[i] != NULL);
    *huge[i] = (char)i;
    if (i < THREADS * 30) {
      small[0][i] = malloc(3000);
      CHECK(small[0][i] != NULL);
      memset(small[0][i], i, 3000);
    }
  }
  CHECK(pthread_create(&t, NULL, free_odd, NULL) == 0);
  CHECK(pthread_join(t, NULL) == 0);
  for (i = 0; i < HUGE; i += 2) {
    CHECK(*huge[i] == (char)i);
    free(huge[i]);
  }
  for (i = 0; i < THREADS * 30; i++) {
    CHECK(small[0][i][0] == (char)i && small[0][i][2999] == (char)i);
    free(small[0][i]);
  }
  return arg;
}

static void several_heaps(void)
{
  struct state before;
  fill_heaps(NULL);
  threads_in_turn(2, 1, fill_heaps);
  malloc_trim(0);
  before = now("after three times 9 GiB");
  fill_heaps(NULL);
  threads_in_turn(6, 1, fill_heaps);
  malloc_trim(0);
  flat(before, now("after ten times"));
}

/* ---- Slots that are free are used before new pages ---- */

static int add_bytes(const struct lm_span *span, void *arg)
{
  if (!(span->flags & (LM_LARGE | LM_TINY))) {
    *(size_t *)arg += span->size * span->count;
  }
  return 0;
}

/* Random blocks of a few sizes come and go; their spans never have much more
 * than what was live at most. */
static void replaced(void)
{
  static char *block[1 << 15];
  static size_t size[1 << 15];
  uint64_t r = 88172645463325252u;
  size_t live = 0, peak = 0, spans = 0;
  long n;
  for (n = 0; n < 4000000; n++) {
    size_t i;
    r ^= r << 13, r ^= r >> 7, r ^= r << 17;
    i = (r >> 8) % (sizeof block / sizeof *block);
    if (block[i] != NULL) {
      free(block[i]);
      block[i] = NULL;
      live -= size[i];
    } else {
      size[i] = 256 + (r >> 50) % 8 * 32;
      block[i] = malloc(size[i]);
      CHECK(block[i] != NULL);
      live += size[i];
      peak = live > peak ? live : peak;
    }
  }
  lm_each_span(add_bytes, &spans);
  printf("%zu bytes live at most, in spans of %zu\n", peak, spans);
  CHECK(spans < peak + peak / 10);
}

/* ---- Huge pages ---- */

/* Where the system gives huge pages to all, a small program would have one for
 * each block it begins to use: its memory is advised against them. */
static void small_pages(void)
{
  char line[512], *p = malloc(100);
  unsigned long from, to;
  int here = 0, advised = 0;
  FILE *maps = fopen("/proc/self/smaps", "r");
  CHECK(p != NULL && maps != NULL);
  while (fgets(line, sizeof line, maps) != NULL) {
    if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
      here = from <= (unsigned long)p && (unsigned long)p < to;
    } else if (here && strncmp(line, "VmFlags:", 8) == 0) {
      advised = strstr(line, " nh") != NULL;
    }
  }
  fclose(maps);
  free(p);
  CHECK(advised);
}

/* ---- What grows ---- */

/* A block that realloc moves is never there twice. */
static void grown(void)
{
  size_t n = 1000, i;
  unsigned long before = memory("VmRSS"), after;
  char *wall[64], *p = malloc(n);
  CHECK(p != NULL);
  memset(p, 1, n);
  for (i = 0; i < 64 && n < (size_t)25 << 20; i++) {
    size_t more = n + n / 2;
    wall[i] = malloc(8192);             /* it may not grow where it is */
    p = realloc(p, more);
    CHECK(p != NULL && wall[i] != NULL);
    CHECK(p[0] == 1 && p[n / 2] == 1 && p[n - 1] == 1);
    memset(p + n, 1, more - n);
    n = more;
  }
  CHECK(memchr(p, 0, n) == NULL);
  after = memory("VmHWM");
  printf("%zu KB, at most %lu KB more than before\n", n >> 10, after - before);
  CHECK(after - before < (n >> 10) + (n >> 12));
  free(p);
  while (i > 0) {
    free(wall[--i]);
  }
}

static const struct {
  const char *name;
  void (*run)(void);
} cases[] = {
  { "one_by_one", one_by_one },
  { "in_batches", in_batches },
  { "destructors", destructors },
  { "no_key", no_key },
  { "own_freed", own_freed },
  { "others_freed", others_freed },
  { "threads_ended", threads_ended },
  { "trimmed", trimmed },
  { "peaks", peaks },
  { "several_heaps", several_heaps },
  { "replaced", replaced },
  { "grown", grown },
  { "small_pages", small_pages },
};

int main(int argc, char **argv)
{
  size_t i;
  setvbuf(stdout, NULL, _IONBF, 0);   /* or printf would allocate */
  for (i = 0; argc == 2 && i < sizeof cases / sizeof *cases; i++) {
    if (strcmp(cases[i].name, argv[1]) == 0) {
      cases[i].run();
      return 0;
    }
  }
  puts("memory: no such case");
  return 2;
}

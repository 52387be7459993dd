/*
 * threads.c - many threads at once: what each finds in its blocks is what was
 * put there, whoever allocated and whoever frees.
 * Threads allocate, resize and free on slots of their own and on shared ones;
 * each lives for a part of its work, leaves its blocks to others and is
 * replaced; it allocates in destructors too.  One thread only frees.  Every
 * byte of every block is written and checked.  In the end all is freed, and
 * the process has hardly more memory than at the start.
 * SEED=n, OPS=n (of each thread's work), THREADS=n.
 * With -DLM_PREFIX_ONLY the library is called by its own names alone.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "lemmalloc.h"
#include "memory.h"

#ifdef LM_PREFIX_ONLY
#define malloc lm_malloc
#define calloc lm_calloc
#define realloc lm_realloc
#define aligned_alloc lm_aligned_alloc
#define malloc_usable_size lm_malloc_usable_size
#define free lm_free
#define malloc_trim lm_malloc_trim
#endif

#define CHECK(x) check((x) != 0, #x, __LINE__)
#define SIZE_MAX_TESTED ((size_t)1 << 20)
#define SHARED 400u           /* slots that all threads use */
#define OWN 150u              /* slots of a thread */
#define LOCKS 16u

static unsigned long seed = 1, ops = 600000, nthreads = 8;

static void check(int good, const char *what, int line)
{
  if (!good) {
    printf("threads.c:%d: SEED=%lu: %s\n", line, seed, what);
    fflush(stdout);
    abort();
  }
}

/* ---- Blocks and what is in them ---- */

struct block {
  char *p;          /* NULL: none */
  size_t n;
  unsigned mark;    /* says what its bytes are */
};

static char pattern[SIZE_MAX_TESTED + 4096];

static unsigned next(unsigned long *state)
{
  *state = (*state * 6364136223846793005ULL + 1442695040888963407ULL) & ~0UL;
  return (unsigned)(*state >> (8 * sizeof *state - 24));
}

static const char *bytes(unsigned mark)
{
  return pattern + mark % 4096;
}

static void fill(struct block *b)
{
  memcpy(b->p, bytes(b->mark), b->n);
}

static void intact(const struct block *b, size_t n)
{
  CHECK(memcmp(b->p, bytes(b->mark), n) == 0);
}

static size_t random_size(unsigned long *state)
{
  unsigned what = next(state) % 100;
  size_t most = what < 60 ? 128 : what < 85 ? 2048 : what < 98 ? 40000 : SIZE_MAX_TESTED;
  return 1 + next(state) % most;
}

static void make(struct block *b, unsigned long *state)
{
  unsigned how = next(state) % 8;
  b->n = random_size(state);
  b->mark = next(state);
  if (how == 0) {
    size_t i;
    b->p = calloc(1, b->n);
    CHECK(b->p != NULL);
    for (i = 0; i < b->n; i++) {
      if (b->p[i] != 0) {
        CHECK(!"calloc: all zero");
      }
    }
  } else if (how == 1) {
    size_t align = (size_t)1 << next(state) % (next(state) % 4 == 0 ? 17 : 10);
    b->p = aligned_alloc(align, b->n);
    CHECK((uintptr_t)b->p % align == 0);
  } else {
    b->p = malloc(b->n);
    CHECK((uintptr_t)b->p % (b->n > 8 ? 16 : 8) == 0);
  }
  CHECK(b->p != NULL);
  fill(b);
}

static void drop(struct block *b)
{
  if (b->p != NULL) {
    intact(b, b->n);
    memset(b->p, 0xEE, b->n < 64 ? b->n : 64);
    free(b->p);
    b->p = NULL;
  }
}

static void resize(struct block *b, unsigned long *state)
{
  size_t n = next(state) % 4 == 0 ? random_size(state)
                                  : b->n / 2 + next(state) % (b->n + 1) + 1;
  n = n > SIZE_MAX_TESTED ? SIZE_MAX_TESTED : n;
  CHECK(malloc_usable_size(b->p) >= b->n);
  b->p = realloc(b->p, n);
  CHECK(b->p != NULL);
  intact(b, n < b->n ? n : b->n);
  b->n = n;
  b->mark = next(state);
  fill(b);
}

/* ---- Shared slots ---- */

static struct block shared[SHARED];
static pthread_mutex_t locks[LOCKS];

/* Puts b into a shared slot, and what was there into b. */
static void swap(struct block *b, unsigned slot)
{
  struct block was;
  pthread_mutex_lock(&locks[slot % LOCKS]);
  was = shared[slot];
  shared[slot] = *b;
  pthread_mutex_unlock(&locks[slot % LOCKS]);
  *b = was;
}

/* ---- Destructors ---- */

/* The first is made before anything is allocated, so before the library's. */
static pthread_key_t early, late;

/* The value is a block, its first byte how many rounds are to follow. */
static void destroy(void *value, pthread_key_t key)
{
  char *p = value, *q;
  int i, n = p[0];
  for (i = 1; i < 50; i++) {
    q = malloc((size_t)i * 50);
    CHECK(q != NULL);
    memset(q, i, (size_t)i * 50);
    if (i % 10 == 0) {
      struct block b = { q, (size_t)i * 50, (unsigned)i };
      fill(&b);
      swap(&b, (unsigned)i % SHARED);
      drop(&b);
    } else {
      free(q);
    }
  }
  free(p);
  if (n > 0) {
    p = malloc(100);
    CHECK(p != NULL);
    p[0] = (char)(n - 1);
    pthread_setspecific(key, p);
  }
}

static void destroy_early(void *value)
{
  destroy(value, early);
}

static void destroy_late(void *value)
{
  destroy(value, late);
}

/* What a compiler calls for a thread_local object of C++. */
extern int __cxa_thread_atexit_impl(void (*f)(void *), void *arg, void *dso);
extern void *__dso_handle;

static void destroy_local(void *arg)
{
  char *p = arg, *q = malloc(1000);
  CHECK(q != NULL);
  memset(q, 1, 1000);
  free(p);
  free(q);
}

static void use_destructors(unsigned long *state)
{
  unsigned which = next(state);
  char *p;
  if (which & 1u) {
    p = malloc(100);
    CHECK(p != NULL);
    p[0] = (char)(next(state) % 3);
    pthread_setspecific(early, p);
  }
  if (which & 2u) {
    p = malloc(100);
    CHECK(p != NULL);
    p[0] = (char)(next(state) % 3);
    pthread_setspecific(late, p);
  }
  if (which & 4u) {
    p = malloc(next(state) % 5000);
    CHECK(p != NULL);
    __cxa_thread_atexit_impl(destroy_local, p, &__dso_handle);
  }
}

/* ---- Threads ---- */

struct work {
  pthread_t thread;
  unsigned long state;
  unsigned long ops;
};

static void *worker(void *arg)
{
  struct work *w = arg;
  struct block own[OWN];
  unsigned long state = w->state, i;
  memset(own, 0, sizeof own);
  use_destructors(&state);
  for (i = 0; i < w->ops; i++) {
    struct block *b = &own[next(&state) % OWN];
    unsigned what = next(&state) % 16;
    if (b->p == NULL) {
      make(b, &state);
    } else if (what < 6) {
      drop(b);
    } else if (what < 9) {
      resize(b, &state);
    } else {
      swap(b, next(&state) % SHARED);
    }
  }
  for (i = 0; i < OWN; i++) {
    if (next(&state) % 2) {
      swap(&own[i], next(&state) % SHARED);
    }
    drop(&own[i]);
  }
  w->state = state;
  return NULL;
}

static int finished;

/* Takes what is in the shared slots and frees it. */
static void *freer(void *arg)
{
  unsigned long state = seed * 77;
  (void)arg;
  while (!__atomic_load_n(&finished, __ATOMIC_RELAXED)) {
    struct timespec nap = { 0, 200000 };
    int i;
    for (i = 0; i < 50; i++) {
      struct block b = { NULL, 0, 0 };
      swap(&b, next(&state) % SHARED);
      drop(&b);
    }
    nanosleep(&nap, NULL);
  }
  return NULL;
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
  const char *s = getenv(name);
  return s == NULL ? otherwise : strtoul(s, NULL, 10);
}

/* Each thread does a tenth of its ops, ends and is replaced: each time there
 * are as many threads, of different ages. */
static void run(struct work *w)
{
  unsigned long i, turn;
  for (turn = 0; turn < 10 * nthreads; turn++) {
    i = turn % nthreads;
    if (turn >= nthreads) {
      CHECK(pthread_join(w[i].thread, NULL) == 0);
    }
    w[i].ops = ops / 10 + 1;
    CHECK(pthread_create(&w[i].thread, NULL, worker, &w[i]) == 0);
  }
  for (i = 0; i < nthreads; i++) {
    CHECK(pthread_join(w[i].thread, NULL) == 0);
  }
}

int main(void)
{
  struct work *w;
  pthread_t thread;
  unsigned long i, state, start, most, left;
  CHECK(pthread_key_create(&early, destroy_early) == 0);
  seed = setting("SEED", (unsigned long)time(NULL) % 1000000);
  ops = setting("OPS", ops);
  nthreads = setting("THREADS", nthreads);
  printf("threads: SEED=%lu OPS=%lu THREADS=%lu\n", seed, ops, nthreads);
  state = seed;
  for (i = 0; i < sizeof pattern; i++) {
    pattern[i] = (char)next(&state);
  }
  for (i = 0; i < LOCKS; i++) {
    pthread_mutex_init(&locks[i], NULL);
  }
  w = malloc(nthreads * sizeof *w);
  CHECK(w != NULL);
  CHECK(pthread_key_create(&late, destroy_late) == 0);
  for (i = 0; i < nthreads; i++) {
    w[i].state = seed * 1000003 + i;
  }
  start = memory("VmRSS");
  CHECK(pthread_create(&thread, NULL, freer, NULL) == 0);
  run(w);
  __atomic_store_n(&finished, 1, __ATOMIC_RELAXED);
  pthread_join(thread, NULL);
  for (i = 0; i < SHARED; i++) {
    drop(&shared[i]);
  }
  free(w);
  most = memory("VmHWM");
  malloc_trim(0);
  left = memory("VmRSS");
  printf("threads: resident at the start %lu KB, at most %lu KB, in the end %lu KB\n",
         start, most, left);
#ifndef LM_PREFIX_ONLY    /* a sanitizer has memory of its own */
  CHECK(left < start + (most - start) / 4 + 1000);
#endif
  return 0;
}

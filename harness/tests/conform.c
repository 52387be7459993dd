/*
 * conform.c - what C23, POSIX and glibc's manual promise; run on the library.
 * Usage: conform NAME; each case is a property of the public functions.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lemmalloc.h"

/* What a failed realloc leaves alive is freed here. */
#pragma GCC diagnostic ignored "-Wuse-after-free"

#define CHECK(x) check((x) != 0, #x, __LINE__)

static void check(int good, const char *what, int line)
{
  if (!good) {
    printf("conform.c:%d: %s\n", line, what);
    exit(1);
  }
}

static const size_t huge[] = {
  (size_t)PTRDIFF_MAX + 1, (size_t)PTRDIFF_MAX + 8192, SIZE_MAX - 8192,
  SIZE_MAX - 1, SIZE_MAX
};
#define HUGE (sizeof huge / sizeof *huge)

static void zero_size(void)
{
  char *p = malloc(0), *q = malloc(0), *r = calloc(0, 5), *s = calloc(5, 0);
  CHECK(p && q && r && s);
  CHECK(p != q && q != r && r != s && p != r && p != s && q != s);
  free(p), free(q), free(r), free(s);
  p = aligned_alloc(64, 0);
  q = memalign(64, 0);
  CHECK(p && q && p != q);
  free(p), free(q);
}

static void too_large(void)
{
  size_t i;
  void *p = malloc(10), *q = p;
  for (i = 0; i < HUGE; i++) {
    errno = 0;
    CHECK(malloc(huge[i]) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(calloc(1, huge[i]) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(calloc(huge[i], 1) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(realloc(p, huge[i]) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(aligned_alloc(64, huge[i]) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(memalign(1 << 20, huge[i]) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(valloc(huge[i]) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(pvalloc(huge[i]) == NULL && errno == ENOMEM);
    errno = 77;
    CHECK(posix_memalign(&q, 64, huge[i]) == ENOMEM && errno == 77 && q == p);
  }
  errno = 0;
  CHECK(malloc(PTRDIFF_MAX) == NULL && errno == ENOMEM);
  free(p);
}

static void overflow(void)
{
  volatile size_t half = SIZE_MAX / 2, big = (size_t)1 << 4 * sizeof big;
  void *p = malloc(10);
  errno = 0;
  CHECK(calloc(half, 3) == NULL && errno == ENOMEM);
  errno = 0;
  CHECK(calloc(big, big) == NULL && errno == ENOMEM);
  errno = 0;
  CHECK(reallocarray(p, half, 3) == NULL && errno == ENOMEM);
  errno = 0;
  CHECK(reallocarray(NULL, 2 * big, big / 2) == NULL &&
        errno == ENOMEM);
  free(p);
  p = reallocarray(NULL, 10, 10);
  CHECK(p != NULL && malloc_usable_size(p) >= 100);
  free(p);
}

static void errno_kept(void)
{
  char *p;
  errno = 77;
  p = malloc(100);
  free(p);
  p = calloc(1, 10000000);
  free(p);
  p = aligned_alloc(1 << 20, 1 << 20);
  free(p);
  free(NULL);
  CHECK(errno == 77);
}

static void *freer(void *p)
{
  errno = 78;
  free(p);
  CHECK(errno == 78);
  return NULL;
}

/* free leaves errno alone, whatever it does: POSIX.1-2024 */
static void errno_free(void)
{
  size_t n, align;
  pthread_t t;
  for (n = 1; n <= (size_t)64 << 20; n *= 4) {
    for (align = 8; align <= 1 << 16; align *= 16) {
      CHECK(pthread_create(&t, NULL, freer, aligned_alloc(align, n)) == 0);
      pthread_join(t, NULL);
      errno = 77;
      free(aligned_alloc(align, n));
      lm_free_sized(aligned_alloc(align, n), n);
      lm_free_aligned_sized(aligned_alloc(align, n), align, n);
      CHECK(realloc(aligned_alloc(align, n), 0) == NULL && errno == 77);
    }
  }
  malloc_trim(0);
  CHECK(errno == 77);
}

static void alignment(void)
{
  size_t n, align;
  void *p;
  for (n = 1; n <= 100000; n += n / 8 + 1) {
    p = malloc(n);
    CHECK(p && (uintptr_t)p % (n > 8 ? 16 : 8) == 0);
    free(p);
    for (align = 1; align <= (size_t)1 << 26; align *= 2) {
      p = aligned_alloc(align, n);
      CHECK(p && (uintptr_t)p % align == 0);
      CHECK(malloc_usable_size(p) >= n);
      memset(p, 7, n);
      free(p);
      if (align >= sizeof p) {
        CHECK(posix_memalign(&p, align, n) == 0 && (uintptr_t)p % align == 0);
        free(p);
      }
    }
  }
  p = valloc(10);
  CHECK((uintptr_t)p % (size_t)sysconf(_SC_PAGESIZE) == 0);
  free(p);
  p = pvalloc(10);
  CHECK((uintptr_t)p % (size_t)sysconf(_SC_PAGESIZE) == 0);
  CHECK(malloc_usable_size(p) >= (size_t)sysconf(_SC_PAGESIZE));
  free(p);
}

static void bad_alignment(void)
{
  static const size_t bad[] = { 0, 3, 6, 24, 100, 4097, SIZE_MAX };
  size_t i;
  void *p = &p;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    errno = 0;
    CHECK(aligned_alloc(bad[i], 10) == NULL && errno == EINVAL);
    errno = 0;
    CHECK(memalign(bad[i], 10) == NULL && errno == EINVAL);
    errno = 77;
    CHECK(posix_memalign(&p, bad[i], 10) == EINVAL && errno == 77);
    CHECK(p == &p);
  }
  CHECK(posix_memalign(&p, 1, 10) == EINVAL);
  CHECK(posix_memalign(&p, sizeof p / 2, 10) == EINVAL);
  errno = 0;
  CHECK(aligned_alloc(SIZE_MAX / 2 + 1, 10) == NULL && errno == ENOMEM);
  errno = 0;
  p = aligned_alloc(SIZE_MAX / 4 + 1, 10);   /* 32 bits: it may be there */
  CHECK(p == NULL ? errno == ENOMEM : (uintptr_t)p % (SIZE_MAX / 4 + 1) == 0);
  free(p);
}

static int all(const char *p, char c, size_t n)
{
  return n == 0 || (p[0] == c && memcmp(p, p + 1, n - 1) == 0);
}

static void zeroed(void)
{
  size_t n;
  int i;
  for (n = 1; n <= 40000000; n += n / 2 + 1) {
    for (i = 0; i < 3; i++) {
      char *p = malloc(n);
      CHECK(p);
      memset(p, 'x', malloc_usable_size(p));
      free(p);
      p = calloc(1, n);
      CHECK(p && all(p, 0, n));
      memset(p, 'x', malloc_usable_size(p));
      free(p);
    }
  }
}

static void realloc_keeps(void)
{
  size_t old, new;
  char *p, *q;
  for (old = 1; old <= 4000000; old += old / 2 + 1) {
    for (new = 1; new <= 4000000; new += new / 2 + 1) {
      p = malloc(old);
      memset(p, 'a', old);
      q = realloc(p, new);
      CHECK(q && all(q, 'a', old < new ? old : new));
      CHECK(malloc_usable_size(q) >= new);
      CHECK((uintptr_t)q % (new > 8 ? 16 : 8) == 0);
      memset(q, 'b', new);
      free(q);
    }
  }
  p = realloc(NULL, 100);
  CHECK(p && realloc(p, 0) == NULL);
  p = aligned_alloc(1 << 16, 100000);
  memset(p, 'c', 100000);
  p = realloc(p, 300000);
  CHECK(p && all(p, 'c', 100000));
  free(p);
}

/* What could not be resized lives on with its contents, and can be freed. */
static void failure_keeps(void)
{
  volatile size_t half = SIZE_MAX / 2;
  size_t n;
  for (n = 1; n <= (size_t)40 << 20; n *= 5) {
    char *p = malloc(n);
    CHECK(p);
    memset(p, 'd', n);
    errno = 0;
    CHECK(realloc(p, 2 * half + 1) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(realloc(p, half) == NULL && errno == ENOMEM);
    errno = 0;
    CHECK(reallocarray(p, half, 4) == NULL && errno == ENOMEM);
    CHECK(malloc_usable_size(p) >= n && all(p, 'd', n));
    p = realloc(p, n + 1);
    CHECK(p && all(p, 'd', n));
    free(p);
  }
}

/* glibc's tuning changes nothing, and is no failure. */
static void tuning(void)
{
  static const int known[] = {
    M_MXFAST, M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_MMAP_MAX,
    M_CHECK_ACTION, M_PERTURB, M_ARENA_TEST, M_ARENA_MAX
  };
  size_t i;
  for (i = 0; i < sizeof known / sizeof *known; i++) {
    char *p;
    CHECK(mallopt(known[i], 1) == 1);
    p = malloc(200000);
    CHECK(p);
    free(p);
  }
  CHECK(mallopt(0, 1) == 0 && mallopt(1234, 1) == 0 && mallopt(-1234, 1) == 0);
  CHECK(malloc_trim(0) == 1 && malloc_trim(SIZE_MAX) == 1);
}

static void realloc_stays(void)
{
  char *p = malloc(100);
  CHECK(realloc(p, 112) == p && realloc(p, 97) == p);
  free(p);
  p = malloc(100000);
  CHECK(realloc(p, 100001) == p);
  free(p);
}

/* What grows in small steps moves each time by a quarter at least, what grows at
 * once is as large as it was asked for. */
static void realloc_grows(void)
{
  size_t n;
  char *p = malloc(1024);
  for (n = 1025; n < 30000; n += 16) {
    size_t have = malloc_usable_size(p);
    p = realloc(p, n);
    CHECK(p && malloc_usable_size(p) >= n);
    CHECK(malloc_usable_size(p) == have || malloc_usable_size(p) >= have + have / 4);
  }
  p = realloc(p, 65536);
  CHECK(malloc_usable_size(p) == 65536);
  free(p);
}

static void usable(void)
{
  size_t n;
  CHECK(malloc_usable_size(NULL) == 0);
  for (n = 0; n < 70000; n += 7) {
    char *p = malloc(n);
    size_t m = malloc_usable_size(p);
    CHECK(m >= n && m > 0);
    memset(p, 1, m);
    free(p);
  }
}

static void both_names(void)
{
  char *p = lm_malloc(100);
  void *v;
  free(p);
  p = malloc(100);
  lm_free(p);
  p = lm_calloc(10, 10);
  p = realloc(p, 1000);
  p = lm_realloc(p, 20);
  p = lm_reallocarray(p, 20, 20);
  lm_free_sized(p, 400);
  p = lm_aligned_alloc(64, 100);
  lm_free_aligned_sized(p, 64, 100);
  CHECK(lm_posix_memalign(&v, 64, 100) == 0);
  CHECK(lm_malloc_usable_size(v) >= 100);
  free(v);
  free(lm_memalign(64, 100));
  free(lm_valloc(1));
  free(lm_pvalloc(1));
  lm_free(NULL);
  lm_free_sized(NULL, 10);
  lm_free_aligned_sized(NULL, 16, 10);
}

/* More than the arena: mappings of their own, many of them at once. */
static void beyond(void)
{
  enum { N = 3000 };
  static char *p[N];
  size_t i, n = sizeof n > 4 ? SIZE_MAX / (1u << 31) : (size_t)5 << 28;
  char *q = malloc(n);
  CHECK(q != NULL);
  q[0] = q[n - 1] = 1;
  free(q);
  for (i = 0; i < N; i++) {
    p[i] = aligned_alloc(16384 << i % 4, 100 + i);
    CHECK(p[i] && (uintptr_t)p[i] % (16384 << i % 4) == 0);
    p[i][99 + i] = 1;
  }
  for (i = 0; i < N; i++) {
    free(p[i * 7 % N]);
  }
}

/* How many of the system's pages in the n bytes at p have memory. */
static size_t resident(char *p, size_t n)
{
  size_t page = (size_t)sysconf(_SC_PAGESIZE), i, in = 0;
  static unsigned char seen[(64 << 20) / 4096];
  if (mincore(p, n, seen) != 0) {
    CHECK(errno == ENOMEM);     /* not mapped any more */
    return 0;
  }
  for (i = 0; i < n / page; i++) {
    in += seen[i] & 1;
  }
  return in;
}

/* Freed memory of a large object goes back to the system: at once if it is
 * very large, else at malloc_trim. */
static void returned(void)
{
  size_t n;
  for (n = (size_t)1 << 20; n <= (size_t)64 << 20; n *= 2) {
    char *p = malloc(n), *page = (char *)(((uintptr_t)p + 4095) & ~(uintptr_t)4095);
    memset(p, 1, n);
    CHECK(resident(page, n - 4096) > 0);
    free(p);
    lm_malloc_trim(0);
    CHECK(resident(page, n - 4096) == 0);
  }
}

/* Until there is no more, three times, and each time as much. */
static void exhaustion(void)
{
  static char *last;
  size_t count[3];
  int round;
  for (round = 0; round < 3; round++) {
    count[round] = 0;
    errno = 0;
    for (;;) {
      char **p = malloc(32768);
      if (p == NULL) {
        break;
      }
      *p = last;
      last = (char *)p;
      count[round]++;
    }
    CHECK(errno == ENOMEM);
    while (last != NULL) {
      char *next = *(char **)last;
      free(last);
      last = next;
    }
  }
  CHECK(count[0] > 100 && count[0] == count[1] && count[1] == count[2]);
}

#define THREADS 8
#define SHARED 500

static char *shared[SHARED];
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static unsigned next(unsigned *state)
{
  *state = *state * 1103515245u + 12345u;
  return *state >> 8;
}

/* Swaps blocks, each filled with its own mark, with other threads. */
static void *worker(void *arg)
{
  unsigned state = (unsigned)(uintptr_t)arg;
  int i;
  for (i = 0; i < 100000; i++) {
    size_t n = next(&state) % (next(&state) % 64 == 0 ? 200000 : 600) + 2;
    unsigned slot = next(&state) % SHARED;
    char *p = malloc(n), *q;
    CHECK(p != NULL);
    p[0] = p[n - 1] = (char)slot;
    if (n > sizeof n + 1) {
      memcpy(p + 1, &n, sizeof n);
    }
    pthread_mutex_lock(&gate);
    q = shared[slot];
    shared[slot] = p;
    pthread_mutex_unlock(&gate);
    if (q != NULL) {
      CHECK(q[0] == (char)slot);
      free(q);
    }
  }
  return NULL;
}

static void threads(void)
{
  pthread_t t[THREADS];
  size_t i;
  for (i = 0; i < THREADS; i++) {
    CHECK(pthread_create(&t[i], NULL, worker, (void *)(i + 1)) == 0);
  }
  for (i = 0; i < THREADS; i++) {
    pthread_join(t[i], NULL);
  }
  for (i = 0; i < SHARED; i++) {
    free(shared[i]);
  }
}

/* Children of a process whose other threads are busy can allocate. */
static void forks(void)
{
  pthread_t t[4];
  size_t i;
  int k;
  for (i = 0; i < 4; i++) {
    CHECK(pthread_create(&t[i], NULL, worker, (void *)(i + 1)) == 0);
  }
  for (k = 0; k < 100; k++) {
    int status;
    pid_t child = fork();
    if (child == 0) {
      alarm(20);
      for (i = 0; i < 1000; i++) {
        free(malloc(i * 10));
      }
      _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
  }
  for (i = 0; i < 4; i++) {
    pthread_join(t[i], NULL);
  }
}

static const struct {
  const char *name;
  void (*run)(void);
} cases[] = {
  { "zero_size", zero_size },
  { "too_large", too_large },
  { "overflow", overflow },
  { "errno_kept", errno_kept },
  { "errno_free", errno_free },
  { "alignment", alignment },
  { "bad_alignment", bad_alignment },
  { "zeroed", zeroed },
  { "realloc_keeps", realloc_keeps },
  { "realloc_stays", realloc_stays },
  { "realloc_grows", realloc_grows },
  { "failure_keeps", failure_keeps },
  { "tuning", tuning },
  { "usable", usable },
  { "both_names", both_names },
  { "beyond", beyond },
  { "returned", returned },
  { "exhaustion", exhaustion },
  { "threads", threads },
  { "forks", forks },
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
  puts("conform: no such case");
  return 2;
}

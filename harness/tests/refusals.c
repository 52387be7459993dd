/*
 * refusals.c - the system refuses memory: at the k-th time that the library
 * asks, for every k in turn (of the many calls for mappings alike only some,
 * and those where the table of mappings grows); once, or from then on until all is tried.
 * Property tested: each function returns NULL with ENOMEM or does what it
 * should, in two threads at once; blocks keep their contents; and when memory
 * can be had again everything works.
 * Each k is a process of its own.  Linked with a library that asks refuses()
 * (OS_REFUSES in platform_linux.c); calls it by its own names.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lemmalloc.h"

#define CHECK(x) check((x) != 0, #x, __LINE__)
#define BLOCKS 172

static unsigned k, for_good;      /* which call is refused; all others then, too */
static unsigned calls, off;       /* so far; nothing is refused any more */

int refuses(void);

int refuses(void)
{
  unsigned n = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
  return !__atomic_load_n(&off, __ATOMIC_RELAXED) && (n == k || (for_good && n > k));
}

static void check(int good, const char *what, int line)
{
  if (!good) {
    printf("refusals.c:%d: k = %u%s: %s\n", line, k, for_good ? " and all later" : "", what);
    exit(1);
  }
}

struct block {
  unsigned char *p;
  size_t n;
};

/* p, of n bytes, was asked for: NULL only where memory may be refused. */
static void take(struct block *b, void *p, size_t n)
{
  CHECK(p != NULL || (errno == ENOMEM && !off));
  b->p = p;
  b->n = p == NULL ? 0 : n;
  if (p != NULL) {
    b->p[0] = b->p[n - 1] = (unsigned char)(n % 251);
  }
}

static void intact(const struct block *b)
{
  CHECK(b->p[0] == b->n % 251 && b->p[b->n - 1] == b->n % 251);
}

static void resize(struct block *b, size_t n)
{
  unsigned char first = b->p[0], *q = lm_realloc(b->p, n);
  if (q == NULL) {
    CHECK(errno == ENOMEM && !off);
    intact(b);
    return;
  }
  CHECK(q[0] == first);
  b->n = 0;
  take(b, q, n);
}

static void all_ways(struct block *b)
{
  static const size_t sizes[] = { 8, 100, 5000, 32768, 100000, 600000, 34000000 };
  size_t i, n, used = 0;
  void *p;
  for (i = 0; i < 7; i++) {
    n = sizes[i];
    errno = 0;
    take(&b[used++], lm_malloc(n), n);
    errno = 0;
    p = lm_calloc(n / 8, 8);
    CHECK(p == NULL || ((char *)p)[n / 2] == 0);
    take(&b[used++], p, n / 8 * 8);
    errno = 0;
    take(&b[used++], lm_aligned_alloc(64, n), n);
    errno = 0;
    take(&b[used++], lm_valloc(n), n);
    errno = 77;
    p = NULL;
    CHECK(lm_posix_memalign(&p, 256, n) == (p == NULL ? ENOMEM : 0) && errno == 77);
    errno = ENOMEM;
    take(&b[used++], p, n);
    errno = 0;
    take(&b[used++], lm_alloc(n - 1, LM_NOSCAN, NULL), n - 1);      /* 7: tiny */
  }
  for (i = 0; i < used; i++) {      /* mappings grow, shrink, become others */
    if (b[i].p != NULL) {
      errno = 0;
      resize(&b[i], b[i].n * 2);
      errno = 0;
      resize(&b[i], b[i].n / (b[i].n > 1000000 ? 100 : 3) + 1);  /* little to copy */
    }
  }
  while (used < BLOCKS) {           /* so many mappings that their table grows */
    errno = 0;
    take(&b[used++], lm_memalign(16384, 100), 100);
  }
}

static void free_all(struct block *b)
{
  size_t i;
  for (i = 0; i < BLOCKS; i++) {
    if (b[i].p != NULL) {
      CHECK(lm_malloc_usable_size(b[i].p) >= b[i].n);
      intact(&b[i]);
      lm_free(b[i].p);
    }
  }
}

static struct block blocks[2][BLOCKS];

static void *other(void *arg)
{
  (void)arg;
  all_ways(blocks[1]);
  return NULL;
}

/* The thread's blocks are freed when it has ended. */
static void round_of_two(void)
{
  pthread_t t;
  CHECK(pthread_create(&t, NULL, other, NULL) == 0);
  all_ways(blocks[0]);
  pthread_join(t, NULL);
  free_all(blocks[1]);
  free_all(blocks[0]);
  lm_malloc_trim(0);
}

/* Whether the k-th call came. */
static int reached(void)
{
  int status;
  pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    int came;
    alarm(30);
    round_of_two();
    came = calls >= k;
    __atomic_store_n(&off, 1, __ATOMIC_RELAXED);
    round_of_two();
    exit(came ? 0 : 3);
  }
  CHECK(waitpid(pid, &status, 0) == pid);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) != 1);
  return WEXITSTATUS(status) == 0;
}

static unsigned step(void)
{
  if (for_good) {
    return k < 60 ? 2 : 10;
  }
  return k < 60 || k > 250 ? 1 : 5;
}

int main(void)
{
  unsigned last[2];
  setvbuf(stdout, NULL, _IONBF, 0);
  for (for_good = 0; for_good < 2; for_good++) {
    for (k = 1; reached(); k += step()) {
    }
    last[for_good] = k;
  }
  printf("refusals: once at one of %u calls; from one of %u on\n", last[0], last[1]);
  return last[0] < 100 || last[1] < 100;
}

/*
 * forks.c - a program with busy threads forks again and again; parent and
 * children go on allocating and freeing, also blocks that other threads have
 * allocated, and children make threads.
 * Usage: forks [N]: N forks by each of two threads.  Each block is checked.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(x) check((x) != 0, #x, __LINE__)
#define SLOTS 400u

static unsigned char *slots[SLOTS];
static int finished;

static void check(int good, const char *what, int line)
{
  if (!good) {
    printf("forks.c:%d: %s\n", line, what);
    fflush(stdout);
    abort();
  }
}

static unsigned next(unsigned *state)
{
  *state = *state * 1103515245u + 12345u;
  return *state >> 8;
}

/* The first four bytes say how many there are, the rest follows from that. */
static unsigned char *make(unsigned *state)
{
  unsigned what = next(state) % 1000;
  unsigned n = 8 + next(state) % (what < 800 ? 300 : what < 990 ? 5000 : 150000);
  unsigned char *p = what >= 990 ? aligned_alloc(32768, n) : malloc(n);
  CHECK(p != NULL);
  memset(p, (int)(n % 251), n);
  memcpy(p, &n, sizeof n);
  return p;
}

static void drop(unsigned char *p)
{
  unsigned n, i;
  if (p == NULL) {
    return;
  }
  memcpy(&n, p, sizeof n);
  for (i = sizeof n; i < n; i++) {
    CHECK(p[i] == n % 251);
  }
  memset(p, 255, sizeof n);
  free(p);
}

static void steps(unsigned state, unsigned n)
{
  for (; n > 0; n--) {
    unsigned char *p = next(&state) % 3 == 0 ? NULL : make(&state);
    drop(__atomic_exchange_n(&slots[next(&state) % SLOTS], p, __ATOMIC_SEQ_CST));
  }
}

static void *busy(void *arg)
{
  unsigned state = (unsigned)(uintptr_t)arg;
  while (!__atomic_load_n(&finished, __ATOMIC_RELAXED)) {
    steps(next(&state), 500);
  }
  return NULL;
}

/* Comes and goes, so that heaps change hands. */
static void *brief(void *arg)
{
  steps((unsigned)(uintptr_t)arg, 300);
  return NULL;
}

static void *spawning(void *arg)
{
  unsigned state = (unsigned)(uintptr_t)arg;
  while (!__atomic_load_n(&finished, __ATOMIC_RELAXED)) {
    pthread_t t;
    CHECK(pthread_create(&t, NULL, brief, (void *)(uintptr_t)next(&state)) == 0);
    CHECK(pthread_join(t, NULL) == 0);
  }
  return NULL;
}

/* The child frees all there is, whoever allocated it, and makes threads; one
 * in four forks once more. */
static void child(unsigned state)
{
  pthread_t t[2];
  unsigned i;
  int status;
  alarm(20);                    /* a deadlock ends */
  steps(state, 500);
  if (state % 4 == 0) {
    pid_t grandchild = fork();
    if (grandchild == 0) {
      alarm(20);
      steps(state + 7, 500);
      _exit(0);
    }
    CHECK(waitpid(grandchild, &status, 0) == grandchild && status == 0);
  }
  for (i = 0; i < 2; i++) {
    CHECK(pthread_create(&t[i], NULL, brief, (void *)(uintptr_t)(state + i)) == 0);
  }
  for (i = 0; i < SLOTS; i++) {
    drop(__atomic_exchange_n(&slots[i], NULL, __ATOMIC_SEQ_CST));
  }
  for (i = 0; i < 2; i++) {
    CHECK(pthread_join(t[i], NULL) == 0);
  }
  _exit(0);
}

static unsigned forks = 100;

static void *forking(void *arg)
{
  unsigned state = (unsigned)(uintptr_t)arg, k;
  for (k = 0; k < forks; k++) {
    int status;
    pid_t pid;
    steps(next(&state), 100);
    pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
      child(next(&state));
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    if (status != 0) {
      printf("forks: a child ended with status %#x\n", (unsigned)status);
      exit(1);
    }
  }
  return NULL;
}

int main(int argc, char **argv)
{
  pthread_t t[4];
  unsigned i;
  forks = argc > 1 ? (unsigned)atoi(argv[1]) : forks;
  setvbuf(stdout, NULL, _IONBF, 0);
  CHECK(pthread_create(&t[0], NULL, busy, (void *)1) == 0);
  CHECK(pthread_create(&t[1], NULL, busy, (void *)2) == 0);
  CHECK(pthread_create(&t[2], NULL, spawning, (void *)3) == 0);
  CHECK(pthread_create(&t[3], NULL, forking, (void *)4) == 0);
  forking((void *)5);
  CHECK(pthread_join(t[3], NULL) == 0);
  __atomic_store_n(&finished, 1, __ATOMIC_RELAXED);
  for (i = 0; i < 3; i++) {
    CHECK(pthread_join(t[i], NULL) == 0);
  }
  for (i = 0; i < SLOTS; i++) {
    drop(slots[i]);
  }
  return 0;
}

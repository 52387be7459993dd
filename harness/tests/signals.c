/*
 * signals.c - a signal handler that allocates and frees, whatever the thread
 * that it interrupts is doing: no deadlock, no block damaged.
 * A timer goes off every 100 us for two seconds (LENGTH=n).  The program, in
 * two threads, and the handler swap blocks through slots: each frees what the
 * other allocated, and checks every byte before.  Some blocks are large or
 * have a mapping of their own, some are left by threads that have ended.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 300u

static unsigned char *slots[SLOTS];
static unsigned long handled, worked;

/* Printing would allocate, and take locks that the handler's thread may hold. */
static void fail(const char *what)
{
  ssize_t n = write(STDOUT_FILENO, what, strlen(what));
  (void)n;
  abort();
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
  unsigned n = 8 + next(state) % (what < 800 ? 300 : what < 980 ? 5000 : 150000);
  unsigned char *p = what == 999 ? aligned_alloc(32768, n) : malloc(n);
  if (p == NULL) {
    fail("signals: out of memory\n");
  }
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
    if (p[i] != n % 251) {
      fail("signals: a block is damaged\n");
    }
  }
  memset(p, 255, sizeof n);
  free(p);
}

static void step(unsigned *state)
{
  unsigned char **slot = &slots[next(state) % SLOTS];
  unsigned char *p = next(state) % 3 == 0 ? NULL : make(state);
  if (p != NULL && next(state) % 4 == 0) {
    unsigned n, to = 8 + next(state) % 2000;
    memcpy(&n, p, sizeof n);
    p = realloc(p, to);
    if (p == NULL || (to > n && n > 8 && p[n - 1] != n % 251)) {
      fail("signals: realloc\n");
    }
    memset(p, (int)(to % 251), to);
    memcpy(p, &to, sizeof to);
  }
  drop(__atomic_exchange_n(slot, p, __ATOMIC_SEQ_CST));
}

static void handler(int signal)
{
  static unsigned state = 99;
  unsigned mine = __atomic_add_fetch(&state, 7919, __ATOMIC_RELAXED);
  int i;
  (void)signal;
  for (i = 0; i < 8; i++) {
    step(&mine);
  }
  __atomic_add_fetch(&handled, 1, __ATOMIC_RELAXED);
}

static void *short_lived(void *arg)
{
  unsigned state = (unsigned)(uintptr_t)arg, i;
  for (i = 0; i < 200; i++) {
    step(&state);
  }
  return NULL;
}

static double seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double end;

static void *work(void *arg)
{
  unsigned state = (unsigned)(uintptr_t)arg;
  unsigned long n;
  for (n = 0; n % 100 != 0 || seconds() < end; n++) {
    step(&state);
    if (n % 20000 == 0) {
      pthread_t t;
      if (pthread_create(&t, NULL, short_lived, (void *)(uintptr_t)next(&state)) == 0) {
        pthread_join(t, NULL);
      }
    }
  }
  __atomic_add_fetch(&worked, n, __ATOMIC_RELAXED);
  return NULL;
}

int main(void)
{
  static struct itimerval timer = { { 0, 100 }, { 0, 100 } };
  struct sigaction action;
  const char *length = getenv("LENGTH");
  pthread_t t;
  unsigned i;
  setvbuf(stdout, NULL, _IONBF, 0);
  end = seconds() + (length == NULL ? 2 : atoi(length));
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &timer, NULL);
  if (pthread_create(&t, NULL, work, (void *)1) != 0) {
    return 2;
  }
  work((void *)2);
  pthread_join(t, NULL);
  memset(&timer, 0, sizeof timer);
  setitimer(ITIMER_REAL, &timer, NULL);
  for (i = 0; i < SLOTS; i++) {
    drop(slots[i]);
  }
  printf("signals: %lu steps, %lu times interrupted\n", worked, handled);
  return handled < 1000;
}

/*
 * platform_linux.c - Linux; see platform_linux.h.
 * Part of lemmalloc.c's translation unit.
 */
#include "platform_linux.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* sysconf would say the same, and read 64 KiB of libc's tables for it. */
static size_t os_page_size(void) { return (size_t)getpagesize(); }

static size_t os_room(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
      limit.rlim_cur > SIZE_MAX) {
    return SIZE_MAX / 2;
  }
  return (size_t)limit.rlim_cur / 2;   /* the rest: files, stacks */
}

/* A test defines this; where it is true, the system refuses memory. */
#ifndef OS_REFUSES
#define OS_REFUSES() 0
#endif

static void *map(size_t size)
{
  void *p = OS_REFUSES() ? MAP_FAILED
            : mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? NULL : p;
}

static void *os_map(size_t size, size_t align)
{
  size_t page = os_page_size();
  size_t slack = align > page ? align - page : 0, before;
  char *p;
  size = (size + page - 1) & ~(page - 1);
  p = slack > PTRDIFF_MAX - size ? NULL : map(size + slack);
  if (p == NULL || slack == 0) {
    return p;
  }
  before = -(uintptr_t)p & (align - 1);
  if (before != 0) {
    munmap(p, before);
  }
  if (slack != before) {
    munmap(p + before + size, slack - before);
  }
  return p + before;
}

static void os_small_pages(void *p, size_t size)
{
  int old = errno;
  madvise(p, size, MADV_NOHUGEPAGE);
  errno = old;
}

static void os_unmap(void *p, size_t size) { munmap(p, size); }

static void *object_remap(void *p, size_t size, size_t to)
{
  void *q = OS_REFUSES() ? MAP_FAILED : mremap(p, size, to, MREMAP_MAYMOVE);
  return q == MAP_FAILED ? NULL : q;
}

static void os_release(void *p, size_t size)
{
  uintptr_t page = os_page_size();
  uintptr_t from = ((uintptr_t)p + page - 1) & ~(page - 1);
  uintptr_t to = ((uintptr_t)p + size) & ~(page - 1);
  if (from < to) {
    int old = errno;
    madvise((void *)from, to - from, MADV_DONTNEED);
    errno = old;
  }
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int shield;                      /* signals wait while a thread is inside */

/* Set while this thread is inside; Go's name for it is mallocing. */
static __thread volatile sig_atomic_t inside;
static __thread int shielded;
static __thread sigset_t outside;       /* the signals that waited before */

static void os_shield(void) { __atomic_store_n(&shield, 1, __ATOMIC_RELAXED); }

static int enter_lock(int with_shield)
{
  if (inside) {
    return 0;
  }
  if (with_shield) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &outside);
    shielded = 1;
  }
  inside = 1;
  pthread_mutex_lock(&mutex);
  return 1;
}

/* section.h has the contracts of this and of unlock. */
static int lock_try(void)
{ return enter_lock(__atomic_load_n(&shield, __ATOMIC_RELAXED)); }

static void unlock(void)
{
  pthread_mutex_unlock(&mutex);
  inside = 0;
  if (shielded) {
    shielded = 0;
    pthread_sigmask(SIG_SETMASK, &outside, NULL);
  }
}

static void os_unlock_all(void)
{
  if (inside) {
    unlock();
  }
}

static pthread_key_t at_end;
static int have_key;

/* A key's destructor runs again as long as it sets the key, but not after the
 * last round, and a thread may have set it first in another's destructor: so
 * it waits for one round, after which destructors hardly allocate any more. */
static void thread_round(void *rounds)
{
  uintptr_t n = (uintptr_t)rounds;
  if (n < 2) {
    pthread_setspecific(at_end, (void *)(n + 1));
  } else {
    thread_end();
  }
}

static void make_key(void)
{ have_key = pthread_key_create(&at_end, thread_round) == 0; }

static void os_at_thread_end(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_key);
  if (have_key) {
    pthread_setspecific(at_end, (void *)1);
  }
}

static unsigned os_milliseconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return (unsigned)now.tv_sec * 1000u + (unsigned)(now.tv_nsec / 1000000);
}

static int os_errno(void) { return errno; }

static void os_set_errno(int value) { errno = value; }

/* A fork copies the memory as it is: no other thread may be in the middle of
 * something.  The child's one thread is the one that took the lock.  A signal
 * handler that forks while its own thread is inside has the lock already. */
static __thread int forking;

static void before_fork(void) { forking = enter_lock(1); }

static void after_fork(void)
{
  if (forking) {
    unlock();
  }
}

__attribute__((constructor)) static void watch_fork(void)
{
  pthread_atfork(before_fork, after_fork, after_fork);
}

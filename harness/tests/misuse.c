/*
 * misuse.c - one misuse of the allocator per run; run on the library.
 * Usage: misuse NAME; prints the address that is misused, then misuses it.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "lemmalloc.h"

static char global[64];
static char *kept;   /* a neighbour, so that the span lives on */

static void *shown(void *p)
{
  printf("%p\n", p);
  return p;
}

static void double_free(void)
{
  char *p = malloc(100);
  kept = malloc(100);
  free(p);
  free(shown(p));
}

static void double_free_later(void)
{
  char *p[1000];
  int i;
  for (i = 0; i < 1000; i++) {
    p[i] = malloc(40);
  }
  for (i = 0; i < 999; i++) {
    free(p[i]);
  }
  free(shown(p[998]));
}

static void double_free_large(void)
{
  char *p = malloc(1000000);
  free(p);
  free(shown(p));
}

static void double_free_mapped(void)
{
  char *p = aligned_alloc(65536, 65536);
  free(p);
  free(shown(p));
}

static void interior(void)
{
  char *p = malloc(100);
  free(shown(p + 16));
}

static void interior_odd(void)
{
  char *p = malloc(100);
  free(shown(p + 1));
}

static void interior_large(void)
{
  char *p = malloc(1000000);
  free(shown(p + 500000));
}

static void interior_mapped(void)
{
  char *p = aligned_alloc(65536, 65536);
  free(shown(p + 4096));
}

static void stack(void)
{
  char local[64];
  free(shown(local));
}

static void not_heap(void)
{
  free(shown(global));
}

static void wild(void)
{
  free(shown((void *)(uintptr_t)0x1234567890ULL));
}

static void foreign_mapping(void)
{
  free(shown(mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
}

static void never_allocated(void)
{
  char *p = malloc(100);
  free(shown(p + (1 << 28)));
}

static void realloc_freed(void)
{
  char *p = malloc(100);
  kept = malloc(100);
  free(p);
  kept = realloc(shown(p), 200);
}

static void realloc_interior(void)
{
  char *p = malloc(100);
  kept = realloc(shown(p + 8), 200);
}

static void usable_freed(void)
{
  char *p = malloc(100);
  kept = malloc(100);
  free(p);
  printf("%zu", lm_malloc_usable_size(shown(p)));
}

static void sized_wrong(void)
{
  lm_free_sized(shown(lm_malloc(100)), 1000);
}

/* ---- Addresses of no object ---- */

static void beyond_addresses(void)
{
  free(shown((void *)(UINTPTR_MAX / 2 + 4097)));
}

static void last_address(void)
{
  free(shown((void *)UINTPTR_MAX));
}

/* The heap's first page is never handed out. */
static void first_page(void)
{
  char *p = malloc(100);
  free(shown((void *)((uintptr_t)p >> 32 << 32)));
}

/* The library's own records: the one mapping of such a size. */
static void records(void)
{
  uintptr_t from, to;
  FILE *f;
  kept = malloc(100);
  f = fopen("/proc/self/maps", "r");
  while (f != NULL && fscanf(f, "%lx-%lx%*[^\n]", &from, &to) == 2) {
    if (to - from > 60000000 && to - from < 1000000000) {
      free(shown((void *)(from + (to - from) / 4096 * 1024)));
    }
  }
  puts("no records found");
}

/* ---- Several threads ---- */

static void *free_it(void *p)
{
  free(p);
  return NULL;
}

static void *realloc_it(void *p)
{
  kept = realloc(p, 3000);
  return NULL;
}

static void *ask_size(void *p)
{
  printf("%zu", lm_malloc_usable_size(p));
  return NULL;
}

static void *allocate(void *size)
{
  kept = malloc((uintptr_t)size);     /* the thread's heap lives on */
  return malloc((uintptr_t)size);
}

/* What f(p) returns in a thread of its own, which then ends. */
static void *elsewhere(void *(*f)(void *), void *p)
{
  pthread_t t;
  void *result = NULL;
  pthread_create(&t, NULL, f, p);
  pthread_join(t, &result);
  return result;
}

/* A block of n bytes that lives, beside one that stays. */
static void *block(size_t n)
{
  kept = malloc(n);
  return malloc(n);
}

static void freed_then_elsewhere(void)
{
  char *p = block(100);
  free(p);
  elsewhere(free_it, shown(p));
}

static void elsewhere_then_freed(void)
{
  char *p = block(100);
  elsewhere(free_it, p);
  free(shown(p));
}

static void elsewhere_twice(void)
{
  char *p = block(100);
  elsewhere(free_it, p);
  elsewhere(free_it, shown(p));
}

static void elsewhere_twice_large(void)
{
  char *p = block(1000000);
  elsewhere(free_it, p);
  elsewhere(free_it, shown(p));
}

static void elsewhere_then_freed_large(void)
{
  char *p = block(1000000);
  elsewhere(free_it, p);
  free(shown(p));
}

static void elsewhere_then_freed_mapped(void)
{
  char *p = aligned_alloc(65536, 65536);
  elsewhere(free_it, p);
  free(shown(p));
}

static void elsewhere_then_realloc(void)
{
  char *p = block(100);
  elsewhere(free_it, p);
  kept = realloc(shown(p), 200);
}

static void elsewhere_then_realloc_large(void)
{
  char *p = block(1000000);
  elsewhere(free_it, p);
  kept = realloc(shown(p), 2000000);
}

static void elsewhere_then_realloc_mapped(void)
{
  char *p = aligned_alloc(65536, 65536);
  elsewhere(free_it, p);
  kept = realloc(shown(p), 200000);
}

static void elsewhere_then_realloc_elsewhere(void)
{
  char *p = block(100);
  elsewhere(free_it, p);
  elsewhere(realloc_it, shown(p));
}

static void freed_then_realloc_elsewhere(void)
{
  char *p = block(100);
  free(p);
  elsewhere(realloc_it, shown(p));
}

static void elsewhere_then_usable(void)
{
  char *p = block(100);
  elsewhere(free_it, p);
  elsewhere(ask_size, shown(p));
}

static void interior_elsewhere(void)
{
  elsewhere(free_it, shown((char *)block(100) + 16));
}

static void interior_large_elsewhere(void)
{
  elsewhere(free_it, shown((char *)block(1000000) + 500000));
}

static void interior_mapped_elsewhere(void)
{
  elsewhere(free_it, shown((char *)aligned_alloc(65536, 65536) + 4096));
}

static void stack_elsewhere(void)
{
  char local[64];
  elsewhere(free_it, shown(local));
}

static void never_allocated_elsewhere(void)
{
  elsewhere(free_it, shown((char *)block(100) + (1 << 28)));
}

/* A block of a thread that has ended. */
static void ended_twice(void)
{
  char *p = elsewhere(allocate, (void *)100);
  free(p);
  free(shown(p));
}

static void ended_twice_large(void)
{
  char *p = elsewhere(allocate, (void *)1000000);
  free(p);
  free(shown(p));
}

static void ended_interior(void)
{
  free(shown((char *)elsewhere(allocate, (void *)100) + 16));
}

static void ended_realloc(void)
{
  char *p = elsewhere(allocate, (void *)100);
  free(p);
  kept = realloc(shown(p), 200);
}

static pthread_barrier_t barrier;

static void *free_together(void *p)
{
  pthread_barrier_wait(&barrier);
  free(p);
  return NULL;
}

/* Two threads free the same block at the same time; one is told. */
static void at_the_same_time(void)
{
  pthread_t t[2];
  char *p = block(100);
  pthread_barrier_init(&barrier, NULL, 2);
  shown(p);
  pthread_create(&t[0], NULL, free_together, p);
  pthread_create(&t[1], NULL, free_together, p);
  pthread_join(t[0], NULL);
  pthread_join(t[1], NULL);
}

/* ---- Signals ---- */

static volatile int handled;

static void handler(int signal)
{
  (void)signal;
  kept = malloc(10);
  free(kept);
  handled++;
}

/* Interrupts malloc for five seconds, or until it is hit inside and that ends
 * the program. */
static void signal_inside(void)
{
  time_t end = time(NULL) + 5;
  pid_t me = getpid(), child;
  signal(SIGUSR1, handler);
  child = fork();
  if (child == 0) {
    while (kill(me, SIGUSR1) == 0 && getppid() == me) {
      usleep(1);        /* or the program would be in its handler all the time */
    }
    _exit(0);
  }
  while (time(NULL) < end) {
    free(malloc(100));
  }
  kill(child, SIGKILL);
}

static const struct {
  const char *name;
  void (*run)(void);
} cases[] = {
  { "double_free", double_free },
  { "double_free_later", double_free_later },
  { "double_free_large", double_free_large },
  { "double_free_mapped", double_free_mapped },
  { "interior", interior },
  { "interior_odd", interior_odd },
  { "interior_large", interior_large },
  { "interior_mapped", interior_mapped },
  { "stack", stack },
  { "not_heap", not_heap },
  { "wild", wild },
  { "foreign_mapping", foreign_mapping },
  { "never_allocated", never_allocated },
  { "realloc_freed", realloc_freed },
  { "realloc_interior", realloc_interior },
  { "usable_freed", usable_freed },
  { "sized_wrong", sized_wrong },
  { "beyond_addresses", beyond_addresses },
  { "last_address", last_address },
  { "first_page", first_page },
  { "records", records },
  { "freed_then_elsewhere", freed_then_elsewhere },
  { "elsewhere_then_freed", elsewhere_then_freed },
  { "elsewhere_twice", elsewhere_twice },
  { "elsewhere_twice_large", elsewhere_twice_large },
  { "elsewhere_then_freed_large", elsewhere_then_freed_large },
  { "elsewhere_then_freed_mapped", elsewhere_then_freed_mapped },
  { "elsewhere_then_realloc", elsewhere_then_realloc },
  { "elsewhere_then_realloc_large", elsewhere_then_realloc_large },
  { "elsewhere_then_realloc_mapped", elsewhere_then_realloc_mapped },
  { "elsewhere_then_realloc_elsewhere", elsewhere_then_realloc_elsewhere },
  { "freed_then_realloc_elsewhere", freed_then_realloc_elsewhere },
  { "elsewhere_then_usable", elsewhere_then_usable },
  { "interior_elsewhere", interior_elsewhere },
  { "interior_large_elsewhere", interior_large_elsewhere },
  { "interior_mapped_elsewhere", interior_mapped_elsewhere },
  { "stack_elsewhere", stack_elsewhere },
  { "never_allocated_elsewhere", never_allocated_elsewhere },
  { "ended_twice", ended_twice },
  { "ended_twice_large", ended_twice_large },
  { "ended_interior", ended_interior },
  { "ended_realloc", ended_realloc },
  { "at_the_same_time", at_the_same_time },
  { "signal_inside", signal_inside },
};

int main(int argc, char **argv)
{
  size_t i;
  setvbuf(stdout, NULL, _IONBF, 0);   /* or printf would allocate */
  for (i = 0; argc == 2 && i < sizeof cases / sizeof *cases; i++) {
    if (strcmp(cases[i].name, argv[1]) == 0) {
      cases[i].run();
      puts("survived");
      return 0;
    }
  }
  puts("misuse: no such case");
  return 2;
}

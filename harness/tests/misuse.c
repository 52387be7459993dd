/*
 * misuse.c - one misuse of the allocator per run; run on the library.
 * Usage: misuse NAME; prints the address that is misused, then misuses it.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

static volatile int handled;

static void handler(int signal)
{
  (void)signal;
  kept = malloc(10);
  free(kept);
  handled++;
}

/* Interrupts malloc until it is hit inside; without a hit, says so. */
static void signal_inside(void)
{
  int i;
  pid_t me = getpid(), child;
  signal(SIGUSR1, handler);
  child = fork();
  if (child == 0) {
    while (kill(me, SIGUSR1) == 0 && getppid() == me) {
    }
    _exit(0);
  }
  for (i = 0; i < 20000000; i++) {
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

/*
 * steps.c - what a run of pages costs, in steps of the tree that finds it.
 * Compiled once for each size of the arena (ARENA_PAGES, page_steps.bats).
 * Property tested: on a heap cut to pieces, no allocation and no freeing of a
 * run takes more than 3 * (1 + log2(pages)) steps.
 */
#include <stdio.h>
#include <stdlib.h>

static unsigned long steps;
#define COUNT_STEP() (steps++)
#define LM_CORE static
#include "../../core/fit.c"
#include "../../core/pages.c"

static struct arena *a;
static unsigned run[ARENA_PAGES];
static unsigned long long state = 88172645463325252ULL;

static unsigned random_below(unsigned n)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (unsigned)((state >> 33) % n);
}

/* What the calls of one kind took. */
struct cost {
  unsigned long calls, sum, max;
};

static void count(struct cost *c)
{
  c->calls++;
  c->sum += steps;
  c->max = steps > c->max ? steps : c->max;
  steps = 0;
}

static unsigned timed_alloc(struct cost *c, unsigned k)
{
  unsigned s;
  steps = 0;
  s = pages_alloc(a, k);
  count(c);
  return s;
}

static void timed_free(struct cost *c, unsigned s)
{
  steps = 0;
  pages_free(a, s);
  count(c);
}

int main(void)
{
  struct cost alloc = { 0, 0, 0 }, give = { 0, 0, 0 };
  unsigned n, i, log = 0;
  unsigned long bound;
  while (1u << log < ARENA_PAGES) {
    log++;
  }
  bound = 3ul * (1 + log);
  a = calloc(1, sizeof *a);
  if (a == NULL) {
    return 1;
  }
  a->lo = 1;
  a->hi = ARENA_PAGES;
  a->tag[1] = TAG_FREE;
  a->npages[1] = ARENA_PAGES - 1u;
  a->owner[ARENA_PAGES - 1u] = 1;
  fit_set(a, 1, (int)ARENA_PAGES - 1);
  /* Runs of 1 to 4 pages to the end of the arena, then every other one free. */
  for (n = 0; (run[n] = timed_alloc(&alloc, 1 + random_below(4))) != 0; n++) {
  }
  for (i = 0; i < n; i += 2) {
    timed_free(&give, run[i]);
    run[i] = 0;
  }
  for (i = 0; i < 200000; i++) {
    unsigned j = random_below(n);
    if (run[j] != 0) {
      timed_free(&give, run[j]);
      run[j] = 0;
    } else {
      run[j] = timed_alloc(&alloc, 1 + random_below(6));
    }
  }
  printf("%8u pages: steps per allocation %5.1f, at most %3lu; per freeing "
         "%5.1f, at most %3lu; bound %3lu\n", ARENA_PAGES,
         (double)alloc.sum / alloc.calls, alloc.max,
         (double)give.sum / give.calls, give.max, bound);
  return alloc.max > bound || give.max > bound;
}

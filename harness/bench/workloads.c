/*
 * workloads.c - what programs ask of malloc, each kind by itself.
 *   workloads NAME OPERATIONS [PARAMETER]
 * An operation is a block allocated and freed, or resized.  The parameter is
 * a size, a number of threads or a limit in MiB (see workloads[]).
 * Deterministic, but for how threads meet.
 */
#define _DEFAULT_SOURCE
#include <string.h>
#include <time.h>
#include "blocks.h"
#include "threads.c"

/* ---- One thread ---- */

static void same_size(unsigned long ops, unsigned long size)
{
  struct block b;
  unsigned long i;
  for (i = 0; i < ops; i++) {
    obtain(&b, (unsigned)size, i);
    release(&b);
  }
}

/* same_size without malloc and free: what its loop itself costs. */
static void loop_only(unsigned long ops, unsigned long size)
{
  struct block b;
  void *buffer = table(1, size);
  unsigned long i;
  for (i = 0; i < ops; i++) {
    write_marks(&b, buffer, (unsigned)size, i);
    check_marks(&b);
  }
}

static void batches(unsigned long ops, unsigned long n, int last_first)
{
  struct block *b = table(n, sizeof *b);
  uint64_t state = seeded(0);
  unsigned long i, done;
  for (done = 0; done < ops; done += n) {
    for (i = 0; i < n; i++) {
      obtain(&b[i], mixed_size(&state), i);
    }
    for (i = 0; i < n; i++) {
      release(&b[last_first ? n - 1 - i : i]);
    }
  }
}

static void lifo(unsigned long ops, unsigned long n)
{
  batches(ops, n, 1);
}

static void fifo(unsigned long ops, unsigned long n)
{
  batches(ops, n, 0);
}

static void churn(unsigned long ops, unsigned long live)
{
  struct block *b = table(live, sizeof *b);
  uint64_t state = seeded(0);
  replace(b, (unsigned)live, ops, &state, mixed_size);
  release_all(b, live);
}

static unsigned large_size(uint64_t *state)
{
  return spread_size(state, 32 * KIB, 8);
}

static void large(unsigned long ops, unsigned long live)
{
  struct block *b = table(live, sizeof *b);
  uint64_t state = seeded(0);
  replace(b, (unsigned)live, ops, &state, large_size);
  release_all(b, live);
}

struct node {
  struct node *left, *right;
};

static struct node *grow(unsigned depth)
{
  struct node *t = malloc(sizeof *t);
  if (t == NULL) {
    die("out of memory");
  }
  t->left = depth == 0 ? NULL : grow(depth - 1);
  t->right = depth == 0 ? NULL : grow(depth - 1);
  return t;
}

/* Frees a tree and counts its nodes. */
static unsigned long fell(struct node *t)
{
  unsigned long n = 1;
  if (t->left != NULL) {
    n += fell(t->left);
    n += fell(t->right);
  }
  free(t);
  return n;
}

/* Trees are built and freed while a tree of the same depth stays. */
static void trees(unsigned long ops, unsigned long depth)
{
  unsigned long nodes = (2ul << depth) - 1, done;
  struct node *kept = grow((unsigned)depth);
  for (done = 0; done < ops; done += nodes) {
    if (fell(grow((unsigned)depth)) != nodes) {
      die("a tree changed while it was live");
    }
  }
  if (fell(kept) != nodes) {
    die("the kept tree changed");
  }
}

/* Appends n bytes to a string, as realloc allows. */
static void append(struct block *b, unsigned n, unsigned long mark)
{
  struct block old = *b;
  void *p = realloc(old.p, old.size + n);
  if (p == NULL) {
    die("out of memory");
  }
  old.p = p;
  if (old.size > 0) {
    check_marks(&old);
  }
  write_marks(b, p, old.size + n, mark);
}

/* Strings grow side by side; each begins anew when it reaches its length. */
static void strings(unsigned long ops, unsigned long n)
{
  struct block *b = table(n, sizeof *b);
  unsigned *limit = table(n, sizeof *limit);
  uint64_t state = seeded(0);
  unsigned long i;
  for (i = 0; i < ops; i++) {
    unsigned j = below(&state, (unsigned)n);
    if (b[j].p != NULL && b[j].size >= limit[j]) {
      release(&b[j]);
      b[j].size = 0;
    }
    if (b[j].p == NULL) {
      limit[j] = tailed_size(&state, 256, 12);
    }
    append(&b[j], 1 + below(&state, 32), i);
  }
  release_all(b, n);
}

/* ---- Cost against the live heap ---- */

#define WINDOW 64u
#define ROUNDS 3

static unsigned sweep_size(uint64_t *state)
{
  return spread_size(state, 16, 10);
}

static double cpu_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Allocates and frees fresh blocks, a window of them at a time. */
static void fresh_pairs(unsigned long ops, uint64_t *state)
{
  struct block b[WINDOW];
  unsigned long done;
  unsigned i;
  for (done = 0; done < ops; done += WINDOW) {
    for (i = 0; i < WINDOW; i++) {
      obtain(&b[i], sweep_size(state), i);
    }
    release_all(b, WINDOW);
  }
}

/* Prints what a pair costs with n blocks live: of fresh blocks, and of random
 * ones of the n.  The least of some rounds, for other processes disturb. */
static void probe(struct block *b, unsigned n, unsigned long ops, size_t live, uint64_t *state)
{
  double fresh = 1e30, random = 1e30;
  int i;
  for (i = 0; i < ROUNDS; i++) {
    double t0 = cpu_ns(), t1, t2;
    fresh_pairs(ops, state);
    t1 = cpu_ns();
    replace(b, n, ops, state, sweep_size);
    t2 = cpu_ns();
    fresh = t1 - t0 < fresh ? t1 - t0 : fresh;
    random = t2 - t1 < random ? t2 - t1 : random;
  }
  printf("live %zu %.2f %.2f\n", live / MIB, fresh / (double)ops, random / (double)ops);
  fflush(stdout);
}

/* The heap doubles from 1 MiB to the limit or the end of memory. */
static void sweep(unsigned long ops, unsigned long limit)
{
  size_t most = limit * MIB / 1024, live = 0, goal = MIB;
  struct block *b = table(most, sizeof *b);
  uint64_t state = seeded(0);
  unsigned n = 0;
  while (goal <= limit * MIB && n < most) {
    if (!try_obtain(&b[n], sweep_size(&state), n)) {
      printf("full %zu\n", live / MIB);
      break;
    }
    live += b[n].size;
    n++;
    if (live >= goal) {
      probe(b, n, ops, goal, &state);
      goal *= 2;
    }
  }
  release_all(b, n);
}

/* ---- The choice ---- */

static const struct workload {
  const char *name, *parameter;
  unsigned long standard;
  void (*run)(unsigned long ops, unsigned long parameter);
} workloads[] = {
  { "same", "bytes of a block", 64, same_size },
  { "loop", "bytes of a block", 64, loop_only },
  { "lifo", "blocks in a batch", 1000, lifo },
  { "fifo", "blocks in a batch", 1000, fifo },
  { "churn", "live blocks", 100000, churn },
  { "trees", "depth", 14, trees },
  { "strings", "strings", 64, strings },
  { "large", "live blocks", 16, large },
  { "sweep", "MiB at the end", 256, sweep },
  { "handoff", "unused", 2, handoff },
  { "all-to-all", "threads", 2, all_to_all },
  { "larson", "threads", 2, larson },
  { "brief", "threads at a time", 2, brief },
};

#define N_WORKLOADS (sizeof workloads / sizeof workloads[0])

static int usage(void)
{
  size_t i;
  fprintf(stderr, "usage: workloads NAME OPERATIONS [PARAMETER]\n");
  for (i = 0; i < N_WORKLOADS; i++) {
    fprintf(stderr, "  %-10s  %s (%lu)\n", workloads[i].name, workloads[i].parameter,
            workloads[i].standard);
  }
  return 2;
}

int main(int argc, char **argv)
{
  size_t i;
  for (i = 0; argc >= 3 && i < N_WORKLOADS; i++) {
    const struct workload *w = &workloads[i];
    if (strcmp(argv[1], w->name) == 0) {
      unsigned long ops = strtoul(argv[2], NULL, 10);
      unsigned long parameter = argc > 3 ? strtoul(argv[3], NULL, 10) : w->standard;
      if (ops == 0 || parameter == 0) {
        return usage();
      }
      w->run(ops, parameter);
      printf("ops %lu\n", ops);
      return 0;
    }
  }
  return usage();
}

/*
 * blocks.h - what the workloads share: random numbers and sizes, blocks that
 * are marked and checked, tables.
 * Every block's first and last byte are written, and checked before it goes.
 * Tables lie in mappings of their own, so that only the blocks are the
 * allocator's.
 */
#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define KIB 1024u
#define MIB ((size_t)1 << 20)

static void die(const char *what)
{
  fprintf(stderr, "workloads: %s\n", what);
  exit(1);
}

/* ---- Random numbers: xorshift, one state for each thread ---- */

static uint64_t seeded(unsigned n)
{
  return 88172645463325252u + n * 0x9e3779b97f4a7c15u;
}

static unsigned below(uint64_t *state, unsigned n)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return (unsigned)((*state >> 32) * n >> 32);
}

/* A size up to least << doublings; each doubling is reached half as often. */
static unsigned tailed_size(uint64_t *state, unsigned least, unsigned doublings)
{
  unsigned n = 0;
  while (n < doublings && below(state, 2) != 0) {
    n++;
  }
  return 1 + below(state, least << n);
}

/* What programs ask for: half up to 16 bytes, one in 2048 up to 32 KiB. */
static unsigned mixed_size(uint64_t *state)
{
  return tailed_size(state, 16, 11);
}

/* A size from least to least << doublings, each doubling as often. */
static unsigned spread_size(uint64_t *state, unsigned least, unsigned doublings)
{
  unsigned from = least << below(state, doublings);
  return from + below(state, from);
}

/* ---- Blocks ---- */

struct block {
  unsigned char *p;
  unsigned size;
  unsigned char mark;
};

static void write_marks(struct block *b, void *p, unsigned size, unsigned long mark)
{
  b->p = p;
  b->size = size;
  b->mark = (unsigned char)mark;
  b->p[0] = b->mark;
  b->p[size - 1] = b->mark;
}

static void check_marks(const struct block *b)
{
  if (b->p[0] != b->mark || b->p[b->size - 1] != b->mark) {
    die("a block changed while it was live");
  }
}

/* 1 <= size.  0 if there is no memory. */
static int try_obtain(struct block *b, unsigned size, unsigned long mark)
{
  void *p = malloc(size);
  if (p == NULL) {
    return 0;
  }
  write_marks(b, p, size, mark);
  return 1;
}

static void obtain(struct block *b, unsigned size, unsigned long mark)
{
  if (!try_obtain(b, size, mark)) {
    die("out of memory");
  }
}

static void release(struct block *b)
{
  check_marks(b);
  free(b->p);
  b->p = NULL;
}

static void release_all(struct block *b, size_t n)
{
  size_t i;
  for (i = 0; i < n; i++) {
    if (b[i].p != NULL) {
      release(&b[i]);
    }
  }
}

/* n zero objects in a mapping that lasts to the program's end. */
static void *table(size_t n, size_t size)
{
  void *p = mmap(NULL, n * size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) {
    die("no memory for a table");
  }
  return p;
}

/* Replaces random blocks of a table, which may have holes. */
static void replace(struct block *b, unsigned n, unsigned long ops, uint64_t *state,
                    unsigned (*size)(uint64_t *))
{
  unsigned long i;
  for (i = 0; i < ops; i++) {
    unsigned j = below(state, n);
    if (b[j].p != NULL) {
      release(&b[j]);
    }
    obtain(&b[j], size(state), i);
  }
}

#endif

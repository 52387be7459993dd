/*
 * arena.h - the allocator over one arena: what a program, or a wrapper with
 * locks around it, calls.
 * Blocks are named by their byte offset in the arena, from 8192 on; 0 is no
 * block.  The core never touches the blocks' own memory.
 * Proven: complete contracts below.  Trusted: nothing.
 * Go's names: mallocgc (arena_alloc, arena_large), mheap (struct arena).
 */
#ifndef LM_ARENA_H
#define LM_ARENA_H
#include "../spec/arena.h"

/* What a byte offset turned out to be. */
#define LM_OK 0        /* the start of a live block */
#define LM_DOUBLE 1    /* the start of a slot that holds no block: freed */
#define LM_INTERIOR 2  /* inside a span or a large object, not at a start */
#define LM_FOREIGN 3   /* in no span: never allocated, or given back whole */

/* Makes *a, which is all zero bytes, an arena of the pages lo .. hi - 1, all
 * free: 1 <= lo < hi <= ARENA_PAGES. */
LM_CORE void arena_init(struct arena *a, unsigned lo, unsigned hi);

/* A slot of the given tag (2 .. 135 is size class * 2, plus 1 for noscan) for
 * holder h >= 1: its offset, a multiple of the page size plus a multiple of
 * the class size; 0 when out of memory.  *refilled is set to 1 when a span was
 * taken, which is when a collector should look whether to run, else to 0. */
LM_CORE unsigned arena_alloc(struct arena *a, unsigned h, unsigned tag,
                             int *refilled);

/* A large object of n pages, 1 <= n < ARENA_PAGES, aligned to a page; 0 when
 * no run of n pages is free.  noscan: 0 or 1. */
LM_CORE unsigned arena_large(struct arena *a, unsigned n, unsigned noscan);

/* What off is; for LM_OK, *size is the block's size in bytes. */
LM_CORE int arena_look(const struct arena *a, unsigned off, unsigned *size);

/* Frees the block at off if it is LM_OK; otherwise changes nothing. */
LM_CORE int arena_free(struct arena *a, unsigned off);

/* Gives the pages of every empty span back to the page heap. */
LM_CORE void arena_reclaim(struct arena *a);

#endif

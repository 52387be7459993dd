/*
 * geometry.h - the units the whole core counts in: pages, words, holders.
 * Every number here is a compile-time constant; a geometry is chosen by
 * ARENA_PAGES alone and the proofs are replayed for each shipped one.
 * Nothing is trusted.  Page size and the words "page", "span": Go's runtime.
 */
#ifndef LM_GEOMETRY_H
#define LM_GEOMETRY_H

#include <limits.h>

/* Functions of the core are internal to a program that compiles it as one
 * translation unit; it defines LM_CORE as static. */
#ifndef LM_CORE
#define LM_CORE
#endif

/* What is rarely called: the program that defines LM_CORE may keep it out of
 * line, so that what calls it stays small. */
#ifndef LM_COLD
#define LM_COLD
#endif

/* What a condition most often is; a compiler may lay the code by it. */
#ifndef LM_LIKELY
#define LM_LIKELY(x) (x)
#endif

/* Bytes in a page. */
#define PAGE_SIZE 8192u

/* Pages in an arena, a power of two, from 2^5 to 2^19 (4 GiB); page 0 is never
 * handed out, so that page number 0 and byte offset 0 can mean "none". */
#ifndef ARENA_PAGES
#define ARENA_PAGES 524288u
#endif

/* A word of a bitmap, and the number of its bits. */
typedef unsigned long word;
#if ULONG_MAX == 0xFFFFFFFFUL
#define WORD_BITS 32u
#define ALL_ONES 0xFFFFFFFFUL
#else
#define WORD_BITS 64u
#define ALL_ONES 0xFFFFFFFFFFFFFFFFUL
#endif

/* A page holds at most 1024 slots (of 8 bytes); words of bits per page. */
#define SLOTS_MAX 1024u
#define WORDS (SLOTS_MAX / WORD_BITS)

/* The search for free pages: the pages in a block with a tree of its own, and the
 * number of these, both even (fit.h). */
#if ARENA_PAGES >= 65536u
#define FIT_PAGES 1024u
#else
#define FIT_PAGES 16u
#endif
#define FITS (ARENA_PAGES / FIT_PAGES)
#define NODES (ARENA_PAGES + FITS)

/* Behind the number of every word of an arena's bits. */
#define NO_WORD (ARENA_PAGES * WORDS)

/* Holders: caches that allocate from an arena; holder 0 is central, the
 * cache that nobody owns.  One more is enough where an arena has one owner. */
#ifndef HOLDERS
#define HOLDERS 2u
#endif

/* What a run of pages is.  2 .. 135 are Go's span classes, size class x 2
 * plus 1 for "holds no pointers" (noscan). */
#define TAG_NONE 0u          /* no run starts here */
#define TAG_FREE 1u          /* a free run */
#define TAG_LARGE 136u       /* one large object, scan; 137: noscan */
#define TAG_TINY 138u        /* 16-byte blocks that the tiny allocator packs */
#define SLOTTED(t) (((t) >= 2u && (t) < TAG_LARGE) || (t) == TAG_TINY)
#define TAGS 144u            /* a row of lists: nine cache lines */

/* Every holder has a list for every tag. */
#define LISTS (HOLDERS * TAGS)
#define LIST_OF(h, t) ((h) * TAGS + (t))

/* The pages of empty spans that a list keeps, so that a program that frees
 * and allocates in turn does not go to the page heap each time.  Of spans with
 * more pages than that it keeps none. */
#define SPARE_PAGES 8u

/* Tests count the steps of the page heap through this. */
#ifndef COUNT_STEP
#define COUNT_STEP()
#endif

#endif

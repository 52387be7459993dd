/*
 * lemmalloc.h - the allocator's public functions.
 *
 * Each lm_ function that C, POSIX or glibc has too is also exported under its
 * standard name, without lm_, so that a program uses it unchanged (LD_PRELOAD,
 * or -llemmalloc on the linker's command line).  Both names may be mixed.  In
 * liblemmalloc-prefix there are only the names with lm_, beside another malloc.
 *
 * C++: all forms of operator new and delete are there too (not in
 * liblemmalloc-prefix), and may be mixed with the others.  Out of memory, new
 * calls the new_handler as long as there is one, then throws std::bad_alloc,
 * or returns NULL if it is nothrow.
 *
 * Units: every size and alignment counts bytes.
 * Sizes: 0 .. PTRDIFF_MAX; more fails with ENOMEM.  An object of 0 bytes has
 *   an address of its own, and must be freed like any other.
 * Alignment: an object of more than 8 bytes begins at a multiple of 16, a
 *   smaller one at a multiple of 8, unless more is asked for.  lm_alloc has a
 *   rule of its own.
 * Contents: undefined, but for lm_calloc, and lm_alloc with LM_ZERO.
 * Errors: NULL with errno set to ENOMEM (out of memory, or too much asked
 *   for) or EINVAL (alignment, flags).  Success leaves errno alone.
 * Misuse: freeing, resizing or asking the size of what is not a live object
 *   (freed before, inside an object, never allocated) writes one line about
 *   it to standard error and calls abort().  A slot that was freed and handed
 *   out again is a live object: such a double free goes unnoticed.
 * Threads: any thread may call any function at any time, and free what other
 *   threads allocated.  After fork the child can allocate.  A signal handler
 *   that interrupted one on the same thread and calls one is served from
 *   memory that threads share; where that is not safe, and always with
 *   LEMMALLOC_OPTIONS=debug, it is reported like a misuse.
 * Options: the environment variable LEMMALLOC_OPTIONS, see lemmalloc(3).
 */
#ifndef LEMMALLOC_H
#define LEMMALLOC_H

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An object of size bytes. */
void *lm_malloc(size_t size);

/* An object of n * size bytes, all zero; ENOMEM if the product overflows. */
void *lm_calloc(size_t n, size_t size);

/* The object p with size bytes: at its place or at another, with the first
 * min(old, new) bytes kept.  One that grows and has to move gets up to a quarter
 * more room than it had, if there is, for it may grow again.  p NULL: lm_malloc.
 * size 0: frees p and returns NULL.  On failure p lives on unchanged. */
void *lm_realloc(void *p, size_t size);

/* lm_realloc of n * size bytes; ENOMEM if the product overflows. */
void *lm_reallocarray(void *p, size_t n, size_t size);

/* Ends the object's life.  NULL: nothing.  Leaves errno alone. */
void lm_free(void *p);

/* lm_free of an object of size bytes, as it was asked for; a greater size
 * than the object has is a misuse. */
void lm_free_sized(void *p, size_t size);
void lm_free_aligned_sized(void *p, size_t align, size_t size);

/* An object at a multiple of align, a power of two. */
void *lm_aligned_alloc(size_t align, size_t size);
void *lm_memalign(size_t align, size_t size);

/* The same, align also a multiple of sizeof(void *): writes it to *p and
 * returns 0, or returns EINVAL or ENOMEM and leaves *p and errno alone. */
int lm_posix_memalign(void **p, size_t align, size_t size);

/* An object at a multiple of the system's page size; lm_pvalloc rounds its
 * size up to one, too. */
void *lm_valloc(size_t size);
void *lm_pvalloc(size_t size);

/* The bytes that the object has, at least as many as were asked for, all of
 * them usable; 0 for NULL. */
size_t lm_malloc_usable_size(void *p);

/* Gives memory that is not in use back to the system: that of the calling
 * thread and that of threads that have ended.  keep is ignored.  1. */
int lm_malloc_trim(size_t keep);

/* ---- Objects as Go's runtime asks for them ---- */

#define LM_NOSCAN 1u    /* it holds no pointers: a collector need not look */
#define LM_ZERO 2u      /* all its bytes are zero */

/* An object of size bytes.  flags: of the two above any, or 0; others fail
 * with EINVAL.  *refilled, unless refilled is NULL, is set to 1 if a span or
 * a run of pages was handed out for it, which is when a collector should look
 * whether it is time to run, else to 0.
 * lm_free, lm_realloc and the others take it like any object; if lm_realloc
 * moves it, then to an object of lm_malloc: aligned as those, without
 * LM_NOSCAN.  Alignment and size:
 * - with LM_NOSCAN, less than 16 bytes: a tiny object.  It has size bytes (1,
 *   if size is 0) and shares a block of 16 with others.  It begins at a
 *   multiple of 8 if size is one, else of 4, else of 2, or anywhere; 12 bytes
 *   at a multiple of 8 where pointers have 4.
 * - up to 32768 bytes: a slot of the least of Go's size classes that holds it,
 *   at a multiple of 8, and of every power of two up to 8192 that divides the
 *   class's size.
 * - more: whole pages of 8192 bytes, at a multiple of 8192.
 * LM_ZERO means all bytes that lm_usable_size counts.  It costs nothing where
 * pages come fresh from the system. */
void *lm_alloc(size_t size, unsigned flags, int *refilled);

/* lm_malloc_usable_size under a shorter name. */
size_t lm_usable_size(const void *p);

/* ---- For a garbage collector ----
 *
 * A collector finds out which blocks there are, marks what is reachable, in
 * memory of its own, and hands the marks back span by span: what is not marked
 * ends, as if it were freed.
 *
 * Whose blocks: what lm_alloc and what lm_malloc gave lie in the same spans.
 * So a collector that does not know what others (libc) have allocated with
 * malloc uses liblemmalloc-prefix, where all blocks are the program's own.
 * Threads: a thread's blocks are its own until it ends, then nobody's.  A
 * thread visits and sweeps its own and nobody's, and the objects with mappings
 * of their own (32 MiB and more) of all.  Of other threads' blocks it may ask
 * what they are; the answer is right if they do not allocate meanwhile. */

#define LM_LARGE 4u     /* whole pages, or a mapping: a span of one block */
#define LM_TINY 8u      /* objects that share blocks; LM_NOSCAN too */

/* count slots of size bytes, side by side from start on; what a slot holds is
 * a block, or for LM_TINY the objects that share it, or nothing.  flags: 0 or
 * LM_NOSCAN, with LM_LARGE or LM_TINY or neither. */
struct lm_span {
  void *start;
  size_t size, count;
  unsigned flags;
};

/* A live block: size bytes from start on, all usable.  flags: its span's. */
struct lm_block {
  void *start;
  size_t size;
  unsigned flags;
};

/* Calls visit for each span, in any order, until it returns not 0; returns what
 * the last call did, or 0.  visit may do anything, also sweep this span or free
 * its blocks; spans that are made meanwhile are visited or not. */
int lm_each_span(int (*visit)(const struct lm_span *span, void *arg), void *arg);

/* The same for each live block; visit may free it. */
int lm_each_block(int (*visit)(const struct lm_block *block, void *arg), void *arg);

/* Whether p, any address, points to or into a live block; if so, describes it
 * in *block, else leaves *block undefined.  A few nanoseconds; but far inside a
 * large object, or free pages, as many steps as there are pages before p. */
int lm_block_of(const void *p, struct lm_block *block);

/* Ends each block in span, as lm_each_span has described it, whose slot i is
 * not marked: bit i % b of marks[i / b], b being the bits of unsigned long, is
 * clear.  Slots that hold nothing may be marked or not; bits from count on do
 * not matter.  Returns the number of blocks that ended, each tiny object
 * counted.  If nothing was swept, -1 with errno set to EINVAL (there is no such
 * span, or no more) or EPERM (it is another thread's; or this is a signal handler
 * that has interrupted an allocation function). */
long lm_sweep(const struct lm_span *span, const unsigned long *marks);

/* ---- Statistics ----
 *
 * Counted when asked for, by walking the heaps; allocating nothing.  While
 * other threads allocate, the figures of their heaps are approximate. */

struct mallinfo;
struct mallinfo2;

/* glibc's struct of <malloc.h>, in bytes and numbers:
 *   arena     bytes in pages of heaps that have been used, without those whose
 *             memory was given back
 *   uordblks  of these, in live objects, each as malloc_usable_size says, but
 *             tiny ones by their blocks of 16 bytes
 *   fordblks  of these, the rest
 *   ordblks   free slots and free runs of pages
 *   hblks     objects with a mapping of their own
 *   hblkhd    their bytes, not in arena
 *   keepcost  bytes in free pages, which malloc_trim gives back
 * and 0 for the others.  In lm_mallinfo what is more than INT_MAX is
 * INT_MAX. */
struct mallinfo2 lm_mallinfo2(void);
struct mallinfo lm_mallinfo(void);

/* Writes statistics to standard error, for people to read. */
void lm_malloc_stats(void);

/* Writes them to file as XML, in glibc's form with version="lemmalloc-1" and
 * elements of its own.  options is 0: else EINVAL, as errno and result.
 * Returns 0; errors of the file are left in the file. */
int lm_malloc_info(int options, FILE *file);

/* Changes nothing.  1 if glibc has a parameter param (M_ARENA_MAX, M_MXFAST
 * ...), so that programs that tune glibc's malloc go on; else 0. */
int lm_mallopt(int param, int value);

#ifdef __cplusplus
}
#endif

#endif

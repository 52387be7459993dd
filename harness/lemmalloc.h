/*
 * lemmalloc.h - the allocator's public functions.
 *
 * Each lm_ function is also exported under its standard name, without lm_, so
 * that a program uses it unchanged (LD_PRELOAD, or -llemmalloc on the linker's
 * command line).  Both names may be mixed.  In liblemmalloc-prefix there are
 * only the names with lm_, beside another malloc.
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
 *   smaller one at a multiple of 8, unless more is asked for.
 * Contents: undefined, but for lm_calloc.
 * Errors: NULL with errno set to ENOMEM (out of memory, or too much asked
 *   for) or EINVAL (alignment).  Success leaves errno alone.
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
 * min(old, new) bytes kept.  p NULL: lm_malloc.  size 0: frees p and returns
 * NULL.  On failure p lives on unchanged. */
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

/* ---- Statistics ----
 *
 * Counted when asked for, by walking the heaps; allocating nothing.  While
 * other threads allocate, the figures of their heaps are approximate. */

struct mallinfo;
struct mallinfo2;

/* glibc's struct of <malloc.h>, in bytes and numbers:
 *   arena     bytes in pages of heaps that have been used, without those whose
 *             memory was given back
 *   uordblks  of these, in live objects, each as malloc_usable_size says
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

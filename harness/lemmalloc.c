/*
 * lemmalloc.c - malloc and friends over heaps that threads own.
 * The whole library is this one translation unit: the core's functions are
 * internal and can be inlined, and nothing but the public names is exported.
 * Proven: the core; malloc.c, heap.c, owner.c, registry.c, remote.c, packed.c, purge.c, sweep.c
 * and mapping.c over the
 * headers that they name as trusted.  Trusted: this file and the others it
 * includes from harness/.
 */
#define _GNU_SOURCE
#define LM_CORE static __attribute__((unused))
#define LM_COLD __attribute__((noinline, cold))
#define LM_LIKELY(x) __builtin_expect(!!(x), 1)
#include "../core/sizeclass.c"
#include "../core/request.c"
#include "../core/bitmap.c"
#include "../core/span.c"
#include "../core/fit.c"
#include "../core/pages.c"
#include "../core/rooms.c"
#include "../core/heap.c"
#include "../core/locate.c"
#include "../core/cache.c"
#include "../core/alloc.c"
#include "../core/arena.c"
#include "../core/blocks.c"
#include "../core/tiny.c"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lemmalloc.h"
#include "platform_linux.c"

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
/* Out of the way of the fast paths, but fast: all that it calls and that is not
 * LM_COLD is put in line. */
#define SLOW __attribute__((noinline, flatten))
#define PUBLIC __attribute__((visibility("default")))

/* Functions that people wait for: all that they call and that is not LM_COLD
 * is put in line. */
#define FAST PUBLIC __attribute__((flatten))

static void misuse(const char *function, const void *p, int what)
  __attribute__((noreturn, cold, noinline));
static void reentered(void) __attribute__((noreturn, cold, noinline));

#include "atomic.h"
#include "mapping.h"
#include "registry.h"
#include "section.c"
#include "registry.c"
#include "mapping.c"
#include "purge.c"
#include "remote.c"
#include "owner.c"
#include "heap.c"
#include "packed.c"
#include "line.c"
#include "misuse.c"

#include "malloc.c"
#include "stats.c"
#include "sweep.c"
#include "spans.c"
#include "options.c"
#if !defined LM_PREFIX_ONLY && !defined LM_NO_CXX
#include "cxx.c"
#endif

/* Each under two names; with LM_PREFIX_ONLY under lm_ alone. */
#ifdef LM_PREFIX_ONLY
#define PUBLISH(result, name, params) extern result lm_##name params
#else
#define PUBLISH(result, name, params) \
  PUBLIC extern result name params __attribute__((alias("lm_" #name)))
#endif

PUBLISH(int, malloc_trim, (size_t keep));
PUBLISH(struct mallinfo2, mallinfo2, (void));
PUBLISH(struct mallinfo, mallinfo, (void));
PUBLISH(void, malloc_stats, (void));
PUBLISH(int, malloc_info, (int options, FILE *file));
PUBLISH(int, mallopt, (int param, int value));
PUBLISH(void *, malloc, (size_t size));
PUBLISH(void *, calloc, (size_t n, size_t size));
PUBLISH(void *, realloc, (void *p, size_t size));
PUBLISH(void *, reallocarray, (void *p, size_t n, size_t size));
PUBLISH(void, free, (void *p));
PUBLISH(void, free_sized, (void *p, size_t size));
PUBLISH(void, free_aligned_sized, (void *p, size_t align, size_t size));
PUBLISH(void *, aligned_alloc, (size_t align, size_t size));
PUBLISH(void *, memalign, (size_t align, size_t size));
PUBLISH(int, posix_memalign, (void **p, size_t align, size_t size));
PUBLISH(void *, valloc, (size_t size));
PUBLISH(void *, pvalloc, (size_t size));
PUBLISH(size_t, malloc_usable_size, (void *p));

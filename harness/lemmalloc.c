/*
 * lemmalloc.c - malloc and friends over heaps that threads own.
 * The whole library is this one translation unit: the core's functions are
 * internal and can be inlined, and nothing but the public names is exported.
 * Proven: the core; heap.c and mapping.c over the headers that they name as
 * trusted.  Trusted: this file and the others it includes from harness/.
 * Sources: C23 7.24.3, POSIX, and the manual pages of glibc for the rest.
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
#define CLASSED(n) ((n) <= CLASS_SIZE_MAX)      /* a slot holds n bytes */
#define OWN_MAPPING ((size_t)32 << 20)          /* from here on an object has one */

static void misuse(const char *function, const void *p, int what)
  __attribute__((noreturn, cold, noinline));

/* A signal handler allocates while it interrupts an allocation. */
__attribute__((noreturn, cold, noinline)) static void reentered(void)
{
  static const char text[] =
    "lemmalloc: a signal handler called an allocation function that the "
    "signal had interrupted\n";
  os_unlock_all();
  os_say(text, sizeof text - 1);
  abort();
}

#include "atomic.h"
#include "mapping.h"
#include "section.c"
#include "mapping.c"
#include "heap.c"
#include "packed.c"
#include "line.c"
#include "misuse.c"

/* ---- What the public functions share ---- */

/* n bytes in pages, n > 0, of w's tag. */
static void *pages_get(size_t n, struct want w, struct got *g)
{
  void *p = NULL;
  if (n < OWN_MAPPING) {
    w.pages = (unsigned)request_pages(n);
    p = slow_alloc(w, g);
  }
  if (p == NULL) {
    g->zero = g->refilled = 1;
    p = mapping_alloc(n, PAGE_SIZE, w.tag - TAG_LARGE);
  }
  return p;
}

/* n bytes at a multiple of align, a power of two; NULL if out of memory.
 * *zero says whether they are known to be zero.  1 <= n <= PTRDIFF_MAX. */
static void *get(size_t n, size_t align, int *zero)
{
  struct want w = { TAG_LARGE, 0, 0 };
  struct got got = { 0, 0 };
  unsigned class = 0;
  void *p;
  if (align > PAGE_SIZE) {
    *zero = 1;
    return mapping_alloc(n, align, 0);
  }
  if (CLASSED(n)) {
    class = align <= 8 ? class_of_malloc((unsigned)n)
                       : class_of_aligned((unsigned)n, (unsigned)align);
  }
  if (class == 0) {
    p = pages_get(n, w, &got);
    *zero = got.zero;
    return p;
  }
  *zero = 0;
  w.tag = 2u * class;
  return slow_alloc(w, &got);
}

/* As get, for any n, with errno. */
static LM_COLD void *obtain(size_t n, size_t align, int *zero)
{
  void *p = NULL;
  if (request_size_ok(n)) {
    int old = errno;
    p = get(request_nonzero(n), align, zero);
    errno = old;
  }
  if (p == NULL) {
    errno = ENOMEM;
  }
  return p;
}

static void *aligned(size_t align, size_t n)
{
  int zero;
  if (!request_align_ok(align)) {
    errno = EINVAL;
    return NULL;
  }
  return obtain(n, align, &zero);
}

/* The size of the block at p, for function, which is a misuse if there is
 * none. */
static LM_COLD size_t size_slow(const char *function, const void *p)
{
  const struct heap *h = heap_of(p);
  unsigned s, i;
  int what;
  size_t size = 0;
  if (h == NULL) {
    size = mapping_look(p, &what);
  } else {
    what = look(h, p, &s, &i);
    if (what == LM_OK) {
      size = any_size(h, s, i);
    }
  }
  if (what != LM_OK) {
    misuse(function, p, what);
  }
  return size;
}

static inline size_t size_of(const char *function, const void *p)
{
  const struct heap *h = mine;
  if (likely(h != NULL && (uintptr_t)p - (uintptr_t)h->base < h->reach)) {
    unsigned off = offset(h, p);
    if (likely(!is_queued(h, off))) {
      size_t size = arena_size_quick(&h->arena, off);
      if (likely(size != 0)) {
        return size;
      }
    }
  }
  return size_slow(function, p);
}

/* Whether an object of have bytes serves a request for n: what it would get,
 * or less but not by half. */
static int fits(size_t have, size_t n)
{
  return n <= have && n > have / 2;
}

/* Makes the object at p, of have bytes, one of n bytes without moving what is
 * in it; NULL if that cannot be. */
static void *resized(void *p, size_t have, size_t n)
{
  struct heap *h = heap_of(p);
  if (CLASSED(have) || CLASSED(n)) {
    return NULL;
  }
  if (h == NULL) {
    return n < OWN_MAPPING ? NULL : mapping_resize(p, n);
  }
  return n < OWN_MAPPING && heap_resize_block(h, p, (unsigned)request_pages(n)) ? p : NULL;
}

/* ---- Public functions ---- */

/* Each under two names; with LM_PREFIX_ONLY under lm_ alone. */
#ifdef LM_PREFIX_ONLY
#define PUBLISH(result, name, params) extern result lm_##name params
#else
#define PUBLISH(result, name, params) \
  PUBLIC extern result name params __attribute__((alias("lm_" #name)))
#endif

static SLOW void *malloc_slow(size_t size)
{
  int zero;
  if (CLASSED(size)) {
    void *p = again(class_of_malloc((unsigned)size));
    if (likely(p != NULL)) {
      return p;
    }
  }
  return obtain(size, 1, &zero);
}

FAST void *lm_malloc(size_t size)
{
  if (likely(CLASSED(size))) {
    void *p = quick(class_of_malloc((unsigned)size));
    if (likely(p != NULL)) {
      return p;
    }
  }
  return malloc_slow(size);
}

FAST void *lm_calloc(size_t n, size_t size)
{
  size_t total;
  int zero = 0;
  void *p = NULL;
  if (!request_mul(n, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  if (CLASSED(total)) {
    p = quick(class_of_malloc((unsigned)total));
  }
  if (p == NULL) {
    p = obtain(total, 1, &zero);
  }
  return p == NULL || zero ? p : memset(p, 0, total);
}

#define PIECE ((size_t)1 << 20)

/* Copies n bytes to q from p, which is freed next.  What is large gives its
 * memory back piece by piece: old and new place together would be a peak. */
static void move(char *q, char *p, size_t n)
{
  for (; n > PIECE; n -= PIECE, p += PIECE, q += PIECE) {
    memcpy(q, p, PIECE);
    os_release(p, PIECE);
  }
  memcpy(q, p, n);
}

FAST void *lm_realloc(void *p, size_t size)
{
  size_t have;
  void *q;
  if (p == NULL) {
    return lm_malloc(size);
  }
  have = size_of("realloc", p);
  if (size == 0) {
    lm_free(p);
    return NULL;
  }
  if (fits(have, size)) {
    return p;
  }
  q = request_size_ok(size) ? resized(p, have, size) : NULL;
  if (q != NULL) {
    return q;
  }
  q = lm_malloc(size);
  if (q != NULL) {
    move(q, p, have < size ? have : size);
    lm_free(p);
  }
  return q;
}

PUBLIC void *lm_reallocarray(void *p, size_t n, size_t size)
{
  size_t total;
  if (!request_mul(n, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  return lm_realloc(p, total);
}

PUBLIC void lm_free_sized(void *p, size_t size)
{
  if (p != NULL && size > size_of("free_sized", p)) {
    wrong_size(p);
  }
  lm_free(p);
}

PUBLIC void lm_free_aligned_sized(void *p, size_t align, size_t size)
{
  (void)align;
  lm_free_sized(p, size);
}

PUBLIC void *lm_aligned_alloc(size_t align, size_t size)
{
  return aligned(align, size);
}

PUBLIC void *lm_memalign(size_t align, size_t size)
{
  return aligned(align, size);
}

PUBLIC int lm_posix_memalign(void **p, size_t align, size_t size)
{
  int old = errno;
  void *q;
  if (!request_posix_align_ok(align)) {
    return EINVAL;
  }
  q = aligned(align, size);
  if (q == NULL) {
    errno = old;
    return ENOMEM;
  }
  *p = q;
  return 0;
}

PUBLIC void *lm_valloc(size_t size)
{
  return aligned(os_page_size(), size);
}

PUBLIC void *lm_pvalloc(size_t size)
{
  size_t total;
  if (!request_round_up(request_nonzero(size), os_page_size(), &total)) {
    errno = ENOMEM;
    return NULL;
  }
  return aligned(os_page_size(), total);
}

PUBLIC size_t lm_malloc_usable_size(void *p)
{
  return p == NULL ? 0 : size_of("malloc_usable_size", p);
}

/* Gives back what memory can be, of this thread's heaps and of nobody's. */
PUBLIC int lm_malloc_trim(size_t keep)
{
  (void)keep;
  heaps_trim();
  return 1;
}

#include "go.c"
#include "stats.c"
#include "spans.c"
#include "options.c"
#if !defined LM_PREFIX_ONLY && !defined LM_NO_CXX
#include "cxx.c"
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

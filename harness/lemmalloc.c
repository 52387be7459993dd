/*
 * lemmalloc.c - malloc and friends over one arena, under one lock.
 * The whole library is this one translation unit: the core's functions are
 * internal and can be inlined, and nothing but the public names is exported.
 * Offsets of the core become pointers in one place, at().
 * Proven: the core.  Trusted: this file and those it includes from harness/.
 * Sources: C23 7.24.3, POSIX, and the manual pages of glibc for the rest.
 */
#define _GNU_SOURCE
#define LM_CORE static __attribute__((unused))
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

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "lemmalloc.h"
#include "platform_linux.c"

#define HOLDER 1u                     /* all threads share one cache */
#define RELEASE_MIN ((size_t)1 << 20) /* freed: memory goes back to the system */
#define RESERVE_MIN 256u              /* pages; with less there is no arena */

static struct arena *arena;   /* NULL: no call yet, or no address space */
static char *base;            /* page 0 of the arena */
static size_t reach;          /* bytes from base that are the arena's */

/* ---- Pointers and offsets ---- */

static void *at(unsigned off)
{
  return base + off;
}

static int in_arena(const void *p)
{
  return arena != NULL && (uintptr_t)p - (uintptr_t)base < reach;
}

static unsigned offset(const void *p)
{
  return (unsigned)((uintptr_t)p - (uintptr_t)base);
}

/* Makes the arena, as large as the address space allows; 0 if none fits. */
static int start(void)
{
  size_t room = os_room();
  unsigned pages = sizeof(size_t) > 4 ? ARENA_PAGES : ARENA_PAGES / 4u;
  struct arena *a = os_map(sizeof *a, PAGE_SIZE);
  if (a == NULL) {
    return 0;
  }
  for (; pages >= RESERVE_MIN; pages /= 2u) {
    size_t size = (size_t)pages * PAGE_SIZE;
    char *p = size > room ? NULL : os_map(size, size);
    if (p != NULL) {
      base = p;
      reach = size;
      arena_init(a, 1u, pages);
      arena = a;
      return 1;
    }
  }
  os_unmap(a, sizeof *a);
  return 0;
}

#include "mapping.c"
#include "misuse.c"

static void lock(void)
{
  static const char text[] =
    "lemmalloc: a signal handler called an allocation function that the "
    "signal had interrupted\n";
  if (!os_lock()) {
    os_say(text, sizeof text - 1);
    abort();
  }
}

/* ---- Under the lock ---- */

/* What p is, and its size in bytes. */
static int look(const void *p, size_t *size)
{
  struct mapping *m;
  if (in_arena(p)) {
    int what = arena_look(arena, offset(p));
    if (what == LM_OK) {
      *size = arena_size(arena, offset(p));
    }
    return what;
  }
  m = mapping_of(p);
  if (m == NULL) {
    return LM_FOREIGN;
  }
  *size = m->size;
  return (uintptr_t)p == m->start ? LM_OK : LM_INTERIOR;
}

static void *slot_alloc(unsigned class)
{
  short refilled;
  unsigned off = 0;
  if (arena != NULL || start()) {
    off = arena_alloc(arena, HOLDER, 2u * class, &refilled);
  }
  return off == 0 ? NULL : at(off);
}

/* n bytes in pages, n > 0; *zero says whether they are known to be zero. */
static void *pages_get(size_t n, int *zero)
{
  size_t pages = request_pages(n);
  if (pages < ARENA_PAGES && (arena != NULL || start())) {
    unsigned used = (unsigned)arena->fresh;
    unsigned off = arena_large(arena, (unsigned)pages, 0u);
    if (off != 0) {
      *zero = off / PAGE_SIZE >= used;
      return at(off);
    }
  }
  *zero = 1;
  return mapping_alloc(n, PAGE_SIZE);
}

/* n bytes at a multiple of align, a power of two; NULL if out of memory.
 * 1 <= n <= PTRDIFF_MAX. */
static void *get(size_t n, size_t align, int *zero)
{
  unsigned class = 0;
  if (align > PAGE_SIZE) {
    *zero = 1;
    return mapping_alloc(n, align);
  }
  if (n <= CLASS_SIZE_MAX) {
    class = align <= 8 ? class_of_malloc((unsigned)n)
                       : class_of_aligned((unsigned)n, (unsigned)align);
  }
  if (class == 0) {
    return pages_get(n, zero);
  }
  *zero = 0;
  return slot_alloc(class);
}

/* Frees p, which is live and has size bytes. */
static void give(void *p, size_t size)
{
  if (!in_arena(p)) {
    mapping_free(mapping_of(p));
    return;
  }
  if (size >= RELEASE_MIN) {
    os_release(p, size);
  }
  arena_free(arena, offset(p));
}

/* ---- What the public functions share ---- */

/* As get, for any n, with errno. */
static void *obtain(size_t n, size_t align, int *zero)
{
  void *p = NULL;
  if (request_size_ok(n)) {
    int old = errno;
    lock();
    p = get(request_nonzero(n), align, zero);
    os_unlock();
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

/* Frees p, of which the caller says that it has n bytes or more. */
static void release(void *p, size_t n)
{
  size_t size = 0;
  int old = errno;
  int what;
  if (p == NULL) {
    return;
  }
  lock();
  what = look(p, &size);
  if (what != LM_OK) {
    misuse("free", p, what);
  }
  if (n > size) {
    wrong_size(p);
  }
  give(p, size);
  os_unlock();
  errno = old;
}

/* Whether an object of size bytes is what a request for n would get. */
static int same(size_t size, size_t n)
{
  if (n <= CLASS_SIZE_MAX) {
    return class_size(class_of_malloc((unsigned)n)) == size;
  }
  return n <= size && size - n < PAGE_SIZE;
}

/* Makes the large object at p, of have bytes, one of n bytes where it is; 0 if
 * that cannot be.  The caller holds the lock. */
static int resized(void *p, size_t have, size_t n)
{
  size_t pages = request_pages(n);
  return in_arena(p) && have > CLASS_SIZE_MAX && n > CLASS_SIZE_MAX &&
         pages < ARENA_PAGES && arena_resize(arena, offset(p), (unsigned)pages);
}

/* ---- Public functions ---- */

/* Each under two names. */
#define PUBLIC __attribute__((visibility("default")))
#define PUBLISH(result, name, params) \
  PUBLIC extern result name params __attribute__((alias("lm_" #name)))

PUBLIC void *lm_malloc(size_t size)
{
  int zero;
  return obtain(size, 1, &zero);
}

PUBLIC void *lm_calloc(size_t n, size_t size)
{
  size_t total;
  int zero;
  void *p;
  if (!request_mul(n, size, &total)) {
    errno = ENOMEM;
    return NULL;
  }
  p = obtain(total, 1, &zero);
  if (p != NULL && !zero) {
    memset(p, 0, total);
  }
  return p;
}

PUBLIC void lm_free(void *p)
{
  release(p, 0);
}

PUBLIC void *lm_realloc(void *p, size_t size)
{
  size_t have = 0;
  int what, in_place;
  void *q;
  if (p == NULL) {
    return lm_malloc(size);
  }
  lock();
  what = look(p, &have);
  if (what != LM_OK) {
    misuse("realloc", p, what);
  }
  in_place = size != 0 && request_size_ok(size) &&
             (same(have, size) || resized(p, have, size));
  os_unlock();
  if (size == 0) {
    lm_free(p);
    return NULL;
  }
  if (in_place) {
    return p;
  }
  q = lm_malloc(size);
  if (q != NULL) {
    memcpy(q, p, have < size ? have : size);
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
  release(p, size);
}

PUBLIC void lm_free_aligned_sized(void *p, size_t align, size_t size)
{
  (void)align;
  release(p, size);
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
  size_t size = 0;
  int what;
  if (p == NULL) {
    return 0;
  }
  lock();
  what = look(p, &size);
  if (what != LM_OK) {
    misuse("malloc_usable_size", p, what);
  }
  os_unlock();
  return size;
}

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

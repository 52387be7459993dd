/*
 * cxx.c - C++'s operators new and delete, under their mangled names.
 * libstdc++'s own would call malloc and work as well; these save a call, and
 * have malloc in line.  What is C++ about them is asked of libstdc++ when
 * memory runs out: the new_handler, and to throw std::bad_alloc.  The shared
 * library does without it in a C program; in the static library this file is
 * an object of its own, which only C++ programs link.  What a new_handler
 * throws must not leave the nothrow forms, and C cannot catch: these ask
 * libstdc++'s own, which calls the operator new here and catches.
 * Proven: nothing.  Trusted: every line.  Built with -fexceptions.
 * Sources: C++17 [new.delete]; the Itanium C++ ABI for the names.
 */
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include "lemmalloc.h"

typedef void handler(void);

#ifdef PUBLIC                   /* part of lemmalloc.c */
#include <dlfcn.h>
#define LATE
#define NEW_ATTRIBUTES FAST
#define MAYBE __attribute__((weak))
#define FOUND(f, name) ((f) != NULL ? (f) : (__typeof__(&(f)))late(name))

/* Of a libstdc++ that was not there when this library was loaded, but came
 * with a plugin. */
static void *late(const char *name)
{
  void *library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD);
  return library == NULL ? NULL : dlsym(library, name);
}

__attribute__((noreturn, cold)) static void cannot_throw(void)
{
  static const char text[] =
    "lemmalloc: operator new: out of memory, and no libstdc++ to say so\n";
  to_stderr(text, sizeof text - 1);
  abort();
}

static inline void *new_malloc(size_t n)
{
  void *p = likely(CLASSED(n)) ? quick(class_of_malloc((unsigned)n)) : NULL;
  return likely(p != NULL) ? p : malloc_slow(n);
}

/* Every operator delete is free: it ignores what else it is told. */
#define DELETE(name, mangled) \
  PUBLIC extern void name(void *p) __asm__(mangled) __attribute__((alias("lm_free")));
#else                           /* an object of its own */
#define PUBLIC __attribute__((visibility("default")))
#define MAYBE
#define FOUND(f, name) (&(f))
#define NEW_ATTRIBUTES PUBLIC
#define cannot_throw __builtin_abort
#define new_malloc lm_malloc
#define DELETE(name, mangled) \
  PUBLIC void name(void *p) __asm__(mangled); \
  PUBLIC void name(void *p) { lm_free(p); }
#endif

#define GET_NEW_HANDLER "_ZSt15get_new_handlerv"
#define THROW_BAD_ALLOC "_ZSt17__throw_bad_allocv"

extern handler *get_new_handler(void) __asm__(GET_NEW_HANDLER) MAYBE;
extern void throw_bad_alloc(void) __asm__(THROW_BAD_ALLOC) MAYBE;

/* ---- Out of memory ---- */

__attribute__((noreturn, noinline, cold)) static void fail(void)
{
  void (*throw)(void) = FOUND(throw_bad_alloc, THROW_BAD_ALLOC);
  if (throw != NULL) {
    throw();
  }
  cannot_throw();
}

static handler *current_handler(void)
{
  handler *(*get)(void) = FOUND(get_new_handler, GET_NEW_HANDLER);
  return get == NULL ? NULL : get();
}

#if SIZE_MAX == UINT_MAX
#define SIZE "j"
#else
#define SIZE "m"
#endif
#define ALIGN "St11align_val_t"
#define NOTHROW "RKSt9nothrow_t"

static int bad_align(size_t align)
{
  return align == 0 || (align & (align - 1)) != 0;
}

/* n bytes at a multiple of align, when a first try has failed: as long as
 * there is a new_handler, which may free something, throw, or end. */
__attribute__((noinline, cold)) static void *try_again(size_t n, size_t align)
{
  handler *h;
  while (!bad_align(align) && (h = current_handler()) != NULL) {
    void *p;
    h();
    p = align == 1 ? lm_malloc(n) : lm_aligned_alloc(align, n);
    if (p != NULL) {
      return p;
    }
  }
  fail();
}

/* ---- What the operators do ---- */

static inline void *new_plain(size_t n)
{
  void *p = new_malloc(n);
  return __builtin_expect(p != NULL, 1) ? p : try_again(n, 1);
}

static inline void *new_aligned(size_t n, size_t align)
{
  void *p = lm_aligned_alloc(align, n);
  return __builtin_expect(p != NULL, 1) ? p : try_again(n, align);
}

/* ---- The operators ---- */

/* new: nw of one object, na of an array. */
#define NEW(name, mangled, params, value) \
  PUBLIC void *name params __asm__(mangled); \
  NEW_ATTRIBUTES void *name params { return value; }
#define NEWS(kind, one) \
  NEW(kind, "_Z" one SIZE, (size_t n), new_plain(n)) \
  NEW(kind##_aligned, "_Z" one SIZE ALIGN, (size_t n, size_t align), \
      new_aligned(n, align))

NEWS(new_one, "nw")
NEWS(new_array, "na")

/* The static library leaves the nothrow forms to libstdc++. */
#ifdef LATE
static LM_COLD void *nothrow_plain(size_t n)
{
  void *(*own)(size_t, const void *) = NULL;
  if (current_handler() != NULL) {
    own = (__typeof__(own))late("_Znw" SIZE NOTHROW);
  }
  return own == NULL ? NULL : own(n, NULL);
}

static LM_COLD void *nothrow_aligned(size_t n, size_t align)
{
  void *(*own)(size_t, size_t, const void *) = NULL;
  if (!bad_align(align) && current_handler() != NULL) {
    own = (__typeof__(own))late("_Znw" SIZE ALIGN NOTHROW);
  }
  return own == NULL ? NULL : own(n, align, NULL);
}

static inline void *new_plain_nothrow(size_t n)
{
  void *p = new_malloc(n);
  return likely(p != NULL) ? p : nothrow_plain(n);
}

static inline void *new_aligned_nothrow(size_t n, size_t align)
{
  void *p = lm_aligned_alloc(align, n);
  return likely(p != NULL) ? p : nothrow_aligned(n, align);
}

#define NEWS_NOTHROW(kind, one) \
  NEW(kind##_nothrow, "_Z" one SIZE NOTHROW, (size_t n, const void *nothrow), \
      ((void)nothrow, new_plain_nothrow(n))) \
  NEW(kind##_aligned_nothrow, "_Z" one SIZE ALIGN NOTHROW, \
      (size_t n, size_t align, const void *nothrow), \
      ((void)nothrow, new_aligned_nothrow(n, align)))

NEWS_NOTHROW(new_one, "nw")
NEWS_NOTHROW(new_array, "na")
#endif

/* delete: dl and da. */
#define DELETES(kind, one) \
  DELETE(kind, "_Z" one "Pv") \
  DELETE(kind##_nothrow, "_Z" one "Pv" NOTHROW) \
  DELETE(kind##_sized, "_Z" one "Pv" SIZE) \
  DELETE(kind##_aligned, "_Z" one "Pv" ALIGN) \
  DELETE(kind##_aligned_nothrow, "_Z" one "Pv" ALIGN NOTHROW) \
  DELETE(kind##_sized_aligned, "_Z" one "Pv" SIZE ALIGN)

DELETES(delete_one, "dl")
DELETES(delete_array, "da")

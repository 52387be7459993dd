/*
 * malloc.c - the allocation functions of C, POSIX, glibc and Go, over heap.c and
 * mapping.c: what a size and an alignment may be, and what errno says.
 * Proven, over the contracts of heap.h and mapping.h: a request that is too
 * large or badly aligned is refused with the right errno, and one that is not
 * fails only if the system refuses memory; errno is kept else; what has to be zero
 * is, and what has to be copied, within the blocks; what heap.c asks of its callers.
 * Trusted: section.h, mapping.h and platform_linux.h, as there.  Part of lemmalloc.c.
 * Sources: C23 7.24.3, POSIX, the manual pages of glibc, and Go's mallocgc.
 */
#include <errno.h>
#include "heap.h"
#include "lemmalloc.h"
#include "packed.h"
#include "platform_linux.h"
#include "../core/request.h"

#define CLASSED(n) ((n) <= CLASS_SIZE_MAX)      /* a slot holds n bytes */
#define OWN_MAPPING ((size_t)32 << 20)          /* from here on an object has one */
#define PIECE ((size_t)1 << 20)

/* What may change while memory is got. */
#define ANY_MEMORY \
  ANY_HEAP, own, mine, me, locked, TABLE, ours, ours_size, refused, NOTE, BLOCK, SIZED

/*@ // Why n bytes cannot be had: the system refuses memory, n is too large for
  @ // any object, or there are more mappings than fit into the address space.
  @ predicate NoMemory{L}(integer n) = refused == 1 ||
  @   n > REQUEST_MAX - UNIT_MAX || 2 * nmappings > MAPPINGS_MAX;
  @*/

/* What a function says that returns an object of n bytes at a multiple of align,
 * or NULL. */
#define GIVES(n, align) \
  ensures given: \result != \null ==> GivenAt(\result, n, align); \
  ensures large: n > REQUEST_MAX ==> \result == \null; \
  ensures none: \result == \null ==> error == ENOMEM && NoMemory(n); \
  ensures errno_kept: \result != \null ==> error == \old(error);

/* At how large a power of two an object of n bytes begins, that may be anything;
 * the bytes of an object for n bytes of tag t, all of which may be used. */
/*@ logic integer AnyAlign(integer n) = n <= 8 ? 8 : 16;
  @ logic integer Whole(integer n, integer t) = t == TAG_TINY ? n :
  @   TAG_LARGE <= t <= TAG_LARGE + 1 ?
  @   (n + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE : ClassSize[t / 2];
  @*/

/* ---- What the functions share ---- */

/* n bytes in pages, of the tag. */
/*@ FROM_OUTSIDE
  @ requires size: 1 <= n <= REQUEST_MAX;
  @ requires tag: TAG_LARGE <= tag <= TAG_LARGE + 1;
  @ requires got: \valid(g);
  @ assigns ANY_MEMORY, *g;
  @ ensures given: \result != \null ==> New(\result, n) && block_tiny == 0 &&
  @   block_step == 0;
  @ ensures zero: \result != \null ==> g->zero != 0 ==> ZeroAt(\result, n);
  @ ensures pages: \result != \null ==> g->zero == 0 ==>
  @   Given(\result, Whole(n, tag));
  @ ensures none: \result == \null ==> NoMemory(n);
  @ KEEPS_END
  @ TO_OUTSIDE
  @*/
static void *pages_get(size_t n, unsigned tag, struct got *g)
{
  void *p = NULL;
  if (n < OWN_MAPPING) {
    unsigned k = (unsigned)request_pages(n);
    p = slow_alloc(tag, k, g);
    /*@ assert quotient: (n + PAGE_SIZE - 1) / PAGE_SIZE == k; */
    /*@ assert pages: p != \null ==> Given(p, Whole(n, tag)); */
  }
  if (p == NULL) {
    g->zero = 1;
    g->refilled = 1;
    p = mapping_alloc(n, PAGE_SIZE, tag - TAG_LARGE);
  }
  return p;
}

/* The class of a slot for n bytes at a multiple of align; 0: none does. */
/*@ requires size: 1 <= n;
  @ requires align: 1 <= align;
  @ assigns \nothing;
  @ ensures class: \result < CLASSES;
  @ ensures must: n <= CLASS_SIZE_MAX ==> align <= 8 ==> \result != 0;
  @ ensures enough: \result != 0 ==> n <= ClassSize[\result];
  @ ensures aligned: \result != 0 ==> 8 < align ==> align <= PAGE_SIZE &&
  @   ClassSize[\result] % align == 0;
  @ ensures any: \result != 0 ==> 8 < n ==> align <= 8 ==>
  @   ClassSize[\result] % 16 == 0;
  @*/
static unsigned class_for(size_t n, size_t align)
{
  if (!CLASSED(n) || align > PAGE_SIZE) {
    return 0;
  }
  return align <= 8 ? class_of_malloc((unsigned)n)
                    : class_of_aligned((unsigned)n, (unsigned)align);
}

/* n bytes at a multiple of align, a power of two.  *zero says whether they are
 * known to be zero. */
/*@ FROM_OUTSIDE
  @ requires size: 1 <= n <= REQUEST_MAX;
  @ requires align: 1 <= align;
  @ requires zero: \valid(zero);
  @ assigns ANY_MEMORY, *zero;
  @ ensures zero: \result != \null ==> *zero != 0 ==> ZeroAt(\result, n);
  @ ensures given: \result != \null ==> GivenAt(\result, n, align);
  @ ensures any: \result != \null ==> align <= 8 ==>
  @   GivenAt(\result, n, AnyAlign(n));
  @ ensures none: \result == \null ==> NoMemory(n);
  @ KEEPS_END
  @ TO_OUTSIDE
  @*/
static void *get(size_t n, size_t align, int *zero)
{
  struct got got = { 0, 0 };
  unsigned class = class_for(n, align);
  void *p;
  if (align > PAGE_SIZE) {
    got.zero = 1;
    p = mapping_alloc(n, align, 0);
    /*@ assert mapped: p != \null ==> GivenAt(p, n, align); */
    /*@ assert mapped_zero: p != \null ==> ZeroAt(p, n); */
  } else if (class == 0) {
    p = pages_get(n, TAG_LARGE, &got);
    /*@ assert pages: p != \null ==> GivenAt(p, n, align) &&
      @   GivenAt(p, n, AnyAlign(n)); */
    /*@ assert pages_zero: p != \null ==> got.zero != 0 ==> ZeroAt(p, n); */
  } else {
    p = slow_alloc(2u * class, 0, &got);
    /*@ assert slot: p != \null ==> GivenAt(p, n, align) &&
      @   (align <= 8 ==> GivenAt(p, n, AnyAlign(n))); */
    /*@ assert slot_zero: p != \null ==> got.zero == 0; */
  }
  /*@ assert zero: p != \null ==> got.zero != 0 ==> ZeroAt(p, n); */
  *zero = got.zero;
  /*@ assert given: p != \null ==> GivenAt(p, n, align); */
  /*@ assert any: p != \null ==> align <= 8 ==> GivenAt(p, n, AnyAlign(n)); */
  return p;
}

/* As get, for any n, with errno. */
/*@ FROM_OUTSIDE
  @ requires align: 1 <= align;
  @ requires zero: \valid(zero);
  @ assigns ANY_MEMORY, *zero;
  @ ensures zero: \result != \null ==> *zero != 0 ==> ZeroAt(\result, n);
  @ GIVES(n, align)
  @ ensures any: \result != \null ==> align <= 8 ==>
  @   GivenAt(\result, n, AnyAlign(n));
  @ KEEPS_END
  @ TO_OUTSIDE
  @*/
static LM_COLD void *obtain(size_t n, size_t align, int *zero)
{
  void *p = NULL;
  if (request_size_ok(n)) {
    int old = os_errno();
    p = get(request_nonzero(n), align, zero);
    os_set_errno(old);
  }
  if (p == NULL) {
    os_set_errno(ENOMEM);
  }
  return p;
}

/* The size of the block at p, for function, which is a misuse if there is
 * none. */
/*@ FROM_OUTSIDE
  @ assigns TABLE, nobodys, locked, shared, BLOCK, SIZED, WRONG, reported, ownerless;
  @ ensures size: (block == p && block_size == \result) || reported == p;
  @ TO_OUTSIDE
  @*/
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
      /*@ ghost show_sized(p, s, i, size); */
    }
  }
  if (what != LM_OK) {
    misuse(function, p, what);
  }
  return size;
}

/* The same, most often without a search. */
/*@ FROM_OUTSIDE
  @ assigns mine->arena, PACKS, mine->note, own, mine, me, inside, TABLE, nobodys,
  @   locked, shared, drained, BLOCK, SIZED, WRONG, reported, ownerless;
  @ ensures size: (block == p && block_size == \result) || reported == p;
  @ TO_OUTSIDE
  @*/
static inline size_t size_of(const char *function, const void *p)
{
  size_t size = quick_size(p);
  return likely(size != 0) ? size : size_slow(function, p);
}

/* Whether an object of have bytes serves a request for n: what it would get,
 * or less but not by half. */
/*@ assigns \nothing;
  @ ensures holds: \result != 0 ==> n <= have;
  @*/
static int fits(size_t have, size_t n)
{
  return n <= have && n > have / 2;
}

/* Makes the object at p, of have bytes, one of n bytes without moving what is
 * in it; NULL, and p as it was, if that cannot be. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY;
  @ ensures kept: \result == \null ==> ended == \old(ended);
  @ ensures ended: \result != \null ==> \result == p || ended == p;
  @ ensures given: \result != \null ==> Given(\result, n);
  @ ensures contents: \result != \null ==> \result == p || Moved(\result, p, n);
  @ ensures errno_kept: error == \old(error);
  @ TO_OUTSIDE
  @*/
static void *resized(void *p, size_t have, size_t n)
{
  struct heap *h;
  int old;
  if (CLASSED(have) || CLASSED(n) || !request_size_ok(n)) {
    return NULL;
  }
  h = heap_of(p);
  if (h != NULL) {
    return n < OWN_MAPPING && heap_resize_block(h, p, (unsigned)request_pages(n))
           ? p : NULL;
  }
  old = os_errno();
  p = n < OWN_MAPPING ? NULL : mapping_resize(p, n);
  os_set_errno(old);
  return p;
}

/* Copies n bytes to q from p, which is freed next.  What is large gives its
 * memory back piece by piece: old and new place together would be a peak. */
/*@ requires has: had == p && n <= had_bytes;
  @ requires room: Given(q, n);
  @ assigns shared, COPIED;
  @ ensures moved: moved_to == q && moved_from == p && moved_bytes == n &&
  @   moved_of == had_bytes;
  @*/
static void move(char *q, char *p, size_t n)
{
  /*@ ghost show_move(q, p); */
  /*@ loop invariant next: q == moved_to + moved_bytes && p == moved_from + moved_bytes;
    @ loop invariant rest: moved_bytes + n == \at(n,Pre);
    @ loop invariant begun: moved_to == \at(q,Pre) && moved_from == \at(p,Pre);
    @ loop assigns n, p, q, shared, moved_bytes;
    @ loop variant n;
    @*/
  for (; n > PIECE; n -= PIECE) {
    block_copy(q, p, PIECE);
    os_release(p, PIECE);
    p += PIECE;
    q += PIECE;
  }
  block_copy(q, p, n);
}

/* malloc where the quick way finds nothing. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY;
  @ GIVES(size, AnyAlign(size))
  @ KEEPS_END
  @ TO_OUTSIDE
  @*/
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

/* What a function says that returns an object of n bytes at a multiple of align,
 * which may be anything, or NULL: EINVAL just if it is no power of two. */
#define GIVES_ALIGNED(align, n) \
  ensures given: \result != \null ==> GivenAt(\result, n, align); \
  ensures large: n > REQUEST_MAX ==> \result == \null; \
  ensures bad: (\forall integer k; 0 <= k < WORD_BITS ==> align != (1 << k)) \
    ==> \result == \null && error == EINVAL; \
  ensures none: \result == \null ==> \
    (error == ENOMEM && NoMemory(n)) || (error == EINVAL && \
    \forall integer k; 0 <= k < WORD_BITS ==> align != (1 << k)); \
  ensures errno_kept: \result != \null ==> error == \old(error);

/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY;
  @ GIVES_ALIGNED(align, n)
  @ TO_OUTSIDE
  @*/
static void *aligned(size_t align, size_t n)
{
  int zero;
  if (!request_align_ok(align)) {
    os_set_errno(EINVAL);
    return NULL;
  }
  return obtain(n, align, &zero);
}

/* ---- Public functions ---- */

/* An object of size bytes. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY;
  @ GIVES(size, AnyAlign(size))
  @ KEEPS_END
  @ TO_OUTSIDE
  @*/
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

/* An object of n times size bytes, all zero. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY;
  @ GIVES(n * size, AnyAlign(n * size))
  @ ensures zero: \result != \null ==> ZeroAt(\result, n * size);
  @ TO_OUTSIDE
  @*/
FAST void *lm_calloc(size_t n, size_t size)
{
  size_t total;
  int zero = 0;
  void *p = NULL;
  if (!request_mul(n, size, &total)) {
    os_set_errno(ENOMEM);
    return NULL;
  }
  if (CLASSED(total)) {
    p = quick(class_of_malloc((unsigned)total));
  }
  if (p == NULL) {
    p = obtain(total, 1, &zero);
  }
  if (p != NULL && !zero) {
    block_zero(p, total);
  }
  return p;
}

/* What to ask for where an object of have bytes, that becomes one of n, has to move:
 * what has grown a little will again, so it gets a quarter more than it had.
 * Objects with a mapping of their own move without being copied. */
/*@ assigns \nothing;
  @ ensures enough: n <= \result;
  @ ensures bound: \result == n || \result < n + have / 4;
  @ ensures must: have < n < have + have / 4 ==> have < OWN_MAPPING ==>
  @   \result == have + have / 4;
  @*/
static size_t more_than(size_t have, size_t n)
{
  return have < n && have < OWN_MAPPING && n - have < have / 4 ? have + have / 4 : n;
}

/* An object of n bytes or more for one of have bytes that moves. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY;
  @ GIVES(n, AnyAlign(n))
  @ KEEPS_END
  @ TO_OUTSIDE
  @*/
static inline void *malloc_grown(size_t have, size_t n)
{
  size_t more = more_than(have, n);
  int old = os_errno();
  void *p = lm_malloc(more);
  if (unlikely(p == NULL && more != n)) {
    os_set_errno(old);
    p = malloc_slow(n);
  }
  return p;
}

/* Makes the object at p one of size bytes, where it is or elsewhere, with its
 * contents; if NULL is returned, it is as it was.  Of no bytes: frees it. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY, HAD;
  @ ensures given: \result != \null ==> Given(\result, size) || reported == p;
  @ ensures contents: \result != \null ==> \result != p ==> p != \null ==>
  @   Moved(\result, p, size);
  @ ensures ended: p != \null ==> size == 0 || (\result != \null && \result != p)
  @   ==> Ended(p);
  @ ensures kept: \result == \null ==> size != 0 ==> ended == \old(ended);
  @ ensures none: \result == \null ==> (p != \null && size == 0) ||
  @   (error == ENOMEM && NoMemory(size));
  @ ensures errno_kept: \result != \null || (p != \null && size == 0) ==>
  @   error == \old(error);
  @ TO_OUTSIDE
  @*/
FAST void *lm_realloc(void *p, size_t size)
{
  size_t have;
  void *q;
  if (p == NULL) {
    return lm_malloc(size);
  }
  have = size_of("realloc", p);
  /*@ ghost show_had(p, have); */
  if (size == 0) {
    lm_free(p);
    return NULL;
  }
  if (fits(have, size)) {
    return p;
  }
  q = resized(p, have, size);
  if (q != NULL) {
    return q;
  }
  q = malloc_grown(have, size);
  if (q != NULL) {
    move(q, p, have < size ? have : size);
    lm_free(p);
  }
  return q;
}

/* realloc for n times size bytes. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY, HAD;
  @ ensures given: \result != \null ==> Given(\result, n * size) || reported == p;
  @ ensures contents: \result != \null ==> \result != p ==> p != \null ==>
  @   Moved(\result, p, n * size);
  @ ensures ended: p != \null ==> n * size == 0 ||
  @   (\result != \null && \result != p) ==> Ended(p);
  @ ensures kept: \result == \null ==> n * size != 0 ==> ended == \old(ended);
  @ ensures none: \result == \null ==> (p != \null && n * size == 0) ||
  @   (error == ENOMEM && NoMemory(n * size));
  @ ensures errno_kept: \result != \null ==> error == \old(error);
  @ TO_OUTSIDE
  @*/
PUBLIC void *lm_reallocarray(void *p, size_t n, size_t size)
{
  size_t total;
  if (!request_mul(n, size, &total)) {
    os_set_errno(ENOMEM);
    return NULL;
  }
  return lm_realloc(p, total);
}

/* free, of an object that was asked for with size bytes. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY, HAD;
  @ ensures ended: p == \null || Ended(p);
  @ ensures errno_kept: error == \old(error);
  @ TO_OUTSIDE
  @*/
PUBLIC void lm_free_sized(void *p, size_t size)
{
  if (p != NULL && size > size_of("free_sized", p)) {
    wrong_size(p);
  }
  lm_free(p);
}

/* The same, asked for with a multiple of align; which is not looked at. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY, HAD;
  @ ensures ended: p == \null || Ended(p);
  @ ensures errno_kept: error == \old(error);
  @ TO_OUTSIDE
  @*/
PUBLIC void lm_free_aligned_sized(void *p, size_t align, size_t size)
{
  (void)align;
  lm_free_sized(p, size);
}

/* An object of size bytes at a multiple of align. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY;
  @ GIVES_ALIGNED(align, size)
  @ TO_OUTSIDE
  @*/
PUBLIC void *lm_aligned_alloc(size_t align, size_t size)
{
  return aligned(align, size);
}

/* The same under its older name. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY;
  @ GIVES_ALIGNED(align, size)
  @ TO_OUTSIDE
  @*/
PUBLIC void *lm_memalign(size_t align, size_t size)
{
  return aligned(align, size);
}

/* The object in *p, and 0; or EINVAL or ENOMEM, and *p and errno as they were. */
/*@ FROM_OUTSIDE
  @ requires result: \valid(p);
  @ assigns ANY_MEMORY, *p;
  @ ensures result: \result == 0 || \result == EINVAL || \result == ENOMEM;
  @ ensures none: \result == ENOMEM ==> NoMemory(size);
  @ ensures bad: align % sizeof(void *) != 0 ||
  @   (\forall integer k; 0 <= k < WORD_BITS ==> align != (1 << k))
  @   ==> \result == EINVAL;
  @ ensures good: \result == EINVAL ==> align % sizeof(void *) != 0 ||
  @   \forall integer k; 0 <= k < WORD_BITS ==> align != (1 << k);
  @ ensures given: \result == 0 ==> *p != \null && GivenAt(*p, size, align);
  @ ensures errno_kept: error == \old(error);
  @ TO_OUTSIDE
  @*/
PUBLIC int lm_posix_memalign(void **p, size_t align, size_t size)
{
  int old = os_errno();
  void *q;
  if (!request_posix_align_ok(align)) {
    return EINVAL;
  }
  q = aligned(align, size);
  if (q == NULL) {
    os_set_errno(old);
    return ENOMEM;
  }
  *p = q;
  return 0;
}

/* An object at the beginning of one of the system's pages. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY;
  @ GIVES(size, unit)
  @ TO_OUTSIDE
  @*/
PUBLIC void *lm_valloc(size_t size)
{
  int zero;
  return obtain(size, os_page_size(), &zero);
}

/* An object of whole pages of the system's. */
/*@ FROM_OUTSIDE
  @ assigns ANY_MEMORY;
  @ ensures given: \result != \null ==> GivenAt(\result, size, unit);
  @ ensures large: size > REQUEST_MAX ==> \result == \null;
  @ ensures none: \result == \null ==> error == ENOMEM &&
  @   NoMemory(size + UNIT_MAX);
  @ ensures errno_kept: \result != \null ==> error == \old(error);
  @ TO_OUTSIDE
  @*/
PUBLIC void *lm_pvalloc(size_t size)
{
  size_t total;
  int zero;
  if (!request_round_up(request_nonzero(size), os_page_size(), &total)) {
    os_set_errno(ENOMEM);
    return NULL;
  }
  return obtain(total, os_page_size(), &zero);
}

/* The bytes of the object at p, all of which may be used; of NULL 0. */
/*@ FROM_OUTSIDE
  @ assigns mine->arena, PACKS, mine->note, own, mine, me, inside, TABLE, nobodys,
  @   locked, shared, drained, BLOCK, SIZED, WRONG, reported, ownerless;
  @ ensures size: p != \null ==> (block == p && block_size == \result) || reported == p;
  @ ensures none: p == \null ==> \result == 0;
  @ TO_OUTSIDE
  @*/
PUBLIC size_t lm_malloc_usable_size(void *p)
{
  return p == NULL ? 0 : size_of("malloc_usable_size", p);
}

/* Gives back what memory can be, of this thread's heaps and of nobody's. */
/*@ FROM_OUTSIDE
  @ assigns OLD_HEAPS, own, mine, me, locked;
  @ ensures walked: walked == 1;
  @ ensures \result == 1;
  @ TO_OUTSIDE
  @*/
PUBLIC int lm_malloc_trim(size_t keep)
{
  (void)keep;
  heaps_trim();
  return 1;
}

/* ---- Go's interface ---- */

/* What a function says that returns an object of n bytes of tag t, or NULL. */
#define GIVES_OBJECT(n, t) \
  ensures given: \result != \null ==> \
    (t == TAG_TINY ? GivenTiny(\result, n) : GivenAt(\result, n, 8)); \
  ensures large: n > REQUEST_MAX ==> \result == \null; \
  ensures none: \result == \null ==> error == ENOMEM && NoMemory(n); \
  ensures zero: \result != \null ==> g->zero != 0 ==> ZeroAt(\result, n); \
  ensures whole: \result != \null ==> g->zero == 0 ==> Given(\result, Whole(n, t)); \
  ensures errno_kept: \result != \null ==> error == \old(error);

/* n bytes of the tag, with errno. */
/*@ FROM_OUTSIDE
  @ requires size: 1 <= n;
  @ requires enough: SlotTag(tag) ==> tag != TAG_TINY ==> n <= ClassSize[tag / 2];
  @ requires tiny: tag == TAG_TINY ==> n < TINY_SIZE;
  @ requires tag: SlotTag(tag) || TAG_LARGE <= tag <= TAG_LARGE + 1;
  @ requires got: \valid(g);
  @ assigns ANY_MEMORY, *g;
  @ GIVES_OBJECT(n, tag)
  @ TO_OUTSIDE
  @*/
static LM_COLD void *object_slow(size_t n, unsigned tag, struct got *g)
{
  int old = os_errno();
  void *p;
  if (!request_size_ok(n)) {
    os_set_errno(ENOMEM);
    return NULL;
  }
  if (SLOTTED(tag)) {
    p = slow_alloc(tag, tag == TAG_TINY ? (unsigned)n : 0, g);
    /*@ assert slot: p != \null ==> (tag == TAG_TINY ? GivenTiny(p, n) :
      @   GivenAt(p, n, 8)); */
    /*@ assert slot_whole: p != \null ==> Given(p, Whole(n, tag)); */
    /*@ assert slot_zero: p != \null ==> g->zero == 0; */
  } else {
    p = pages_get(n, tag, g);
    /*@ assert pages: p != \null ==> (tag == TAG_TINY ? GivenTiny(p, n) :
      @   GivenAt(p, n, 8)); */
    /*@ assert pages_whole: p != \null ==> g->zero == 0 ==> Given(p, Whole(n, tag)); */
    /*@ assert pages_zero: p != \null ==> g->zero != 0 ==> ZeroAt(p, n); */
  }
  /*@ assert whole: p != \null ==> g->zero == 0 ==> Given(p, Whole(n, tag)); */
  /*@ assert zero: p != \null ==> g->zero != 0 ==> ZeroAt(p, n); */
  /*@ assert given: p != \null ==> (tag == TAG_TINY ? GivenTiny(p, n) :
    @   GivenAt(p, n, 8)); */
  os_set_errno(p == NULL ? ENOMEM : old);
  return p;
}

/* The bytes of an object for n bytes of the tag, all of them, for a
 * collector looks at all; a tiny one has no more than n. */
/*@ requires size: n <= REQUEST_MAX;
  @ requires tag: SlotTag(tag) || TAG_LARGE <= tag <= TAG_LARGE + 1;
  @ assigns \nothing;
  @ ensures whole: \result == Whole(n, tag);
  @*/
static size_t whole(size_t n, unsigned tag)
{
  size_t k = request_pages(n);
  /*@ assert quotient: (n + PAGE_SIZE - 1) / PAGE_SIZE == k; */
  return tag == TAG_TINY ? n
         : SLOTTED(tag) ? class_size(tag / 2u) : k * PAGE_SIZE;
}

/* mallocgc: with pointers or without, by the least size class that holds it;
 * without, and of less than 16 bytes, packed.  *refilled, unless it is NULL: a
 * span was made, or a large object, so that a collector should run now.
 * Source: Go 1.19, runtime/malloc.go. */
/*@ FROM_OUTSIDE
  @ requires flag: refilled == \null || (\valid(refilled) &&
  @   \separated(refilled, &grown, &error));
  @ assigns ANY_MEMORY, *refilled, grown;
  @ ensures bad: flags >= 4 ==> \result == \null && error == EINVAL;
  @ ensures given: \result != \null ==> 
  @   (flags % 2 == 1 && size < TINY_SIZE
  @    ? GivenTiny(\result, size == 0 ? 1 : size) : GivenAt(\result, size, 8));
  @ ensures zero: \result != \null ==> flags >= LM_ZERO ==> ZeroAt(\result, size);
  @ ensures flag: flags < 4 ==> refilled != \null ==>
  @   (*refilled != 0 <==> \result != \null && grown != 0);
  @ ensures large: size > REQUEST_MAX ==> \result == \null;
  @ ensures none: \result == \null ==> flags >= 4 ||
  @   (error == ENOMEM && NoMemory(size));
  @ ensures errno_kept: \result != \null ==> error == \old(error);
  @ TO_OUTSIDE
  @*/
FAST void *lm_alloc(size_t size, unsigned flags, int *refilled)
{
  size_t n = request_nonzero(size);
  unsigned noscan = flags % 2u;                   /* LM_NOSCAN */
  unsigned tag;
  struct got got = { 0, 0 };
  void *p = NULL;
  if (flags > (LM_NOSCAN | LM_ZERO)) {
    os_set_errno(EINVAL);
    return NULL;
  }
  if (noscan != 0 && n < TINY_SIZE) {
    tag = TAG_TINY;
    p = quick_tiny((unsigned)n);
    /*@ assert tiny: p != \null ==> GivenTiny(p, n) && Given(p, Whole(n, tag)); */
  } else if (CLASSED(n)) {
    unsigned class = class_of_size((unsigned)n);
    tag = 2u * class + noscan;
    /*@ assert class: tag / 2 == class && SlotTag(tag) && tag != TAG_TINY; */
    /*@ assert room: n <= ClassSize[class] && n <= Whole(n, tag); */
    p = quick_tag(tag);
    /*@ assert slot: p != \null ==> GivenAt(p, n, 8) && Given(p, Whole(n, tag)); */
  } else {
    tag = TAG_LARGE + noscan;
    /*@ assert pages: n <= Whole(n, tag); */
  }
  /*@ assert quick: p != \null ==> (tag == TAG_TINY ? GivenTiny(p, n) :
    @   GivenAt(p, n, 8)); */
  /*@ assert tag: SlotTag(tag) || TAG_LARGE <= tag <= TAG_LARGE + 1; */
  /*@ assert enough: n <= Whole(n, tag); */
  /*@ assert quick_whole: p != \null ==> Given(p, Whole(n, tag)); */
  if (p == NULL) {
    p = object_slow(n, tag, &got);
  }
  /*@ assert slow: p != \null ==> (tag == TAG_TINY ? GivenTiny(p, n) :
    @   GivenAt(p, n, 8)); */
  /*@ assert whole: p != \null ==> got.zero == 0 ==> Given(p, Whole(n, tag)); */
  /*@ assert zero: p != \null ==> got.zero != 0 ==> ZeroAt(p, n); */
  /*@ ghost grown = got.refilled; */
  if (refilled != NULL) {
    *refilled = p != NULL && got.refilled;
  }
  if (p != NULL && !got.zero && flags >= LM_ZERO) {
    block_zero(p, whole(n, tag));
    /*@ assert all: ZeroAt(p, n); */
  }
  return p;
}

/* As malloc_usable_size. */
/*@ FROM_OUTSIDE
  @ assigns mine->arena, PACKS, mine->note, own, mine, me, inside, TABLE, nobodys,
  @   locked, shared, drained, BLOCK, SIZED, WRONG, reported, ownerless;
  @ ensures size: p != \null ==> (block == p && block_size == \result) || reported == p;
  @ ensures none: p == \null ==> \result == 0;
  @ TO_OUTSIDE
  @*/
PUBLIC size_t lm_usable_size(const void *p)
{
  return p == NULL ? 0 : size_of("usable_size", p);
}

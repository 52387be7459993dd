/*
 * request.h - the arithmetic of the public functions, before an arena is
 * asked: products and sums that may overflow, limits, alignments, pages.
 * Everything is said in mathematical integers, over size_t's whole range.
 * Proven: complete contracts below.  Trusted: nothing.
 * Source: C90 7.10.3, C11 7.22.3, POSIX posix_memalign.
 */
#ifndef LM_REQUEST_H
#define LM_REQUEST_H

#include <stddef.h>
#include "geometry.h"

/* The largest object: PTRDIFF_MAX bytes, so that pointers into it can be
 * subtracted. */
#define REQUEST_MAX (ALL_ONES / 2u)

/* The least multiple of a that is n or greater. */
/*@ logic integer RoundUp(integer n, integer a) =
  @   n % a == 0 ? n : n - n % a + a;
  @*/

/* The core computes sizes in words. */
typedef char request_size_is_word[sizeof(size_t) == sizeof(word) ? 1 : -1];

/* calloc's product, n objects of size bytes; 0, and nothing written, exactly
 * if it exceeds REQUEST_MAX. */
/*@ requires total: \valid(total);
  @ terminates \true;
  @ assigns *total;
  @ ensures fits: n * size <= REQUEST_MAX <==> \result != 0;
  @ ensures product: \result != 0 ==> *total == n * size;
  @ ensures kept: \result == 0 ==> *total == \old(*total);
  @*/
LM_CORE int request_mul(size_t n, size_t size, size_t *total);

/* Whether an object may have n bytes. */
/*@ terminates \true;
  @ assigns \nothing;
  @ ensures fits: \result != 0 <==> n <= REQUEST_MAX;
  @*/
LM_CORE int request_size_ok(size_t n);

/* Whether align is a power of two, which is what aligned_alloc asks for. */
/*@ terminates \true;
  @ assigns \nothing;
  @ ensures some: \result != 0 ==> 1 <= align;
  @ ensures power: \result != 0 ==>
  @   \exists integer k; 0 <= k < WORD_BITS && align == (1 << k);
  @ ensures every: \forall integer k; 0 <= k < WORD_BITS && align == (1 << k) ==>
  @   \result != 0;
  @*/
LM_CORE int request_align_ok(size_t align);

/* Whether align is a power of two and a multiple of a pointer's size, which
 * is what posix_memalign asks for. */
/*@ terminates \true;
  @ assigns \nothing;
  @ ensures multiple: \result != 0 ==> align % sizeof(void *) == 0;
  @ ensures power: \result != 0 ==>
  @   \exists integer k; 0 <= k < WORD_BITS && align == (1 << k);
  @ ensures every: \forall integer k; 0 <= k < WORD_BITS && align == (1 << k) ==>
  @   align % sizeof(void *) == 0 ==> \result != 0;
  @*/
LM_CORE int request_posix_align_ok(size_t align);

/* The bytes to reserve for a request of n: an object of no bytes gets one, so
 * that its address is its own. */
/*@ terminates \true;
  @ assigns \nothing;
  @ ensures some: \result == (n == 0 ? 1 : n);
  @*/
LM_CORE size_t request_nonzero(size_t n);

/* The pages that n bytes take. */
/*@ requires size: n <= REQUEST_MAX;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures enough: n <= \result * PAGE_SIZE;
  @ ensures least: \result * PAGE_SIZE < n + PAGE_SIZE;
  @*/
LM_CORE size_t request_pages(size_t n);

/* The least multiple of align, n or greater; 0, and nothing written, exactly
 * if it exceeds REQUEST_MAX. */
/*@ requires align: 1 <= align;
  @ requires total: \valid(total);
  @ terminates \true;
  @ assigns *total;
  @ ensures fits: \result != 0 <==> RoundUp(n, align) <= REQUEST_MAX;
  @ ensures total: \result != 0 ==> *total == RoundUp(n, align);
  @ ensures enough: \result != 0 ==> n <= *total < n + align;
  @ ensures multiple: \result != 0 ==> *total % align == 0;
  @ ensures kept: \result == 0 ==> *total == \old(*total);
  @*/
LM_CORE int request_round_up(size_t n, size_t align, size_t *total);

#endif

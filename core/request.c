/*
 * request.c - the arithmetic of the public functions; see request.h.
 */
#include "request.h"
#include "bitmap.h"
#include "sizeclass.h"

/* The product of two factors up to this is at most REQUEST_MAX: no division. */
#define REQUEST_HALF (ALL_ONES >> (WORD_BITS / 2u + 1u))

/* The number 1 << k is not zero, and k is its lowest set bit. */
/*@ ghost
  /@ terminates \true;
   @ assigns \nothing;
   @ ensures bit: \forall integer k; 0 <= k < WORD_BITS && w == (1 << k) ==>
   @   w != 0 && LowestBit(w, k);
   @/
  static void lemma_power(word w) {
    lemma_zero(0);
    /@ assert set: \forall integer k; 0 <= k < WORD_BITS ==> Bit(1 << k, k); @/
    /@ assert some: \forall integer k; 0 <= k < WORD_BITS ==> (1 << k) != 0; @/
    /@ assert low: \forall integer k, j; 0 <= j < k < WORD_BITS ==>
         !Bit(1 << k, j); @/
  }
*/

LM_CORE int request_mul(size_t n, size_t size, size_t *total)
{
  if (n > REQUEST_HALF || size > REQUEST_HALF) {
    if (size != 0u && n > REQUEST_MAX / size) {
      /*@ ghost lemma_product(REQUEST_MAX / size + 1, size, n, size); */
      return 0;
    }
    /*@ ghost if (size != 0) lemma_product(n, size, REQUEST_MAX / size, size); */
  } else {
    /*@ ghost lemma_product(n, size, REQUEST_HALF, REQUEST_HALF); */
  }
  *total = n * size;
  return 1;
}

LM_CORE int request_size_ok(size_t n)
{
  return n <= REQUEST_MAX;
}

LM_CORE int request_align_ok(size_t align)
{
  /*@ ghost
    lemma_power(align);
    if (align != 0) {
      unsigned r = lemma_not_zero(align);
      /@ assert lowest: LowestBit(align, r); @/
    }
  */
  return align != 0u && word_lowest(align) == align;
}

LM_CORE int request_posix_align_ok(size_t align)
{
  return align % sizeof(void *) == 0u && request_align_ok(align);
}

LM_CORE size_t request_nonzero(size_t n)
{
  return n == 0u ? 1u : n;
}

LM_CORE size_t request_pages(size_t n)
{
  return (n + (PAGE_SIZE - 1u)) / PAGE_SIZE;
}

LM_CORE int request_round_up(size_t n, size_t align, size_t *total)
{
  size_t r = n % align;
  /*@ assert whole: n == n / align * align + r; */
  if (r != 0u) {
    size_t add = align - r;
    if (n > REQUEST_MAX || add > REQUEST_MAX - n) {
      return 0;
    }
    n = n + add;
  } else if (n > REQUEST_MAX) {
    return 0;
  }
  *total = n;
  return 1;
}

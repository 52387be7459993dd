/*
 * tiny.c - the tiny allocator's rule; see tiny.h.
 */
#include "tiny.h"

/* The least multiple of a from off on; a is known where this is called, so
 * that the compiler masks and does not divide. */
/*@ requires align: a == 2 || a == 4 || a == 8;
  @ requires offset: off <= TINY_SIZE;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: off <= \result <= TINY_SIZE;
  @ ensures multiple: \result % a == 0;
  @ ensures least: \forall integer o; off <= o && o % a == 0 ==> \result <= o;
  @*/
static unsigned tiny_up(unsigned off, unsigned a)
{
  unsigned q = (off + (a - 1u)) / a;
  /*@ assert whole: q * a <= off + a - 1 < q * a + a; */
  /*@ assert multiple: q * a % a == 0; */
  return q * a;
}

LM_CORE unsigned tiny_offset(unsigned off, unsigned n)
{
  if (n % 8u == 0u || (sizeof(void *) == 4u && n == 12u)) {
    return tiny_up(off, 8u);
  }
  if (n % 4u == 0u) {
    return tiny_up(off, 4u);
  }
  if (n % 2u == 0u) {
    return tiny_up(off, 2u);
  }
  return off;
}

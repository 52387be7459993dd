/*
 * tiny.h - the tiny allocator's rule: where in a 16-byte block an object goes.
 * Objects of less than 16 bytes without pointers share a block; each starts
 * at the next offset that suits its size.
 * Proven: the complete contract below.  Trusted: nothing.
 * Source: Go 1.19, mallocgc in runtime/malloc.go.
 */
#ifndef LM_TINY_H
#define LM_TINY_H

#include "geometry.h"
#include "../spec/classes.h"

/* Bytes in a block of the tiny allocator. */
#define TINY_SIZE 16u

/* The least offset from off on that is aligned for an object of n bytes. */
/*@ requires size: 1 <= n < TINY_SIZE;
  @ requires offset: off <= TINY_SIZE;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: off <= \result <= TINY_SIZE;
  @ ensures aligned: \result % TinyAlign(n) == 0;
  @ ensures least: \forall integer o; off <= o && o % TinyAlign(n) == 0 ==>
  @   \result <= o;
  @*/
LM_CORE unsigned tiny_offset(unsigned off, unsigned n);

#endif

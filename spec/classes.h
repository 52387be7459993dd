/*
 * classes.h - what the proofs mean by a size class and by Go's tiny rule.
 * Definitions only: no lemma and no axiom.  The numbers of the classes are
 * ghost tables, which no pointer of the program can reach, so that contracts
 * speak of them without a word on aliasing; core/sizeclass.c gives the values.
 * Source: Go 1.19, runtime/sizeclasses.go and mallocgc in runtime/malloc.go.
 */
#ifndef LM_SPEC_CLASSES_H
#define LM_SPEC_CLASSES_H

#include "../core/geometry.h"

/* Go's classes 0 .. 67; 68: large objects; 69: the tiny allocator's blocks. */
#define CLASS_ENTRIES 70u

/* Bytes in a slot of a class, slots in its spans, pages in its spans. */
/*@ ghost extern const unsigned short ClassSize[CLASS_ENTRIES]; */
/*@ ghost extern const unsigned short ClassSlots[CLASS_ENTRIES]; */
/*@ ghost extern const unsigned char ClassPages[CLASS_ENTRIES]; */

/* Spans of class c are cut into slots: Go's classes 1 .. 67, and 69, the
 * tiny allocator's blocks.  Not so 0 and 68, which stand for large objects. */
/*@ predicate Slotted(integer c) = 1 <= c < 70 && c != 68;
  @*/

/* The byte of a span of class c that slot i begins at. */
/*@ logic integer SlotStart(integer c, integer i) = i * ClassSize[c];
  @*/

/* An offset is a multiple of 8, and of every power of two up to the page size
 * that the size z is a multiple of. */
/*@ predicate AlignedAs(integer off, integer z) =
  @   off % 8 == 0 &&
  @   (z % 16 == 0 ==> off % 16 == 0) && (z % 32 == 0 ==> off % 32 == 0) &&
  @   (z % 64 == 0 ==> off % 64 == 0) && (z % 128 == 0 ==> off % 128 == 0) &&
  @   (z % 256 == 0 ==> off % 256 == 0) && (z % 512 == 0 ==> off % 512 == 0) &&
  @   (z % 1024 == 0 ==> off % 1024 == 0) &&
  @   (z % 2048 == 0 ==> off % 2048 == 0) &&
  @   (z % 4096 == 0 ==> off % 4096 == 0) &&
  @   (z % 8192 == 0 ==> off % 8192 == 0);
  @*/

/* The alignment that the tiny allocator gives an object of n bytes: the
 * greatest of 8, 4, 2, 1 that divides n; 12 bytes get 8 where pointers have
 * 4 bytes, for a 64-bit first field (Go issue 37262). */
/*@ logic integer TinyAlign(integer n) =
  @   n % 8 == 0 ? 8
  @   : sizeof(void *) == 4 && n == 12 ? 8
  @   : n % 4 == 0 ? 4
  @   : n % 2 == 0 ? 2 : 1;
  @*/

#endif

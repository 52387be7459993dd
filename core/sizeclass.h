/*
 * sizeclass.h - Go's 68 size classes: a size to its class and back.
 * A class fixes the slot size, the pages of a span and its number of slots,
 * and the factor that turns division by the slot size into multiplication.
 * Proven: complete contracts below, over the tables' own entries.
 * Trusted: nothing.  Source: Go 1.19, runtime/sizeclasses.go.
 */
#ifndef LM_SIZECLASS_H
#define LM_SIZECLASS_H

#include "geometry.h"
#include "../spec/classes.h"

/* Tables are indexed by tag / 2: Go's classes 0 .. 67, then the large
 * objects (all zero) and the tiny allocator's blocks (like class 2). */
#define CLASSES 68u
#define CLASS_LARGE 68u
#define CLASS_TINY 69u

/* The largest size that has a class. */
#define CLASS_SIZE_MAX 32768u

/* ---- Facts about classes: ghost functions, called where needed ---- */

/* The bounds of a class that has slots; its slots fit in its pages. */
/*@ ghost
  /@ requires slotted: Slotted(c);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures size: 8 <= ClassSize[c] <= 32768;
   @ ensures eight: ClassSize[c] % 8 == 0;
   @ ensures pages: 1 <= ClassPages[c] <= 10;
   @ ensures slots: 1 <= ClassSlots[c] <= 1024;
   @ ensures room: ClassSlots[c] * ClassSize[c] <= ClassPages[c] * 8192;
   @ ensures full: ClassPages[c] * 8192 < (ClassSlots[c] + 1) * ClassSize[c];
   @/
  void lemma_class(unsigned c);
*/

/* No class has more slots than a span has bits. */
/*@ ghost
  /@ terminates \true;
   @ assigns \nothing;
   @ ensures bounds: \forall integer c; 1 <= c < CLASS_ENTRIES ==> c != 68 ==>
   @   8 <= ClassSize[c] && 1 <= ClassSlots[c] <= 1024;
   @/
  void lemma_classes(void);
*/

/* In every class slots begin one behind the other, inside the span's pages. */
/*@ ghost
  /@ terminates \true;
   @ assigns \nothing;
   @ ensures apart: \forall integer c, i, j; 1 <= c < CLASS_ENTRIES ==>
   @   c != 68 ==> 0 <= i < j < ClassSlots[c] ==>
   @   SlotStart(c, i) + ClassSize[c] <= SlotStart(c, j);
   @ ensures inside: \forall integer c, i; 1 <= c < CLASS_ENTRIES ==>
   @   c != 68 ==> 0 <= i < ClassSlots[c] ==>
   @   0 <= SlotStart(c, i) <= ClassPages[c] * 8192 - ClassSize[c];
   @/
  void lemma_class_slots(void);
*/

/* Slot i of z bytes in a span that begins at page s is aligned as z is. */
/*@ ghost
  /@ requires size: z % 8 == 0;
   @ requires range: i <= 1024 && z <= 32768;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures aligned: AlignedAs(s * PAGE_SIZE + i * z, z);
   @/
  void lemma_aligned(unsigned s, unsigned i, unsigned z);
*/

/* The two entries of the large objects are zero. */
/*@ ghost
  /@ terminates \true;
   @ assigns \nothing;
   @ ensures none: ClassSize[0] == 0 && ClassSize[68] == 0;
   @ ensures pages: ClassPages[0] == 0 && ClassPages[68] == 0;
   @ ensures slots: ClassSlots[0] == 0 && ClassSlots[68] == 0;
   @/
  void lemma_large(void);
*/

/* Products of greater factors are greater. */
/*@ ghost
  /@ requires first: a <= x;
   @ requires second: b <= y;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures product: a * b <= x * y;
   @/
  void lemma_product(word a, word b, word x, word y);
*/

/* Slot i of n slots of z bytes ends where the n slots end, or before. */
/*@ ghost
  /@ requires index: i < n;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures room: i * z + z <= n * z;
   @/
  void lemma_slot_room(unsigned i, unsigned n, unsigned z);
*/

/* Different slots of z bytes do not overlap: one ends before the other. */
/*@ ghost
  /@ requires some: z > 0;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures before: i < j ==> i * z + z <= j * z;
   @ ensures after: j < i ==> j * z + z <= i * z;
   @ ensures same: i * z == j * z ==> i == j;
   @/
  void lemma_slot_apart(unsigned i, unsigned j, unsigned z);
*/

/* ---- A class's numbers ---- */

/* The bytes of a slot of class c. */
/*@ requires entry: c < CLASS_ENTRIES;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures size: \result == ClassSize[c];
  @*/
LM_CORE unsigned class_size(unsigned c);

/* The slots of a span of class c. */
/*@ requires entry: c < CLASS_ENTRIES;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures slots: \result == ClassSlots[c];
  @*/
LM_CORE unsigned class_slots(unsigned c);

/* The pages of a span of class c. */
/*@ requires entry: c < CLASS_ENTRIES;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures pages: \result == ClassPages[c];
  @*/
LM_CORE unsigned class_pages(unsigned c);

/* ---- A size to its class ---- */

/* The least class that holds n bytes. */
/*@ requires size: 1 <= n <= CLASS_SIZE_MAX;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: 1 <= \result < CLASSES;
  @ ensures fits: ClassSize[\result] >= n;
  @ ensures least: \forall integer c; 1 <= c < \result ==> ClassSize[c] < n;
  @*/
LM_CORE unsigned class_of_size(unsigned n);

/* The least class that holds n bytes and whose slots are all multiples of
 * align (a span begins at a page); 0 exactly when there is none. */
/*@ requires size: 1 <= n <= CLASS_SIZE_MAX;
  @ requires align: 1 <= align <= PAGE_SIZE;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: 0 <= \result < CLASSES;
  @ ensures fits: \result != 0 ==> ClassSize[\result] >= n;
  @ ensures multiple: \result != 0 ==> ClassSize[\result] % align == 0;
  @ ensures least: \result != 0 ==> \forall integer c; 1 <= c < \result ==>
  @   ClassSize[c] < n || ClassSize[c] % align != 0;
  @ ensures none: \result == 0 ==> \forall integer c; 1 <= c < CLASSES ==>
  @   ClassSize[c] < n || ClassSize[c] % align != 0;
  @*/
LM_CORE unsigned class_of_aligned(unsigned n, unsigned align);

/* The least class that holds n bytes aligned as C's malloc promises: to 16
 * bytes, to 8 for objects of at most 8 bytes; for no bytes, that for one. */
/*@ requires size: n <= CLASS_SIZE_MAX;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: 1 <= \result < CLASSES;
  @ ensures fits: ClassSize[\result] >= n;
  @ ensures multiple: n > 8 ==> ClassSize[\result] % 16 == 0;
  @ ensures least: \forall integer c; 1 <= c < \result ==>
  @   ClassSize[c] < n || (n > 8 && ClassSize[c] % 16 != 0);
  @*/
LM_CORE unsigned class_of_malloc(unsigned n);

/* The slot of class c that offset d into a span lies in.  Any d is safe, and
 * so are the classes without slots; d is the start of a slot exactly if the
 * result r is below ClassSlots[c] and r * ClassSize[c] == d. */
/*@ requires entry: c < CLASS_ENTRIES;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures slot: Slotted(c) ==> d < ClassPages[c] * 8192 ==>
  @   \result == d / ClassSize[c];
  @ ensures start: Slotted(c) ==> \forall integer i;
  @   0 <= i < ClassSlots[c] ==> d == i * ClassSize[c] ==> \result == i;
  @*/
LM_CORE unsigned class_slot(unsigned c, unsigned d);

#endif

/*
 * blocks.c - what begins at a byte offset, and its end; see arena.h.
 */
#include "arena.h"
#include "alloc.h"
#include "bitmap.h"
#include "heap.h"
#include "locate.h"
#include "sizeclass.h"

/* Slots of spans, and large objects, lie inside their runs; so whatever begins
 * at a byte belongs to the one run that covers it. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires runs: Runs(a);
   @ requires pages: SpanPages(a);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures slots: \forall integer s, i; 0 <= s < ARENA_PAGES ==>
   @   SlotTag(a->tag[s]) ==> 0 <= i < Slots(a, s) ==>
   @   s * PAGE_SIZE <= SlotOffset(a, s, i) <=
   @   (s + a->npages[s]) * PAGE_SIZE - ClassSize[a->tag[s] / 2];
   @ ensures covers: \forall integer s, i; 0 <= s < ARENA_PAGES ==>
   @   SlotTag(a->tag[s]) ==> 0 <= i < Slots(a, s) ==>
   @   Covers(a, s, SlotOffset(a, s, i));
   @ ensures one: \forall integer s, t, off;
   @   Covers(a, s, off) ==> Covers(a, t, off) ==> s == t;
   @ ensures apart: \forall integer s, i, j; 0 <= s < ARENA_PAGES ==>
   @   SlotTag(a->tag[s]) ==> 0 <= i < j < Slots(a, s) ==>
   @   SlotOffset(a, s, i) + ClassSize[a->tag[s] / 2] <= SlotOffset(a, s, j);
   @/
  static void lemma_offsets(const struct arena *a) {
    lemma_class_slots();
  }
*/

/*@ ghost
  void lemma_blocks_apart(const struct arena *a) {
    lemma_class_slots();
    lemma_offsets(a);
  }
*/

LM_CORE int arena_look(const struct arena *a, unsigned off)
{
  unsigned s = locate_byte(a, off);
  unsigned i;
  /*@ ghost lemma_offsets(a); */
  if (s == 0u) {
    return LM_FOREIGN;
  }
  i = locate_start(a, s, off);
  if (i == SLOTS_MAX) {
    return LM_INTERIOR;
  }
  if (!SLOTTED(a->tag[s])) {
    /*@ assert large: LiveLarge(a, s); */
    /*@ assert block: Block(a, off, a->npages[s] * PAGE_SIZE); */
    return LM_OK;
  }
  if (!word_test(a->bits[WORDS * s + i / WORD_BITS], i % WORD_BITS)) {
    /*@ assert free: !Taken(a, s, i); */
    return LM_DOUBLE;
  }
  /*@ assert live: LiveSlot(a, s, i); */
  /*@ assert block: Block(a, off, ClassSize[a->tag[s] / 2]); */
  return LM_OK;
}

LM_CORE unsigned arena_size(const struct arena *a, unsigned off)
{
  unsigned s = locate_byte(a, off);
  /*@ ghost lemma_offsets(a); */
  return SLOTTED(a->tag[s]) ? class_size(a->tag[s] / 2u)
                            : a->npages[s] * PAGE_SIZE;
}

LM_CORE int arena_free(struct arena *a, unsigned off)
{
  unsigned s = locate_byte(a, off);
  unsigned i;
  /*@ ghost lemma_offsets(a); */
  if (s == 0u) {
    return LM_FOREIGN;
  }
  i = locate_start(a, s, off);
  if (i == SLOTS_MAX) {
    return LM_INTERIOR;
  }
  if (!SLOTTED(a->tag[s])) {
    free_large(a, s);
    return LM_OK;
  }
  return free_slot(a, s, i) ? LM_OK : LM_DOUBLE;
}

/*
 * disjoint.c - two mallocs are disjoint; a block outlives other operations.
 */
#include "arena.h"

/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires tags: SlotTag(s) && SlotTag(t);
  @ assigns *a;
  @ ensures result: \result == 1;
  @ ensures sound: Arena(a);
  @*/
int two_mallocs(struct arena *a, unsigned h, unsigned s, unsigned t)
{
  short refilled;
  unsigned p, q;
  p = arena_alloc(a, h, s, &refilled);
  if (p == 0u) {
    return 1;
  }
  /*@ assert first: Block(a, p, ClassSize[s / 2]); */
  q = arena_alloc(a, h, t, &refilled);
  if (q == 0u) {
    return 1;
  }
  /*@ ghost lemma_blocks_apart(a); */
  /*@ assert other: p != q; */
  /*@ assert both: Block(a, p, ClassSize[s / 2]) &&
    @   Block(a, q, ClassSize[t / 2]); */
  /*@ assert apart: p + ClassSize[s / 2] <= q || q + ClassSize[t / 2] <= p; */
  return 1;
}

/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires tag: SlotTag(t);
  @ requires live: BlockStart(a, p);
  @ requires other: q != p;
  @ assigns *a;
  @ ensures live: BlockStart(a, p);
  @ ensures size: \forall integer n; Block{Pre}(a, p, n) ==> Block(a, p, n);
  @ ensures sound: Arena(a);
  @*/
void outlives(struct arena *a, unsigned h, unsigned t, unsigned p, unsigned q)
{
  short refilled;
  /*@ ghost lemma_no_zero(a); */
  arena_alloc(a, h, t, &refilled);
  /*@ assert alloc: \forall integer n; Block{Pre}(a, p, n) ==> Block(a, p, n); */
  arena_free(a, q);
  /*@ assert free: \forall integer n; Block{Pre}(a, p, n) ==> Block(a, p, n); */
  arena_reclaim(a);
}

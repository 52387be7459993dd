/*
 * tiny.c - tiny objects and blocks side by side: one free for both, two tiny
 * objects are disjoint, and a tiny object outlives what the arena does.
 */
#include "tiny.h"

/* The arena's own operations keep the invariant of the tiny allocator, and
 * its objects: they keep its blocks. */
/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires set: Tiny(a, t);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires tag: SlotTag(tag);
  @ assigns *a;
  @ ensures kept: TinyStay{Pre,Post}(t, 0);
  @ ensures no_new: TinyStartsStay{Post,Pre}(t, 0);
  @ ENSURES_TINY(a, t)
  @ ensures sound: Arena(a);
  @*/
void alloc_keeps(struct arena *a, struct tiny *t, unsigned h, unsigned tag)
{
  short refilled;
  /*@ ghost lemma_no_zero(a); */
  /*@ assert zero: !TinyPacked(t, 0); */
  arena_alloc(a, h, tag, &refilled);
  /*@ assert blocks: TinyBlocks(a, t); */
  arena_reclaim(a);
}

/* So does the end of a block that is not the tiny allocator's. */
/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires set: Tiny(a, t);
  @ requires other: !TinyIn(t, off);
  @ assigns *a;
  @ ensures ok: \result == LM_OK <==> BlockStart{Pre}(a, off);
  @ ensures gone: !BlockStart(a, off);
  @ ensures blocks_kept: BlocksStay{Pre,Post}(a, off);
  @ ensures kept: TinyStay{Pre,Post}(t, 0);
  @ ensures no_new: TinyStartsStay{Post,Pre}(t, 0);
  @ ENSURES_TINY(a, t)
  @ ensures sound: Arena(a);
  @*/
int free_keeps(struct arena *a, struct tiny *t, unsigned off)
{
  /*@ assert apart: \forall integer k; TinyPacked(t, k) ==>
    @   k * TINY_SIZE != off; */
  return arena_free(a, off);
}

/* Frees what begins at off, a tiny object or a block, and nothing else. */
/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires set: Tiny(a, t);
  @ assigns *a, *t;
  @ ensures ok: \result == LM_OK <==> TinyStart{Pre}(t, off) ||
  @   (!TinyIn{Pre}(t, off) && BlockStart{Pre}(a, off));
  @ ensures gone: !TinyStart(t, off);
  @ ensures gone_block: !TinyIn{Pre}(t, off) ==> !BlockStart(a, off);
  @ ensures kept: TinyStay{Pre,Post}(t, off);
  @ ensures blocks_kept: TinyIn{Pre}(t, off) ?
  @   BlocksStay{Pre,Post}(a, off - off % TINY_SIZE) :
  @   BlocksStay{Pre,Post}(a, off);
  @ ENSURES_TINY(a, t)
  @ ensures sound: Arena(a);
  @*/
int free_any(struct arena *a, struct tiny *t, unsigned off)
{
  if (tiny_in(t, off)) {
    return tiny_free(a, t, off);
  }
  return free_keeps(a, t, off);
}

/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires set: Tiny(a, t);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires sizes: 1 <= m < TINY_SIZE && 1 <= n < TINY_SIZE;
  @ assigns *a, *t;
  @ ensures result: \result == 1;
  @ ENSURES_TINY(a, t)
  @ ensures sound: Arena(a);
  @*/
int two_tiny(struct arena *a, struct tiny *t, unsigned h, unsigned m,
             unsigned n)
{
  short refilled;
  unsigned p, q;
  p = tiny_alloc(a, t, h, m, &refilled);
  if (p == 0u) {
    return 1;
  }
  q = tiny_alloc(a, t, h, n, &refilled);
  if (q == 0u) {
    return 1;
  }
  /*@ assert other: p != q; */
  /*@ assert both: TinyObject(t, p, m) && TinyObject(t, q, n); */
  /*@ ghost lemma_tiny_apart(a, t); */
  /*@ assert apart: p + m <= q || q + n <= p; */
  return 1;
}

/* The free of a tiny object undoes its allocation. */
/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires set: Tiny(a, t);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires size: 1 <= n < TINY_SIZE;
  @ assigns *a, *t;
  @ ensures result: \result == LM_OK;
  @ ensures kept: TinyStay{Pre,Post}(t, 0);
  @ ensures no_new: TinyStartsStay{Post,Pre}(t, 0);
  @ ENSURES_TINY(a, t)
  @ ensures sound: Arena(a);
  @*/
int tiny_roundtrip(struct arena *a, struct tiny *t, unsigned h, unsigned n)
{
  short refilled;
  unsigned p = tiny_alloc(a, t, h, n, &refilled);
  int what;
  if (p == 0u) {
    return LM_OK;
  }
  /*@ assert live: TinyStart(t, p); */
  what = tiny_free(a, t, p);
  /*@ assert new: \forall integer m; !TinyObject{Pre}(t, p, m); */
  /*@ assert gone: !TinyStart(t, p); */
  return what;
}

/*
 * roundtrip.c - free undoes malloc; a second free is reported and does nothing.
 */
#include "arena.h"

/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires tag: SlotTag(tag);
  @ assigns *a;
  @ ensures result: \result == LM_OK;
  @ ensures kept: BlocksStay{Pre,Post}(a, 0);
  @ ensures no_new: BlocksStay{Post,Pre}(a, 0);
  @ ensures sound: Arena(a);
  @*/
int malloc_free(struct arena *a, unsigned h, unsigned tag)
{
  short refilled;
  unsigned p = arena_alloc(a, h, tag, &refilled);
  int what;
  if (p == 0u) {
    return LM_OK;
  }
  /*@ assert live: BlockStart(a, p); */
  what = arena_free(a, p);
  /*@ ghost lemma_gone(a, p); */
  /*@ assert new: !BlockStart{Pre}(a, p); */
  /*@ assert kept: BlocksStay{Pre,Here}(a, p); */
  /*@ assert no_new: BlocksStay{Here,Pre}(a, p); */
  return what;
}

/* A large object, said as the next function needs it. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires pages: 1 <= n < ARENA_PAGES;
  @ assigns *a;
  @ ensures live: \result != 0 ==> BlockStart(a, \result);
  @ ensures none: \result != 0 ==> \forall integer n; !Block{Pre}(a, \result, n);
  @ ensures new_tiny: \result != 0 ==> !TinyBlock{Pre}(a, \result);
  @ ensures kept: BlocksStay{Pre,Post}(a, \result);
  @ ensures no_new: BlocksStay{Post,Pre}(a, \result);
  @ ensures sound: Arena(a);
  @*/
static unsigned large_new(struct arena *a, unsigned n)
{
  return arena_large(a, n, 0u);
}

/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires pages: 1 <= n < ARENA_PAGES;
  @ assigns *a;
  @ ensures result: \result == LM_OK;
  @ ensures kept: BlocksStay{Pre,Post}(a, 0);
  @ ensures no_new: BlocksStay{Post,Pre}(a, 0);
  @ ensures sound: Arena(a);
  @*/
int large_free(struct arena *a, unsigned n)
{
  int what;
  unsigned p = large_new(a, n);
  if (p == 0u) {
    return LM_OK;
  }
  what = arena_free(a, p);
  /*@ ghost lemma_gone(a, p); */
  /*@ assert new: !BlockStart{Pre}(a, p); */
  /*@ assert kept: BlocksStay{Pre,Here}(a, p); */
  /*@ assert no_new: BlocksStay{Here,Pre}(a, p); */
  return what;
}

/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires live: BlockStart(a, p);
  @ assigns *a;
  @ ensures reported: \result != LM_OK;
  @ ensures gone: !BlockStart(a, p);
  @ ensures kept: BlocksStay{Pre,Post}(a, p);
  @ ensures no_new: BlocksStay{Post,Pre}(a, p);
  @ ensures sound: Arena(a);
  @*/
int double_free(struct arena *a, unsigned p)
{
  arena_free(a, p);
  return arena_free(a, p);
}

/*
 * forever.c - malloc and free in a loop never fail; nothing leaks.
 */
#include "arena.h"

/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires tag: SlotTag(t);
  @ requires some: FreePages(a, ClassPages[t / 2]);
  @ assigns *a;
  @ ensures result: \result == 1;
  @ ensures sound: Arena(a);
  @*/
int forever(struct arena *a, unsigned h, unsigned t, unsigned n)
{
  short refilled;
  unsigned i = 0u;
  /*@ ghost unsigned l = LIST_OF(h, t); */
  /*@ assert list: l % TAGS == t; */
  /*@ loop invariant range: 0 <= i <= n;
    @ loop invariant sound: Arena(a);
    @ loop invariant some: Room(a, LIST_OF(h, t), t) ||
    @   FreePages(a, ClassPages[t / 2]);
    @ loop assigns i, refilled, *a;
    @ loop variant n - i;
    @*/
  while (i < n) {
    unsigned p = arena_alloc(a, h, t, &refilled);
    if (p == 0u) {
      return 0;
    }
    /*@ assert held: BlockHeld(a, p, l); */
    arena_free(a, p);
    /*@ assert again: Room(a, l, l % TAGS) ||
      @   FreePages(a, ClassPages[l % TAGS / 2]); */
    /*@ assert same: Room(a, l, t) || FreePages(a, ClassPages[t / 2]); */
    i++;
  }
  return 1;
}

/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires tag: SlotTag(t);
  @ requires none: \forall integer off, n; !Block(a, off, n);
  @ assigns *a;
  @ ensures all: AllFree(a);
  @ ensures none: \forall integer off, n; !Block(a, off, n);
  @ ensures sound: Arena(a);
  @*/
void all_freed(struct arena *a, unsigned h, unsigned t)
{
  short refilled;
  unsigned p;
  p = arena_alloc(a, h, t, &refilled);
  /*@ assert only: \forall integer off, n; off != p ==> !Block(a, off, n); */
  arena_free(a, p);
  /*@ assert freed: \forall integer n; !Block(a, p, n); */
  /*@ assert others: \forall integer off, n; off != p ==> !Block(a, off, n); */
  /*@ assert none: \forall integer off, n; !Block(a, off, n); */
  arena_reclaim(a);
  /*@ ghost lemma_no_zero(a); */
}

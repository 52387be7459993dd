/*
 * realloc.c - what realloc keeps when a block moves: its first bytes, and all
 * of every other block's, for the arena never touches what it hands out.
 * base[off] is what a program has put at byte off: a cell, of a C type that
 * struct arena does not use, as WP keeps a memory for each type.
 */
#include "arena.h"

typedef unsigned short cell;

/* Copies n bytes. */
/*@ requires from: \valid_read(base + (p .. p + n - 1));
  @ requires to: \valid(base + (q .. q + n - 1));
  @ requires end: p + n <= 4294967296 && q + n <= 4294967296;
  @ requires apart: p + n <= q || q + n <= p;
  @ assigns base[q .. q + n - 1];
  @ ensures copied: \forall integer i; q <= i < q + n ==>
  @   base[i] == \old(base[p + (i - q)]);
  @*/
static void copy(cell *base, unsigned p, unsigned q, unsigned n)
{
  unsigned k;
  /*@ loop invariant range: 0 <= k <= n;
    @ loop invariant copied: \forall integer i; q <= i < q + k ==>
    @   base[i] == \at(base[p + (i - q)], Pre);
    @ loop invariant source: \forall integer i; p <= i < p + n ==>
    @   base[i] == \at(base[i], Pre);
    @ loop assigns k, base[q .. q + n - 1];
    @ loop variant n - k;
    @*/
  for (k = 0u; k < n; k++) {
    base[q + k] = base[p + k];
  }
}

/* A block of size bytes, which overlaps no other. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires tag: SlotTag(t);
  @ requires size: size == ClassSize[t / 2];
  @ assigns *a;
  @ ensures block: \result != 0 ==> Block(a, \result, size);
  @ ensures inside: \result != 0 ==>
  @   \result + size <= a->hi * PAGE_SIZE && a->hi <= ARENA_PAGES;
  @ ensures stay: \forall integer off, n; Block{Pre}(a, off, n) ==>
  @   Block(a, off, n);
  @ ensures new: \result != 0 ==> \forall integer n; !Block{Pre}(a, \result, n);
  @ ensures must: Room{Pre}(a, LIST_OF(h, t), t) ||
  @   FreePages{Pre}(a, ClassPages[t / 2]) ==> \result != 0;
  @ ensures apart: \result != 0 ==> \forall integer off, n;
  @   Block{Pre}(a, off, n) ==> off + n <= \result || \result + size <= off;
  @ ensures others: \result != 0 ==> \forall integer off, n;
  @   Block{Pre}(a, off, n) ==> off + n <= a->hi * PAGE_SIZE;
  @ ensures end: a->hi == \old(a->hi);
  @ ensures sound: Arena(a);
  @*/
static unsigned another(struct arena *a, unsigned h, unsigned t, unsigned size)
{
  short refilled;
  unsigned q;
  /*@ ghost lemma_blocks_apart(a); */
  /*@ assert zero: \forall integer n; !Block(a, 0, n); */
  q = arena_alloc(a, h, t, &refilled);
  (void)size;
  if (q == 0u) {
    /*@ assert all: \forall integer off, n; Block{Pre}(a, off, n) ==>
      @   Block(a, off, n); */
    return 0u;
  }
  /*@ assert none: \forall integer n; !Block{Pre}(a, q, n); */
  /*@ assert other: \forall integer off, n; Block{Pre}(a, off, n) ==>
    @   off != q; */
  /*@ assert stay: \forall integer off, n; Block{Pre}(a, off, n) ==>
    @   Block(a, off, n); */
  /*@ ghost lemma_blocks_apart(a); */
  return q;
}

/* Moves block p, of old bytes, to one of size bytes; 0, and nothing changed, if
 * there is no memory. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires tag: SlotTag(t);
  @ requires size: size == ClassSize[t / 2];
  @ requires block: Block(a, p, old);
  @ requires memory: \valid(base + (0 .. a->hi * PAGE_SIZE - 1));
  @ requires apart: \separated(a, base + (0 .. a->hi * PAGE_SIZE - 1));
  @ assigns *a, base[0 .. a->hi * PAGE_SIZE - 1];
  @ ensures must: Room{Pre}(a, LIST_OF(h, t), t) ||
  @   FreePages{Pre}(a, ClassPages[t / 2]) ==> \result != 0;
  @ ensures moved: \result != 0 ==>
  @   Block(a, \result, size) && !BlockStart(a, p);
  @ ensures kept: \result != 0 ==> \forall integer i;
  @   \result <= i < \result + old ==> i < \result + size ==>
  @   base[i] == \old(base[p + (i - \at(\result, Post))]);
  @ ensures others: \forall integer off, n, i; Block{Pre}(a, off, n) ==>
  @   off != p ==> off <= i < off + n ==> base[i] == \old(base[i]);
  @ ensures fails: \result == 0 ==> \forall integer i; p <= i < p + old ==>
  @   base[i] == \old(base[i]);
  @ ensures stay: \forall integer off, n; off != p ==>
  @   Block{Pre}(a, off, n) ==> Block(a, off, n);
  @ ensures same: \result == 0 ==> \forall integer off, n;
  @   Block{Pre}(a, off, n) ==> Block(a, off, n);
  @ ensures sound: Arena(a);
  @*/
unsigned move(struct arena *a, cell *base, unsigned p, unsigned old,
              unsigned h, unsigned t, unsigned size)
{
  unsigned q = another(a, h, t, size);
  if (q == 0u) {
    return 0u;
  }
  /*@ assert elsewhere: q != p; */
  copy(base, p, q, old < size ? old : size);
  /*@ assert live: BlockStart(a, p); */
  /*@ assert new: Block(a, q, size); */
  /*@ assert all: \forall integer off, n; Block{Pre}(a, off, n) ==>
    @   Block(a, off, n); */
  arena_free(a, p);
  /*@ assert still: Block(a, q, size); */
  /*@ assert rest: \forall integer off, n; off != p ==>
    @   Block{Pre}(a, off, n) ==> Block(a, off, n); */
  return q;
}

/*
 * tiny.c - the tiny allocator; see tiny.h.
 */
#include "tiny.h"
#include "bitmap.h"
#include "locate.h"
#include "sizeclass.h"

/* ---- The rule ---- */

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

/* ---- Sets of 16 bits ---- */

/* x is a number of 16 bits; a predicate, because the prover's simplifier takes
 * the equation for granted and forgets it. */
/*@ predicate Short(integer x) = (unsigned short)x == x;
  @*/

/* The number with bit i alone. */
/*@ requires index: i < TINY_SIZE;
  @ assigns \nothing;
  @ ensures value: \result == (1 << i);
  @ ensures range: 1 <= \result <= 32768;
  @*/
static unsigned set_unit(unsigned i)
{
  /*@ assert bit0: i == 0 ==> (1 << i) == 1; */
  /*@ assert bit1: i == 1 ==> (1 << i) == 2; */
  /*@ assert bit2: i == 2 ==> (1 << i) == 4; */
  /*@ assert bit3: i == 3 ==> (1 << i) == 8; */
  /*@ assert bit4: i == 4 ==> (1 << i) == 16; */
  /*@ assert bit5: i == 5 ==> (1 << i) == 32; */
  /*@ assert bit6: i == 6 ==> (1 << i) == 64; */
  /*@ assert bit7: i == 7 ==> (1 << i) == 128; */
  /*@ assert bit8: i == 8 ==> (1 << i) == 256; */
  /*@ assert bit9: i == 9 ==> (1 << i) == 512; */
  /*@ assert bit10: i == 10 ==> (1 << i) == 1024; */
  /*@ assert bit11: i == 11 ==> (1 << i) == 2048; */
  /*@ assert bit12: i == 12 ==> (1 << i) == 4096; */
  /*@ assert bit13: i == 13 ==> (1 << i) == 8192; */
  /*@ assert bit14: i == 14 ==> (1 << i) == 16384; */
  /*@ assert bit15: i == 15 ==> (1 << i) == 32768; */
  return 1u << i;
}

LM_CORE unsigned short tiny_with(unsigned short w, unsigned i)
{
  unsigned v = w;
  unsigned u = set_unit(i);
  /*@ ghost lemma_zero(0); */
  /*@ assert short: Short(v | u); */
  return (unsigned short)(v | u);
}

/* The set w without i. */
/*@ requires index: i < TINY_SIZE;
  @ assigns \nothing;
  @ ensures out: !Bit(\result, i);
  @ ensures others: \forall integer j; 0 <= j < TINY_SIZE && j != i ==>
  @   (Bit(\result, j) <==> Bit(w, j));
  @*/
static unsigned short set_without(unsigned short w, unsigned i)
{
  unsigned v = w;
  unsigned u = set_unit(i);
  /*@ assert common: Short(v & u); */
  /*@ assert short: Short(v ^ (v & u)); */
  return (unsigned short)(v ^ (v & u));
}

/* A number of 16 bits has no bit from the sixteenth on. */
/*@ ghost
  /@ requires short: w < 65536;
   @ requires index: TINY_SIZE <= j < WORD_BITS;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures out: !Bit(w, j);
   @/
  static void lemma_short(unsigned w, unsigned j) {
    /@ assert shifted: Short(w >> j); @/
    /@ assert short: Short(w); @/
    /@ assert out: !Bit((unsigned short)w, j); @/
  }
*/

/*@ ghost
  unsigned lemma_tiny_some(const struct tiny *t, unsigned k) {
    unsigned r = lemma_not_zero(t->live[k]);
    if (r >= TINY_SIZE) {
      lemma_short(t->live[k], r);
    }
    return r;
  }
*/

/*@ ghost
  void lemma_tiny_apart(const struct arena *a, const struct tiny *t) {
    /@ assert owns: \forall integer k, i, m, j, n; TinyOwns(t, k, i, m) ==>
     @   TinyOwns(t, k, j, n) ==> i < j ==> i + m <= j; @/
    /@ assert packed: \forall integer k, i; TinyLive(t, k, i) ==>
     @   TinyPacked(t, k); @/
  }
*/

/* ---- The blocks that holders fill ---- */

/* The block that holder h fills. */
/*@ requires tiny: \valid_read(t);
  @ requires holder: h < HOLDERS;
  @ assigns \nothing;
  @ ensures block: \result == TinyCur(t, h);
  @*/
static unsigned cur_get(const struct tiny *t, unsigned h)
{
  return t->high[h] * 65536u + t->low[h];
}

/* Holder h fills block k. */
/*@ requires tiny: \valid(t);
  @ requires holder: h < HOLDERS;
  @ requires block: k < TINY_BLOCKS;
  @ assigns t->high[h], t->low[h];
  @ ensures block: TinyCur(t, h) == k;
  @ ensures others: \forall integer g; 0 <= g < HOLDERS ==> g != h ==>
  @   TinyCur(t, g) == TinyCur{Pre}(t, g);
  @*/
static void cur_set(struct tiny *t, unsigned h, unsigned k)
{
  t->high[h] = (unsigned short)(k / 65536u);
  t->low[h] = (unsigned short)(k % 65536u);
}

/* Holder h fills block k from byte n on. */
/*@ requires tiny: \valid(t);
  @ requires holder: h < HOLDERS;
  @ requires block: k < TINY_BLOCKS;
  @ requires used: n <= TINY_SIZE;
  @ requires alone: \forall integer g; 0 <= g < HOLDERS ==> TinyCur(t, g) != k;
  @ assigns t->high[h], t->low[h], t->used[h];
  @ ensures block: TinyCur(t, h) == k;
  @ ensures used: t->used[h] == n;
  @ ensures others: \forall integer g; 0 <= g < HOLDERS ==> g != h ==>
  @   TinyCur(t, g) == TinyCur{Pre}(t, g) &&
  @   t->used[g] == \at(t->used[g], Pre);
  @ ensures live: TinyLiveSame{Pre,Post}(t, -1, -1);
  @ ensures packed: TinyPackedSame{Pre,Post}(t, -1);
  @ ensures past: TinyPast(t, k, n);
  @ ensures kept: \forall integer q, j, m; q != k ==>
  @   TinyOwns{Pre}(t, q, j, m) ==> TinyOwns(t, q, j, m);
  @*/
static void cur_start(struct tiny *t, unsigned h, unsigned k, unsigned n)
{
  cur_set(t, h, k);
  t->used[h] = (unsigned short)n;
}

/* ---- The objects of a block ---- */

/* An object lives from byte i of block k on. */
/*@ requires tiny: \valid(t);
  @ requires block: k < TINY_BLOCKS;
  @ requires index: i < TINY_SIZE;
  @ assigns t->live[k];
  @ ensures live: TinyLive(t, k, i);
  @ ensures packed: TinyPacked(t, k);
  @ ensures others: TinyLiveSame{Pre,Post}(t, k, i);
  @ ensures blocks: TinyPackedSame{Pre,Post}(t, k);
  @*/
static void object_begin(struct tiny *t, unsigned k, unsigned i)
{
  t->live[k] = tiny_with(t->live[k], i);
}

/* None does any more. */
/*@ requires tiny: \valid(t);
  @ requires block: k < TINY_BLOCKS;
  @ requires index: i < TINY_SIZE;
  @ assigns t->live[k];
  @ ensures gone: !TinyLive(t, k, i);
  @ ensures others: TinyLiveSame{Pre,Post}(t, k, i);
  @ ensures blocks: TinyPackedSame{Pre,Post}(t, k);
  @*/
static void object_end(struct tiny *t, unsigned k, unsigned i)
{
  t->live[k] = set_without(t->live[k], i);
}

/* An object of n bytes from byte o of the block that holder h fills. */
/*@ requires tiny: \valid(t);
  @ requires set: TinySet(t);
  @ requires holder: h < HOLDERS && TinyCur(t, h) != 0;
  @ requires size: 1 <= n;
  @ requires room: t->used[h] <= o && o + n <= TINY_SIZE;
  @ assigns t->live[TinyCur(t, h)], t->used[h];
  @ ensures owns: TinyOwns(t, TinyCur(t, h), o, n);
  @ ensures new: !TinyLive{Pre}(t, TinyCur(t, h), o);
  @ ensures kept: TinyOwnsStay{Pre,Post}(t, TinyCur(t, h), o);
  @ ensures no_new: TinyLiveSame{Pre,Post}(t, TinyCur(t, h), o);
  @ ensures blocks: TinyPackedSame{Pre,Post}(t, -1);
  @ ENSURES_TINY_SET(t)
  @*/
static void block_fill(struct tiny *t, unsigned h, unsigned o, unsigned n)
{
  unsigned k = cur_get(t, h);
  /*@ assert packed: TinyPacked(t, k); */
  /*@ assert new: !TinyLive(t, k, o); */
  object_begin(t, k, o);
  t->used[h] = (unsigned short)(o + n);
}

/* An object of n bytes at the start of block k, in which none lives.  It is
 * what holder h fills from now on, if it has more room than what h fills. */
/*@ requires tiny: \valid(t);
  @ requires set: TinySet(t);
  @ requires holder: h < HOLDERS;
  @ requires block: 0 < k < TINY_BLOCKS && !TinyPacked(t, k);
  @ requires size: 1 <= n < TINY_SIZE;
  @ assigns t->live[k], t->high[h], t->low[h], t->used[h];
  @ ensures owns: TinyOwns(t, k, 0, n);
  @ ensures new: !TinyLive{Pre}(t, k, 0);
  @ ensures kept: TinyOwnsStay{Pre,Post}(t, k, 0);
  @ ensures no_new: TinyLiveSame{Pre,Post}(t, k, 0);
  @ ensures blocks: TinyPackedSame{Pre,Post}(t, k);
  @ ensures packed: TinyPacked(t, k);
  @ ensures filled: TinyCur(t, h) ==
  @   (TinyCur{Pre}(t, h) == 0 || n < \old(t->used[h]) ?
  @    k : TinyCur{Pre}(t, h));
  @ ENSURES_TINY_SET(t)
  @*/
static void block_open(struct tiny *t, unsigned h, unsigned k, unsigned n)
{
  /*@ ghost lemma_zero(0); */
  /*@ assert none: \forall integer i; !TinyLive(t, k, i); */
  /*@ assert other: \forall integer g; 0 <= g < HOLDERS ==> TinyCur(t, g) != k; */
  object_begin(t, k, 0u);
  /*@ assert kept: TinyOwnsStay{Pre,Here}(t, k, 0); */
  /*@ assert rest: TinyRest(t); */
  if (cur_get(t, h) != 0u && n >= t->used[h]) {
    return;
  }
  cur_start(t, h, k, n);
  /*@ assert kept: TinyOwnsStay{Pre,Here}(t, k, 0); */
}

/* Nobody fills block k. */
/*@ requires tiny: \valid(t);
  @ requires block: 0 < k < TINY_BLOCKS;
  @ assigns t->high[0 .. HOLDERS - 1], t->low[0 .. HOLDERS - 1];
  @ ensures nobody: \forall integer g; 0 <= g < HOLDERS ==> TinyCur(t, g) != k;
  @ ensures others: \forall integer g; 0 <= g < HOLDERS ==>
  @   TinyCur(t, g) == TinyCur{Pre}(t, g) || TinyCur(t, g) == 0;
  @ ensures live_same: \forall integer q; 0 <= q < TINY_BLOCKS ==>
  @   t->live[q] == \old(t->live[q]);
  @*/
static void block_leave(struct tiny *t, unsigned k)
{
  unsigned g;
  /*@ loop invariant range: 0 <= g <= HOLDERS;
    @ loop invariant nobody: \forall integer i; 0 <= i < g ==>
    @   TinyCur(t, i) != k;
    @ loop invariant others: \forall integer i; 0 <= i < HOLDERS ==>
    @   TinyCur(t, i) == TinyCur{Pre}(t, i) || TinyCur(t, i) == 0;
    @ loop assigns g, t->high[0 .. HOLDERS - 1],
    @   t->low[0 .. HOLDERS - 1];
    @ loop variant HOLDERS - g;
    @*/
  for (g = 0u; g < HOLDERS; g++) {
    if (cur_get(t, g) == k) {
      cur_set(t, g, 0u);
    }
  }
}

/* Ends the object at byte i of block k; whether objects still live there, else
 * nobody fills it. */
/*@ requires tiny: \valid(t);
  @ requires set: TinySet(t);
  @ requires live: TinyLive(t, k, i);
  @ requires block: k != 0;
  @ assigns t->live[k], t->high[0 .. HOLDERS - 1],
  @   t->low[0 .. HOLDERS - 1];
  @ ensures gone: !TinyLive(t, k, i);
  @ ensures kept: TinyOwnsStay{Pre,Post}(t, k, i);
  @ ensures no_new: TinyLiveSame{Pre,Post}(t, k, i);
  @ ensures blocks: TinyPackedSame{Pre,Post}(t, k);
  @ ensures packed: \result != 0 <==> TinyPacked(t, k);
  @ ENSURES_TINY_SET(t)
  @*/
static int object_out(struct tiny *t, unsigned k, unsigned i)
{
  object_end(t, k, i);
  /*@ assert kept: TinyOwnsStay{Pre,Here}(t, k, i); */
  if (t->live[k] != 0u) {
    return 1;
  }
  block_leave(t, k);
  /*@ assert kept: TinyOwnsStay{Pre,Here}(t, k, i); */
  return 0;
}

/* ---- Blocks of the arena ---- */

/*@ ghost
  void lemma_tiny_class(void) { }
*/

/*@ // All blocks stay if all but that at x do, and none was there.
  @ lemma blocks_none{K,L}: \forall struct arena *a, integer x, y;
  @   BlocksStay{K,L}(a, x) ==> !BlockStart{K}(a, x) ==> !TinyBlock{K}(a, x) ==>
  @   BlocksStay{K,L}(a, y);
  @*/

/* The number of a new block for holder h, or 0; as arena_alloc. */
/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires blocks: TinyBlocks(a, t);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires flag: \valid(refilled) && \separated(refilled, a, t);
  @ assigns *refilled, a->cur[0 .. LISTS - 1], a->at[LIST_OF(h, TAG_TINY)],
  @   a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1],
  @   a->home[0 .. ARENA_PAGES - 1], a->list[0 .. ARENA_PAGES - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures number: \result < TINY_BLOCKS;
  @ ensures block: \result != 0 ==> Block(a, \result * TINY_SIZE, TINY_SIZE);
  @ ensures tiny: \result != 0 ==> TinyBlock(a, \result * TINY_SIZE);
  @ ensures new: \result != 0 ==> !TinyPacked(t, \result);
  @ ensures blocks: TinyBlocks(a, t);
  @ ensures blocks_kept: BlocksStay{Pre,Post}(a, 0);
  @ ensures blocks_new: BlocksStay{Post,Pre}(a, \result * TINY_SIZE);
  @ ensures must: Room{Pre}(a, LIST_OF(h, TAG_TINY), TAG_TINY) ||
  @   FreePages{Pre}(a, ClassPages[TAG_TINY / 2]) ==> \result != 0;
  @ ensures owner: *refilled != 0 ==> \result != 0 ==>
  @   a->owner[\result * TINY_SIZE / PAGE_SIZE] == a->cur[LIST_OF(h, TAG_TINY)];
  @ ENSURES_TINY_RUNS(a, h)
  @ ensures sound: Arena(a);
  @*/
static unsigned block_new(struct arena *a, const struct tiny *t, unsigned h,
                          short *refilled)
{
  unsigned off;
  /*@ ghost lemma_tiny_class(); */
  /*@ ghost lemma_no_zero(a); */
  off = arena_alloc(a, h, TAG_TINY, refilled);
  (void)t;
  /*@ assert new: \forall integer n; off != 0 ==> !Block{Pre}(a, off, n); */
  /*@ assert none: !BlockStart{Pre}(a, off) && !TinyBlock{Pre}(a, off); */
  /*@ assert kept: BlocksStay{Pre,Here}(a, 0); */
  if (off == 0u) {
    return 0u;
  }
  /*@ ghost lemma_blocks_apart(a); */
  /*@ assert block: Block(a, off, TINY_SIZE); */
  /*@ assert whole: off / TINY_SIZE * TINY_SIZE == off; */
  return off / TINY_SIZE;
}

/* Gives block k back, in which no object lives; as arena_free. */
/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires block: k < TINY_BLOCKS && !TinyPacked(t, k);
  @ requires others: \forall integer q; TinyPacked(t, q) ==>
  @   Block(a, q * TINY_SIZE, TINY_SIZE) && TinyBlock(a, q * TINY_SIZE);
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->hot[0 .. LISTS - 1], a->cur[0 .. LISTS - 1], a->at[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1];
  @ ensures gone: !BlockStart(a, k * TINY_SIZE);
  @ ensures blocks: TinyBlocks(a, t);
  @ ensures blocks_kept: BlocksStay{Pre,Post}(a, k * TINY_SIZE);
  @ ensures blocks_no_new: BlocksStay{Post,Pre}(a, 0);
  @ ensures sound: Arena(a);
  @*/
static void block_end(struct arena *a, const struct tiny *t, unsigned k)
{
  (void)t;
  (void)arena_free(a, k * TINY_SIZE);
  /*@ assert gone: !BlockStart(a, k * TINY_SIZE); */
  /*@ ghost lemma_gone(a, k * TINY_SIZE); */
  /*@ assert none: \forall integer off, n; Block(a, off, n) ==>
    @   off != k * TINY_SIZE; */
}

/* ---- Allocation ---- */

/* No two bytes have one offset. */
/*@ ghost
  /@ requires index: i < TINY_SIZE;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures one: \forall integer q, j; 0 <= j < TINY_SIZE ==>
   @   TinyOffset(q, j) == TinyOffset(k, i) ==> q == k && j == i;
   @/
  static void lemma_tiny_place(unsigned k, unsigned i) { }
*/

/* In a block at a multiple of TINY_SIZE an offset is aligned as it is in the
 * block. */
/*@ ghost
  /@ requires block: k < TINY_BLOCKS;
   @ requires offset: o <= TINY_SIZE;
   @ requires size: 1 <= n < TINY_SIZE;
   @ requires aligned: o % TinyAlign(n) == 0;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures aligned: (k * TINY_SIZE + o) % TinyAlign(n) == 0;
   @/
  static void lemma_tiny_aligned(unsigned k, unsigned o, unsigned n) {
    /@ assert eight: o % 8 == 0 ==> (k * TINY_SIZE + o) % 8 == 0; @/
    /@ assert four: o % 4 == 0 ==> (k * TINY_SIZE + o) % 4 == 0; @/
    /@ assert two: o % 2 == 0 ==> (k * TINY_SIZE + o) % 2 == 0; @/
  }
*/

/* Where an object of n bytes goes in the block that holder h fills; TINY_SIZE
 * if it does not fit. */
/*@ requires tiny: \valid_read(t);
  @ requires range: TinyRange(t);
  @ requires holder: h < HOLDERS;
  @ requires size: 1 <= n < TINY_SIZE;
  @ assigns \nothing;
  @ ensures fits: \result != TINY_SIZE ==> TinyCur(t, h) != 0 &&
  @   t->used[h] <= \result && \result + n <= TINY_SIZE;
  @ ensures aligned: \result != TINY_SIZE ==> \result % TinyAlign(n) == 0;
  @ ensures must: TinyFits(t, h, n) ==> \result != TINY_SIZE;
  @*/
static unsigned tiny_room(const struct tiny *t, unsigned h, unsigned n)
{
  unsigned o = tiny_offset(t->used[h], n);
  return cur_get(t, h) != 0u && o + n <= TINY_SIZE ? o : TINY_SIZE;
}

/* As block_fill, with what it says of offsets; the object's. */
/*@ requires tiny: \valid(t);
  @ requires set: TinySet(t);
  @ requires holder: h < HOLDERS && TinyCur(t, h) != 0;
  @ requires size: 1 <= n < TINY_SIZE;
  @ requires room: t->used[h] <= o && o + n <= TINY_SIZE;
  @ requires aligned: o % TinyAlign(n) == 0;
  @ assigns t->live[0 .. TINY_BLOCKS - 1], t->used[h];
  @ ensures some: \result != 0;
  @ ensures aligned: \result % TinyAlign(n) == 0;
  @ ensures object: TinyObject(t, \result, n);
  @ ensures new: !TinyStart{Pre}(t, \result);
  @ ensures kept: TinyStay{Pre,Post}(t, \result);
  @ ensures no_new: TinyStartsStay{Post,Pre}(t, \result);
  @ ensures packed: TinyPackedSame{Pre,Post}(t, -1);
  @ ENSURES_TINY_SET(t)
  @*/
static unsigned tiny_pack(struct tiny *t, unsigned h, unsigned o, unsigned n)
{
  unsigned k = cur_get(t, h);
  /*@ assert packed: TinyPacked(t, k); */
  /*@ ghost lemma_tiny_aligned(k, o, n); */
  block_fill(t, h, o, n);
  /*@ assert owns: TinyOwns(t, k, o, n); */
  /*@ assert kept: TinyOwnsStay{Pre,Here}(t, k, o); */
  /*@ assert no_new: TinyLiveSame{Pre,Here}(t, k, o); */
  /*@ assert object: TinyObject(t, TinyOffset(k, o), n); */
  /*@ assert new: \forall integer q, j; TinyLive{Pre}(t, q, j) ==>
    @   TinyOffset(q, j) != TinyOffset(k, o); */
  return k * TINY_SIZE + o;
}

/* An object of n bytes at the start of a new block; as tiny_alloc. */
/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires set: Tiny(a, t);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires size: 1 <= n < TINY_SIZE;
  @ requires flag: \valid(refilled) && \separated(refilled, a, t);
  @ assigns *refilled, a->cur[0 .. LISTS - 1], a->at[LIST_OF(h, TAG_TINY)],
  @   a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1],
  @   a->home[0 .. ARENA_PAGES - 1], a->list[0 .. ARENA_PAGES - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1], t->high[h], t->low[h], t->used[h],
  @   t->live[0 .. TINY_BLOCKS - 1];
  @ ensures object: \result != 0 ==> TinyObject(t, \result, n);
  @ ensures new: \result != 0 ==> !TinyStart{Pre}(t, \result);
  @ ensures aligned: \result % TinyAlign(n) == 0;
  @ ensures kept: TinyStay{Pre,Post}(t, \result);
  @ ensures no_new: TinyStartsStay{Post,Pre}(t, \result);
  @ ensures blocks_kept: BlocksStay{Pre,Post}(a, 0);
  @ ensures blocks_new: BlocksStay{Post,Pre}(a, \result);
  @ ensures must: Room{Pre}(a, LIST_OF(h, TAG_TINY), TAG_TINY) ||
  @   FreePages{Pre}(a, ClassPages[TAG_TINY / 2]) ==> \result != 0;
  @ ensures owner: *refilled != 0 ==> \result != 0 ==>
  @   a->owner[\result / PAGE_SIZE] == a->cur[LIST_OF(h, TAG_TINY)];
  @ ENSURES_TINY_RUNS(a, h)
  @ ENSURES_TINY(a, t)
  @ ensures sound: Arena(a);
  @*/
static unsigned tiny_fresh(struct arena *a, struct tiny *t, unsigned h,
                           unsigned n, short *refilled)
{
  unsigned k = block_new(a, t, h, refilled);
  if (k == 0u) {
    return 0u;
  }
  /*@ ghost lemma_tiny_aligned(k, 0, n); */
  /*@ ghost lemma_tiny_place(k, 0); */
  block_open(t, h, k, n);
  /*@ assert object: TinyObject(t, TinyOffset(k, 0), n); */
  /*@ assert new: \forall integer q, j; TinyLive{Pre}(t, q, j) ==>
    @   TinyOffset(q, j) != TinyOffset(k, 0); */
  return k * TINY_SIZE;
}

LM_CORE unsigned tiny_alloc(struct arena *a, struct tiny *t, unsigned h,
                            unsigned n, short *refilled)
{
  unsigned o = tiny_room(t, h, n);
  if (o != TINY_SIZE) {
    *refilled = 0;
    return tiny_pack(t, h, o, n);
  }
  return tiny_fresh(a, t, h, n, refilled);
}

/* ---- What an offset is, and the end of an object ---- */

LM_CORE int tiny_in(const struct tiny *t, unsigned off)
{
  unsigned k = off / TINY_SIZE;
  /*@ ghost lemma_zero(0); */
  return k < TINY_BLOCKS && t->live[k] != 0u;
}

LM_CORE int tiny_is(const struct arena *a, unsigned off)
{
  unsigned s = locate_byte(a, off);
  /*@ ghost lemma_offsets(a); */
  return s != 0u && a->tag[s] == TAG_TINY;
}

/* Whether an object begins at byte off of a block that objects live in. */
/*@ requires tiny: \valid_read(t);
  @ requires in: TinyIn(t, off);
  @ assigns \nothing;
  @ ensures start: \result != 0 <==> TinyStart(t, off);
  @*/
static int tiny_starts(const struct tiny *t, unsigned off)
{
  unsigned k = off / TINY_SIZE;
  unsigned i = off % TINY_SIZE;
  /*@ ghost lemma_tiny_place(k, i); */
  /*@ assert place: off == TinyOffset(k, i); */
  return word_test(t->live[k], i);
}

LM_CORE int tiny_look(const struct arena *a, const struct tiny *t,
                      unsigned off)
{
  int what;
  if (!tiny_in(t, off)) {
    what = arena_look(a, off);
    return what == LM_OK ? LM_FOREIGN : what;
  }
  return tiny_starts(t, off) ? LM_OK : LM_DOUBLE;
}

/* Ends the object at byte i of block k. */
/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires set: Tiny(a, t);
  @ requires live: TinyLive(t, k, i);
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->hot[0 .. LISTS - 1], a->cur[0 .. LISTS - 1], a->at[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1], t->high[0 .. HOLDERS - 1],
  @   t->low[0 .. HOLDERS - 1], t->live[0 .. TINY_BLOCKS - 1];
  @ ensures gone: !TinyLive(t, k, i);
  @ ensures kept: TinyOwnsStay{Pre,Post}(t, k, i);
  @ ensures no_new: TinyLiveSame{Pre,Post}(t, k, i);
  @ ensures last: !TinyPacked(t, k) ==> !BlockStart(a, k * TINY_SIZE);
  @ ensures blocks_same: TinyPacked(t, k) ==> BlocksStay{Pre,Post}(a, 0);
  @ ensures blocks_kept: BlocksStay{Pre,Post}(a, k * TINY_SIZE);
  @ ensures blocks_no_new: BlocksStay{Post,Pre}(a, 0);
  @ ENSURES_TINY(a, t)
  @ ensures sound: Arena(a);
  @*/
static void tiny_drop(struct arena *a, struct tiny *t, unsigned k, unsigned i)
{
  /*@ ghost lemma_zero(0); */
  /*@ ghost lemma_no_zero(a); */
  /*@ assert block: Block(a, k * TINY_SIZE, TINY_SIZE); */
  if (object_out(t, k, i)) {
    return;
  }
  block_end(a, t, k);
}

/* The same, with what it says of offsets: off is the object's. */
/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires set: Tiny(a, t);
  @ requires live: TinyLive(t, k, i);
  @ requires offset: off == k * TINY_SIZE + i && off / TINY_SIZE == k;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->hot[0 .. LISTS - 1], a->cur[0 .. LISTS - 1], a->at[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1], t->high[0 .. HOLDERS - 1],
  @   t->low[0 .. HOLDERS - 1], t->live[0 .. TINY_BLOCKS - 1];
  @ ensures gone: !TinyStart(t, off);
  @ ensures kept: TinyStay{Pre,Post}(t, off);
  @ ensures no_new: TinyStartsStay{Post,Pre}(t, 0);
  @ ensures last: !TinyIn(t, off) ==> !BlockStart(a, off - i);
  @ ensures blocks_same: TinyIn(t, off) ==> BlocksStay{Pre,Post}(a, 0);
  @ ensures blocks_kept: BlocksStay{Pre,Post}(a, off - i);
  @ ensures blocks_no_new: BlocksStay{Post,Pre}(a, 0);
  @ ENSURES_TINY(a, t)
  @ ensures sound: Arena(a);
  @*/
static void tiny_end(struct arena *a, struct tiny *t, unsigned k, unsigned i,
                     unsigned off)
{
  /*@ ghost lemma_tiny_place(k, i); */
  /*@ assert offset: off == TinyOffset(k, i); */
  tiny_drop(a, t, k, i);
  (void)off;
  /*@ assert gone: \forall integer q, j; TinyLive(t, q, j) ==>
    @   TinyOffset(q, j) != off; */
}

LM_CORE int tiny_free(struct arena *a, struct tiny *t, unsigned off)
{
  unsigned k = off / TINY_SIZE;
  unsigned i = off % TINY_SIZE;
  int what = tiny_look(a, t, off);
  if (what != LM_OK) {
    return what;
  }
  /*@ assert offset: off == k * TINY_SIZE + i; */
  /*@ assert live: TinyLive(t, k, i); */
  tiny_end(a, t, k, i, off);
  return LM_OK;
}

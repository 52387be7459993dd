/*
 * packed.c - objects of less than 16 bytes without pointers share blocks: the
 * core's tiny allocator in the heaps that threads own.
 * A heap's tiny objects have records apart from it, made when it gets the
 * first.  A span of their blocks has one page, is marked PACKED and so never
 * freed from on the fast path, which knows blocks only.  The owner of the heap
 * frees an object as the core does it; others set the object's bit in gone[],
 * which takes the place of remote[], and queue the span.
 * Proven: what packed.h promises.  Trusted: section.h and atomic.h.  Part of
 * lemmalloc.c.
 */
#include "packed.h"
#include "atomic.h"
#include "../core/cache.h"
#include "../core/sizeclass.h"

/* ---- What lives where: for any thread, about what it may free ---- */

/* Whether bit i of x is set. */
/*@ requires index: i < TINY_SIZE;
  @ assigns \nothing;
  @ ensures \true;
  @*/
static int has_byte(unsigned x, unsigned i)
{
  return (x >> i & 1u) != 0;
}

/* The bytes of the live object that byte off lies in, which begins at *first;
 * 0 if there is none.  Asks that off is in a packed span.  While its owner
 * changes the block, the answer is right for objects that the caller may free. */
/*@ requires heap: Heap(h);
  @ requires first: \valid(first);
  @ assigns *first, shared;
  @ ensures size: \result <= TINY_SIZE;
  @ ensures first: \result != 0 ==> *first <= off < *first + \result;
  @*/
static unsigned packed_at(const struct heap *h, unsigned off, unsigned *first)
{
  const struct packs *k = packs_of(h);
  unsigned b = off / TINY_SIZE, i = off % TINY_SIZE, from = i, end, live, last;
  if (k == NULL) {
    return 0;
  }
  live = k->tiny.live[b];
  last = k->last[b].bytes;
  /*@ loop invariant range: 0 <= from <= i;
    @ loop assigns from;
    @ loop variant from;
    @*/
  while (from > 0 && !has_byte(live, from)) {
    from--;
  }
  end = from;
  /*@ loop invariant range: from <= end <= TINY_SIZE;
    @ loop assigns end;
    @ loop variant TINY_SIZE - end;
    @*/
  while (end < TINY_SIZE && !has_byte(last, end)) {
    end++;
  }
  if (!has_byte(live, from) || end == TINY_SIZE || end < i) {
    return 0;
  }
  *first = off - (i - from);
  return end - from + 1u;
}

static int packed_gone(const struct heap *h, unsigned s, unsigned i)
{
  return has_byte(gone(h, s * BLOCKS_IN_PAGE + i / TINY_SIZE), i % TINY_SIZE);
}

static int packed_note(struct heap *h, unsigned s, unsigned i)
{
  return gone_set(h, s * BLOCKS_IN_PAGE + i / TINY_SIZE, i % TINY_SIZE);
}

/* The start of a live object, inside one, or where none lives. */
static int packed_peek(const struct heap *h, unsigned off)
{
  unsigned first;
  if (packed_at(h, off, &first) == 0) {
    return LM_DOUBLE;
  }
  return off == first ? LM_OK : LM_INTERIOR;
}

static int is_packed(const struct heap *h, unsigned s)
{
  return h->arena.tag[s] == TAG_TINY;
}

static size_t any_size(const struct heap *h, unsigned s, unsigned i)
{
  unsigned t = h->arena.tag[s], first;
  size_t size;
  if (i >= SLOTS_MAX) {
    size = packed_at(h, s * PAGE_SIZE + (i - SLOTS_MAX), &first);
  } else {
    size = SLOTTED(t) ? class_size(t / 2u) : (size_t)h->arena.npages[s] * PAGE_SIZE;
  }
  /*@ ghost show_size(h, s, i, size); */
  return size;
}

#define TINY_LIST LIST_OF(HOLDER, TAG_TINY)

/* ---- What changes the heap: the caller owns it, or has locked it ---- */

static void packed_mark(struct heap *h, unsigned s)
{
  queued_mark(h, s, is_packed(h, s) ? PACKED : 0);
}

/* An object lies in its block. */
/*@ ghost
  /@ requires object: TinyObject(t, off, n);
   @ assigns \nothing;
   @ ensures inside: 1 <= n && off % TINY_SIZE + n <= TINY_SIZE;
   @/
  static void lemma_tiny_at(struct tiny *t, unsigned off, unsigned n) {
    /@ assert place: \forall integer b, i; 0 <= i < TINY_SIZE ==>
     @   off == TinyOffset(b, i) ==> i == off % TINY_SIZE; @/
  }
*/

/* Notes that the object of n bytes at off ends there. */
/*@ requires heap: Heap(h) && Packs(h, k);
  @ requires object: TinyObject(&k->tiny, off, n);
  @ requires size: n < TINY_SIZE;
  @ assigns k->last[off / TINY_SIZE].bytes;
  @ ensures end: Bit(k->last[off / TINY_SIZE].bytes, off % TINY_SIZE + n - 1);
  @ ensures current: \forall integer g; 0 <= g < HOLDERS ==>
  @   TinyCur(&k->tiny, g) == TinyCur{Pre}(&k->tiny, g) &&
  @   k->tiny.used[g] == \old(k->tiny.used[g]);
  @ ensures live: TinyLiveSame{Pre,Post}(&k->tiny, -1, -1);
  @ ensures packed: TinyPackedSame{Pre,Post}(&k->tiny, -1);
  @ ensures owns: TinyOwnsStay{Pre,Post}(&k->tiny, -1, -1);
  @ ensures objects: TinyStay{Pre,Post}(&k->tiny, -1);
  @ ensures kept: TinyStartsStay{Pre,Post}(&k->tiny, -1);
  @ ensures no_new: TinyStartsStay{Post,Pre}(&k->tiny, -1);
  @ ensures filled: TinyCurrent{Pre}(&k->tiny) ==> TinyCurrent(&k->tiny);
  @ ensures one: TinyOne{Pre}(&k->tiny) ==> TinyOne(&k->tiny);
  @ ensures range: TinyRange{Pre}(&k->tiny) ==> TinyRange(&k->tiny);
  @ ensures rest: TinyRest{Pre}(&k->tiny) ==> TinyRest(&k->tiny);
  @ ensures blocks: TinyBlocks{Pre}(&h->arena, &k->tiny) ==>
  @   TinyBlocks(&h->arena, &k->tiny);
  @*/
static void end_note(struct heap *h, struct packs *k, unsigned off, unsigned n)
{
  unsigned b = off / TINY_SIZE, i = off % TINY_SIZE;
  unsigned before = i == 0 ? 0 : k->last[b].bytes;  /* with it the block begins */
  (void)h;
  /*@ ghost lemma_tiny_at(&k->tiny, off, n); */
  k->last[b].bytes = tiny_with((unsigned short)before, i + n - 1u);
  /*@ assert words: \forall integer q; 0 <= q < TINY_BLOCKS ==>
    @   k->tiny.live[q] == \at(k->tiny.live[q], Pre); */
  /*@ assert fills: \forall integer g; 0 <= g < HOLDERS ==>
    @   k->tiny.high[g] == \at(k->tiny.high[g], Pre) &&
    @   k->tiny.low[g] == \at(k->tiny.low[g], Pre) &&
    @   k->tiny.used[g] == \at(k->tiny.used[g], Pre); */
  /*@ assert current: \forall integer g; 0 <= g < HOLDERS ==>
    @   TinyCur(&k->tiny, g) == TinyCur{Pre}(&k->tiny, g); */
  /*@ assert live: TinyLiveSame{Pre,Here}(&k->tiny, -1, -1); */
  /*@ assert alone: \forall integer q, i, e; TinyAlone{Pre}(&k->tiny, q, i, e) ==>
    @   TinyAlone(&k->tiny, q, i, e); */
  /*@ assert past: \forall integer q, e; TinyPast{Pre}(&k->tiny, q, e) ==>
    @   TinyPast(&k->tiny, q, e); */
  /*@ assert owns: TinyOwnsStay{Pre,Here}(&k->tiny, -1, -1); */
}

static unsigned pack(struct heap *h, struct packs *k, unsigned n)
{
  unsigned off;
  /*@ assert word: CursorRoom(&h->arena, TINY_LIST) ==>
    @   0 <= h->arena.at[TINY_LIST] < WORDS &&
    @   Held(&h->arena, h->arena.cur[TINY_LIST], TINY_LIST, TAG_TINY) &&
    @   !Full(&h->arena, h->arena.cur[TINY_LIST]); */
  /*@ assert room: CursorRoom(&h->arena, TINY_LIST) ==>
    @   Room(&h->arena, TINY_LIST, TAG_TINY); */
  off = tiny_alloc(&h->arena, &k->tiny, HOLDER, n, &k->refilled);
  if (off != 0) {
    end_note(h, k, off, n);
    /*@ assert object: TinyObject(&k->tiny, off, n); */
    /*@ assert kept: TinyStay{Pre,Here}(&k->tiny, off); */
    /*@ ghost show_packed(h, k, off, n); */
    return off;
  }
  /*@ ghost show_full(h, ClassPages[TAG_TINY / 2u]); */
  return 0;
}

/* Records that are zero are right. */
/*@ ghost
  /@ requires zero: ZeroTiny(t);
   @ assigns \nothing;
   @ ensures right: Tiny(a, t);
   @/
  static void lemma_zero_tiny(struct arena *a, struct tiny *t) { }
*/

static unsigned packed_alloc(struct heap *h, unsigned n, short *refilled)
{
  /*@ ghost struct packs *was = records; */
  struct packs *k = packs_make(h);
  unsigned off, class;
  /*@ ghost if (was == NULL && k != NULL) lemma_zero_tiny(&h->arena, &k->tiny); */
  /*@ assert packs: PacksSound(h); */
  if (k != NULL) {
    off = pack(h, k, n);
    *refilled = k->refilled;
    return off;
  }
  class = class_of_size(n);
  off = arena_alloc(&h->arena, HOLDER, 2u * class + 1u, refilled);
  /*@ ghost if (off != 0) show_single(h, off, n);
    else show_full(h, ClassPages[class]); */
  return off;
}

static unsigned packed_live(const struct heap *h, unsigned b)
{
  const struct packs *k = packs_here(h);
  return k == NULL ? 0 : k->tiny.live[b];
}

/* Frees the object at off, from records k. */
/*@ IN_SECTION(h)
  @ requires records: k == records && k != \null;
  @ assigns h->arena, k->tiny, shared, END;
  @ ensures ended: \result == LM_OK ==> ended == (char *)h->base + off;
  @ ensures wrong: \result != LM_OK ==> Wrong(h->base + off, \result);
  @ ensures was: \result == LM_OK <==> TinyStart{Pre}(&k->tiny, off);
  @ ensures gone: !TinyStart(&k->tiny, off);
  @ ensures kept: TinyStay{Pre,Post}(&k->tiny, off);
  @ ensures no_new: TinyStartsStay{Post,Pre}(&k->tiny, 0);
  @ ENSURES_SOUND(h)
  @*/
static int unpack(struct heap *h, struct packs *k, unsigned off)
{
  int what = tiny_free(&h->arena, &k->tiny, off);
  if (what == LM_OK) {
    /*@ ghost show_packed_end(h, k, off); */
    return LM_OK;
  }
  what = packed_peek(h, off);
  what = what == LM_OK ? LM_DOUBLE : what;
  /*@ ghost show_packed_wrong(h, k, off, what); */
  return what;
}

static int packed_free(struct heap *h, unsigned off)
{
  struct packs *k = packs_here(h);
  if (k == NULL) {
    /*@ ghost show_seen((char *)h->base + off, LM_FOREIGN); */
    return LM_FOREIGN;
  }
  return unpack(h, k, off);
}

/* Frees what other threads have freed in block b. */
/*@ IN_SECTION(h)
  @ requires block: b < TINY_BLOCKS;
  @ requires next: owed != 0 && b + owed == (cleared + 1) * BLOCKS_IN_PAGE;
  @ assigns h->arena, PACKS, shared, END, owed;
  @ ensures seen: owed == \old(owed) - 1;
  @ ENSURES_SOUND(h)
  @*/
static void packed_collect_block(struct heap *h, unsigned b)
{
  unsigned x = gone_take(h, b), i;
  count_collected(h, x);
  /*@ loop invariant range: 0 <= i <= TINY_SIZE;
    @ LOOP_SOUND(h)
    @ loop assigns i, h->arena, PACKS, shared, END;
    @ loop variant TINY_SIZE - i;
    @*/
  for (i = 0; i < TINY_SIZE; i++) {
    if (has_byte(x, i)) {
      unsigned off = b * TINY_SIZE + i;
      int what = packed_free(h, off);
      if (what != LM_OK) {
        misuse("free", h->base + off, what);
      }
    }
  }
}

/* Its last block may end, and the span with it: no other thread has then freed
 * anything in what follows. */
static void packed_collect(struct heap *h, unsigned s)
{
  unsigned i;
  /*@ loop invariant range: 0 <= i <= BLOCKS_IN_PAGE;
    @ LOOP_SOUND(h)
    @ loop invariant seen: owed == BLOCKS_IN_PAGE - i;
    @ loop assigns i, h->arena, PACKS, shared, END, owed;
    @ loop variant BLOCKS_IN_PAGE - i;
    @*/
  for (i = 0; i < BLOCKS_IN_PAGE; i++) {
    if (!gone_none(h, s * BLOCKS_IN_PAGE + i)) {
      packed_collect_block(h, s * BLOCKS_IN_PAGE + i);
    }
  }
}

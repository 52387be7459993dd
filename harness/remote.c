/*
 * remote.c - what is done with a block whatever its kind, and the frees that other
 * threads have noted in a heap's inbox; see remote.h and heap.c.
 * Proven: all.  Trusted: section.h and atomic.h.  Part of lemmalloc.c.
 */
#include "remote.h"
#include "atomic.h"
#include "packed.h"
#include "../core/bitmap.h"
#include "../core/locate.h"

/* ---- Blocks of all kinds ---- */

static int any_peek(const struct heap *h, unsigned off, unsigned *s, unsigned *i)
{
  if (is_packed(h, off / PAGE_SIZE)) {
    *s = off / PAGE_SIZE;
    *i = SLOTS_MAX + off % PAGE_SIZE;
    return packed_peek(h, off);
  }
  return arena_peek(&h->arena, off, s, i);
}

static int block_free(struct heap *h, unsigned off)
{
  int what;
  /*@ ghost lemma_plain(&h->arena, off); */
  /*@ ghost show_what(h, off); */
  what = arena_free(&h->arena, off);
  /*@ ghost if (what == LM_OK) show_end(h, off); else show_wrong(h, off, what); */
  return what;
}

static int any_free(struct heap *h, unsigned off)
{
  if (is_packed(h, off / PAGE_SIZE)) {
    return packed_free(h, off);
  }
  return block_free(h, off);
}

/* ---- Frees by other threads ---- */

/* Frees what begins at off; among tiny objects nobody frees a slot. */
/*@ IN_SECTION(h)
  @ assigns h->arena, shared, END;
  @ ensures ended: \result == LM_OK ==> ended == (char *)h->base + off;
  @ ensures wrong: \result != LM_OK ==> Wrong(h->base + off, \result);
  @ ENSURES_SOUND(h)
  @*/
static int collect_one(struct heap *h, unsigned off)
{
  if (is_packed(h, off / PAGE_SIZE)) {
    /*@ ghost show_seen((char *)h->base + off, LM_DOUBLE); */
    return LM_DOUBLE;
  }
  return block_free(h, off);
}

static word slots_free(struct heap *h, unsigned s, unsigned w, word x)
{
  word left;
  /*@ assert plain: h->arena.tag[s] != TAG_TINY; */
  left = arena_sweep(&h->arena, s, w, x);
  /*@ ghost lemma_tiny_class(); */
  /*@ assert same: records != \null ==> TinySame{Pre,Here}(&records->tiny); */
  /*@ assert tiny: records != \null ==> \forall integer k;
    @   TinyPacked(&records->tiny, k) ==> TinyBlock(&h->arena, k * TINY_SIZE); */
  /*@ assert blocks: records != \null ==> \forall integer k;
    @   TinyPacked(&records->tiny, k) ==>
    @   Block(&h->arena, k * TINY_SIZE, ClassSize[TAG_TINY / 2]); */
  return left;
}

/* Frees the slots of word w of span s that others have freed: all at once, and
 * one by one what are no slots, so a large object or a mistake. */
/*@ IN_SECTION(h)
  @ requires whole: \valid(h);
  @ requires span: s < ARENA_PAGES;
  @ requires index: w < WORDS;
  @ requires cleared: cleared == s && swept == w;
  @ assigns h->arena, PACKS, shared, END, swept;
  @ ensures seen: swept == w + 1;
  @ ENSURES_SOUND(h)
  @*/
static void collect_word(struct heap *h, unsigned s, unsigned w)
{
  word x = remote_take(h, WORDS * s + w);
  count_collected(h, x);
  if (!is_packed(h, s)) {
    x = slots_free(h, s, w, x);
  }
  /*@ LOOP_SOUND(h)
    @ loop assigns x, h->arena, PACKS, shared, END;
    @ loop variant x;
    @*/
  while (x != 0) {
    unsigned off = arena_offset_of(&h->arena, s, w * WORD_BITS + word_ctz(x));
    int what = collect_one(h, off);
    if (what != LM_OK) {
      misuse("free", h->base + off, what);
    }
    x = word_drop(x);
  }
}

/* All frees in span s that others had noted when it was cleared are done. */
/*@ ghost
  /@ requires cleared: cleared == s && opened == s;
   @ requires all: swept == WORDS && owed == 0;
   @ assigns opened;
   @ ensures done: opened == 0;
   @/
  static void show_collected(unsigned s) {
    opened = 0;
  }
*/

/* So are those of all spans that were on the stack of h. */
/*@ ghost
  /@ requires all: walk == 0 && opened == 0;
   @ assigns drained;
   @ ensures drained: drained == h;
   @/
  static void show_drained(struct heap *h) {
    drained = h;
  }
*/

/*@ IN_SECTION(h)
  @ requires whole: \valid(h);
  @ requires span: s < ARENA_PAGES;
  @ requires open: opened == s;
  @ assigns h->arena, PACKS, shared, END, due, CLEARED;
  @ ensures due: due == \old(due);
  @ ensures done: opened == 0 && walk == \old(walk) && left == \old(left);
  @ ENSURES_SOUND(h)
  @*/
static void collect_span(struct heap *h, unsigned s)
{
  unsigned w;
  if (is_packed(h, s)) {
    queued_set(h, s, PACKED);
    packed_collect(h, s);
  } else {
    queued_set(h, s, 0);
  }
  /*@ loop invariant range: 0 <= w <= WORDS;
    @ loop invariant seen: swept == w;
    @ LOOP_SOUND(h)
    @ loop assigns w, h->arena, PACKS, shared, END, swept;
    @ loop variant WORDS - w;
    @*/
  for (w = 0; w < WORDS; w++) {
    if (!remote_none(h, WORDS * s + w)) {
      collect_word(h, s, w);
    }
  }
  /*@ ghost show_collected(s); */
}

static void collect(struct heap *h)
{
  unsigned s, next;
  /*@ ghost const void *was_ended = ended, *was_reported = reported; */
  if (!pending(h)) {
    return;
  }
  s = pending_take(h);
  /*@ loop invariant span: s < ARENA_PAGES;
    @ LOOP_SOUND(h)
    @ loop invariant due: due == \at(due,Pre);
    @ loop invariant walk: walk == s && opened == 0;
    @ loop invariant left: left == 0 ==> s == 0;
    @ loop assigns s, next, h->arena, PACKS, shared, END, due, CLEARED;
    @ loop variant left;
    @*/
  while (s != 0) {
    next = chain_next(h, s);    /* before the span can be put there again */
    collect_span(h, s);
    s = next;
  }
  /*@ ghost show_drained(h); */
  /*@ ghost ended = was_ended; */
  /*@ ghost reported = was_reported; */
}

static int freed_remotely(const struct heap *h, unsigned s, unsigned i)
{
  if (i >= SLOTS_MAX) {
    return packed_gone(h, s, i - SLOTS_MAX);
  }
  return word_test(remote(h, WORDS * s + i / WORD_BITS), i % WORD_BITS);
}

static int note_free(struct heap *h, unsigned s, unsigned i)
{
  word bit;
  if (i >= SLOTS_MAX) {
    return packed_note(h, s, i - SLOTS_MAX);
  }
  bit = word_set(0, i % WORD_BITS);
  /*@ assert one: OneBit(bit, i % WORD_BITS); */
  return (remote_set(h, WORDS * s + i / WORD_BITS, bit) & bit) == 0;
}

static int is_queued(const struct heap *h, unsigned off)
{
  /*@ assert page: 0 <= h->arena.owner[off / PAGE_SIZE] < ARENA_PAGES; */
  /*@ assert packed: !Plain(h, off) ==>
    @   h->arena.owner[off / PAGE_SIZE] == off / PAGE_SIZE; */
  return queued(h, (unsigned)h->arena.owner[off / PAGE_SIZE]) != 0;
}

static int is_noted(const struct heap *h, unsigned off)
{
  unsigned p = off / PAGE_SIZE, s, i;
  if (is_packed(h, p)) {
    return packed_gone(h, p, off % PAGE_SIZE);
  }
  /*@ assert page: 0 <= h->arena.owner[p] <= p; */
  s = (unsigned)h->arena.owner[p];
  i = locate_tag(h->arena.tag[s], off - s * PAGE_SIZE);
  return i < SLOTS_MAX && freed_remotely(h, s, i);
}

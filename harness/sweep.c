/*
 * sweep.c - the end of what a garbage collector has not marked, span by span.
 * Nothing is kept between two calls: a collector has its marks itself.
 * Proven: heaps are changed in sections only and left sound, of a word of slots
 * those end that are not marked and no others, errno.  Trusted: section.h,
 * atomic.h; what the marks are is not modelled.  Part of lemmalloc.c.
 * Go's name: sweep (mgcsweep.go).
 */
#include <errno.h>
#include "heap.h"
#include "atomic.h"
#include "lemmalloc.h"
#include "packed.h"
#include "platform_linux.h"
#include "purge.h"
#include "../core/bitmap.h"

/*@ // Blocks are in a run of tag t.
  @ predicate BlockTag(integer t) = SlotTag(t) || t / 2 == CLASS_LARGE;
  @*/

/*@ // What a run of tag t and of n pages is: so many slots of so many bytes, with
  @ // these flags; run s is that.
  @ predicate IsTag(integer t, integer n, integer size, integer count,
  @                 integer flags) = SlotTag(t)
  @   ? size == ClassSize[t / 2] && count == ClassSlots[t / 2] &&
  @     flags == (t == TAG_TINY ? LM_NOSCAN + LM_TINY : t % 2)
  @   : t / 2 == CLASS_LARGE && size == n * PAGE_SIZE &&
  @     count == 1 && flags == LM_LARGE + t % 2;
  @ predicate IsSpan{L}(struct arena *a, integer s, integer size, integer count,
  @                     integer flags) =
  @   IsTag(a->tag[s], a->npages[s], size, count, flags);
  @*/

/* Run s, of tag t and n pages, of the heap at base; its count is 0 if it holds no
 * blocks. */
/*@ requires page: s < ARENA_PAGES;
  @ assigns \nothing;
  @ ensures start: (char *)\result.start == base + s * PAGE_SIZE;
  @ ensures slots: SlotTag(t) ==> \result.size == ClassSize[t / 2] &&
  @   \result.count == ClassSlots[t / 2];
  @ ensures tiny: t == TAG_TINY ==> \result.flags == LM_NOSCAN + LM_TINY;
  @ ensures scan: SlotTag(t) ==> t != TAG_TINY ==> \result.flags == t % 2;
  @ ensures large: t / 2 == CLASS_LARGE ==> \result.size == n * PAGE_SIZE &&
  @   \result.count == 1 && \result.flags == LM_LARGE + t % 2;
  @ ensures none: \result.count == 0 ==> !BlockTag(t);
  @ ensures few: \result.count <= SLOTS_MAX;
  @ ensures only: \forall integer size, count, flags; IsTag(t, n, size, count, flags)
  @   ==> size == \result.size && count == \result.count && flags == \result.flags;
  @*/
static struct lm_span span_of(char *base, unsigned s, unsigned t, unsigned n)
{
  struct lm_span v = { NULL, 0, 0, 0 };
  /*@ ghost lemma_classes(); */
  v.start = base + (size_t)s * PAGE_SIZE;
  if (SLOTTED(t)) {
    v.size = class_size(t / 2u);
    v.count = class_slots(t / 2u);
    v.flags = t == TAG_TINY ? LM_NOSCAN + LM_TINY : t % 2u;
  } else if (t / 2u == CLASS_LARGE) {
    v.size = (size_t)n * PAGE_SIZE;
    v.count = 1;
    v.flags = LM_LARGE + t % 2u;
  }
  return v;
}

/* A span, and the page behind it; 0: there is none. */
struct at_page {
  struct lm_span span;
  unsigned page;
};

/* The first span of the arena of h from page s on, where a run begins or nothing;
 * what did may have become one with those before. */
/*@ IN_SECTION(h)
  @ requires page: s <= ARENA_PAGES;
  @ assigns \nothing;
  @ ensures page: \result.page <= ARENA_PAGES;
  @ ensures some: \result.page != 0 ==> \result.span.count != 0;
  @ ensures none: \result.page == 0 ==> \forall integer t;
  @   s <= t < h->arena.hi && t < h->arena.fresh ==> !BlockTag(h->arena.tag[t]);
  @*/
static struct at_page first_span(const struct heap *h, unsigned s)
{
  struct at_page found = { { NULL, 0, 0, 0 }, 0 };
  /*@ loop invariant page: s <= ARENA_PAGES && found.page == 0;
    @ loop invariant none: \forall integer t; \at(s,Pre) <= t < s ==>
    @   !BlockTag(h->arena.tag[t]);
    @ loop assigns s, found.span;
    @ loop variant ARENA_PAGES - s;
    @*/
  while (s < h->arena.hi && (int)s < h->arena.fresh) {
    unsigned t = h->arena.tag[s], n = h->arena.npages[s];
    found.span = span_of(h->base, s, t, n);
    s += t == TAG_NONE ? 1u : n;
    if (found.span.count != 0) {
      found.page = s;
      return found;
    }
  }
  return found;
}

/* The same of heap h; none also where it is another's. */
/*@ FROM_OUTSIDE
  @ requires heap: Heap(h);
  @ requires page: s <= ARENA_PAGES;
  @ assigns OLD_HEAPS, own, mine, me, locked;
  @ ensures page: \result.page <= ARENA_PAGES;
  @ ensures some: \result.page != 0 ==> \result.span.count != 0;
  @ TO_OUTSIDE
  @*/
static struct at_page span_from(struct heap *h, unsigned s)
{
  struct at_page found = { { NULL, 0, 0, 0 }, 0 };
  int how = hold(h);
  if (!how) {
    return found;
  }
  collect(h);
  found = first_span(h, s);
  let_go(h, how);
  return found;
}

/*@ assigns \nothing;
  @ ensures same: \result != 0 <==> v.start == w.start && v.size == w.size &&
  @   v.count == w.count && v.flags == w.flags;
  @*/
static int same_span(struct lm_span v, struct lm_span w)
{
  return v.start == w.start && v.size == w.size && v.count == w.count &&
         v.flags == w.flags;
}

/* Ends the tiny objects of block b; their number. */
/*@ IN_SECTION(h)
  @ requires block: b < TINY_BLOCKS;
  @ assigns h->arena, PACKS, shared, END;
  @ ENSURES_SOUND(h)
  @ ensures few: 0 <= \result <= TINY_SIZE;
  @*/
static long sweep_block(struct heap *h, unsigned b)
{
  unsigned live = packed_live(h, b), i;
  long n = 0;
  /*@ loop invariant range: 0 <= i <= TINY_SIZE;
    @ loop invariant few: 0 <= n <= i;
    @ LOOP_SOUND(h)
    @ loop assigns i, n, h->arena, PACKS, shared, END;
    @ loop variant TINY_SIZE - i;
    @*/
  for (i = 0; i < TINY_SIZE; i++) {
    if (live >> i & 1u) {
      n += any_free(h, b * TINY_SIZE + i) == LM_OK;
    }
  }
  return n;
}

/* The same of the blocks of packed span s that are not marked. */
/*@ IN_SECTION(h)
  @ requires page: s < ARENA_PAGES;
  @ assigns h->arena, PACKS, shared, END;
  @ ENSURES_SOUND(h)
  @ ensures some: 0 <= \result;
  @*/
static long sweep_packed(struct heap *h, unsigned s, const unsigned long *marks)
{
  long n = 0;
  unsigned i;
  /*@ loop invariant range: 0 <= i <= BLOCKS_IN_PAGE;
    @ loop invariant few: 0 <= n <= i * TINY_SIZE;
    @ LOOP_SOUND(h)
    @ loop assigns i, n, h->arena, PACKS, shared, END;
    @ loop variant BLOCKS_IN_PAGE - i;
    @*/
  for (i = 0; i < BLOCKS_IN_PAGE; i++) {
    if (!word_test(mark_word(marks, i / WORD_BITS), i % WORD_BITS)) {
      n += sweep_block(h, s * BLOCKS_IN_PAGE + i);
    }
  }
  return n;
}

/* Ends, of word w of span s, the slots that are in dead; their number. */
/*@ IN_SECTION(h)
  @ requires page: s < ARENA_PAGES;
  @ requires index: w < WORDS;
  @ requires plain: Plain(h, s * PAGE_SIZE);
  @ assigns h->arena;
  @ ensures gone: \forall integer off; BlockNamed{Pre}(&h->arena, s, w, dead, off)
  @   ==> !BlockStart(&h->arena, off);
  @ ensures kept: \forall integer off, n;
  @   !BlockNamed{Pre}(&h->arena, s, w, dead, off) ==>
  @   Block{Pre}(&h->arena, off, n) ==> Block(&h->arena, off, n);
  @ ensures no_new: BlocksStay{Post,Pre}(&h->arena, 0);
  @ ENSURES_SOUND(h)
  @ ensures few: 0 <= \result <= WORD_BITS;
  @*/
static long sweep_word(struct heap *h, unsigned s, unsigned w, word dead)
{
  word senseless = slots_free(h, s, w, dead);
  return (long)word_count(dead & ~senseless);
}

/* Ends the slots of span s, of count in all, that are not marked; their number. */
/*@ IN_SECTION(h)
  @ requires page: s < ARENA_PAGES;
  @ requires count: count <= SLOTS_MAX;
  @ assigns h->arena, shared;
  @ ENSURES_SOUND(h)
  @ ensures some: 0 <= \result;
  @*/
static long sweep_slots(struct heap *h, unsigned s, unsigned count,
                        const unsigned long *marks)
{
  long n = 0;
  unsigned w;
  /*@ loop invariant range: 0 <= w <= WORDS;
    @ loop invariant few: 0 <= n <= w * WORD_BITS;
    @ LOOP_SOUND(h)
    @ loop assigns w, n, h->arena, shared;
    @ loop variant WORDS - w;
    @*/
  for (w = 0; w * WORD_BITS < count && !is_packed(h, s); w++) {
    n += sweep_word(h, s, w, ~mark_word(marks, w));
  }
  return n;
}

/* No span of h is what span says that is where it begins. */
/*@ ghost
  /@ requires inside: inside == h;
   @ requires at: (char *)span.start == h->base + off;
   @ requires none: off % PAGE_SIZE != 0 || span.count == 0 ||
   @   !IsSpan(&h->arena, off / PAGE_SIZE, span.size, span.count, span.flags);
   @ assigns unfit;
   @ ensures unfit: unfit == span.start;
   @/
  static void show_unfit(struct heap *h, struct lm_span span, unsigned off) {
    unfit = span.start;
  }
*/

/*@ // No mapping is what span says.
  @ predicate NoMapping{L}(struct lm_span span) =
  @   span.count != 1 || span.flags < LM_LARGE || span.flags > LM_LARGE + LM_NOSCAN ||
  @   \forall integer i; 0 <= i < nmappings ==>
  @   !MappingIs(i, (uintptr_t)span.start, span.size, span.flags - LM_LARGE);
  @*/

/* As lm_sweep, in heap h, which the caller holds. */
/*@ IN_SECTION(h)
  @ requires in: In(h, span.start);
  @ assigns h->arena, PACKS, h->note, shared, END, due, CLEARED, drained, unfit;
  @ ensures due: due == \old(due);
  @ ENSURES_SOUND(h)
  @ ensures result: -1 <= \result;
  @ ensures must: \result == -1 ==> unfit == span.start;
  @*/
static long sweep_in(struct heap *h, struct lm_span span, const unsigned long *marks)
{
  struct lm_span v;
  unsigned off = offset(h, span.start), s = off / PAGE_SIZE;
  collect(h);
  v = span_of(h->base, s, h->arena.tag[s], h->arena.npages[s]);
  if (v.count == 0 || !same_span(v, span)) {
    /*@ assert here: span.count == 0 || !IsTag(h->arena.tag[s], h->arena.npages[s],
      @   span.size, span.count, span.flags) || span.start != v.start; */
    /*@ assert start: off % PAGE_SIZE == 0 ==> span.start == v.start; */
    /*@ ghost show_unfit(h, span, off); */
    return -1;
  }
  (void)tick(h);
  if (v.flags & LM_TINY) {
    return sweep_packed(h, s, marks);
  }
  if (v.flags & LM_LARGE) {
    return !word_test(mark_word(marks, 0), 0) && any_free(h, s * PAGE_SIZE) == LM_OK;
  }
  return sweep_slots(h, s, (unsigned)v.count, marks);
}

/* The same of a mapping. */
/*@ FROM_OUTSIDE
  @ requires nowhere: nowhere == span.start;
  @ assigns TABLE, ours, ours_size, nobodys, locked, shared, error, END;
  @ ensures result: -1 <= \result <= 1;
  @ ensures must: \result == -1 ==> NoMapping(span);
  @ ensures ended: \result == 1 ==> Ended(span.start);
  @ ensures none: \result <= 0 ==> ended == \old(ended) && reported == \old(reported);
  @ ensures outside: Outside;
  @*/
static long sweep_mapping(struct lm_span span, const unsigned long *marks)
{
  if (span.count != 1 || span.flags < LM_LARGE || span.flags > LM_LARGE + LM_NOSCAN ||
      !mapping_is(span.start, span.size, span.flags - LM_LARGE)) {
    return -1;
  }
  if (word_test(mark_word(marks, 0), 0)) {
    return 0;
  }
  mapping_release(span.start);
  return 1;
}

/* Ends the blocks of span that are not marked: their number; -1 with EINVAL, if
 * there is no such span, or EPERM, if it is not this thread's to change. */
/*@ FROM_OUTSIDE
  @ requires span: \valid_read(span);
  @ assigns OLD_HEAPS, own, mine, me, locked, TABLE, ours, ours_size, error, unfit;
  @ ensures result: -1 <= \result;
  @ ensures none: \result == -1 ==> error == EINVAL || error == EPERM;
  @ ensures must: \result == -1 ==> error == EINVAL ==>
  @   unfit == \old(span->start) || NoMapping(\old(*span));
  @ ensures errno_kept: \result != -1 ==> error == \old(error);
  @ TO_OUTSIDE
  @*/
PUBLIC long lm_sweep(const struct lm_span *span, const unsigned long *marks)
{
  struct lm_span v = *span;
  struct heap *h = heap_of(v.start);
  int old = os_errno(), how = 0;
  long n;
  if (h == NULL) {
    n = sweep_mapping(v, marks);
  } else {
    how = hold(h);
    if (!how) {
      os_set_errno(EPERM);
      return -1;
    }
    n = sweep_in(h, v, marks);
    let_go(h, how);
  }
  os_set_errno(n < 0 ? EINVAL : old);
  return n;
}

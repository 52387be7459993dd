/*
 * heap.c - which arena a thread allocates from, and frees into.
 * A heap is a whole arena with what other threads have freed in it.  It has
 * one owner, a thread, and only the owner changes the arena: so malloc and
 * free of a thread's own blocks take no lock and no atomic operation, and
 * what is proven of an arena holds as it stands.  How heaps change hands is
 * owner.c's.
 *
 * Proven, for one thread between what others do: an arena is only changed in
 * its section (section.h), and left sound; the lock is given back; memory is
 * accessed where it is; each call ends.  Trusted: section.h, atomic.h,
 * mapping.h where it says so, and platform_linux.h; owner.h, registry.h, remote.h,
 * packed.h and purge.h are kept by their own files.  Model of the threads:
 * proofs/model.  Part of lemmalloc.c.
 */
#include "heap.h"
#include "section.h"
#include "owner.h"
#include "registry.h"
#include "atomic.h"
#include "mapping.h"
#include "packed.h"
#include "purge.h"
#include "remote.h"
#include "platform_linux.h"
#include "../core/bitmap.h"
#include "../core/cache.h"
#include "../core/pages.h"
#include "../core/sizeclass.h"

/* ---- Allocation, the slow way ---- */

/* What begins at a page is aligned as anything is. */
/*@ ghost
  /@ requires page: off % PAGE_SIZE == 0;
   @ assigns \nothing;
   @ ensures aligned: AlignedAs(off, 0);
   @/
  static void lemma_page(size_t off) {
    size_t q = off / PAGE_SIZE;
    /@ assert product: off == q * PAGE_SIZE; @/
  }
*/

/* A block of the arena of h: its offset; 0: there is no memory. */
/*@ IN_SECTION(h)
  @ requires want: WANT && tag != TAG_TINY;
  @ requires got: \valid(g);
  @ assigns h->arena, *g, shared, untouched, BLOCK;
  @ ENSURES_SOUND(h)
  @ ensures given: \result != 0 ==> h->base + \result != \null &&
  @   Wanted(h->base + \result, tag, amount);
  @ ensures zero: \result != 0 ==> g->zero != 0 ==>
  @   TAG_LARGE <= tag <= TAG_LARGE + 1 &&
  @   ZeroAt(h->base + \result, amount * PAGE_SIZE);
  @ ensures none: \result == 0 ==> full == h && Full(tag, amount);
  @ ensures new: \result != 0 ==> !BlockStart{Pre}(&h->arena, \result);
  @ ensures run: \result != 0 ==>
  @   RunsMade{Pre,Post}(&h->arena, g->refilled, \result / PAGE_SIZE);
  @ ensures kept: BlocksStay{Pre,Post}(&h->arena, \result);
  @ ensures no_new: BlocksStay{Post,Pre}(&h->arena, \result);
  @*/
static unsigned heap_get(struct heap *h, unsigned tag, unsigned amount, struct got *g)
{
  int used = h->arena.fresh;
  short refilled;
  unsigned off;
  /*@ ghost lemma_no_zero(&h->arena); */
  if (SLOTTED(tag)) {
    count_refill(h);
    off = arena_alloc(&h->arena, HOLDER, tag, &refilled);
    g->refilled = refilled;
    g->zero = 0;
    /*@ ghost if (off != 0) show_new(h, off, ClassSize[tag / 2u],
      ClassSize[tag / 2u]); else show_full(h, ClassPages[tag / 2u]); */
    return off;
  }
  /*@ ghost show_untouched(h); */
  off = arena_large(&h->arena, amount, tag - TAG_LARGE);
  g->refilled = 1;
  g->zero = (int)(off / PAGE_SIZE) >= used;
  /*@ ghost lemma_page(off); */
  /*@ ghost if (off != 0) show_new(h, off, amount * PAGE_SIZE, 0);
    else show_full(h, amount); */
  /*@ ghost if (off != 0 && g->zero) show_zero(h, off, amount * PAGE_SIZE); */
  return off;
}

/* Notes that the run at offset off, which is new, is used. */
/*@ IN_SECTION(h)
  @ assigns h->note, shared, marked;
  @ ensures marked: marked == h->arena.owner[off / PAGE_SIZE];
  @ ensures warm: \forall integer p;
  @   marked <= p < marked + h->arena.npages[marked] ==> p < ARENA_PAGES ==>
  @   h->note.warm[p] == USED;
  @*/
static void warm_run(struct heap *h, unsigned off)
{
  unsigned s;
  /*@ assert page: 0 <= h->arena.owner[off / PAGE_SIZE] < ARENA_PAGES; */
  s = (unsigned)h->arena.owner[off / PAGE_SIZE];
  warm_set(h, s, h->arena.npages[s], USED);
  packed_mark(h, s);
}

/* A tiny object: its offset; 0: there is no memory. */
/*@ IN_SECTION(h)
  @ requires bytes: 1 <= n < TINY_SIZE;
  @ requires got: \valid(g);
  @ assigns h->arena, PACKS, *g, shared, error, BLOCK;
  @ ensures given: \result != 0 ==> h->base + \result != \null &&
  @   GivenTiny(h->base + \result, n);
  @ ensures none: \result == 0 ==> full == h;
  @ ensures run: \result != 0 ==>
  @   RunsMade{Pre,Post}(&h->arena, g->refilled, \result / PAGE_SIZE);
  @ ensures dirty: g->zero == 0;
  @ ENSURES_SOUND(h)
  @*/
static unsigned heap_get_tiny(struct heap *h, unsigned n, struct got *g)
{
  short refilled;
  unsigned off;
  count_refill(h);
  off = packed_alloc(h, n, &refilled);
  g->refilled = refilled;
  g->zero = 0;
  return off;
}

/* How far a heap goes for what is wanted.  To be certain that it has nothing at
 * all it looks at each of its spans, so others are asked first. */
#define HAND_SLOT 0           /* a slot of a span there is */
#define HAND_PAGES 1          /* or a run of pages that is free */
#define HAND_ALL 2            /* or anything that can be made free */

/* Moves the cursor of list l, of tag t, to a slot of a span there is; 0 if none is at
 * hand: the span that it was in and the first on its list are full.  As cursor_find. */
/*@ IN_SECTION(h)
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ assigns h->arena;
  @ ensures room: \result != 0 ==> CursorRoom(&h->arena, l);
  @ ensures full: \result == 0 ==> \old(h->arena.cur[l]) == 0 ||
  @   Full(&h->arena, \old(h->arena.cur[l]));
  @ ensures first: \result == 0 ==> \old(h->arena.head[l]) == 0 ||
  @   Full(&h->arena, \old(h->arena.head[l]));
  @ ensures kept: BlocksStay{Pre,Post}(&h->arena, 0);
  @ ENSURES_SOUND(h)
  @*/
static inline int slot_at_hand(struct heap *h, unsigned l, unsigned t)
{
  int found;
  /*@ ghost lemma_no_zero(&h->arena); */
  found = cursor_find(&h->arena, l, t);
  /*@ assert taken: TakenSame{Pre,Here}(&h->arena); */
  /*@ assert slots: SlotsStay{Pre,Here}(&h->arena, 0); */
  /*@ assert larges: LargesStay{Pre,Here}(&h->arena, 0); */
  /*@ assert kept: BlocksStay{Pre,Here}(&h->arena, 0); */
  /*@ assert same: records != \null ==> TinySame{Pre,Here}(&records->tiny); */
  /*@ assert blocks: records != \null ==> TinyBlocks(&h->arena, &records->tiny); */
  return found;
}

/* Whether h has what is wanted, as far as it goes. */
/*@ IN_SECTION(h)
  @ requires want: WANT;
  @ assigns h->arena, PACKS, shared, END, due, CLEARED, drained;
  @ KEEPS_END
  @ ensures all: hand == HAND_ALL ==> \result != 0;
  @ ENSURES_SOUND(h)
  @*/
static int at_hand(struct heap *h, unsigned tag, unsigned amount, int hand)
{
  unsigned pages = amount;
  collect(h);
  if (SLOTTED(tag)) {
    if (slot_at_hand(h, LIST_OF(HOLDER, tag), tag)) {
      return 1;
    }
    /*@ ghost lemma_class(tag / 2u); */
    pages = class_pages(tag / 2u);
  }
  return hand == HAND_ALL ||
         (hand == HAND_PAGES && pages_any(&h->arena, pages));
}

/* From heap h. */
/*@ IN_SECTION(h)
  @ requires want: WANT;
  @ requires got: \valid(g);
  @ assigns h->arena, PACKS, h->note, *g, shared, error, BLOCK, END, due,
  @   CLEARED, drained;
  @ KEEPS_END
  @ ENSURES_SOUND(h)
  @ GIVES_WANT
  @ ensures none: \result == \null ==> full == h && Full(tag, amount);
  @*/
static char *heap_alloc_in(struct heap *h, unsigned tag, unsigned amount, struct got *g)
{
  unsigned off;
  collect(h);
  (void)tick(h);
  /*@ ghost Before: ; */
  off = tag == TAG_TINY ? heap_get_tiny(h, amount, g) : heap_get(h, tag, amount, g);
  if (off != 0 && g->refilled) {
    warm_run(h, off);
  }
  /*@ assert marked: off != 0 ==>
    @   UsedNoNew{Before,Here}(&h->arena, g->refilled ? marked : 0); */
  return off == 0 ? NULL : h->base + off;
}

/* From heap h, if nobody owns it, under the lock. */
/*@ requires heap: h != \null ==> Heap(h);
  @ requires lock: locked == 1 && inside == \null;
  @ requires own: Own;
  @ requires want: WANT;
  @ requires got: \valid(g);
  @ assigns h->arena, PACKS, h->note, h->owner, *g, inside, nobodys, shared, error,
  @   BLOCK, END,
  @   due, CLEARED, drained;
  @ KEEPS_END
  @ GIVES_WANT
  @ ensures none: \result == \null ==> h != \null ==> \old(nobodys) == h ==>
  @   full == h && Full(tag, amount);
  @ ensures left: inside == \null;
  @ ensures own: Own;
  @*/
static void *shared_alloc_in(struct heap *h, unsigned tag, unsigned amount,
                             struct got *g)
{
  void *p = NULL;
  if (h != NULL && is_nobodys(h)) {
    section_enter(h);
    p = heap_alloc_in(h, tag, amount, g);
    section_leave(h);
  }
  return p;
}

/* From a heap that nobody owns, under the lock: for a thread that has none,
 * or whose own is in the middle of a change. */
/*@ FROM_OUTSIDE
  @ requires want: WANT;
  @ requires got: \valid(g);
  @ assigns ANY_HEAP, *g, locked, refused, BLOCK;
  @ GIVES_WANT
  @ ensures must: \result == \null ==> refused == 1;
  @ KEEPS_END
  @ TO_OUTSIDE
  @*/
static void *shared_alloc(unsigned tag, unsigned amount, struct got *g)
{
  struct heap *h;
  void *p = NULL;
  unsigned n = 0;
  lock();
  h = unowned_first();
  /*@ loop invariant heap: h == \null || Heap(h);
    @ loop invariant left: inside == \null;
    @ loop invariant own: Own;
    @ loop invariant still: STILL;
    @ loop invariant given: p != \null ==> Wanted(p, tag, amount);
    @ loop invariant zero: p != \null ==> g->zero != 0 ==>
    @   TAG_LARGE <= tag <= TAG_LARGE + 1 && ZeroAt(p, amount * PAGE_SIZE);
    @ loop assigns h, p, n, ANY_HEAP, *g, BLOCK;
    @ loop variant HEAPS - n;
    @*/
  while (h != NULL && p == NULL && n < HEAPS) {
    p = shared_alloc_in(h, tag, amount, g);
    h = heap_next(h);
    n++;
  }
  if (p == NULL) {
    h = heap_new(!threads_own());
    if (h != NULL) {
      unowned_add(h);
      p = shared_alloc_in(h, tag, amount, g);
      /*@ ghost if (p == NULL) show_refused(h); */
    }
  }
  unlock();
  return p;
}

/* Lets the thread allocate from h, its own, first; prev is before h on its
 * list. */
/*@ requires heap: Heap(h) && Mine(h);
  @ requires prev: prev != \null ==> Heap(prev);
  @ requires begun: own == 1;
  @ requires own: Own;
  @ assigns me.heaps, shared;
  @ ensures first: prev != \null ==> me.heaps == h;
  @ ensures own: Own;
  @*/
static void heap_first(struct heap *h, struct heap *prev)
{
  if (prev != NULL) {
    heap_link(prev, heap_next(h));
    heap_link(h, me.heaps);
    me.heaps = h;
  }
}

/* From heap h, if this thread owns it, which goes as far as hand says. */
/*@ requires heap: Heap(h);
  @ requires begun: own == 1 && inside == \null;
  @ requires own: Own;
  @ requires want: WANT;
  @ requires got: \valid(g);
  @ assigns h->arena, PACKS, h->note, h->owner, *g, inside, nobodys, shared, error,
  @   BLOCK, END,
  @   due, CLEARED, drained;
  @ KEEPS_END
  @ GIVES_WANT
  @ ensures none: \result == \null ==> hand == HAND_ALL ==> Mine{Pre}(h) ==>
  @   Full(tag, amount);
  @ ensures full: Full{Pre}(tag, amount) ==> \result == \null ==> Full(tag, amount);
  @ ensures left: inside == \null;
  @ ensures own: Own;
  @ ensures mine: \result != \null ==> Mine(h);
  @*/
static void *own_alloc_in(struct heap *h, unsigned tag, unsigned amount,
                          struct got *g, int hand)
{
  void *p = NULL;
  if (is_mine(h)) {
    section_enter(h);
    if (at_hand(h, tag, amount, hand)) {
      p = heap_alloc_in(h, tag, amount, g);
    }
    section_leave(h);
  }
  return p;
}

/* From one of this thread's heaps, which go as far as hand says. */
/*@ requires begun: own == 1 && locked == 0 && inside == \null;
  @ requires own: Own;
  @ requires want: WANT;
  @ requires got: \valid(g);
  @ assigns ANY_HEAP, *g, me.heaps, BLOCK;
  @ KEEPS_END
  @ GIVES_WANT
  @ ensures none: \result == \null ==> hand == HAND_ALL ==>
  @   \old(me.heaps) != \null ==> Full(tag, amount);
  @ ensures heaps: \result == \null ==> me.heaps == \old(me.heaps);
  @ ensures left: inside == \null;
  @ ensures own: Own;
  @*/
static void *own_alloc(unsigned tag, unsigned amount, struct got *g, int hand)
{
  struct heap *h = me.heaps, *prev = NULL;
  unsigned n = 0;
  /*@ loop invariant heap: h == \null || Heap(h);
    @ loop invariant prev: prev == \null || Heap(prev);
    @ loop invariant left: inside == \null;
    @ loop invariant own: Own;
    @ loop invariant still: STILL;
    @ loop invariant first: n == 0 ==> h == me.heaps;
    @ loop invariant full: 0 < n ==> hand == HAND_ALL ==> Full(tag, amount);
    @ loop assigns h, prev, n, ANY_HEAP, *g, BLOCK;
    @ loop variant HEAPS - n;
    @*/
  while (h != NULL && n < HEAPS) {
    void *p = own_alloc_in(h, tag, amount, g, hand);
    if (p != NULL) {
      heap_first(h, prev);
      return p;
    }
    prev = h;
    h = heap_next(h);
    n++;
  }
  return NULL;
}

/* From a heap of this thread, or one more: with several, what is free in one that
 * there is comes before new pages of another. */
/*@ requires begun: own == 1 && locked == 0 && inside == \null;
  @ requires own: Own;
  @ requires want: WANT;
  @ requires got: \valid(g);
  @ assigns ANY_HEAP, *g, me, locked, refused, BLOCK;
  @ KEEPS_END
  @ GIVES_WANT
  @ ensures none: \result == \null ==> \old(me.heaps) != \null ==>
  @   Full(tag, amount);
  @ ensures left: inside == \null;
  @ ensures unlocked: locked == 0;
  @ ensures own: Own;
  @*/
static void *thread_alloc(unsigned tag, unsigned amount, struct got *g)
{
  void *p = NULL;
  if (me.heaps != NULL && heap_next(me.heaps) != NULL) {
    p = own_alloc(tag, amount, g, HAND_SLOT);
  }
  if (p == NULL) {
    p = own_alloc(tag, amount, g, HAND_PAGES);
  }
  if (p == NULL) {
    p = own_alloc(tag, amount, g, HAND_ALL);
  }
  if (p == NULL && heap_take()) {
    p = own_alloc_in(me.heaps, tag, amount, g, HAND_ALL);
  }
  return p;
}

static void *slow_alloc(unsigned tag, unsigned amount, struct got *g)
{
  void *p;
  if (mine == NULL && (me.heaps != NULL || me.busy)) {
    if (debug && !me.starting) {
      reentered();
    }
    return shared_alloc(tag, amount, g);
  }
  own_begin_slow();
  p = thread_alloc(tag, amount, g);
  own_end(me.heaps);
  me.busy = 0;
  if (me.heaps != NULL && me.heaps->note.ticks == 0) {
    tick_unowned();
  }
  return p != NULL ? p : shared_alloc(tag, amount, g);
}

/* ---- The quick way: no lock, no atomic operation, no call ---- */

/* A slot of tag from word k of the arena of h, which has one: its offset.  It was
 * no block before, and no other block changes. */
/*@ IN_SECTION(h)
  @ requires room: WordRoom(&h->arena, k, tag);
  @ assigns h->arena, BLOCK;
  @ ensures given: New(h->base + \result, ClassSize[tag / 2]) &&
  @   block_tiny == 0 && block_step == ClassSize[tag / 2];
  @ ensures some: \result != 0;
  @ ensures new: !BlockStart{Pre}(&h->arena, \result);
  @ ensures kept: BlocksStay{Pre,Post}(&h->arena, \result);
  @ ensures no_new: BlocksStay{Post,Pre}(&h->arena, \result);
  @ ENSURES_SOUND(h)
  @*/
static inline unsigned take(struct heap *h, unsigned k, unsigned tag)
{
  unsigned off = arena_take(&h->arena, k, tag);
  /*@ ghost show_new(h, off, ClassSize[tag / 2u], ClassSize[tag / 2u]); */
  return off;
}

/* Frees the slot at off, in a span that stays where it is: 1, and no other block
 * changes; or 0, and none does. */
/*@ IN_SECTION(h)
  @ requires plain: Plain(h, off);
  @ assigns h->arena, ended;
  @ ensures ended: \result != 0 ==> ended == (char *)h->base + off;
  @ ensures none: \result == 0 ==> ended == \old(ended);
  @ ensures gone: \result != 0 ==> BlockStart{Pre}(&h->arena, off) &&
  @   !BlockStart(&h->arena, off);
  @ ensures kept: BlocksStay{Pre,Post}(&h->arena, off);
  @ ensures no_new: BlocksStay{Post,Pre}(&h->arena, off);
  @ ENSURES_SOUND(h)
  @*/
static inline int give(struct heap *h, unsigned off)
{
  int done;
  /*@ ghost lemma_plain(&h->arena, off); */
  done = arena_free_quick(&h->arena, off);
  /*@ ghost if (done) show_end(h, off); */
  return done;
}

static inline void *quick_tag(unsigned tag)
{
  struct heap *h = mine;
  if (likely(h != NULL)) {
    unsigned k;
    own_begin();
    section_enter(h);
    k = hot_word(&h->arena, LIST_OF(HOLDER, tag), tag);
    if (likely(k < NO_WORD)) {
      unsigned off = take(h, k, tag);
      section_leave(h);
      own_end(h);
      return h->base + off;
    }
    section_leave(h);
    own_end(h);
  }
  return NULL;
}

static inline void *quick(unsigned class)
{
  return quick_tag(2u * class);
}

static inline void *quick_tiny(unsigned n)
{
  struct heap *h = mine;
  if (likely(h != NULL)) {
    struct packs *k;
    own_begin();
    section_enter(h);
    k = packs_here(h);
    if (likely(k != NULL && cursor_room(&h->arena, LIST_OF(HOLDER, TAG_TINY)))) {
      unsigned off = pack(h, k, n);
      /*@ assert no_new: k->refilled == 0; */
      section_leave(h);
      own_end(h);
      return h->base + off;
    }
    section_leave(h);
    own_end(h);
  }
  return NULL;
}

/* A slot of list l, of tag t, where the cursor first has to move, to a word or
 * a span that has room and is at hand: its offset, or 0. */
/*@ IN_SECTION(h)
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ assigns h->arena, BLOCK;
  @ ENSURES_SOUND(h)
  @ ensures given: \result != 0 ==> New(h->base + \result, ClassSize[t / 2]) &&
  @   block_tiny == 0 && block_step == ClassSize[t / 2];
  @*/
static inline unsigned again_in(struct heap *h, unsigned l, unsigned t)
{
  unsigned k;
  if (!slot_at_hand(h, l, t)) {
    return 0;
  }
  k = cursor_word(&h->arena, l, t);
  hot_set(&h->arena, l, k);
  return take(h, k, t);
}

static inline void *again(unsigned class)
{
  struct heap *h = mine;
  unsigned tag = 2u * class;
  unsigned off;
  int due;
  if (h == NULL) {
    return NULL;
  }
  own_begin();
  section_enter(h);
  off = again_in(h, LIST_OF(HOLDER, tag), tag);
  due = off != 0 && tick(h);
  section_leave(h);
  own_end(h);
  if (due) {
    tick_unowned();
  }
  return off == 0 ? NULL : h->base + off;
}

/* ---- Blocks ---- */

static int look(const struct heap *h, const void *p, unsigned *s, unsigned *i)
{
  int what = any_peek(h, offset(h, p), s, i);
  if (what == LM_OK && !heap_shared(h) && freed_remotely(h, *s, *i)) {
    what = LM_DOUBLE;
  }
  /*@ ghost if (what != LM_OK) show_seen(p, what); */
  return what;
}

/* Frees p, of heap h, which this thread owns. */
/*@ FROM_OUTSIDE
  @ requires heap: Heap(h);
  @ requires in: In(h, p);
  @ requires mine: Mine(h);
  @ requires idle: Idle;
  @ assigns h->arena, h->note, OLD_HEAPS, own, mine, me, locked;
  @ ensures ended: Ended(p);
  @ TO_OUTSIDE
  @*/
static SLOW void own_free(struct heap *h, void *p)
{
  unsigned off = offset(h, p);
  int what = LM_OK, due = 0;
  own_begin();
  section_enter(h);
  if (is_noted(h, off)) {
    /*@ ghost show_seen(p, LM_DOUBLE); */
    what = LM_DOUBLE;
  } else {
    what = any_free(h, off);
    due = tick(h);
  }
  section_leave(h);
  own_end(me.heaps);
  if (what != LM_OK) {
    misuse("free", p, what);
  }
  if (due) {
    tick_unowned();
  }
}

/* Frees p, of heap h. */
/*@ FROM_OUTSIDE
  @ requires heap: Heap(h);
  @ requires in: In(h, p);
  @ assigns h->arena, h->note, OLD_HEAPS, own, mine, me, locked, NOTE;
  @ ensures ended: Ended(p);
  @ TO_OUTSIDE
  @*/
static void heap_release(struct heap *h, void *p)
{
  if (mine == NULL || !is_mine(h)) {
    if (debug && mine == NULL && me.heaps != NULL && !me.starting) {
      reentered();
    }
    free_remote(h, p);
    return;
  }
  own_free(h, p);
}

static inline size_t quick_size(const void *p)
{
  struct heap *h = mine;
  size_t size = 0;
  if (likely(h != NULL && heap_has(h, p))) {
    unsigned off = offset(h, p);
    own_begin();
    section_enter(h);
    if (likely(!is_queued(h, off))) {
      size = arena_size_quick(&h->arena, off);
      /*@ ghost if (size != 0) show_live(h, off, (unsigned)size); */
    }
    section_leave(h);
    own_end(h);
  }
  return size;
}

static int heap_resize_block(struct heap *h, void *p, unsigned n)
{
  unsigned off = offset(h, p);
  int done;
  if (mine == NULL || !is_mine(h)) {
    return 0;
  }
  own_begin();
  section_enter(h);
  /*@ ghost lemma_no_zero(&h->arena); */
  done = arena_look(&h->arena, off) == LM_OK && arena_resize(&h->arena, off, n);
  if (done) {
    /*@ ghost show_live(h, off, n * PAGE_SIZE); */
    warm_set(h, off / PAGE_SIZE, n, USED);
  }
  section_leave(h);
  own_end(me.heaps);
  return done;
}

/* What follows the quick way, and is rare. */
/*@ FROM_OUTSIDE
  @ assigns ANY_HEAP, own, mine, me, locked, TABLE,
  @   ours, ours_size, refused, NOTE;
  @ ensures ended: p == \null || Ended(p);
  @ ensures errno_kept: error == \old(error);
  @ TO_OUTSIDE
  @*/
static LM_COLD void free_other(void *p)
{
  struct heap *h = heap_of(p);
  if (h != NULL) {
    heap_release(h, p);
  } else if (p != NULL) {
    int old = os_errno();
    mapping_release(p);
    os_set_errno(old);
  }
}

FAST void lm_free(void *p)
{
  struct heap *h = mine;
  if (likely(h != NULL && heap_has(h, p))) {
    unsigned off = offset(h, p);
    int done;
    own_begin();
    section_enter(h);
    done = likely(!is_queued(h, off)) && give(h, off);
    section_leave(h);
    own_end(h);
    if (unlikely(!done)) {
      own_free(h, p);
    }
    return;
  }
  free_other(p);
}

/* ---- For a collector ---- */

static int hold(struct heap *h)
{
  if (is_mine(h)) {
    if (mine == NULL) {
      return 0;
    }
    own_begin();
    section_enter(h);
    return HELD_OWN;
  }
  lock();
  if (!is_nobodys(h)) {
    unlock();
    return 0;
  }
  section_enter(h);
  return HELD_LOCK;
}

static void let_go(struct heap *h, int how)
{
  section_leave(h);
  if (how == HELD_OWN) {
    own_end(me.heaps);
  } else {
    unlock();
  }
}

/*
 * blocks.c - what begins at a byte offset, and its end; see arena.h.
 */
#include "arena.h"
#include "alloc.h"
#include "bitmap.h"
#include "heap.h"
#include "locate.h"
#include "sizeclass.h"
#include "span.h"

/*@ ghost
  void lemma_offsets(const struct arena *a) {
    lemma_class_slots();
  }
*/

/*@ ghost
  void lemma_at(const struct arena *a, unsigned s, unsigned off) {
    lemma_offsets(a);
    lemma_classes();
  }
*/

/*@ ghost
  void lemma_one_slot(const struct arena *a, unsigned s, unsigned i,
                             unsigned off) {
    lemma_offsets(a);
    lemma_at(a, s, off);
  }
*/

/*@ ghost
  void lemma_one_large(const struct arena *a, unsigned s, unsigned off) {
    lemma_offsets(a);
    lemma_at(a, s, off);
  }
*/

/*@ ghost
  void lemma_no_zero(const struct arena *a) {
    lemma_offsets(a);
    lemma_classes();
    /@ assert slots: \forall integer s, i; LiveSlot(a, s, i) ==>
     @   SlotOffset(a, s, i) > 0; @/
  }
*/

/*@ ghost
  void lemma_plain(const struct arena *a, unsigned off) {
    lemma_classes();
  }
*/

/*@ ghost
  void lemma_gone(const struct arena *a, unsigned off) {
    /@ assert blocks: \forall integer s, i; LiveSlot(a, s, i) ==>
     @   Block(a, SlotOffset(a, s, i), ClassSize[a->tag[s] / 2]); @/
  }
*/

/*@ ghost
  void lemma_blocks_apart(const struct arena *a) {
    lemma_classes();
    lemma_offsets(a);
    /@ assert slots: \forall integer s, i, t, j; LiveSlot(a, s, i) ==>
     @   LiveSlot(a, t, j) ==> s < t ==>
     @   SlotOffset(a, s, i) + ClassSize[a->tag[s] / 2] <=
     @   SlotOffset(a, t, j); @/
    /@ assert slot_large: \forall integer s, i, t; LiveSlot(a, s, i) ==>
     @   LiveLarge(a, t) ==> s < t ==>
     @   SlotOffset(a, s, i) + ClassSize[a->tag[s] / 2] <= t * PAGE_SIZE; @/
    /@ assert large_slot: \forall integer s, t, j; LiveLarge(a, s) ==>
     @   LiveSlot(a, t, j) ==> s < t ==>
     @   (s + a->npages[s]) * PAGE_SIZE <= SlotOffset(a, t, j); @/
    /@ assert large_large: \forall integer s, t; LiveLarge(a, s) ==>
     @   LiveLarge(a, t) ==> s < t ==>
     @   (s + a->npages[s]) * PAGE_SIZE <= t * PAGE_SIZE; @/
    /@ assert differ: \forall integer s, i, t; LiveSlot(a, s, i) ==>
     @   LiveLarge(a, t) ==> s != t; @/
  }
*/

/* What begins at byte off, which run s covers. */
/*@ requires arena: \valid_read(a);
  @ requires runs: Runs(a);
  @ requires pages: SpanPages(a);
  @ requires run: 0 < s && Covers(a, s, off);
  @ assigns \nothing;
  @ ensures result: LM_OK <= \result <= LM_INTERIOR;
  @ ensures ok: \result == LM_OK <==> BlockStart(a, off);
  @ ensures free_slot: \result == LM_DOUBLE <==> FreeStart(a, off);
  @*/
static int look_at(const struct arena *a, unsigned s, unsigned off)
{
  unsigned i = locate_start(a, s, off);
  /*@ ghost lemma_classes(); */
  /*@ ghost lemma_at(a, s, off); */
  if (i == SLOTS_MAX) {
    /*@ assert no_slot: \forall integer t, j; 0 <= t < ARENA_PAGES ==>
      @   SlotTag(a->tag[t]) ==> 0 <= j < Slots(a, t) ==>
      @   SlotOffset(a, t, j) != off; */
    /*@ assert no_large: \forall integer t; LiveLarge(a, t) ==>
      @   t * PAGE_SIZE != off; */
    /*@ assert no_block: !BlockStart(a, off); */
    /*@ assert no_free: !FreeStart(a, off); */
    return LM_INTERIOR;
  }
  if (!SLOTTED(a->tag[s])) {
    /*@ assert large: LiveLarge(a, s); */
    /*@ assert block: Block(a, off, a->npages[s] * PAGE_SIZE); */
    /*@ assert start: BlockStart(a, off); */
    /*@ assert no_free: !FreeStart(a, off); */
    return LM_OK;
  }
  if (!word_test(a->bits[WORDS * s + i / WORD_BITS], i % WORD_BITS)) {
    /*@ assert free: !Taken(a, s, i); */
    /*@ assert no_live: \forall integer t, j; LiveSlot(a, t, j) ==>
      @   SlotOffset(a, t, j) != off; */
    /*@ assert no_large: \forall integer t; LiveLarge(a, t) ==>
      @   t * PAGE_SIZE != off; */
    /*@ assert no_block: !BlockStart(a, off); */
    /*@ assert start: FreeStart(a, off); */
    return LM_DOUBLE;
  }
  /*@ assert live: LiveSlot(a, s, i); */
  /*@ assert block: Block(a, off, ClassSize[a->tag[s] / 2]); */
  /*@ assert start: BlockStart(a, off); */
  /*@ assert no_free: !FreeStart(a, off); */
  return LM_OK;
}

LM_CORE int arena_look(const struct arena *a, unsigned off)
{
  unsigned s = locate_byte(a, off);
  if (s == 0u) {
    /*@ ghost lemma_offsets(a); */
    /*@ assert no_slot: \forall integer t, j; LiveSlot(a, t, j) ==>
      @   SlotOffset(a, t, j) != off; */
    /*@ assert no_large: \forall integer t; LiveLarge(a, t) ==>
      @   t * PAGE_SIZE != off; */
    /*@ assert no_block: !BlockStart(a, off); */
    /*@ assert no_free: !FreeStart(a, off); */
    return LM_FOREIGN;
  }
  /*@ assert covered: Covered(a, off); */
  return look_at(a, s, off);
}

/* ---- What another thread may ask ---- */

/* The run that byte off is in, if a slot or a large object begins there. */
/*@ requires arena: \valid_read(a);
  @ assigns \nothing;
  @ ensures behind: \result < ARENA_PAGES && \result * PAGE_SIZE <= off;
  @ behavior runs:
  @ assumes runs: Runs(a);
  @ ensures span: \forall integer s; Covers(a, s, off) ==>
  @   SlotTag(a->tag[s]) ==> \result == s;
  @ ensures large: \forall integer s; LiveLarge(a, s) ==>
  @   s * PAGE_SIZE == off ==> \result == s;
  @*/
static unsigned peek_run(const struct arena *a, unsigned off)
{
  unsigned p = off / PAGE_SIZE;
  int s;
  if (p >= ARENA_PAGES) {
    return 0u;
  }
  s = a->owner[p];
  return s < 0 || (unsigned)s > p ? 0u : (unsigned)s;
}

/* What begins at byte off, where slot i of run s, of tag t, does; nothing if i
 * is SLOTS_MAX. */
/*@ requires arena: \valid_read(a);
  @ requires run: s < ARENA_PAGES && s * PAGE_SIZE <= off;
  @ requires slot: i < SLOTS_MAX || i == SLOTS_MAX;
  @ assigns \nothing;
  @ ensures result: LM_OK <= \result <= LM_FOREIGN;
  @ ensures ok: \result == LM_OK <==>
  @   i < SLOTS_MAX && (SlotTag(t) ==> Taken(a, s, i));
  @ ensures free_slot: \result == LM_DOUBLE <==>
  @   i < SLOTS_MAX && SlotTag(t) && !Taken(a, s, i);
  @ ensures inside: \result == LM_INTERIOR ==> t == a->tag[s] ==>
  @   Covers(a, s, off);
  @*/
static int peek_slot(const struct arena *a, unsigned s, unsigned t, unsigned i,
                     unsigned off)
{
  if (i == SLOTS_MAX) {
    return t > TAG_FREE && off / PAGE_SIZE - s < a->npages[s] ? LM_INTERIOR
                                                              : LM_FOREIGN;
  }
  if (!SLOTTED(t)) {
    return LM_OK;
  }
  return word_test(a->bits[WORDS * s + i / WORD_BITS], i % WORD_BITS) ? LM_OK
                                                                      : LM_DOUBLE;
}

LM_CORE int arena_peek(const struct arena *a, unsigned off, unsigned *s,
                       unsigned *i)
{
  unsigned r = peek_run(a, off);
  unsigned t = a->tag[r];
  unsigned k = locate_tag(t, off - r * PAGE_SIZE);
  int what = peek_slot(a, r, t, k, off);
  /*@ ghost lemma_classes(); */
  /*@ ghost lemma_class_slots(); */
  /*@ for sound: assert first: t > TAG_FREE ==> 0 < r; */
  /*@ for sound: assert covers: \forall integer q, j; 0 <= q < ARENA_PAGES ==>
    @   SlotTag(a->tag[q]) ==> 0 <= j < Slots(a, q) ==>
    @   Covers(a, q, SlotOffset(a, q, j)); */
  /*@ for sound: assert slots: \forall integer q, j; 0 <= q < ARENA_PAGES ==>
    @   SlotTag(a->tag[q]) ==> 0 <= j < Slots(a, q) ==>
    @   SlotOffset(a, q, j) == off ==> q == r && j == k; */
  /*@ for sound: assert larges: \forall integer q; LiveLarge(a, q) ==>
    @   q * PAGE_SIZE == off ==> q == r && k == 0; */
  /*@ for sound: assert live: what == LM_OK ==> SlotTag(t) ==>
    @   LiveSlot(a, r, k) && off == SlotOffset(a, r, k); */
  /*@ for sound: assert large: what == LM_OK ==> !SlotTag(t) ==>
    @   LiveLarge(a, r) && off == r * PAGE_SIZE && k == 0; */
  /*@ for sound: assert slot: what == LM_OK ==> SlotTag(t) ==>
    @   Block(a, off, ClassSize[t / 2]); */
  /*@ for sound: assert object: what == LM_OK ==> !SlotTag(t) ==>
    @   Block(a, off, a->npages[r] * PAGE_SIZE); */
  /*@ for sound: assert start: what == LM_OK ==> BlockStart(a, off); */
  /*@ for sound: assert block: BlockStart(a, off) ==> what == LM_OK; */
  /*@ for sound: assert free: what == LM_DOUBLE ==> FreeStart(a, off); */
  /*@ for sound: assert freed: FreeStart(a, off) ==> what == LM_DOUBLE; */
  *s = r;
  *i = k;
  return what;
}

LM_CORE unsigned arena_offset_of(const struct arena *a, unsigned s, unsigned i)
{
  unsigned t = a->tag[s], d;
  /*@ ghost lemma_classes(); */
  if (!SLOTTED(t)) {
    return t > TAG_FREE && i == 0u ? s * PAGE_SIZE : 0u;
  }
  /*@ ghost lemma_class(t / 2u); */
  if (i >= class_slots(t / 2u)) {
    return 0u;
  }
  /*@ ghost lemma_slot_room(i, ClassSlots[t / 2u], ClassSize[t / 2u]); */
  d = i * class_size(t / 2u);
  return d <= 0xFFFFFFFFu - s * PAGE_SIZE ? s * PAGE_SIZE + d : 0u;
}

/* The run that covers byte off, where a block begins. */
/*@ requires arena: \valid_read(a);
  @ requires runs: Runs(a);
  @ requires pages: SpanPages(a);
  @ requires block: BlockStart(a, off);
  @ assigns \nothing;
  @ ensures covers: 0 < \result && Covers(a, \result, off);
  @*/
static unsigned block_run(const struct arena *a, unsigned off)
{
  /*@ ghost lemma_offsets(a); */
  return locate_byte(a, off);
}

LM_CORE unsigned arena_size(const struct arena *a, unsigned off)
{
  unsigned s = block_run(a, off);
  /*@ ghost lemma_at(a, s, off); */
  if (!SLOTTED(a->tag[s])) {
    return a->npages[s] * PAGE_SIZE;
  }
  return class_size(a->tag[s] / 2u);
}

/* Clears the bit of the block in slot i of span s, whose place is then to be
 * found. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires live: LiveSlot(a, s, i);
  @ requires offset: off == SlotOffset(a, s, i);
  @ assigns a->bits[WORDS * s + i / WORD_BITS];
  @ ensures gone: !BlockStart(a, off);
  @ ensures room: !Full(a, s);
  @ ensures kept: BlocksStay{Pre,Post}(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, off);
  @ ENSURES_LISTS
  @ ENSURES_ARENA(a, s)
  @*/
static void unmark(struct arena *a, unsigned s, unsigned i, unsigned off)
{
  /*@ ghost lemma_classes(); */
  /*@ ghost lemma_one_slot(a, s, i, off); */
  slot_give(a, s, i);
  (void)off;
  /*@ ghost lemma_full(a, s); */
  /*@ assert slots_stay: SlotsStay{Pre,Here}(a, off); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, off); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, off); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, off); */
  /*@ assert no_slot: \forall integer q, j; LiveSlot(a, q, j) ==>
    @   SlotOffset(a, q, j) != off; */
  /*@ assert no_large: \forall integer q; LiveLarge(a, q) ==>
    @   q * PAGE_SIZE != off; */
}

/* Finds its place for span s, which has room; see settle. */
/*@ requires arena: \valid(a);
  @ requires sound: ArenaBut(a, s);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires room: !Full(a, s);
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1], a->hot[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures again: Room(a, \old(a->home[s]), \old(a->tag[s])) ||
  @   FreePages(a, ClassPages[\old(a->tag[s]) / 2]);
  @ ensures kept: BlocksStay{Pre,Post}(a, 0);
  @ ensures no_new: BlocksStay{Post,Pre}(a, 0);
  @ ensures sound: Arena(a);
  @*/
static void place(struct arena *a, unsigned s)
{
  settle(a, s);
  /*@ assert bits: Full(a, s) ==> \at(Full(a, s), Pre); */
  /*@ ghost lemma_classes(); */
  /*@ assert live: \forall integer t, j; LiveSlot{Pre}(a, t, j) ==>
    @   LiveSlot(a, t, j) && a->tag[t] == \at(a->tag[t], Pre); */
  /*@ assert lived: \forall integer t, j; LiveSlot(a, t, j) ==>
    @   LiveSlot{Pre}(a, t, j) && a->tag[t] == \at(a->tag[t], Pre); */
  /*@ assert slots_stay: SlotsStay{Pre,Here}(a, 0); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, 0); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, 0); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, 0); */
}

/* Frees the block in slot i of span s, which rests. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires live: LiveSlot(a, s, i);
  @ requires offset: off == SlotOffset(a, s, i);
  @ requires place: a->list[s] != 0 || a->cur[a->home[s]] == s;
  @ assigns a->bits[0 .. ARENA_PAGES * WORDS - 1], a->hot[0 .. LISTS - 1];
  @ ensures gone: !BlockStart(a, off);
  @ ensures room: !Full(a, s);
  @ ensures again_slot: \forall integer l; BlockHeld{Pre}(a, off, l) ==>
  @   Room(a, l, l % TAGS);
  @ ensures kept: BlocksStay{Pre,Post}(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, off);
  @ ensures sound: Arena(a);
  @*/
static void drop_fast(struct arena *a, unsigned s, unsigned i, unsigned off)
{
  /*@ ghost lemma_classes(); */
  /*@ assert slot: i < SLOTS_MAX; */
  /*@ ghost lemma_one_slot(a, s, i, off); */
  /*@ assert home: \forall integer l; BlockHeld(a, off, l) ==>
    @   l == a->home[s]; */
  unmark(a, s, i, off);
  /*@ assert parked: SpanParked(a, 0); */
  hot_set(a, a->home[s], WORDS * s + i / WORD_BITS);
  /*@ assert room: Room(a, a->home[s], a->tag[s]); */
}

/* Lets span s of a live slot rest; see anchor. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires live: LiveSlot(a, s, i);
  @ assigns a->list[s], a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->prev[s],
  @   a->next[0 .. ARENA_PAGES - 1], a->cur[0 .. LISTS - 1],
  @   a->at[0 .. LISTS - 1];
  @ ensures place: a->list[s] != 0 || a->cur[a->home[s]] == s;
  @ ensures live: LiveSlot(a, s, i);
  @ ensures home_same: HomeSame{Pre,Post}(a);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures kept: BlocksStay{Pre,Post}(a, 0);
  @ ensures no_new: BlocksStay{Post,Pre}(a, 0);
  @ ensures sound: Arena(a);
  @*/
static void rest(struct arena *a, unsigned s, unsigned i)
{
  /*@ ghost lemma_classes(); */
  /*@ assert slot: i < SLOTS_MAX; */
  anchor(a, s, i / WORD_BITS);
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert slots_stay: SlotsStay{Pre,Here}(a, 0); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, 0); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, 0); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, 0); */
}

/* Frees the block in slot i of span s, which rests, and the span's pages if it
 * is empty then. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires live: LiveSlot(a, s, i);
  @ requires offset: off == SlotOffset(a, s, i);
  @ requires place: a->list[s] != 0 || a->cur[a->home[s]] == s;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1], a->hot[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1];
  @ ensures gone: !BlockStart(a, off);
  @ ensures again: Room(a, \old(a->home[s]), \old(a->tag[s])) ||
  @   FreePages(a, ClassPages[\old(a->tag[s]) / 2]);
  @ ensures kept: BlocksStay{Pre,Post}(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, off);
  @ ensures sound: Arena(a);
  @*/
static void drop_resting(struct arena *a, unsigned s, unsigned i, unsigned off)
{
  /*@ ghost lemma_no_zero(a); */
  drop_fast(a, s, i, off);
  place(a, s);
  /*@ ghost lemma_no_zero(a); */
}

/* Frees the block in slot i of span s. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires live: LiveSlot(a, s, i);
  @ requires offset: off == SlotOffset(a, s, i);
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->hot[0 .. LISTS - 1], a->cur[0 .. LISTS - 1], a->at[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1];
  @ ensures gone: !BlockStart(a, off);
  @ ensures again_slot: \forall integer l; BlockHeld{Pre}(a, off, l) ==>
  @   Room(a, l, l % TAGS) || FreePages(a, ClassPages[l % TAGS / 2]);
  @ ensures again_pages: \forall integer k; BlockPages{Pre}(a, off, k) ==>
  @   FreePages(a, k);
  @ ensures kept: BlocksStay{Pre,Post}(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, off);
  @ ensures sound: Arena(a);
  @*/
static void drop_slot(struct arena *a, unsigned s, unsigned i, unsigned off)
{
  /*@ ghost lemma_classes(); */
  /*@ assert slot: i < SLOTS_MAX; */
  /*@ ghost lemma_one_slot(a, s, i, off); */
  /*@ ghost lemma_no_zero(a); */
  /*@ assert home: \forall integer l; BlockHeld(a, off, l) ==>
    @   l == a->home[s]; */
  /*@ assert large: \forall integer k; !BlockPages(a, off, k); */
  rest(a, s, i);
  /*@ ghost lemma_no_zero(a); */
  drop_resting(a, s, i, off);
}

/* Frees the large object in run s. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires live: LiveLarge(a, s);
  @ requires offset: off == s * PAGE_SIZE;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures gone: !BlockStart(a, off);
  @ ensures again_slot: \forall integer l; !BlockHeld{Pre}(a, off, l);
  @ ensures again_pages: \forall integer k; BlockPages{Pre}(a, off, k) ==>
  @   FreePages(a, k);
  @ ensures kept: BlocksStay{Pre,Post}(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, off);
  @ ensures sound: Arena(a);
  @*/
static void drop_large(struct arena *a, unsigned s, unsigned off)
{
  /*@ ghost lemma_classes(); */
  /*@ ghost lemma_one_large(a, s, off); */
  free_large(a, s);
  (void)off;
  /*@ assert live: \forall integer q, j; LiveSlot{Pre}(a, q, j) ==>
    @   LiveSlot(a, q, j) && a->tag[q] == \at(a->tag[q], Pre); */
  /*@ assert lived: \forall integer q, j; LiveSlot(a, q, j) ==>
    @   LiveSlot{Pre}(a, q, j) && a->tag[q] == \at(a->tag[q], Pre); */
  /*@ assert slots_stay: SlotsStay{Pre,Here}(a, off); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, off); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, off); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, off); */
  /*@ assert slots: \forall integer q, j; LiveSlot{Pre}(a, q, j) ==>
    @   SlotOffset{Pre}(a, q, j) != off ==>
    @   Block(a, SlotOffset{Pre}(a, q, j), ClassSize[\at(a->tag[q], Pre) / 2]); */
  /*@ assert larges: \forall integer q; LiveLarge{Pre}(a, q) ==>
    @   q * PAGE_SIZE != off ==>
    @   Block(a, q * PAGE_SIZE, \at(a->npages[q], Pre) * PAGE_SIZE); */
  /*@ assert no_slot: \forall integer q, j; LiveSlot(a, q, j) ==>
    @   SlotOffset(a, q, j) != off; */
  /*@ assert no_large: \forall integer q; LiveLarge(a, q) ==>
    @   q * PAGE_SIZE != off; */
  /*@ assert no_block: \forall integer n; !Block(a, off, n); */
}

/* Frees the block at off. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires block: BlockStart(a, off);
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->hot[0 .. LISTS - 1], a->cur[0 .. LISTS - 1], a->at[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1];
  @ ensures gone: !BlockStart(a, off);
  @ ensures again_slot: \forall integer l; BlockHeld{Pre}(a, off, l) ==>
  @   Room(a, l, l % TAGS) || FreePages(a, ClassPages[l % TAGS / 2]);
  @ ensures again_pages: \forall integer k; BlockPages{Pre}(a, off, k) ==>
  @   FreePages(a, k);
  @ ensures kept: BlocksStay{Pre,Post}(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, off);
  @ ensures sound: Arena(a);
  @*/
static void drop(struct arena *a, unsigned off)
{
  unsigned s = block_run(a, off);
  unsigned i = locate_start(a, s, off);
  /*@ ghost lemma_at(a, s, off); */
  /*@ ghost lemma_classes(); */
  if (!SLOTTED(a->tag[s])) {
    /*@ assert large: LiveLarge(a, s); */
    drop_large(a, s, off);
    /*@ assert pages: \forall integer k; BlockPages{Pre}(a, off, k) ==>
      @   FreePages(a, k); */
    return;
  }
  /*@ assert live: LiveSlot(a, s, i); */
  drop_slot(a, s, i, off);
  /*@ assert pages: \forall integer k; BlockPages{Pre}(a, off, k) ==>
    @   FreePages(a, k); */
}

/* arena_free, whatever off is. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->hot[0 .. LISTS - 1], a->cur[0 .. LISTS - 1], a->at[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1];
  @ ENSURES_LOOK(a, off)
  @ ensures gone: !BlockStart(a, off);
  @ ensures again_slot: \forall integer l; BlockHeld{Pre}(a, off, l) ==>
  @   Room(a, l, l % TAGS) || FreePages(a, ClassPages[l % TAGS / 2]);
  @ ensures again_pages: \forall integer k; BlockPages{Pre}(a, off, k) ==>
  @   FreePages(a, k);
  @ ensures kept: BlocksStay{Pre,Post}(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, off);
  @ ensures sound: Arena(a);
  @*/
LM_COLD static int free_slow(struct arena *a, unsigned off)
{
  int what = arena_look(a, off);
  if (what != LM_OK) {
    return what;
  }
  drop(a, off);
  return LM_OK;
}

/* The page that the owner of the page of byte off is said to be; 0 if there
 * is no such page. */
/*@ requires arena: \valid_read(a);
  @ requires behind: OwnerBehind(a);
  @ assigns \nothing;
  @ ensures behind: \result < ARENA_PAGES && \result * PAGE_SIZE <= off;
  @ ensures span: Runs(a) ==> \forall integer s; Covers(a, s, off) ==>
  @   SlotTag(a->tag[s]) ==> \result == s;
  @*/
static unsigned owner_at(const struct arena *a, unsigned off)
{
  unsigned p = off / PAGE_SIZE;
  return p < ARENA_PAGES ? (unsigned)a->owner[p] : 0u;
}

/* The slot that byte off is in, if s is a span with slots; else any number. */
/*@ requires arena: \valid_read(a);
  @ requires page: s < ARENA_PAGES && s * PAGE_SIZE <= off;
  @ assigns \nothing;
  @ ensures slot: \forall integer i; SlotTag(a->tag[s]) ==>
  @   0 <= i < Slots(a, s) ==> off == SlotOffset(a, s, i) ==> \result == i;
  @*/
static unsigned slot_at(const struct arena *a, unsigned s, unsigned off)
{
  unsigned t = a->tag[s];
  /*@ ghost lemma_classes(); */
  return t <= TAG_TINY ? class_slot(t / 2u, off - s * PAGE_SIZE) : 0u;
}

/* Whether slot i of span s holds the block at off.  Large objects and free
 * runs have entries in the tables, without slots. */
/*@ requires arena: \valid_read(a);
  @ requires zero: a->tag[0] == TAG_NONE;
  @ requires page: s < ARENA_PAGES && s * PAGE_SIZE <= off;
  @ assigns \nothing;
  @ ensures slot: \result != 0 <==> LiveSlot(a, s, i) &&
  @   off == SlotOffset(a, s, i);
  @*/
static int live_at(const struct arena *a, unsigned s, unsigned i, unsigned off)
{
  unsigned t = a->tag[s];
  /*@ ghost lemma_large(); */
  if (t > TAG_TINY || i >= class_slots(t / 2u)) {
    return 0;
  }
  /*@ assert span: 0 < s && SlotTag(a->tag[s]) && i < Slots(a, s); */
  /*@ ghost lemma_class(t / 2u); */
  /*@ ghost lemma_slot_room(i, ClassSlots[t / 2u], ClassSize[t / 2u]); */
  if (i * class_size(t / 2u) != off - s * PAGE_SIZE) {
    return 0;
  }
  /*@ assert offset: off == SlotOffset(a, s, i); */
  return word_test(a->bits[WORDS * s + i / WORD_BITS], i % WORD_BITS);
}

/* Whether span s stays where it is when the block in its slot i is freed: it
 * is allocated from, or it is on its list and seen not to be empty then. */
/*@ requires arena: \valid_read(a);
  @ requires sound: Arena(a);
  @ requires live: LiveSlot(a, s, i);
  @ assigns \nothing;
  @ ensures place: \result != 0 ==>
  @   a->list[s] != 0 || a->cur[a->home[s]] == s;
  @ ensures current: a->cur[a->home[s]] == s ==> \result != 0;
  @ ensures some: \result != 0 ==> a->cur[a->home[s]] == s ||
  @   \exists integer j; j != i && LiveSlot(a, s, j);
  @*/
static int rests(const struct arena *a, unsigned s, unsigned i)
{
  unsigned t = a->tag[s];
  int current, listed, beside;
  /*@ ghost lemma_class(t / 2u); */
  beside = span_beside(a, s, i, class_slots(t / 2u));
  /*@ assert some: beside != 0 ==> \exists integer j; 0 <= j < Slots(a, s) &&
    @   j != i && Taken(a, s, j); */
  /*@ assert live: \forall integer j; 0 <= j < Slots(a, s) ==>
    @   Taken(a, s, j) ==> LiveSlot(a, s, j); */
  /*@ assert other: beside != 0 ==> \exists integer j; j != i &&
    @   LiveSlot(a, s, j); */
  current = a->cur[a->home[s]] == s;
  listed = a->list[s] != 0u;
  /* A sum, not a choice: no processor foresees which of the two it is. */
  return beside ? current + listed : current;
}

/* At the offset of a live slot a block starts, no slot is free, and no large
 * object begins. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires runs: Runs(a);
   @ requires pages: SpanPages(a);
   @ requires live: LiveSlot(a, s, i);
   @ requires offset: off == SlotOffset(a, s, i);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures start: BlockStart(a, off);
   @ ensures taken: !FreeStart(a, off);
   @ ensures covered: Covered(a, off);
   @ ensures small: \forall integer k; !BlockPages(a, off, k);
   @/
  static void lemma_live(const struct arena *a, unsigned s, unsigned i,
                         unsigned off) {
    lemma_offsets(a);
    lemma_at(a, s, off);
    lemma_one_slot(a, s, i, off);
    /@ assert covers: Covers(a, s, off); @/
    /@ assert block: Block(a, off, ClassSize[a->tag[s] / 2]); @/
  }
*/

/* If the run and the slot that off leads to are not where a slot lives, none
 * lives at off. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires runs: Runs(a);
   @ requires pages: SpanPages(a);
   @ requires span: \forall integer t; Covers(a, t, off) ==>
   @   SlotTag(a->tag[t]) ==> t == s;
   @ requires slot: \forall integer j; SlotTag(a->tag[s]) ==>
   @   0 <= j < Slots(a, s) ==> off == SlotOffset(a, s, j) ==> j == i;
   @ requires dead: !(LiveSlot(a, s, i) && off == SlotOffset(a, s, i));
   @ terminates \true;
   @ assigns \nothing;
   @ ensures none: \forall integer t, j; LiveSlot(a, t, j) ==>
   @   off != SlotOffset(a, t, j);
   @/
  static void lemma_not_live(const struct arena *a, unsigned s, unsigned i,
                             unsigned off) {
    lemma_classes();
    lemma_offsets(a);
    /@ assert covers: \forall integer t, j; LiveSlot(a, t, j) ==>
     @   Covers(a, t, SlotOffset(a, t, j)); @/
  }
*/

/* The size in bytes of the large object in run s if it begins at off, else 0. */
/*@ requires arena: \valid_read(a);
  @ requires sound: Arena(a);
  @ requires page: s < ARENA_PAGES;
  @ assigns \nothing;
  @ ensures size: \result != 0 ==> Block(a, off, \result);
  @ ensures must: LiveLarge(a, s) ==> off == s * PAGE_SIZE ==>
  @   \result == a->npages[s] * PAGE_SIZE;
  @*/
static unsigned large_at(const struct arena *a, unsigned s, unsigned off)
{
  unsigned t = a->tag[s];
  if (t < TAG_LARGE || t == TAG_TINY || s * PAGE_SIZE != off) {
    return 0u;
  }
  /*@ assert large: LiveLarge(a, s); */
  /*@ assert end: s + a->npages[s] <= ARENA_PAGES; */
  /*@ assert block: Block(a, off, a->npages[s] * PAGE_SIZE); */
  return a->npages[s] * PAGE_SIZE;
}

LM_CORE unsigned arena_size_quick(const struct arena *a, unsigned off)
{
  unsigned s = owner_at(a, off);
  unsigned i = slot_at(a, s, off);
  if (live_at(a, s, i, off)) {
    /*@ ghost lemma_class(a->tag[s] / 2u); */
    /*@ assert block: Block(a, off, ClassSize[a->tag[s] / 2]); */
    return class_size(a->tag[s] / 2u);
  }
  /*@ ghost lemma_not_live(a, s, i, off); */
  return large_at(a, s, off);
}

LM_CORE int arena_free_quick(struct arena *a, unsigned off)
{
  unsigned s = owner_at(a, off);
  unsigned i = slot_at(a, s, off);
  if (!live_at(a, s, i, off)) {
    /*@ ghost lemma_not_live(a, s, i, off); */
    return 0;
  }
  /*@ ghost lemma_live(a, s, i, off); */
  if (!rests(a, s, i)) {
    /*@ ghost lemma_one_slot(a, s, i, off); */
    /*@ assert one: \forall integer t, j; LiveSlot(a, t, j) ==>
      @   off == SlotOffset(a, t, j) ==> t == s; */
    /*@ assert moves: a->cur[a->home[s]] != s; */
    return 0;
  }
  drop_fast(a, s, i, off);
  return 1;
}

/* What is rare starts afresh: so it keeps no register busy here. */
LM_CORE int arena_free(struct arena *a, unsigned off)
{
  unsigned s = owner_at(a, off);
  unsigned i = slot_at(a, s, off);
  if (!live_at(a, s, i, off)) {
    return free_slow(a, off);
  }
  /*@ ghost lemma_live(a, s, i, off); */
  drop_slot(a, s, i, off);
  /*@ assert pages: \forall integer k; BlockPages{Pre}(a, off, k) ==>
    @   FreePages(a, k); */
  return LM_OK;
}

/* Clears the bits of the blocks that arena_sweep frees; the span's place is
 * then to be found, unless nothing was freed. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires span: 0 < s < ARENA_PAGES && SlotTag(a->tag[s]);
  @ requires index: w < WORDS;
  @ assigns a->bits[WORDS * s + w];
  @ ensures senseless: \forall integer b; 0 <= b < WORD_BITS ==>
  @   (Bit(\result, b) <==> Bit(freed, b) &&
  @     !LiveSlot{Pre}(a, s, WORD_BITS * w + b));
  @ ensures gone: \forall integer off; BlockNamed{Pre}(a, s, w, freed, off) ==>
  @   !BlockStart(a, off);
  @ ensures kept: \forall integer off, n;
  @   !BlockNamed{Pre}(a, s, w, freed, off) ==>
  @   Block{Pre}(a, off, n) ==> Block(a, off, n);
  @ ensures kept_tiny: a->tag[s] != TAG_TINY ==> \forall integer off;
  @   TinyBlock{Pre}(a, off) ==> TinyBlock(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, 0);
  @ ensures bits_same: \result == freed ==> BitsSame{Pre,Post}(a);
  @ ensures room: \result != freed ==> !Full(a, s);
  @ ENSURES_LISTS
  @ ENSURES_ARENA(a, s)
  @*/
static word unmark_word(struct arena *a, unsigned s, unsigned w, word freed)
{
  word left;
  /*@ ghost lemma_classes(); */
  /*@ ghost lemma_offsets(a); */
  left = slot_sweep(a, s, w, freed);
  /*@ assert slots_stay: \forall integer q, j; LiveSlot{Pre}(a, q, j) ==>
    @   !(q == s && Named(w, freed, j)) ==> LiveSlot(a, q, j) &&
    @   SlotOffset(a, q, j) == SlotOffset{Pre}(a, q, j); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, 0); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, 0); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, 0); */
  /*@ assert large: \forall integer q, j, t; LiveSlot{Pre}(a, q, j) ==>
    @   LiveLarge(a, t) ==> SlotOffset{Pre}(a, q, j) != t * PAGE_SIZE; */
  /*@ assert one: \forall integer i, q, j; LiveSlot{Pre}(a, s, i) ==>
    @   LiveSlot(a, q, j) ==> SlotOffset{Pre}(a, s, i) == SlotOffset(a, q, j)
    @   ==> q == s && j == i; */
  return left;
}

LM_CORE word arena_sweep(struct arena *a, unsigned s, unsigned w, word freed)
{
  word left;
  if (!SLOTTED(a->tag[s])) {
    return freed;
  }
  /*@ ghost lemma_no_zero(a); */
  left = unmark_word(a, s, w, freed);
  if (left == freed) {
    return left;
  }
  place(a, s);
  /*@ ghost lemma_no_zero(a); */
  return left;
}

/* Makes the large object in run s one of n pages; as arena_resize. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires large: LiveLarge(a, s);
  @ requires pages: 1 <= n < ARENA_PAGES;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures large: LiveLarge(a, s);
  @ ensures done: \result != 0 ==> a->npages[s] == n;
  @ ensures same: \result == 0 ==> a->npages[s] == \old(a->npages[s]);
  @ ensures must: n <= \old(a->npages[s]) ==> \result != 0;
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, s);
  @ ensures sound: Arena(a);
  @*/
static int resize(struct arena *a, unsigned s, unsigned n)
{
  unsigned t = a->tag[s];
  int done;
  tag_large(a, s, TAG_LARGE);
  done = heap_resize(a, s, n);
  tag_large(a, s, t);
  return done;
}

/* The same, with what it says of blocks. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires large: LiveLarge(a, s);
  @ requires pages: 1 <= n < ARENA_PAGES;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures large: LiveLarge(a, s);
  @ ensures done: \result != 0 ==> a->npages[s] == n;
  @ ensures same: \result == 0 ==> a->npages[s] == \old(a->npages[s]);
  @ ensures must: n <= \old(a->npages[s]) ==> \result != 0;
  @ ensures kept: BlocksStay{Pre,Post}(a, s * PAGE_SIZE);
  @ ensures no_new: BlocksStay{Post,Pre}(a, s * PAGE_SIZE);
  @ ensures sound: Arena(a);
  @*/
static int resize_block(struct arena *a, unsigned s, unsigned n)
{
  int done = resize(a, s, n);
  /*@ ghost lemma_classes(); */
  /*@ assert live: \forall integer q, j; LiveSlot{Pre}(a, q, j) ==>
    @   LiveSlot(a, q, j) && a->tag[q] == \at(a->tag[q], Pre); */
  /*@ assert lived: \forall integer q, j; LiveSlot(a, q, j) ==>
    @   LiveSlot{Pre}(a, q, j) && a->tag[q] == \at(a->tag[q], Pre); */
  /*@ assert slots_stay: SlotsStay{Pre,Here}(a, s * PAGE_SIZE); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, s * PAGE_SIZE); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, s * PAGE_SIZE); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, s * PAGE_SIZE); */
  return done;
}

LM_CORE int arena_resize(struct arena *a, unsigned off, unsigned n)
{
  unsigned s = block_run(a, off);
  int done;
  /*@ ghost lemma_at(a, s, off); */
  if (SLOTTED(a->tag[s])) {
    return 0;
  }
  /*@ assert large: LiveLarge(a, s) && off == s * PAGE_SIZE; */
  /*@ ghost lemma_one_large(a, s, off); */
  done = resize_block(a, s, n);
  /*@ assert block: Block(a, off, a->npages[s] * PAGE_SIZE); */
  return done;
}

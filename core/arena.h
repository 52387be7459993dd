/*
 * arena.h - the allocator over one arena: what a program, or a wrapper with
 * locks around it, calls.
 * Blocks are named by their byte offset in the arena, from 8192 on; 0 is no
 * block.  The core never touches the blocks' own memory.
 * Proven: complete contracts below.  Trusted: nothing.
 * Go's names: mallocgc (arena_alloc, arena_large), mheap (struct arena).
 */
#ifndef LM_ARENA_H
#define LM_ARENA_H
#include "../spec/blocks.h"
#include "cache.h"

/* What a byte offset turned out to be. */
#define LM_OK 0        /* the start of a live block */
#define LM_DOUBLE 1    /* the start of a slot that holds no block: freed */
#define LM_INTERIOR 2  /* inside a span or a large object, not at a start */
#define LM_FOREIGN 3   /* in no span: never allocated, or given back whole */

/* The clauses of a contract that say what off is, for a result r. */
#define ENSURES_LOOK(a, off) \
  ensures result: LM_OK <= \result <= LM_FOREIGN; \
  ensures ok: \result == LM_OK <==> BlockStart{Pre}(a, off); \
  ensures free_slot: \result == LM_DOUBLE <==> FreeStart{Pre}(a, off); \
  ensures foreign: \result == LM_FOREIGN <==> !Covered{Pre}(a, off);

/* ---- Facts about an arena: ghost functions, called where needed ---- */

/* Slots of spans, and large objects, lie inside their runs; so whatever begins
 * at a byte belongs to the one run that covers it. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires runs: Runs(a);
   @ requires pages: SpanPages(a);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures slots: \forall integer s, i; 0 <= s < ARENA_PAGES ==>
   @   SlotTag(a->tag[s]) ==> 0 <= i < Slots(a, s) ==>
   @   s * PAGE_SIZE <= SlotOffset(a, s, i) <=
   @   (s + a->npages[s]) * PAGE_SIZE - ClassSize[a->tag[s] / 2];
   @ ensures covers: \forall integer s, i; 0 <= s < ARENA_PAGES ==>
   @   SlotTag(a->tag[s]) ==> 0 <= i < Slots(a, s) ==>
   @   Covers(a, s, SlotOffset(a, s, i));
   @ ensures larges: \forall integer s; LiveLarge(a, s) ==>
   @   Covers(a, s, s * PAGE_SIZE);
   @ ensures one: \forall integer s, t, off;
   @   Covers(a, s, off) ==> Covers(a, t, off) ==> s == t;
   @ ensures apart: \forall integer s, i, j; 0 <= s < ARENA_PAGES ==>
   @   SlotTag(a->tag[s]) ==> 0 <= i < j < Slots(a, s) ==>
   @   SlotOffset(a, s, i) + ClassSize[a->tag[s] / 2] <= SlotOffset(a, s, j);
   @/
  void lemma_offsets(const struct arena *a);
*/

/* What begins at a byte belongs to the run that covers it. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires runs: Runs(a);
   @ requires pages: SpanPages(a);
   @ requires run: Covers(a, s, off);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures slots: \forall integer t, j; 0 <= t < ARENA_PAGES ==>
   @   SlotTag(a->tag[t]) ==> 0 <= j < Slots(a, t) ==>
   @   SlotOffset(a, t, j) == off ==> t == s;
   @ ensures same: \forall integer i, j; SlotTag(a->tag[s]) ==>
   @   0 <= i < Slots(a, s) ==> 0 <= j < Slots(a, s) ==>
   @   SlotOffset(a, s, i) == off ==> SlotOffset(a, s, j) == off ==> i == j;
   @ ensures larges: \forall integer t; LiveLarge(a, t) ==>
   @   t * PAGE_SIZE == off ==> t == s;
   @/
  void lemma_at(const struct arena *a, unsigned s, unsigned off);
*/

/* At the offset of slot i of span s no other block begins. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires runs: Runs(a);
   @ requires pages: SpanPages(a);
   @ requires slot: LiveSlot(a, s, i);
   @ requires offset: off == SlotOffset(a, s, i);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures slots: \forall integer t, j; LiveSlot(a, t, j) ==>
   @   SlotOffset(a, t, j) == off ==> t == s && j == i;
   @ ensures larges: \forall integer t; LiveLarge(a, t) ==>
   @   t * PAGE_SIZE != off;
   @/
  void lemma_one_slot(const struct arena *a, unsigned s, unsigned i,
                             unsigned off);
*/

/* Where a large object begins no slot does. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires runs: Runs(a);
   @ requires pages: SpanPages(a);
   @ requires large: LiveLarge(a, s);
   @ requires offset: off == s * PAGE_SIZE;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures slots: \forall integer t, j; LiveSlot(a, t, j) ==>
   @   SlotOffset(a, t, j) != off;
   @/
  void lemma_one_large(const struct arena *a, unsigned s, unsigned off);
*/

/* No block begins at offset 0. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires runs: Runs(a);
   @ requires pages: SpanPages(a);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures none: \forall integer n; !Block(a, 0, n);
   @ ensures tiny: !TinyBlock(a, 0);
   @/
  void lemma_no_zero(const struct arena *a);
*/

/* What begins in no span of the tiny allocator's is no block of it. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires plain: a->tag[off / PAGE_SIZE] != TAG_TINY;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures plain: !TinyBlock(a, off);
   @/
  void lemma_plain(const struct arena *a, unsigned off);
*/

/* Where no block begins none of the tiny allocator's does. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires gone: !BlockStart(a, off);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures gone: !TinyBlock(a, off);
   @/
  void lemma_gone(const struct arena *a, unsigned off);
*/

/* Live blocks do not overlap, and lie inside the arena's pages. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires sound: Arena(a);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures apart: BlocksApart(a);
   @ ensures inside: \forall integer off, n; Block(a, off, n) ==>
   @   a->lo * PAGE_SIZE <= off && 8 <= n &&
   @   off + n <= a->hi * PAGE_SIZE;
   @/
  void lemma_blocks_apart(const struct arena *a);
*/

/* ---- The allocator ---- */

/* Makes *a, which is all zero bytes, an arena of the pages lo .. hi - 1, all
 * free. */
/*@ requires arena: \valid(a);
  @ requires pages: 1 <= lo < hi <= ARENA_PAGES;
  @ requires zero_pages: \forall integer p; 0 <= p < ARENA_PAGES ==>
  @   a->owner[p] == 0 && a->tag[p] == TAG_NONE && a->list[p] == 0;
  @ requires zero_nodes: \forall integer p; 0 <= p < NODES ==>
  @   a->leaf[p] == 0 && a->best[p] == 0;
  @ requires zero_lists: \forall integer l; 0 <= l < LISTS ==>
  @   a->head[l] == 0 && a->last[l] == 0 && a->cur[l] == 0 && a->at[l] == 0;
  @ requires zero_fresh: a->fresh == 0;
  @ assigns a->lo, a->hi, a->tag[lo], a->npages[lo], a->owner[hi - 1],
  @   a->leaf[lo], FIT(a);
  @ ensures bounds: a->lo == lo && a->hi == hi;
  @ ensures free: AllFree(a);
  @ ensures none: \forall integer off, n; !Block(a, off, n);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE void arena_init(struct arena *a, unsigned lo, unsigned hi);

/* A block of the class tag / 2 for holder h: tag is class * 2, plus 1 for
 * noscan, or TAG_TINY.  Its offset; 0, and no block changed, when there is no
 * memory: h and central have no free slot of that tag, no free run is long
 * enough for a span, and neither is when all empty spans are given back.
 * *refilled is set to 1 if a new span was made, which is when a collector
 * should look whether to run, else to 0; it is the one that the block is in. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires holder: 1 <= h < HOLDERS;
  @ requires tag: SlotTag(tag);
  @ requires flag: \valid(refilled) && \separated(refilled, a);
  @ assigns *refilled, a->cur[0 .. LISTS - 1], a->at[LIST_OF(h, tag)],
  @   a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1],
  @   a->home[0 .. ARENA_PAGES - 1], a->list[0 .. ARENA_PAGES - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures block: \result != 0 ==> Block(a, \result, ClassSize[tag / 2]);
  @ ensures tiny: \result != 0 ==> tag == TAG_TINY ==> TinyBlock(a, \result);
  @ ensures held: \result != 0 ==> BlockHeld(a, \result, LIST_OF(h, tag));
  @ ensures new: \result != 0 ==> !BlockStart{Pre}(a, \result);
  @ ensures new_tiny: \result != 0 ==> !TinyBlock{Pre}(a, \result);
  @ ensures aligned: AlignedAs(\result, ClassSize[tag / 2]);
  @ ensures kept: BlocksStay{Pre,Post}(a, \result);
  @ ensures no_new: BlocksStay{Post,Pre}(a, \result);
  @ ensures must: Room{Pre}(a, LIST_OF(h, tag), tag) ||
  @   FreePages{Pre}(a, ClassPages[tag / 2]) ==> \result != 0;
  @ ensures none: \result == 0 ==> !FreePages(a, ClassPages[tag / 2]);
  @ ensures no_empty: \result == 0 ==> NoEmpty(a);
  @ ensures run: \result != 0 ==> Covers(a, a->cur[LIST_OF(h, tag)], \result);
  @ ensures owner: \result != 0 ==>
  @   a->owner[\result / PAGE_SIZE] == a->cur[LIST_OF(h, tag)];
  @ ensures runs_new: UsedNoNew{Pre,Post}(a, a->cur[LIST_OF(h, tag)]);
  @ ensures runs_old: *refilled == 0 ==> UsedNoNew{Pre,Post}(a, 0);
  @ ensures quick: CursorRoom{Pre}(a, LIST_OF(h, tag)) ==> *refilled == 0;
  @ ensures flag: *refilled == 0 || *refilled == 1;
  @ ensures sound: Arena(a);
  @*/
LM_CORE unsigned arena_alloc(struct arena *a, unsigned h, unsigned tag,
                             short *refilled);

/* The part of arena_alloc that is taken most: a block from word k of the bits,
 * which is of a span of tag t and has a free slot.  Its offset. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires room: WordRoom(a, k, t);
  @ assigns a->bits[k];
  @ ensures some: \result != 0;
  @ ensures block: Block(a, \result, ClassSize[t / 2]);
  @ ensures tiny: t == TAG_TINY ==> TinyBlock(a, \result);
  @ ensures run: Covers(a, k / WORDS, \result);
  @ ensures held: BlockHeld(a, \result, a->home[k / WORDS]);
  @ ensures new: !BlockStart{Pre}(a, \result);
  @ ensures new_tiny: !TinyBlock{Pre}(a, \result);
  @ ensures aligned: AlignedAs(\result, ClassSize[t / 2]);
  @ ensures kept: BlocksStay{Pre,Post}(a, \result);
  @ ensures no_new: BlocksStay{Post,Pre}(a, \result);
  @ ensures span_tail: SpanTail(a);
  @ ensures span_parked: SpanParked(a, 0);
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ENSURES_LISTS
  @*/
LM_CORE unsigned arena_take(struct arena *a, unsigned k, unsigned t);

/* A word where arena_take finds a slot of tag t, at a guess, which is the word
 * where list l last had a slot freed: what was just used is in the processor's
 * cache, and most often the guess is right.  NO_WORD just if it is not. */
/*@ requires arena: \valid_read(a);
  @ requires tag: SlotTag(t);
  @ requires list: l < LISTS;
  @ assigns \nothing;
  @ ensures range: \result <= NO_WORD;
  @ ensures room: \result < NO_WORD ==> WordRoom(a, \result, t);
  @ ensures must: WordRoom(a, a->hot[l], t) ==> \result == a->hot[l];
  @*/
LM_CORE unsigned hot_word(const struct arena *a, unsigned l, unsigned t);

/* The word that the cursor of list l is at, which has a free slot. */
/*@ requires arena: \valid_read(a);
  @ requires sound: Arena(a);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ requires room: CursorRoom(a, l);
  @ assigns \nothing;
  @ ensures word: \result == WORDS * a->cur[l] + a->at[l];
  @ ensures room: WordRoom(a, \result, t);
  @ ensures home: a->home[\result / WORDS] == l;
  @*/
LM_CORE unsigned cursor_word(const struct arena *a, unsigned l, unsigned t);

/* A large object of n pages, aligned to a page; noscan: 0 or 1.  0, and no
 * block changed, when no run of n pages is free, nor when all empty spans are
 * given back.  Pages from the old value of a->fresh on were never handed out
 * before: memory that came zeroed is zero there. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires pages: 1 <= n < ARENA_PAGES;
  @ requires flag: noscan <= 1;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->cur[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures block: \result != 0 ==> Block(a, \result, n * PAGE_SIZE);
  @ ensures pages: \result != 0 ==> BlockPages(a, \result, n);
  @ ensures new: \result != 0 ==> !BlockStart{Pre}(a, \result);
  @ ensures new_tiny: \result != 0 ==> !TinyBlock{Pre}(a, \result);
  @ ensures aligned: \result % PAGE_SIZE == 0;
  @ ensures kept: BlocksStay{Pre,Post}(a, \result);
  @ ensures no_new: BlocksStay{Post,Pre}(a, \result);
  @ ensures runs_new: UsedNoNew{Pre,Post}(a, \result / PAGE_SIZE);
  @ ensures owner: \result != 0 ==>
  @   a->owner[\result / PAGE_SIZE] == \result / PAGE_SIZE;
  @ ensures must: FreePages{Pre}(a, n) ==> \result != 0;
  @ ensures none: \result == 0 ==> !FreePages(a, n);
  @ ensures no_empty: \result == 0 ==> NoEmpty(a);
  @ ENSURES_ARENA(a, 0)
  @*/
LM_CORE unsigned arena_large(struct arena *a, unsigned n, unsigned noscan);

/* What off is. */
/*@ requires arena: \valid_read(a);
  @ requires sound: Arena(a);
  @ assigns \nothing;
  @ ENSURES_LOOK(a, off)
  @*/
LM_CORE int arena_look(const struct arena *a, unsigned off);

/* What off is, for a thread that does not own the arena and reads it while its
 * owner writes.  Nothing is asked of the arena: each cell is read once, each
 * index is checked, and no loop waits for anything, so that whatever is read
 * the answer comes and no memory but the arena is read.  *s is the run and *i
 * the slot, 0 for a large object, of what begins at off, if anything does.
 * Of an arena at rest it says the truth, but for LM_FOREIGN, which may also
 * stand for the inside of a large object. */
/*@ requires arena: \valid_read(a);
  @ requires run: \valid(s);
  @ requires slot: \valid(i);
  @ requires apart: \separated(s, i, a);
  @ assigns *s, *i;
  @ ensures result: LM_OK <= \result <= LM_FOREIGN;
  @ ensures run: *s < ARENA_PAGES;
  @ ensures slot: \result <= LM_DOUBLE ==> *i < SLOTS_MAX;
  @ behavior sound:
  @ assumes sound: Arena(a);
  @ ensures ok: \result == LM_OK <==> BlockStart{Pre}(a, off);
  @ ensures free_slot: \result == LM_DOUBLE <==> FreeStart{Pre}(a, off);
  @ ensures inside: \result == LM_INTERIOR ==> Covered{Pre}(a, off);
  @ ensures what: \result == LM_OK ==>
  @   (LiveSlot{Pre}(a, *s, *i) && off == SlotOffset{Pre}(a, *s, *i)) ||
  @   (LiveLarge{Pre}(a, *s) && off == *s * PAGE_SIZE && *i == 0);
  @*/
LM_CORE int arena_peek(const struct arena *a, unsigned off, unsigned *s,
                       unsigned *i);

/* The byte offset of slot i of run s, as arena_peek names it; 0 if there is no
 * such slot.  Nothing is asked of the arena. */
/*@ requires arena: \valid_read(a);
  @ requires run: s < ARENA_PAGES;
  @ assigns \nothing;
  @ ensures none: (SlotTag(a->tag[s]) ==> i >= Slots(a, s)) ==>
  @   (LargeTag(a->tag[s]) ==> i != 0) ==> \result == 0;
  @ ensures large: LargeTag(a->tag[s]) ==> i == 0 ==> \result == s * PAGE_SIZE;
  @ behavior sound:
  @ assumes runs: Runs(a) && SpanPages(a);
  @ ensures slot: SlotTag(a->tag[s]) ==> i < Slots(a, s) ==>
  @   \result == SlotOffset(a, s, i);
  @*/
LM_CORE unsigned arena_offset_of(const struct arena *a, unsigned s, unsigned i);

/* The size in bytes of the block at off: a program may use them all. */
/*@ requires arena: \valid_read(a);
  @ requires sound: Arena(a);
  @ requires block: BlockStart(a, off);
  @ assigns \nothing;
  @ ensures size: Block(a, off, \result);
  @*/
LM_CORE unsigned arena_size(const struct arena *a, unsigned off);

/* The same where it takes no search, as always for a slot; 0 if no block begins
 * at off, or perhaps for a large object. */
/*@ requires arena: \valid_read(a);
  @ requires sound: Arena(a);
  @ assigns \nothing;
  @ ensures size: \result != 0 ==> Block(a, off, \result);
  @ ensures must: \forall integer l; BlockHeld(a, off, l) ==> \result != 0;
  @*/
LM_CORE unsigned arena_size_quick(const struct arena *a, unsigned off);

/* Frees the block at off and returns LM_OK; if there is none, says what off
 * is and changes no block.  What was freed can be had again: a slot of the
 * same list, or as many free pages. */
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
LM_CORE int arena_free(struct arena *a, unsigned off);

/* The part of arena_free that is taken most: frees the block at off, 1, if it
 * is in a span that stays where it is, on its list or allocated from; else 0,
 * and nothing changed. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ assigns a->bits[0 .. ARENA_PAGES * WORDS - 1], a->hot[0 .. LISTS - 1];
  @ ensures same: \result == 0 ==> BitsSame{Pre,Post}(a);
  @ ensures must: \forall integer s, i; LiveSlot{Pre}(a, s, i) ==>
  @   off == SlotOffset{Pre}(a, s, i) ==> a->cur[a->home[s]] == s ==>
  @   \result != 0;
  @ ensures block: \result != 0 ==> BlockStart{Pre}(a, off);
  @ ensures gone: \result != 0 ==> !BlockStart(a, off);
  @ ensures again: \result != 0 ==> \forall integer l;
  @   BlockHeld{Pre}(a, off, l) ==> Room(a, l, l % TAGS);
  @ ensures kept: BlocksStay{Pre,Post}(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, off);
  @ ensures sound: Arena(a);
  @*/
LM_CORE int arena_free_quick(struct arena *a, unsigned off);

/* Frees, of word w of span s, the blocks that have their bit in freed, and no
 * other; returns the bits that named no block.  Any word is accepted, and any
 * page s: where no span begins no bit names a block.  For a collector that
 * has swept, and for frees that others have noted as bits. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires page: s < ARENA_PAGES;
  @ requires index: w < WORDS;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1], a->hot[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1];
  @ ensures senseless: \forall integer b; 0 <= b < WORD_BITS ==>
  @   (Bit(\result, b) <==> Bit(freed, b) &&
  @     !LiveSlot{Pre}(a, s, WORD_BITS * w + b));
  @ ensures gone: \forall integer off; BlockNamed{Pre}(a, s, w, freed, off) ==>
  @   !BlockStart(a, off);
  @ ensures kept: \forall integer off, n;
  @   !BlockNamed{Pre}(a, s, w, freed, off) ==>
  @   Block{Pre}(a, off, n) ==> Block(a, off, n);
  @ ensures kept_tiny: \old(a->tag[s]) != TAG_TINY ==> \forall integer off;
  @   TinyBlock{Pre}(a, off) ==> TinyBlock(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, 0);
  @ ensures sound: Arena(a);
  @*/
LM_CORE word arena_sweep(struct arena *a, unsigned s, unsigned w, word freed);

/* Makes the large object at off one of n pages where it is: 1; or 0, and no
 * block changed, when what begins there is no large object, or has fewer pages
 * and no free run behind it that is long enough.  To shrink never fails. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires block: BlockStart(a, off);
  @ requires pages: 1 <= n < ARENA_PAGES;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a);
  @ ensures done: \result != 0 ==> Block(a, off, n * PAGE_SIZE);
  @ ensures plain: \result != 0 ==> !TinyBlock{Pre}(a, off);
  @ ensures same: \result == 0 ==> BlocksStay{Pre,Post}(a, 0);
  @ ensures kept: BlocksStay{Pre,Post}(a, off);
  @ ensures no_new: BlocksStay{Post,Pre}(a, off);
  @ ensures must: \forall integer k; BlockPages{Pre}(a, off, k) ==> n <= k ==>
  @   \result != 0;
  @ ensures sound: Arena(a);
  @*/
LM_CORE int arena_resize(struct arena *a, unsigned off, unsigned n);

/* Gives the pages of every empty span back to the page heap.  If no block is
 * live, all pages are then one free run: nothing leaks. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->cur[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures kept: BlocksStay{Pre,Post}(a, 0);
  @ ensures no_new: BlocksStay{Post,Pre}(a, 0);
  @ ensures none: NoEmpty(a);
  @ ensures all: (\forall integer off, n; !Block(a, off, n)) ==> AllFree(a);
  @ ensures sound: Arena(a);
  @*/
LM_CORE void arena_reclaim(struct arena *a);

#endif

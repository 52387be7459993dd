/*
 * tiny.h - the tiny allocator: objects of less than 16 bytes share a block.
 * They hold no pointers; each starts at the next offset of the block that
 * suits its size, and the last to end gives the block back to the arena.
 * Proven: complete contracts below.  Trusted: nothing.
 * Source: Go 1.19, mallocgc in runtime/malloc.go.
 */
#ifndef LM_TINY_H
#define LM_TINY_H
#include "arena.h"
#include "../spec/tiny.h"

/* ---- Facts about tiny objects: ghost functions, called where needed ---- */

/* Blocks of the tiny allocator have TINY_SIZE bytes. */
/*@ ghost
  /@ terminates \true;
   @ assigns \nothing;
   @ ensures size: ClassSize[TAG_TINY / 2] == TINY_SIZE;
   @/
  void lemma_tiny_class(void);
*/

/* In a block that objects live in one does: it starts at the result. */
/*@ ghost
  /@ requires tiny: \valid_read(t);
   @ requires packed: TinyPacked(t, k);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures start: TinyLive(t, k, \result);
   @/
  unsigned lemma_tiny_some(const struct tiny *t, unsigned k);
*/

/* Objects do not overlap, and lie inside blocks of the arena. */
/*@ ghost
  /@ requires tiny: \valid_read(t);
   @ requires set: Tiny(a, t);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures apart: TinyApart(t);
   @ ensures inside: \forall integer off, n; TinyObject(t, off, n) ==>
   @   \exists integer b; Block(a, b, TINY_SIZE) &&
   @     b <= off && off + n <= b + TINY_SIZE;
   @/
  void lemma_tiny_apart(const struct arena *a, const struct tiny *t);
*/

/* ---- The rule ---- */

/* The least offset from off on that is aligned for an object of n bytes. */
/*@ requires size: 1 <= n < TINY_SIZE;
  @ requires offset: off <= TINY_SIZE;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures range: off <= \result <= TINY_SIZE;
  @ ensures aligned: \result % TinyAlign(n) == 0;
  @ ensures least: \forall integer o; off <= o && o % TinyAlign(n) == 0 ==>
  @   \result <= o;
  @*/
LM_CORE unsigned tiny_offset(unsigned off, unsigned n);

/* ---- Sets of 16 bits ---- */

/* The set w with i. */
/*@ requires index: i < TINY_SIZE;
  @ terminates \true;
  @ assigns \nothing;
  @ ensures in: Bit(\result, i);
  @ ensures some: \result != 0;
  @ ensures others: \forall integer j; 0 <= j < TINY_SIZE && j != i ==>
  @   (Bit(\result, j) <==> Bit(w, j));
  @*/
LM_CORE unsigned short tiny_with(unsigned short w, unsigned i);

/* ---- The allocator ---- */

/* When there is no memory, and which run is new: as arena_alloc says. */
#define ENSURES_TINY_RUNS(a, h) \
  ensures none: \result == 0 ==> !FreePages(a, ClassPages[TAG_TINY / 2]); \
  ensures no_empty: \result == 0 ==> NoEmpty(a); \
  ensures runs_new: UsedNoNew{Pre,Post}(a, a->cur[LIST_OF(h, TAG_TINY)]); \
  ensures runs_old: *refilled == 0 ==> UsedNoNew{Pre,Post}(a, 0); \
  ensures quick: CursorRoom{Pre}(a, LIST_OF(h, TAG_TINY)) ==> *refilled == 0; \
  ensures flag: *refilled == 0 || *refilled == 1;

/* A tiny object of n bytes for holder h: it goes into the block that h fills,
 * or else into a new one of the arena, which h fills from then on if it has
 * more room left.  Its offset; 0, and no block and no object changed, when the
 * arena has no memory.  *refilled as in arena_alloc. */
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
  @ ensures fits: TinyFits{Pre}(t, h, n) ==> BlocksStay{Post,Pre}(a, 0);
  @ ensures must: TinyFits{Pre}(t, h, n) ||
  @   Room{Pre}(a, LIST_OF(h, TAG_TINY), TAG_TINY) ||
  @   FreePages{Pre}(a, ClassPages[TAG_TINY / 2]) ==> \result != 0;
  @ ensures owner: *refilled != 0 ==> \result != 0 ==>
  @   a->owner[\result / PAGE_SIZE] == a->cur[LIST_OF(h, TAG_TINY)];
  @ ENSURES_TINY_RUNS(a, h)
  @ ENSURES_TINY(a, t)
  @ ensures sound: Arena(a);
  @*/
LM_CORE unsigned tiny_alloc(struct arena *a, struct tiny *t, unsigned h,
                            unsigned n, short *refilled);

/* Whether byte off lies in a block that tiny objects live in; if so, it is
 * tiny_free that frees it, else arena_free. */
/*@ requires tiny: \valid_read(t);
  @ assigns \nothing;
  @ ensures in: \result != 0 <==> TinyIn(t, off);
  @ ensures start: TinyStart(t, off) ==> \result != 0;
  @*/
LM_CORE int tiny_in(const struct tiny *t, unsigned off);

/* Whether byte off lies in a span of the tiny allocator's blocks: a cheaper
 * question, as free reads the tag in any case. */
/*@ requires arena: \valid_read(a);
  @ requires sound: Arena(a);
  @ assigns \nothing;
  @ ensures span: \result != 0 <==> TinySpan(a, off);
  @*/
LM_CORE int tiny_is(const struct arena *a, unsigned off);

/* What off is: LM_OK if a tiny object begins there, LM_DOUBLE if none does,
 * but some live in the block.  Elsewhere what the arena says, to which a block
 * that is not the tiny allocator's is LM_FOREIGN. */
/*@ requires arena: \valid_read(a);
  @ requires tiny: \valid_read(t);
  @ requires sound: Arena(a);
  @ requires set: Tiny(a, t);
  @ assigns \nothing;
  @ ensures result: LM_OK <= \result <= LM_FOREIGN;
  @ ensures ok: \result == LM_OK <==> TinyStart(t, off);
  @ ensures dead: \result == LM_DOUBLE <==> !TinyStart(t, off) &&
  @   (TinyIn(t, off) || FreeStart(a, off));
  @ ensures foreign: \result == LM_FOREIGN <==> !TinyIn(t, off) &&
  @   (BlockStart(a, off) || !Covered(a, off));
  @*/
LM_CORE int tiny_look(const struct arena *a, const struct tiny *t,
                      unsigned off);

/* Ends the tiny object at off and returns LM_OK; the last one of a block ends
 * the block, and nobody fills it.  If no tiny object begins at off, says what
 * off is, as tiny_look, and changes nothing. */
/*@ requires arena: \valid(a);
  @ requires tiny: \valid(t) && \separated(t, a);
  @ requires sound: Arena(a);
  @ requires set: Tiny(a, t);
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->hot[0 .. LISTS - 1], a->cur[0 .. LISTS - 1], a->at[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1],
  @   t->high[0 .. HOLDERS - 1], t->low[0 .. HOLDERS - 1],
  @   t->live[0 .. TINY_BLOCKS - 1];
  @ ensures result: LM_OK <= \result <= LM_FOREIGN;
  @ ensures ok: \result == LM_OK <==> TinyStart{Pre}(t, off);
  @ ensures dead: \result == LM_DOUBLE <==> !TinyStart{Pre}(t, off) &&
  @   (TinyIn{Pre}(t, off) || FreeStart{Pre}(a, off));
  @ ensures foreign: \result == LM_FOREIGN <==> !TinyIn{Pre}(t, off) &&
  @   (BlockStart{Pre}(a, off) || !Covered{Pre}(a, off));
  @ ensures gone: !TinyStart(t, off);
  @ ensures kept: TinyStay{Pre,Post}(t, off);
  @ ensures no_new: TinyStartsStay{Post,Pre}(t, 0);
  @ ensures last: \result == LM_OK && !TinyIn(t, off) ==>
  @   !BlockStart(a, off - off % TINY_SIZE);
  @ ensures blocks_same: \result != LM_OK || TinyIn(t, off) ==>
  @   BlocksStay{Pre,Post}(a, 0);
  @ ensures blocks_kept: BlocksStay{Pre,Post}(a, off - off % TINY_SIZE);
  @ ensures blocks_no_new: BlocksStay{Post,Pre}(a, 0);
  @ ENSURES_TINY(a, t)
  @ ensures sound: Arena(a);
  @*/
LM_CORE int tiny_free(struct arena *a, struct tiny *t, unsigned off);

#endif

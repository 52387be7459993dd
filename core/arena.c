/*
 * arena.c - the allocator over one arena; see arena.h.
 */
#include "arena.h"
#include "alloc.h"
#include "fit.h"
#include "heap.h"
#include "locate.h"
#include "sizeclass.h"
#include "span.h"

/* Trees that are zero are right. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires zero: \forall integer p; 0 <= p < NODES ==>
   @   a->leaf[p] == 0 && a->best[p] == 0;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures tree: FitTree(a);
   @/
  static void lemma_zero_fit(const struct arena *a) {
    /@ assert blocks: FitBlocks(a); @/
    /@ assert roots: FitRoots(a); @/
  }
*/

/* Lists, cursors and spans are sound where there are none. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires pages: \forall integer p; 0 <= p < ARENA_PAGES ==>
   @   a->list[p] == 0 && a->tag[p] <= TAG_FREE;
   @ requires lists: \forall integer l; 0 <= l < LISTS ==>
   @   a->head[l] == 0 && a->last[l] == 0 && a->cur[l] == 0 && a->at[l] == 0;
   @ terminates \true;
   @ assigns \nothing;
   @ ENSURES_ROOMS(a)
   @ ENSURES_SPANS(a, 0)
   @/
  static void lemma_no_spans(const struct arena *a) { }
*/

LM_CORE void arena_init(struct arena *a, unsigned lo, unsigned hi)
{
  /*@ ghost lemma_zero_fit(a); */
  a->lo = lo;
  a->hi = hi;
  a->tag[lo] = TAG_FREE;
  a->npages[lo] = hi - lo;
  a->owner[hi - 1u] = (int)lo;
  /*@ assert same: FitSame{Pre,Here}(a); */
  /*@ ghost lemma_no_spans(a); */
  /*@ assert none: \forall integer off, n; !Block(a, off, n); */
  /*@ assert region: RunsRegion(a); */
  /*@ assert inside: RunsInside(a); */
  /*@ assert last: FreeLast(a); */
  /*@ assert behind: OwnerBehind(a); */
  fit_set(a, lo, (int)(hi - lo));
}

/* ---- Empty spans go back to the page heap ---- */

/* A run that is handed out is a block, or has one if no span is empty. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires none: NoEmpty(a);
   @ requires run: 0 < s < ARENA_PAGES && a->tag[s] > TAG_FREE;
   @ terminates \true;
   @ assigns \nothing;
   @ ensures some: \exists integer off, n; Block(a, off, n);
   @/
  static void lemma_has_block(const struct arena *a, unsigned s) {
    if (SLOTTED(a->tag[s])) {
      unsigned n = ClassSlots[a->tag[s] / 2];
      unsigned i = 0;
      /@ loop invariant range: 0 <= i <= n;
       @ loop invariant free: \forall integer j; 0 <= j < i ==> !Taken(a, s, j);
       @ loop assigns i;
       @ loop variant n - i;
       @/
      while (i < n) {
        if (lemma_slot(a, s, i) == 1) {
          /@ assert live: LiveSlot(a, s, i); @/
          /@ assert block: Block(a, SlotOffset(a, s, i),
           @   ClassSize[a->tag[s] / 2]); @/
          return;
        }
        i = i + 1u;
      }
      /@ assert never: \false; @/
    } else {
      /@ assert live: LiveLarge(a, s); @/
      /@ assert block: Block(a, s * PAGE_SIZE, a->npages[s] * PAGE_SIZE); @/
    }
  }
*/

/* Without a block all pages are free if no span is empty. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires runs: Runs(a);
   @ requires none: NoEmpty(a);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures all: (\forall integer off, n; !Block(a, off, n)) ==> AllFree(a);
   @/
  static void lemma_all_free(const struct arena *a) {
    unsigned s = a->lo;
    unsigned r = s + a->npages[s];
    if (a->tag[s] > TAG_FREE) {
      lemma_has_block(a, s);
    } else if (r < a->hi && a->tag[r] > TAG_FREE) {
      lemma_has_block(a, r);
    }
  }
*/

/* Gives the pages of span s back if it is empty. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires page: 0 < s < ARENA_PAGES;
  @ assigns a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
  @   a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1],
  @   a->cur[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures none: SlotTag(a->tag[s]) ==> !Empty(a, s, Slots(a, s));
  @ ensures taken_same: TakenSame{Pre,Post}(a);
  @ ensures kept: UsedKept{Pre,Post}(a, s);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, 0);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ensures sound: Arena(a);
  @*/
static void reclaim(struct arena *a, unsigned s)
{
  unsigned t = a->tag[s];
  if (!SLOTTED(t)) {
    return;
  }
  /*@ ghost lemma_class(t / 2u); */
  if (span_empty(a, s, class_slots(t / 2u))) {
    spare_less(a, s);
    span_reclaim(a, s);
  }
}

/* No run is handed out behind the fresh page. */
/*@ ghost
  /@ requires arena: \valid_read(a);
   @ requires inside: RunsInside(a);
   @ requires fresh: RunsFresh(a);
   @ terminates \true;
   @ assigns \nothing;
   @ ensures used: \forall integer q; 0 <= q < ARENA_PAGES ==>
   @   a->tag[q] > TAG_FREE ==> q < a->fresh;
   @/
  static void lemma_fresh(const struct arena *a) {
  }
*/

/* Gives the pages of every empty span back. */
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
  @ ensures none: NoEmpty(a);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, 0);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ensures sound: Arena(a);
  @*/
static void reclaim_all(struct arena *a)
{
  unsigned s;
  /*@ ghost lemma_classes(); */
  /*@ loop invariant range: 1 <= s <= ARENA_PAGES;
    @ loop invariant sound: Arena(a);
    @ loop invariant none: \forall integer q; 0 <= q < s ==>
    @   SlotTag(a->tag[q]) ==> !Empty(a, q, Slots(a, q));
    @ loop invariant no_new: UsedNoNew{Pre,Here}(a, 0);
    @ loop invariant live: SlotsLive{Pre,Here}(a, 0, 0);
    @ loop invariant tags: SlotsTag{Pre,Here}(a, 0, 0);
    @ loop invariant larges: LargesLive{Pre,Here}(a, 0);
    @ loop invariant larges_pages: LargesPages{Pre,Here}(a, 0);
    @ loop assigns s, a->owner[0 .. ARENA_PAGES - 1],
    @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
    @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
    @   a->list[0 .. ARENA_PAGES - 1], a->head[0 .. LISTS - 1],
    @   a->last[0 .. LISTS - 1],
    @   a->spare[0 .. LISTS - 1],
    @   a->cur[0 .. LISTS - 1],
    @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
    @ loop variant ARENA_PAGES - s;
    @*/
  for (s = 1u; s < ARENA_PAGES && (int)s < a->fresh; s++) {
    /*@ ghost Before: ; */
    reclaim(a, s);
    /*@ assert spans: \forall integer q; 0 <= q < s ==> SlotTag(a->tag[q]) ==>
      @   a->tag[q] == \at(a->tag[q], Before); */
    /*@ assert some: \forall integer q; 0 <= q < s ==> SlotTag(a->tag[q]) ==>
      @   \at(!Empty(a, q, Slots(a, q)), Before); */
    /*@ assert here: \forall integer q; 0 <= q < s ==> SlotTag(a->tag[q]) ==>
      @   !Empty(a, q, Slots(a, q)); */
  }
  /*@ ghost lemma_fresh(a); */
  /*@ assert behind: \forall integer q; s <= q < ARENA_PAGES ==>
    @   !SlotTag(a->tag[q]); */
}

LM_CORE void arena_reclaim(struct arena *a)
{
  reclaim_all(a);
  /*@ ghost lemma_classes(); */
  /*@ assert live: \forall integer q, j; LiveSlot{Pre}(a, q, j) ==>
    @   LiveSlot(a, q, j) && a->tag[q] == \at(a->tag[q], Pre); */
  /*@ assert lived: \forall integer q, j; LiveSlot(a, q, j) ==>
    @   LiveSlot{Pre}(a, q, j) && a->tag[q] == \at(a->tag[q], Pre); */
  /*@ assert slots_stay: SlotsStay{Pre,Here}(a, 0); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, 0); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, 0); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, 0); */
  /*@ ghost lemma_all_free(a); */
}

/* ---- Slots ---- */

/* Lets list l, of tag t, have room when the pages of all empty spans are given
 * back; as cursor_refill. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ assigns a->cur[0 .. LISTS - 1], a->at[l], a->fresh,
  @   a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1],
  @   a->home[0 .. ARENA_PAGES - 1], a->list[0 .. ARENA_PAGES - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures result: 0 <= \result <= 2;
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures none: \result == 0 ==> !FreePages(a, ClassPages[t / 2]);
  @ ensures no_empty: \result == 0 ==> NoEmpty(a);
  @ ensures old: \result != 2 ==> UsedNoNew{Pre,Post}(a, 0);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, a->cur[l]);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ensures sound: Arena(a);
  @*/
static int refill_again(struct arena *a, unsigned l, unsigned t)
{
  int r;
  reclaim_all(a);
  /*@ ghost Full: ; */
  r = cursor_refill(a, l, t);
  if (r != 0) {
    return r;
  }
  /*@ ghost lemma_classes(); */
  /*@ assert same: TakenSame{Full,Here}(a); */
  /*@ assert slots: \forall integer s; 0 <= s < ARENA_PAGES ==>
    @   a->tag[s] == \at(a->tag[s], Full); */
  /*@ assert some: \forall integer s; 0 <= s < ARENA_PAGES ==>
    @   SlotTag(a->tag[s]) ==> \at(!Empty(a, s, Slots(a, s)), Full); */
  /*@ assert here: \forall integer s; 0 <= s < ARENA_PAGES ==>
    @   SlotTag(a->tag[s]) ==> !Empty(a, s, Slots(a, s)); */
  /*@ assert no_empty: NoEmpty(a); */
  return 0;
}

/* The last attempts to let list l, of tag t, have room: with any span that
 * there is, then with the pages of empty spans. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ requires idle: a->cur[l] == 0;
  @ assigns a->cur[0 .. LISTS - 1], a->at[l], a->fresh,
  @   a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1],
  @   a->home[0 .. ARENA_PAGES - 1], a->list[0 .. ARENA_PAGES - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures result: 0 <= \result <= 2;
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures must: Room{Pre}(a, l, t) ==> \result != 0;
  @ ensures none: \result == 0 ==> !FreePages(a, ClassPages[t / 2]);
  @ ensures no_empty: \result == 0 ==> NoEmpty(a);
  @ ensures old: \result != 2 ==> UsedNoNew{Pre,Post}(a, 0);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, a->cur[l]);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ensures sound: Arena(a);
  @*/
static int refill_last(struct arena *a, unsigned l, unsigned t)
{
  int found = cursor_hunt(a, l, t);
  /*@ assert taken: TakenSame{Pre,Here}(a); */
  /*@ assert live: SlotsLive{Pre,Here}(a, 0, 0); */
  /*@ assert tags: SlotsTag{Pre,Here}(a, 0, 0); */
  if (found) {
    return 1;
  }
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert each: \forall integer s; 0 <= s < ARENA_PAGES ==>
    @   \at(Held(a, s, l, t), Pre) ==> \at(Full(a, s), Pre); */
  /*@ assert none: !Room{Pre}(a, l, t); */
  return refill_again(a, l, t);
}

/* Lets the cursor of list l, of tag t, be at a word with a free slot: 1, or 2
 * if a new span was made; 0 if there is no memory. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ assigns a->cur[0 .. LISTS - 1], a->at[l], a->fresh,
  @   a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1],
  @   a->home[0 .. ARENA_PAGES - 1], a->list[0 .. ARENA_PAGES - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures result: 0 <= \result <= 2;
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures must: Room{Pre}(a, l, t) || FreePages{Pre}(a, ClassPages[t / 2])
  @   ==> \result != 0;
  @ ensures none: \result == 0 ==> !FreePages(a, ClassPages[t / 2]);
  @ ensures no_empty: \result == 0 ==> NoEmpty(a);
  @ ensures old: \result != 2 ==> UsedNoNew{Pre,Post}(a, 0);
  @ ensures no_new: UsedNoNew{Pre,Post}(a, a->cur[l]);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, 0);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, 0);
  @ ensures sound: Arena(a);
  @*/
static int refill(struct arena *a, unsigned l, unsigned t)
{
  int r = cursor_refill(a, l, t);
  if (r != 0) {
    return r;
  }
  /*@ assert pages: !FreePages{Pre}(a, ClassPages[t / 2]); */
  /*@ assert full: FullSame{Pre,Here}(a); */
  /*@ assert held: HeldKept{Pre,Here}(a, l, t); */
  /*@ assert room: Room{Pre}(a, l, t) ==> Room(a, l, t); */
  return refill_last(a, l, t);
}

LM_CORE unsigned hot_word(const struct arena *a, unsigned l, unsigned t)
{
  int guess = a->hot[l];
  if (LM_LIKELY(0 <= guess && guess < (int)NO_WORD)) {
    unsigned k = (unsigned)guess;
    if (LM_LIKELY(a->tag[k / WORDS] == t) &&
        LM_LIKELY(a->bits[k] != ALL_ONES)) {
      return k;
    }
  }
  return NO_WORD;
}

LM_CORE unsigned cursor_word(const struct arena *a, unsigned l, unsigned t)
{
  (void)t;
  return WORDS * a->cur[l] + (unsigned)a->at[l];
}

LM_CORE unsigned arena_take(struct arena *a, unsigned k, unsigned t)
{
  unsigned s = k / WORDS, i, off;
  /*@ assert word: WORDS * s + k % WORDS == k; */
  /*@ ghost lemma_class(t / 2u); */
  i = slot_take(a, s, k % WORDS);
  /*@ ghost lemma_classes(); */
  /*@ ghost lemma_aligned(s, i, ClassSize[t / 2u]); */
  off = slot_offset_tag(a, s, i, t);
  /*@ assert place: off == s * PAGE_SIZE + i * ClassSize[t / 2]; */
  /*@ assert aligned: AlignedAs(off, ClassSize[t / 2]); */
  /*@ assert covers: Covers(a, s, off); */
  /*@ ghost lemma_at(a, s, off); */
  /*@ assert at: off == SlotOffset(a, s, i); */
  /*@ assert live: \forall integer q, j; LiveSlot(a, q, j) ==>
    @   !(q == s && j == i) ==> LiveSlot{Pre}(a, q, j); */
  /*@ assert lived: \forall integer q, j; LiveSlot{Pre}(a, q, j) ==>
    @   LiveSlot(a, q, j) && a->tag[q] == \at(a->tag[q], Pre) &&
    @   SlotOffset(a, q, j) == SlotOffset{Pre}(a, q, j); */
  /*@ assert slots_stay: SlotsStay{Pre,Here}(a, off); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, off); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, off); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, off); */
  /*@ assert one: \forall integer q, j; LiveSlot(a, q, j) ==>
    @   SlotOffset(a, q, j) == off ==> q == s && j == i; */
  /*@ assert was: !LiveSlot{Pre}(a, s, i); */
  /*@ assert no_slot: \forall integer q, j; LiveSlot{Pre}(a, q, j) ==>
    @   SlotOffset{Pre}(a, q, j) != off; */
  /*@ assert no_large: \forall integer q; LiveLarge{Pre}(a, q) ==>
    @   q * PAGE_SIZE != off; */
  /*@ assert block: Block(a, off, ClassSize[t / 2]); */
  /*@ assert start: BlockStart(a, off); */
  return off;
}

/* arena_take from the word that the cursor of list l is at. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ requires room: CursorRoom(a, l);
  @ assigns a->bits[WORDS * a->cur[l] + a->at[l]];
  @ ensures some: \result != 0;
  @ ensures block: Block(a, \result, ClassSize[t / 2]);
  @ ensures tiny: t == TAG_TINY ==> TinyBlock(a, \result);
  @ ensures run: Covers(a, a->cur[l], \result);
  @ ensures owner: a->owner[\result / PAGE_SIZE] == a->cur[l];
  @ ensures held: BlockHeld(a, \result, l);
  @ ensures new: !BlockStart{Pre}(a, \result);
  @ ensures new_tiny: !TinyBlock{Pre}(a, \result);
  @ ensures aligned: AlignedAs(\result, ClassSize[t / 2]);
  @ ensures kept: BlocksStay{Pre,Post}(a, \result);
  @ ensures no_new: BlocksStay{Post,Pre}(a, \result);
  @ ENSURES_ARENA(a, 0)
  @*/
static unsigned cursor_take(struct arena *a, unsigned l, unsigned t)
{
  return arena_take(a, cursor_word(a, l, t), t);
}

/* As refill, with what it says of blocks. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ assigns a->cur[0 .. LISTS - 1], a->at[l], a->fresh,
  @   a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1],
  @   a->home[0 .. ARENA_PAGES - 1], a->list[0 .. ARENA_PAGES - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures result: 0 <= \result <= 2;
  @ ensures room: \result != 0 ==> CursorRoom(a, l);
  @ ensures must: Room{Pre}(a, l, t) || FreePages{Pre}(a, ClassPages[t / 2])
  @   ==> \result != 0;
  @ ensures none: \result == 0 ==> !FreePages(a, ClassPages[t / 2]);
  @ ensures no_empty: \result == 0 ==> NoEmpty(a);
  @ ensures runs_old: \result != 2 ==> UsedNoNew{Pre,Post}(a, 0);
  @ ensures runs_new: UsedNoNew{Pre,Post}(a, a->cur[l]);
  @ ensures kept: BlocksStay{Pre,Post}(a, 0);
  @ ensures no_new: BlocksStay{Post,Pre}(a, 0);
  @ ensures sound: Arena(a);
  @*/
static int refill_block(struct arena *a, unsigned l, unsigned t)
{
  int r = refill(a, l, t);
  /*@ ghost lemma_classes(); */
  /*@ assert live: \forall integer q, j; LiveSlot{Pre}(a, q, j) ==>
    @   LiveSlot(a, q, j) && a->tag[q] == \at(a->tag[q], Pre); */
  /*@ assert lived: \forall integer q, j; LiveSlot(a, q, j) ==>
    @   LiveSlot{Pre}(a, q, j) && a->tag[q] == \at(a->tag[q], Pre); */
  /*@ assert slots_stay: SlotsStay{Pre,Here}(a, 0); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, 0); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, 0); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, 0); */
  return r;
}

/* arena_alloc for list l when its cursor is at no word with room. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires tag: SlotTag(t);
  @ requires list: TAGS <= l < LISTS && l % TAGS == t;
  @ requires flag: \valid(refilled) && \separated(refilled, a);
  @ assigns *refilled, a->cur[0 .. LISTS - 1], a->at[l], a->fresh,
  @   a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->bits[0 .. ARENA_PAGES * WORDS - 1],
  @   a->home[0 .. ARENA_PAGES - 1], a->list[0 .. ARENA_PAGES - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures block: \result != 0 ==> Block(a, \result, ClassSize[t / 2]);
  @ ensures tiny: \result != 0 ==> t == TAG_TINY ==> TinyBlock(a, \result);
  @ ensures held: \result != 0 ==> BlockHeld(a, \result, l);
  @ ensures new: \result != 0 ==> !BlockStart{Pre}(a, \result);
  @ ensures new_tiny: \result != 0 ==> !TinyBlock{Pre}(a, \result);
  @ ensures aligned: AlignedAs(\result, ClassSize[t / 2]);
  @ ensures kept: BlocksStay{Pre,Post}(a, \result);
  @ ensures no_new: BlocksStay{Post,Pre}(a, \result);
  @ ensures must: Room{Pre}(a, l, t) || FreePages{Pre}(a, ClassPages[t / 2])
  @   ==> \result != 0;
  @ ensures none: \result == 0 ==> !FreePages(a, ClassPages[t / 2]);
  @ ensures no_empty: \result == 0 ==> NoEmpty(a);
  @ ensures runs_old: *refilled == 0 ==> UsedNoNew{Pre,Post}(a, 0);
  @ ensures runs_new: UsedNoNew{Pre,Post}(a, a->cur[l]);
  @ ensures run: \result != 0 ==> Covers(a, a->cur[l], \result);
  @ ensures owner: \result != 0 ==> a->owner[\result / PAGE_SIZE] == a->cur[l];
  @ ensures flag: *refilled == 0 || *refilled == 1;
  @ ensures sound: Arena(a);
  @*/
LM_COLD static unsigned alloc_slow(struct arena *a, unsigned l, unsigned t,
                                   short *refilled)
{
  int r;
  /*@ ghost lemma_no_zero(a); */
  r = refill_block(a, l, t);
  /*@ ghost lemma_no_zero(a); */
  *refilled = r == 2;
  if (r == 0) {
    return 0u;
  }
  return cursor_take(a, l, t);
}

/* Each way out takes by itself: so the compiler reads the cursor and its word
 * once, and the proof meets one memory at a time. */
LM_CORE unsigned arena_alloc(struct arena *a, unsigned h, unsigned tag,
                             short *refilled)
{
  unsigned l = LIST_OF(h, tag);
  *refilled = 0;
  if (cursor_room(a, l)) {
    return cursor_take(a, l, tag);
  }
  return alloc_slow(a, l, tag, refilled);
}

/* ---- Large objects ---- */

/* Hands out k pages, if there are any when all empty spans are given back. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires k: 1 <= k < ARENA_PAGES;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->cur[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures range: 0 <= \result < ARENA_PAGES;
  @ ensures run: \result != 0 ==>
  @   a->tag[\result] == TAG_LARGE && a->npages[\result] == k;
  @ ensures new: \result != 0 ==> !LiveLarge{Pre}(a, \result);
  @ ensures none: \result == 0 ==> !FreePages(a, k);
  @ ensures runs_new: UsedNoNew{Pre,Post}(a, \result);
  @ ensures no_empty: \result == 0 ==> NoEmpty(a);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, \result);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, \result);
  @ ensures sound: Arena(a);
  @*/
static unsigned large_again(struct arena *a, unsigned k)
{
  unsigned s;
  reclaim_all(a);
  /*@ ghost Full: ; */
  s = heap_alloc(a, k);
  if (s != 0u) {
    return s;
  }
  /*@ ghost lemma_classes(); */
  /*@ assert same: TakenSame{Full,Here}(a); */
  /*@ assert slots: \forall integer t; 0 <= t < ARENA_PAGES ==>
    @   a->tag[t] == \at(a->tag[t], Full); */
  /*@ assert some: \forall integer t; 0 <= t < ARENA_PAGES ==>
    @   SlotTag(a->tag[t]) ==> \at(!Empty(a, t, Slots(a, t)), Full); */
  /*@ assert here: \forall integer t; 0 <= t < ARENA_PAGES ==>
    @   SlotTag(a->tag[t]) ==> !Empty(a, t, Slots(a, t)); */
  /*@ assert no_empty: NoEmpty(a); */
  return 0u;
}

/* Hands out k pages. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires k: 1 <= k < ARENA_PAGES;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->cur[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures range: 0 <= \result < ARENA_PAGES;
  @ ensures run: \result != 0 ==>
  @   a->tag[\result] == TAG_LARGE && a->npages[\result] == k;
  @ ensures new: \result != 0 ==> !LiveLarge{Pre}(a, \result);
  @ ensures must: FreePages{Pre}(a, k) ==> \result != 0;
  @ ensures none: \result == 0 ==> !FreePages(a, k);
  @ ensures runs_new: UsedNoNew{Pre,Post}(a, \result);
  @ ensures no_empty: \result == 0 ==> NoEmpty(a);
  @ ensures live: SlotsLive{Pre,Post}(a, 0, 0);
  @ ensures tags: SlotsTag{Pre,Post}(a, 0, 0);
  @ ensures larges: LargesLive{Pre,Post}(a, \result);
  @ ensures larges_pages: LargesPages{Pre,Post}(a, \result);
  @ ensures sound: Arena(a);
  @*/
static unsigned large(struct arena *a, unsigned k)
{
  unsigned s = heap_alloc(a, k);
  return s != 0u ? s : large_again(a, k);
}

/* As large, with what it says of blocks; the object's offset. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires k: 1 <= k < ARENA_PAGES;
  @ assigns a->fresh, a->owner[0 .. ARENA_PAGES - 1],
  @   a->npages[0 .. ARENA_PAGES - 1], a->tag[0 .. ARENA_PAGES - 1],
  @   a->leaf[0 .. ARENA_PAGES - 1], FIT(a),
  @   a->list[0 .. ARENA_PAGES - 1], a->cur[0 .. LISTS - 1],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1],
  @   a->head[0 .. LISTS - 1], a->last[0 .. LISTS - 1],
  @   a->spare[0 .. LISTS - 1];
  @ ensures range: 0 <= \result < ARENA_PAGES;
  @ ensures run: \result != 0 ==>
  @   a->tag[\result] == TAG_LARGE && a->npages[\result] == k;
  @ ensures new: \result != 0 ==> !BlockStart{Pre}(a, \result * PAGE_SIZE);
  @ ensures new_tiny: \result != 0 ==> !TinyBlock{Pre}(a, \result * PAGE_SIZE);
  @ ensures kept: BlocksStay{Pre,Post}(a, \result * PAGE_SIZE);
  @ ensures no_new: BlocksStay{Post,Pre}(a, \result * PAGE_SIZE);
  @ ensures must: FreePages{Pre}(a, k) ==> \result != 0;
  @ ensures none: \result == 0 ==> !FreePages(a, k);
  @ ensures runs_new: UsedNoNew{Pre,Post}(a, \result);
  @ ensures no_empty: \result == 0 ==> NoEmpty(a);
  @ ensures sound: Arena(a);
  @*/
static unsigned large_block(struct arena *a, unsigned k)
{
  unsigned s = large(a, k);
  /*@ ghost lemma_classes(); */
  /*@ assert live: \forall integer q, j; LiveSlot{Pre}(a, q, j) ==>
    @   LiveSlot(a, q, j) && a->tag[q] == \at(a->tag[q], Pre); */
  /*@ assert lived: \forall integer q, j; LiveSlot(a, q, j) ==>
    @   LiveSlot{Pre}(a, q, j) && a->tag[q] == \at(a->tag[q], Pre); */
  /*@ assert slots_stay: SlotsStay{Pre,Here}(a, s * PAGE_SIZE); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, s * PAGE_SIZE); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, s * PAGE_SIZE); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, s * PAGE_SIZE); */
  if (s == 0u) {
    return 0u;
  }
  /*@ assert large: LiveLarge(a, s); */
  /*@ ghost lemma_one_large(a, s, s * PAGE_SIZE); */
  /*@ assert no_slot: \forall integer q, j; LiveSlot{Pre}(a, q, j) ==>
    @   SlotOffset{Pre}(a, q, j) != s * PAGE_SIZE; */
  /*@ assert no_large: \forall integer q; LiveLarge{Pre}(a, q) ==>
    @   q * PAGE_SIZE != s * PAGE_SIZE; */
  /*@ assert no_block: \forall integer n; !Block{Pre}(a, s * PAGE_SIZE, n); */
  return s;
}

/* Gives the large object in run s tag t. */
/*@ requires arena: \valid(a);
  @ requires sound: Arena(a);
  @ requires large: LiveLarge(a, s);
  @ requires tag: TAG_LARGE <= t <= TAG_LARGE + 1;
  @ assigns a->tag[s];
  @ ensures pages: BlockPages(a, s * PAGE_SIZE, a->npages[s]);
  @ ensures block: Block(a, s * PAGE_SIZE, a->npages[s] * PAGE_SIZE);
  @ ensures kept: BlocksStay{Pre,Post}(a, 0);
  @ ensures no_new: BlocksStay{Post,Pre}(a, 0);
  @ ensures sound: Arena(a);
  @*/
static void retag(struct arena *a, unsigned s, unsigned t)
{
  tag_large(a, s, t);
  /*@ ghost lemma_classes(); */
  /*@ assert slots_stay: SlotsStay{Pre,Here}(a, 0); */
  /*@ assert slots_back: SlotsStay{Here,Pre}(a, 0); */
  /*@ assert larges_stay: LargesStay{Pre,Here}(a, 0); */
  /*@ assert larges_back: LargesStay{Here,Pre}(a, 0); */
  /*@ assert live: LiveLarge(a, s); */
  /*@ assert block: Block(a, s * PAGE_SIZE, a->npages[s] * PAGE_SIZE); */
  /*@ assert start: BlockStart(a, s * PAGE_SIZE); */
}

LM_CORE unsigned arena_large(struct arena *a, unsigned n, unsigned noscan)
{
  unsigned s;
  /*@ ghost lemma_no_zero(a); */
  s = large_block(a, n);
  if (s == 0u) {
    return 0u;
  }
  /*@ ghost lemma_no_zero(a); */
  retag(a, s, TAG_LARGE + noscan);
  /*@ ghost lemma_no_zero(a); */
  return s * PAGE_SIZE;
}

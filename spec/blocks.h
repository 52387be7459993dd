/*
 * spec/blocks.h - blocks by their byte offset: what a program allocates.
 * A block is a slot of a span or a large object; its offset and size say all
 * that a program needs to know of it.  Two blocks of one arena never overlap:
 * lemma_blocks_apart (core/arena.h) proves it from the invariant.
 */
#ifndef LM_SPEC_BLOCKS_H
#define LM_SPEC_BLOCKS_H
#include "arena.h"

/*@ // A live block of n bytes begins at byte offset off.
  @ predicate Block{L}(struct arena *a, integer off, integer n) =
  @   (\exists integer s, i; LiveSlot(a, s, i) && off == SlotOffset(a, s, i) &&
  @      n == ClassSize[a->tag[s] / 2]) ||
  @   (\exists integer s; LiveLarge(a, s) && off == s * PAGE_SIZE &&
  @      n == a->npages[s] * PAGE_SIZE);
  @
  @ // A live block begins at off; a slot that holds no block begins there.
  @ predicate BlockStart{L}(struct arena *a, integer off) =
  @   \exists integer n; Block(a, off, n);
  @ predicate FreeStart{L}(struct arena *a, integer off) =
  @   \exists integer s, i; 0 <= s < ARENA_PAGES && SlotTag(a->tag[s]) &&
  @     0 <= i < Slots(a, s) && !Taken(a, s, i) && off == SlotOffset(a, s, i);
  @
  @ // The block at off is the tiny allocator's.
  @ predicate TinyBlock{L}(struct arena *a, integer off) =
  @   \exists integer s, i; LiveSlot(a, s, i) && off == SlotOffset(a, s, i) &&
  @     a->tag[s] == TAG_TINY;
  @ lemma tiny_block{L}: \forall struct arena *a, integer off;
  @   TinyBlock(a, off) ==> Block(a, off, ClassSize[TAG_TINY / 2]);
  @
  @ // The block at off is in a span that list l holds.
  @ predicate BlockHeld{L}(struct arena *a, integer off, integer l) =
  @   BlockStart(a, off) &&
  @   \exists integer s, i; LiveSlot(a, s, i) && off == SlotOffset(a, s, i) &&
  @     a->home[s] == l;
  @
  @ // The block at off is a large object of k pages.
  @ predicate BlockPages{L}(struct arena *a, integer off, integer k) =
  @   BlockStart(a, off) &&
  @   \exists integer s; LiveLarge(a, s) && off == s * PAGE_SIZE &&
  @     a->npages[s] == k;
  @
  @ // At off begins a live slot of word w of span s that has its bit in x.
  @ predicate BlockNamed{L}(struct arena *a, integer s, integer w, integer x,
  @                         integer off) =
  @   \exists integer i; LiveSlot(a, s, i) && off == SlotOffset(a, s, i) &&
  @     Named(w, x, i);
  @
  @ // Run s, which is handed out, covers byte off; some run does.
  @ predicate Covers{L}(struct arena *a, integer s, integer off) =
  @   0 <= s < ARENA_PAGES && a->tag[s] > TAG_FREE &&
  @   s * PAGE_SIZE <= off < (s + a->npages[s]) * PAGE_SIZE;
  @ predicate Covered{L}(struct arena *a, integer off) =
  @   \exists integer s; Covers(a, s, off);
  @
  @ // Every block of state K, but for what begins at x, is one of state L, and
  @ // still the tiny allocator's if it was.
  @ predicate BlocksStay{K,L}(struct arena *a, integer x) =
  @   (\forall integer off, n; off != x ==>
  @     Block{K}(a, off, n) ==> Block{L}(a, off, n)) &&
  @   (\forall integer off; off != x ==>
  @     TinyBlock{K}(a, off) ==> TinyBlock{L}(a, off));
  @
  @ // The slots that are live in state K, but for what begins at x, are so in
  @ // state L, at the same offset, of the same tag and size; and large objects.
  @ predicate SlotsStay{K,L}(struct arena *a, integer x) =
  @   \forall integer s, i; LiveSlot{K}(a, s, i) ==>
  @   SlotOffset{K}(a, s, i) != x ==> LiveSlot{L}(a, s, i) &&
  @   SlotOffset{L}(a, s, i) == SlotOffset{K}(a, s, i) &&
  @   \at(a->tag[s], L) == \at(a->tag[s], K) &&
  @   \at(ClassSize[a->tag[s] / 2], L) == \at(ClassSize[a->tag[s] / 2], K);
  @ predicate LargesStay{K,L}(struct arena *a, integer x) =
  @   \forall integer s; LiveLarge{K}(a, s) ==> s * PAGE_SIZE != x ==>
  @   LiveLarge{L}(a, s) &&
  @   \at(a->npages[s], L) == \at(a->npages[s], K);
  @ lemma slot_blocks{K,L}: \forall struct arena *a, integer x, s, i;
  @   SlotsStay{K,L}(a, x) ==> LiveSlot{K}(a, s, i) ==>
  @   SlotOffset{K}(a, s, i) != x ==>
  @   Block{L}(a, SlotOffset{K}(a, s, i), \at(ClassSize[a->tag[s] / 2], K));
  @ lemma large_blocks{K,L}: \forall struct arena *a, integer x, s;
  @   LargesStay{K,L}(a, x) ==> LiveLarge{K}(a, s) ==> s * PAGE_SIZE != x ==>
  @   Block{L}(a, s * PAGE_SIZE, \at(a->npages[s], K) * PAGE_SIZE);
  @ lemma tiny_blocks{K,L}: \forall struct arena *a, integer x, off;
  @   SlotsStay{K,L}(a, x) ==> TinyBlock{K}(a, off) ==> off != x ==>
  @   TinyBlock{L}(a, off);
  @ lemma blocks_stay{K,L}: \forall struct arena *a, integer x;
  @   SlotsStay{K,L}(a, x) ==> LargesStay{K,L}(a, x) ==> BlocksStay{K,L}(a, x);
  @
  @ // No two blocks overlap, and none has two sizes.
  @ predicate BlocksApart{L}(struct arena *a) =
  @   \forall integer x, m, y, n; Block(a, x, m) ==> Block(a, y, n) ==>
  @   (x + m <= y || y + n <= x || (x == y && m == n));
  @
  @ // List l or list c of central has a span with a free slot.
  @ predicate Room{L}(struct arena *a, integer l, integer c) =
  @   \exists integer s; 0 <= s < ARENA_PAGES && Held(a, s, l, c) &&
  @     !Full(a, s);
  @
  @ // No span is empty.
  @ predicate NoEmpty{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> SlotTag(a->tag[s]) ==>
  @   !Empty(a, s, Slots(a, s));
  @
  @ // All pages are one free run.
  @ predicate AllFree{L}(struct arena *a) =
  @   a->tag[a->lo] == TAG_FREE && a->npages[a->lo] == a->hi - a->lo;
  @*/

#endif

/*
 * spec/tiny.h - tiny objects: what lives in a block that several share.
 * Objects are said twice, as blocks are: by block and byte, which is how the
 * code finds them, and by their offset, which is all that a program knows.
 * Lemmas are proven.  Go's name: tiny allocator.
 */
#ifndef LM_SPEC_TINY_H
#define LM_SPEC_TINY_H
#include "blocks.h"

/*@ // The block that holder h fills; 0: none.
  @ logic integer TinyCur{L}(struct tiny *t, integer h) =
  @   t->high[h] * 65536 + t->low[h];
  @
  @ // An object lives from byte i of block k on.
  @ predicate TinyLive{L}(struct tiny *t, integer k, integer i) =
  @   0 <= k < TINY_BLOCKS && 0 <= i < TINY_SIZE && Bit(t->live[k], i);
  @
  @ // Objects live in block k.
  @ predicate TinyPacked{L}(struct tiny *t, integer k) =
  @   0 <= k < TINY_BLOCKS && t->live[k] != 0;
  @
  @ // No object lives from a byte on that lies behind i and before e.
  @ predicate TinyAlone{L}(struct tiny *t, integer k, integer i, integer e) =
  @   \forall integer j; i < j < e ==> !TinyLive(t, k, j);
  @
  @ // Who fills block k is past byte e.
  @ predicate TinyPast{L}(struct tiny *t, integer k, integer e) =
  @   \forall integer h; 0 <= h < HOLDERS ==> TinyCur(t, h) != 0 ==>
  @   TinyCur(t, h) == k ==> e <= t->used[h];
  @
  @ // The n bytes from byte i of block k on belong to the object that lives
  @ // from there on: no other starts among them, and none will.
  @ predicate TinyOwns{L}(struct tiny *t, integer k, integer i, integer n) =
  @   TinyLive(t, k, i) && 0 < n && i + n <= TINY_SIZE &&
  @   TinyAlone(t, k, i, i + n) && TinyPast(t, k, i + n);
  @
  @ // The offset of byte i of block k.
  @ logic integer TinyOffset(integer k, integer i) = k * TINY_SIZE + i;
  @
  @ // A tiny object begins at byte offset off; n bytes from there on are its.
  @ predicate TinyStart{L}(struct tiny *t, integer off) =
  @   \exists integer k, i; TinyLive(t, k, i) && off == TinyOffset(k, i);
  @ predicate TinyObject{L}(struct tiny *t, integer off, integer n) =
  @   \exists integer k, i; TinyOwns(t, k, i, n) && off == TinyOffset(k, i);
  @
  @ // Byte offset off lies in a block that objects live in.
  @ predicate TinyIn{L}(struct tiny *t, integer off) =
  @   TinyPacked(t, off / TINY_SIZE);
  @
  @ // An object of n bytes fits into what is left of the block of holder h.
  @ predicate TinyFits{L}(struct tiny *t, integer h, integer n) =
  @   TinyCur(t, h) != 0 && \exists integer o; t->used[h] <= o &&
  @     o % TinyAlign(n) == 0 && o + n <= TINY_SIZE;
  @
  @ // Byte offset off lies in a span that the tiny allocator's blocks are from.
  @ predicate TinySpan{L}(struct arena *a, integer off) =
  @   \exists integer s; Covers(a, s, off) && a->tag[s] == TAG_TINY;
  @
  @ // What objects live in is a block of the arena, and the tiny allocator's.
  @ predicate TinyBlocks{L}(struct arena *a, struct tiny *t) =
  @   \forall integer k; TinyPacked(t, k) ==>
  @   Block(a, k * TINY_SIZE, TINY_SIZE) && TinyBlock(a, k * TINY_SIZE);
  @
  @ // What a holder fills is a block that objects live in.
  @ predicate TinyCurrent{L}(struct tiny *t) =
  @   \forall integer h; 0 <= h < HOLDERS ==> TinyCur(t, h) != 0 ==>
  @   TinyPacked(t, TinyCur(t, h));
  @
  @ // No two holders fill one block.
  @ predicate TinyOne{L}(struct tiny *t) =
  @   \forall integer h, g; 0 <= h < g < HOLDERS ==> TinyCur(t, h) != 0 ==>
  @   TinyCur(t, h) != TinyCur(t, g);
  @
  @ // In what a holder fills no object lives from where it goes on.
  @ predicate TinyRange{L}(struct tiny *t) =
  @   \forall integer h; 0 <= h < HOLDERS ==> 0 <= t->used[h] <= TINY_SIZE;
  @ predicate TinyRest{L}(struct tiny *t) =
  @   \forall integer h, i; 0 <= h < HOLDERS ==> TinyCur(t, h) != 0 ==>
  @   t->used[h] <= i ==> !TinyLive(t, TinyCur(t, h), i);
  @
  @ // The invariant; TinySet leaves the arena out.
  @ predicate TinySet{L}(struct tiny *t) =
  @   TinyCurrent(t) && TinyOne(t) && TinyRange(t) && TinyRest(t);
  @ predicate Tiny{L}(struct arena *a, struct tiny *t) =
  @   TinyBlocks(a, t) && TinySet(t);
  @
  @ // The records did not change; so they are as right as they were, if no block
  @ // ended but one at x, which was not the tiny allocator's.
  @ predicate TinySame{K,L}(struct tiny *t) =
  @   (\forall integer h; 0 <= h < HOLDERS ==>
  @   \at(t->high[h], K) == \at(t->high[h], L) &&
  @   \at(t->low[h], K) == \at(t->low[h], L) &&
  @   \at(t->used[h], K) == \at(t->used[h], L)) &&
  @   \forall integer k; 0 <= k < TINY_BLOCKS ==>
  @   \at(t->live[k], K) == \at(t->live[k], L);
  @ lemma tiny_set_same{K,L}: \forall struct tiny *t;
  @   TinySame{K,L}(t) ==> TinySet{K}(t) ==> TinySet{L}(t);
  @ lemma tiny_stay{K,L}: \forall struct arena *a, struct tiny *t, integer x;
  @   TinySame{K,L}(t) ==> BlocksStay{K,L}(a, x) ==> !TinyBlock{K}(a, x) ==>
  @   TinyBlocks{K}(a, t) ==> TinyBlocks{L}(a, t);
  @
  @ // Every object of state K, but for what begins at x, is one of state L and
  @ // has the same bytes; every start of an object is one.
  @ predicate TinyStay{K,L}(struct tiny *t, integer x) =
  @   \forall integer off, n; off != x ==>
  @   TinyObject{K}(t, off, n) ==> TinyObject{L}(t, off, n);
  @ predicate TinyStartsStay{K,L}(struct tiny *t, integer x) =
  @   \forall integer off; off != x ==>
  @   TinyStart{K}(t, off) ==> TinyStart{L}(t, off);
  @
  @ // No two objects overlap.
  @ predicate TinyApart{L}(struct tiny *t) =
  @   \forall integer x, m, y, n; TinyObject(t, x, m) ==>
  @   TinyObject(t, y, n) ==> x + m <= y || y + n <= x || x == y;
  @
  @ // The same by block and byte; but for byte i of block k, and block k.
  @ predicate TinyLiveSame{K,L}(struct tiny *t, integer k, integer i) =
  @   \forall integer q, j; !(q == k && j == i) ==>
  @   (TinyLive{K}(t, q, j) <==> TinyLive{L}(t, q, j));
  @ predicate TinyPackedSame{K,L}(struct tiny *t, integer k) =
  @   \forall integer q; q != k ==>
  @   (TinyPacked{K}(t, q) <==> TinyPacked{L}(t, q));
  @ predicate TinyOwnsStay{K,L}(struct tiny *t, integer k, integer i) =
  @   \forall integer q, j, n; !(q == k && j == i) ==>
  @   TinyOwns{K}(t, q, j, n) ==> TinyOwns{L}(t, q, j, n);
  @*/

/* The clauses of a contract that say TinySet(t), and Tiny(a, t), by part. */
#define ENSURES_TINY_SET(t) \
  ensures current: TinyCurrent(t); \
  ensures one: TinyOne(t); \
  ensures range: TinyRange(t); \
  ensures rest: TinyRest(t);
#define ENSURES_TINY(a, t) \
  ensures blocks: TinyBlocks(a, t); \
  ENSURES_TINY_SET(t)

#endif

/*
 * remote.h - blocks of all kinds, and those that other threads have freed.
 * Proven: these contracts, as remote.c keeps them.
 */
#ifndef LM_REMOTE_H
#define LM_REMOTE_H
#include "section.h"

/* A tiny object that begins at byte b of its span counts as slot SLOTS_MAX + b:
 * so it is decided once what it is. */
#define SLOTS_ALL (SLOTS_MAX + PAGE_SIZE)

/* What offset off is: as arena_peek. */
/*@ requires heap: Heap(h);
  @ requires run: \valid(s);
  @ requires slot: \valid(i);
  @ requires apart: \separated(s, i, &h->arena);
  @ assigns *s, *i, shared;
  @ ensures result: LM_OK <= \result <= LM_FOREIGN;
  @ ensures run: *s < ARENA_PAGES;
  @ ensures slot: \result == LM_OK ==> *i < SLOTS_ALL;
  @*/
static int any_peek(const struct heap *h, unsigned off, unsigned *s, unsigned *i);

/* Frees the block at off, or says what off is: as arena_free. */
/*@ IN_SECTION(h)
  @ assigns h->arena, PACKS, shared, END;
  @ ensures ended: \result == LM_OK ==> ended == (char *)h->base + off;
  @ ensures wrong: \result != LM_OK ==> Wrong(h->base + off, \result);
  @ ENSURES_SOUND(h)
  @*/
static int any_free(struct heap *h, unsigned off);

/* The same for who knows that it is no tiny object: no other block changes. */
/*@ IN_SECTION(h)
  @ requires plain: Plain(h, off);
  @ assigns h->arena, END;
  @ ensures gone: !BlockStart(&h->arena, off);
  @ ensures kept: BlocksStay{Pre,Post}(&h->arena, off);
  @ ensures no_new: BlocksStay{Post,Pre}(&h->arena, off);
  @ ensures ended: \result == LM_OK ==> ended == (char *)h->base + off;
  @ ensures wrong: \result != LM_OK ==> Wrong(h->base + off, \result);
  @ ENSURES_SOUND(h)
  @*/
static int block_free(struct heap *h, unsigned off);

/* Ends the slots of word w of span s that have their bit in x, and no other block;
 * the bits that named none.  For who knows that no tiny objects are there. */
/*@ IN_SECTION(h)
  @ requires page: s < ARENA_PAGES;
  @ requires index: w < WORDS;
  @ requires plain: Plain(h, s * PAGE_SIZE);
  @ assigns h->arena;
  @ ensures senseless: \forall integer b; 0 <= b < WORD_BITS ==>
  @   (Bit(\result, b) <==> Bit(x, b) &&
  @     !LiveSlot{Pre}(&h->arena, s, WORD_BITS * w + b));
  @ ensures gone: \forall integer off; BlockNamed{Pre}(&h->arena, s, w, x, off)
  @   ==> !BlockStart(&h->arena, off);
  @ ensures kept: \forall integer off, n;
  @   !BlockNamed{Pre}(&h->arena, s, w, x, off) ==>
  @   Block{Pre}(&h->arena, off, n) ==> Block(&h->arena, off, n);
  @ ensures no_new: BlocksStay{Post,Pre}(&h->arena, 0);
  @ ENSURES_SOUND(h)
  @*/
static word slots_free(struct heap *h, unsigned s, unsigned w, word x);

/* Frees what others have freed.  The stack has each span once at most. */
/*@ IN_SECTION(h)
  @ assigns h->arena, PACKS, shared, END, due, CLEARED, drained;
  @ KEEPS_END
  @ ensures drained: drained == h;
  @ ENSURES_SOUND(h)
  @*/
static void collect(struct heap *h);

/* Whether block i of span s was freed by another thread, and not collected. */
/*@ requires heap: Heap(h);
  @ requires whole: \valid(h);
  @ requires span: s < ARENA_PAGES;
  @ requires slot: i < SLOTS_ALL;
  @ assigns shared;
  @ ensures \true;
  @*/
static int freed_remotely(const struct heap *h, unsigned s, unsigned i);

/* Notes that another thread frees block i of span s: 0 if one did before. */
/*@ requires whole: \valid(h);
  @ requires span: s < ARENA_PAGES;
  @ requires slot: i < SLOTS_ALL;
  @ assigns shared, NOTE;
  @ ensures noted: noted == h && noted_run == s && noted_slot == i && due == NOTED;
  @*/
static int note_free(struct heap *h, unsigned s, unsigned i);

/* Whether the span that offset off may be in waits to be collected, or has
 * tiny objects. */
/*@ IN_SECTION(h)
  @ assigns shared;
  @ ensures plain: \result == 0 ==> Plain(h, off);
  @*/
static int is_queued(const struct heap *h, unsigned off);

/* Whether what begins at offset off was freed by another thread, and not
 * collected; nothing of the kind where nothing begins. */
/*@ IN_SECTION(h)
  @ requires whole: \valid(h);
  @ assigns shared;
  @ ensures \true;
  @*/
static int is_noted(const struct heap *h, unsigned off);

#endif

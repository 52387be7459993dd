/*
 * packed.h - objects of less than 16 bytes without pointers share blocks: the
 * core's tiny allocator in the heaps that threads own.
 * Object i of a packed span begins at its byte i.
 * Proven: these contracts, as packed.c keeps them.
 */
#ifndef LM_PACKED_H
#define LM_PACKED_H
#include "section.h"
#include "../core/tiny.h"

/* Whether page s of heap h is a span of tiny objects, which all have one page;
 * where another thread owns h it may become one, or cease to be, at any time. */
/*@ requires heap: Heap(h);
  @ requires page: s < ARENA_PAGES;
  @ assigns shared;
  @ ensures packed: inside == h ==> (\result != 0 <==> h->arena.tag[s] == TAG_TINY);
  @*/
static int is_packed(const struct heap *h, unsigned s);

/* What offset off is, in a packed span. */
/*@ requires heap: Heap(h);
  @ assigns shared;
  @ ensures result: LM_OK <= \result <= LM_FOREIGN;
  @*/
static int packed_peek(const struct heap *h, unsigned off);

/* Whether another thread has freed object i of span s. */
/*@ requires heap: Heap(h);
  @ requires span: s < ARENA_PAGES;
  @ requires byte: i < PAGE_SIZE;
  @ assigns shared;
  @ ensures \true;
  @*/
static int packed_gone(const struct heap *h, unsigned s, unsigned i);

/* Notes that it does: 0 if one did before. */
/*@ requires whole: \valid(h);
  @ requires span: s < ARENA_PAGES;
  @ requires byte: i < PAGE_SIZE;
  @ assigns shared, NOTE;
  @ ensures noted: noted == h && noted_run == s && noted_slot == SLOTS_MAX + i &&
  @   due == NOTED;
  @*/
static int packed_note(struct heap *h, unsigned s, unsigned i);

/* The bytes of block i of run s, as any_peek named it. */
/*@ requires heap: Heap(h);
  @ requires span: s < ARENA_PAGES;
  @ requires slot: i < SLOTS_MAX + PAGE_SIZE;
  @ assigns shared, SIZED;
  @ ensures sized: sized == \result && sized_run == s && sized_slot == i;
  @*/
static size_t any_size(const struct heap *h, unsigned s, unsigned i);

/* Frees the object at off, in a packed span; or says what off is.  It is LM_OK just
 * if one begins there, and that one alone ends. */
/*@ IN_SECTION(h)
  @ assigns h->arena, PACKS, shared, END;
  @ ensures was: records != \null ==>
  @   (\result == LM_OK <==> TinyStart{Pre}(&records->tiny, off));
  @ ensures gone: records != \null ==> !TinyStart(&records->tiny, off);
  @ ensures kept: records != \null ==> TinyStay{Pre,Post}(&records->tiny, off);
  @ ensures ended: \result == LM_OK ==> ended == (char *)h->base + off;
  @ ensures wrong: \result != LM_OK ==> Wrong(h->base + off, \result);
  @ ENSURES_SOUND(h)
  @*/
static int packed_free(struct heap *h, unsigned off);

/* The bytes of block b, of a packed span, at which objects begin, a bit each. */
/*@ IN_SECTION(h)
  @ requires block: b < TINY_BLOCKS;
  @ assigns shared;
  @ ensures live: records != \null ==> \result == records->tiny.live[b];
  @*/
static unsigned packed_live(const struct heap *h, unsigned b);

/* Frees the objects of span s that others have freed. */
/*@ IN_SECTION(h)
  @ requires span: s < ARENA_PAGES;
  @ requires cleared: cleared == s && owed == BLOCKS_IN_PAGE;
  @ assigns h->arena, PACKS, shared, END, owed;
  @ ensures done: owed == 0;
  @ ENSURES_SOUND(h)
  @*/
static void packed_collect(struct heap *h, unsigned s);

/* Notes for the fast path of free whether span s, just made, is packed. */
/*@ IN_SECTION(h)
  @ requires span: s < ARENA_PAGES;
  @ assigns shared, marked;
  @ ensures marked: marked == s;
  @*/
static void packed_mark(struct heap *h, unsigned s);

/* A tiny object of n bytes, that was none before, from the records k of h: its
 * offset, or 0.  k->refilled says whether a span was made. */
/*@ IN_SECTION(h)
  @ requires records: k == records && k != \null;
  @ requires size: 1 <= n < TINY_SIZE;
  @ assigns h->arena, k->tiny, k->refilled, k->last[0 .. TINY_BLOCKS - 1].bytes,
  @   BLOCK;
  @ ensures must: CursorRoom{Pre}(&h->arena, LIST_OF(HOLDER, TAG_TINY)) ==>
  @   \result != 0;
  @ ensures given: \result != 0 ==> h->base + \result != \null &&
  @   GivenTiny(h->base + \result, n);
  @ ensures none: \result == 0 ==> full == h;
  @ ensures object: \result != 0 ==> TinyObject(&k->tiny, \result, n);
  @ ensures new: \result != 0 ==> !TinyStart{Pre}(&k->tiny, \result);
  @ ensures run: \result != 0 ==>
  @   RunsMade{Pre,Post}(&h->arena, k->refilled, \result / PAGE_SIZE);
  @ ensures quick: CursorRoom{Pre}(&h->arena, LIST_OF(HOLDER, TAG_TINY)) ==>
  @   k->refilled == 0;
  @ ensures kept: TinyStay{Pre,Post}(&k->tiny, \result);
  @ ensures no_new: TinyStartsStay{Post,Pre}(&k->tiny, \result);
  @ ENSURES_SOUND(h)
  @*/
static unsigned pack(struct heap *h, struct packs *k, unsigned n);

/* The same for a heap that may have had none; or a slot, if there is no memory for
 * records. */
/*@ IN_SECTION(h)
  @ requires size: 1 <= n < TINY_SIZE;
  @ requires flag: \valid(refilled) && \separated(refilled, &h->arena);
  @ assigns h->arena, PACKS, *refilled, shared, error, BLOCK;
  @ ensures given: \result != 0 ==> h->base + \result != \null &&
  @   GivenTiny(h->base + \result, n);
  @ ensures none: \result == 0 ==> full == h;
  @ ensures run: \result != 0 ==>
  @   RunsMade{Pre,Post}(&h->arena, *refilled, \result / PAGE_SIZE);
  @ ENSURES_SOUND(h)
  @*/
static unsigned packed_alloc(struct heap *h, unsigned n, short *refilled);

#endif

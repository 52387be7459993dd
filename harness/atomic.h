/*
 * atomic.h - what several threads write: the table of heaps, the lists that
 * heaps are on, what others have freed in a heap.
 * No other file touches these cells (proofs/lint.py looks), so the prover
 * need not know what is in them: a contract says "shared" for all of them, and
 * any value may be read.  Only what every writer keeps is promised to readers:
 * that a link names a heap, and a span is a page; heaps stay for ever.
 * Proven: nothing here.  Trusted: that these contracts are true.
 */
#ifndef LM_ATOMIC_H
#define LM_ATOMIC_H
#include "section.h"

/* ---- Addresses ---- */

/* The heap that is at the 4 GiB of address p, NULL if there is none: then no heap
 * has p. */
/*@ assigns shared;
  @ ensures heap: \result == \null || Heap(\result);
  @ ensures only: \forall struct heap *x; Heap(x) ==> In(x, p) ==> \result == x;
  @*/
static struct heap *heap_at(const void *p);

/* Whether address p is in heap h; its offset there. */
/*@ requires heap: Heap(h);
  @ assigns \nothing;
  @ ensures in: \result != 0 <==> In(h, p);
  @*/
static int heap_has(const struct heap *h, const void *p);
/*@ requires heap: Heap(h);
  @ assigns \nothing;
  @ ensures at: In(h, p) ==> (char *)p == h->base + \result;
  @*/
static unsigned offset(const struct heap *h, const void *p);

/* ---- Cells ---- */

/* Link i: to the heap of the i-th 4 GiB, or, UNOWNED, to the first that nobody owns. */
#define UNOWNED HEAPS
/*@ requires index: i <= UNOWNED;
  @ requires lock: i == UNOWNED ==> locked == 1;
  @ assigns \nothing;
  @ ensures link: \valid(\result);
  @*/
static struct link *link_of(uintptr_t i);

/* A link to a heap. */
/*@ requires link: \valid_read(l);
  @ assigns shared;
  @ ensures heap: \result == \null || Heap(\result);
  @*/
static struct heap *link_get(const struct link *l);
/*@ requires link: \valid(l);
  @ requires heap: h == \null || Heap(h);
  @ assigns shared;
  @ ensures \true;
  @*/
static void link_set(struct link *l, struct heap *h);

/* A number, which may be any when it is read. */
/*@ requires mark: \valid_read(m);
  @ assigns shared;
  @ ensures \true;
  @*/
static uintptr_t mark_get(const struct mark *m);
/*@ requires mark: \valid(m);
  @ assigns shared;
  @ ensures \true;
  @*/
static void mark_set(struct mark *m, uintptr_t at);

/* ---- The inbox ---- */

/*@ // Bit i is the only one of w.
  @ predicate OneBit(integer w, integer i) = 0 <= i < WORD_BITS &&
  @   \forall integer j; 0 <= j < WORD_BITS ==> (Bit(w, j) <==> i == j);
  @*/

/* Whether a span is on the pending stack of h. */
/*@ requires heap: Heap(h);
  @ requires inside: inside == h;
  @ assigns shared, drained;
  @ ensures whole: \result != 0 ==> \valid(h);
  @ ensures drained: \result == 0 ==> drained == h;
  @*/
static int pending(const struct heap *h);

/* Takes the whole stack: its first span, 0 if there is none. */
/*@ requires whole: \valid(h);
  @ requires inside: inside == h;
  @ assigns shared, walk, left, opened;
  @ ensures span: \result < ARENA_PAGES;
  @ ensures walk: walk == \result && left == ARENA_PAGES && opened == 0;
  @*/
static unsigned pending_take(struct heap *h);

/* Puts span s on the stack, which this thread has just queued. */
/*@ requires whole: \valid(h);
  @ requires span: s < ARENA_PAGES;
  @ requires due: due == UNPUSHED && noted == h && noted_run == s;
  @ assigns shared, due;
  @ ensures done: due == 0;
  @*/
static void pending_push(struct heap *h, unsigned s);

/* The span behind s on the stack that was taken, on which no span is twice; s is to
 * be collected next. */
/*@ requires whole: \valid(h);
  @ requires inside: inside == h;
  @ requires span: s < ARENA_PAGES;
  @ requires next: walk == s && 0 < left && opened == 0;
  @ assigns shared, walk, left, opened;
  @ ensures span: \result < ARENA_PAGES;
  @ ensures walk: walk == \result && opened == s;
  @ ensures left: left == \old(left) - 1 && (left == 0 ==> \result == 0);
  @*/
static unsigned chain_next(const struct heap *h, unsigned s);

/* Why a free in span s takes the slow way: 0, QUEUED or PACKED; not 0 for a span of
 * tiny objects, as queued_mark and queued_set leave it, to who is in the section. */
/*@ requires heap: Heap(h);
  @ requires span: s < ARENA_PAGES;
  @ assigns shared;
  @ ensures packed: \result == 0 ==> inside == h ==> h->arena.tag[s] != TAG_TINY;
  @*/
static unsigned queued(const struct heap *h, unsigned s);

/* Sets it: what it was.  Who has noted a free queues the span, and pushes it if
 * it was not queued; who collects clears it first, so that no free is lost that is
 * noted meanwhile. */
/*@ requires heap: Heap(h);
  @ requires span: s < ARENA_PAGES;
  @ requires noted: why == QUEUED ==> due == NOTED && noted == h && noted_run == s;
  @ requires inside: why != QUEUED ==> inside == h &&
  @   why == (h->arena.tag[s] == TAG_TINY ? PACKED : 0);
  @ assigns shared, due, CLEARED;
  @ ensures push: why == QUEUED && \result != QUEUED ==> due == UNPUSHED;
  @ ensures pushed: why == QUEUED && \result == QUEUED ==> due == 0;
  @ ensures cleared: why != QUEUED ==> cleared == s && due == \old(due);
  @ ensures owed: why != QUEUED ==> swept == 0 &&
  @   owed == (why == PACKED ? BLOCKS_IN_PAGE : 0);
  @ ensures open: walk == \old(walk) && left == \old(left) && opened == \old(opened);
  @*/
static unsigned queued_set(struct heap *h, unsigned s, unsigned why);

/* Word k of the slots that others have freed. */
/*@ requires whole: \valid(h);
  @ requires index: k < ARENA_PAGES * WORDS;
  @ assigns shared;
  @ ensures \true;
  @*/
static word remote(const struct heap *h, unsigned k);

/* Whether that is 0, for who collects. */
/*@ requires whole: \valid(h);
  @ requires inside: inside == h;
  @ requires index: k < ARENA_PAGES * WORDS;
  @ requires next: k == WORDS * cleared + swept;
  @ assigns shared, swept;
  @ ensures seen: swept == (\result != 0 ? \old(swept) + 1 : \old(swept));
  @*/
static int remote_none(const struct heap *h, unsigned k);

/* Takes it: what it was; it is 0 then. */
/*@ requires whole: \valid(h);
  @ requires inside: inside == h;
  @ requires next: k == WORDS * cleared + swept;
  @ requires index: k < ARENA_PAGES * WORDS;
  @ assigns shared, swept;
  @ ensures seen: swept == \old(swept) + 1;
  @*/
static word remote_take(struct heap *h, unsigned k);

/* Sets a bit in it: what it was. */
/*@ requires whole: \valid(h);
  @ requires index: k < ARENA_PAGES * WORDS;
  @ requires one: \exists integer i; OneBit(bit, i);
  @ assigns shared, NOTE;
  @ ensures noted: noted == h && due == NOTED;
  @ ensures run: noted_run == k / WORDS;
  @ ensures slot: noted_slot / WORD_BITS == k % WORDS;
  @ ensures bit: Bit(bit, noted_slot % WORD_BITS);
  @*/
static word remote_set(struct heap *h, unsigned k, word bit);

/* Marks span s as one of tiny objects, or as none, mark: PACKED or 0.  Where it is
 * queued, whoever collects it will do that. */
/*@ requires heap: Heap(h);
  @ requires inside: inside == h;
  @ requires span: s < ARENA_PAGES;
  @ requires packed: mark == (h->arena.tag[s] == TAG_TINY ? PACKED : 0);
  @ assigns shared, marked;
  @ ensures marked: marked == s;
  @*/
static void queued_mark(struct heap *h, unsigned s, unsigned mark);

/* ---- Tiny objects ---- */

/* The records of the tiny objects of h, NULL if there are none; for any thread. */
/*@ requires heap: Heap(h);
  @ assigns shared;
  @ ensures records: \result != \null ==> Packs(h, \result);
  @*/
static struct packs *packs_of(const struct heap *h);

/* The same for who is in its section.  The second makes them, all zero, if there are
 * none, and returns NULL if there is no memory. */
/*@ requires heap: Heap(h);
  @ requires inside: inside == h;
  @ assigns shared;
  @ ensures records: \result == records;
  @*/
static struct packs *packs_here(const struct heap *h);
/*@ requires heap: Heap(h);
  @ requires inside: inside == h;
  @ assigns shared, error, records;
  @ ensures records: \result == records;
  @ ensures same: \old(records) != \null ==> \result == \old(records);
  @ ensures made: \old(records) == \null ==> \result != \null ==>
  @   Packs(h, \result) && ZeroTiny(&\result->tiny);
  @*/
static struct packs *packs_make(struct heap *h);

/* The objects of block b that others have freed, a bit each, by the byte at which
 * they begin.  For who collects: whether there are none; takes them: there are none
 * then. */
/*@ requires heap: Heap(h);
  @ requires block: b < TINY_BLOCKS;
  @ assigns shared;
  @ ensures \true;
  @*/
static unsigned gone(const struct heap *h, unsigned b);
/*@ requires heap: Heap(h);
  @ requires inside: inside == h;
  @ requires block: b < TINY_BLOCKS;
  @ requires next: owed != 0 && b + owed == (cleared + 1) * BLOCKS_IN_PAGE;
  @ assigns shared, owed;
  @ ensures seen: owed == (\result != 0 ? \old(owed) - 1 : \old(owed));
  @*/
static int gone_none(const struct heap *h, unsigned b);
/*@ requires heap: Heap(h);
  @ requires inside: inside == h;
  @ requires block: b < TINY_BLOCKS;
  @ requires next: owed != 0 && b + owed == (cleared + 1) * BLOCKS_IN_PAGE;
  @ assigns shared, owed;
  @ ensures seen: owed == \old(owed) - 1;
  @*/
static unsigned gone_take(struct heap *h, unsigned b);

/* Adds the one that begins at byte i; 0 if it was there. */
/*@ requires whole: \valid(h);
  @ requires block: b < TINY_BLOCKS;
  @ requires byte: i < TINY_SIZE;
  @ assigns shared, NOTE;
  @ ensures noted: noted == h && due == NOTED;
  @ ensures run: noted_run == b / BLOCKS_IN_PAGE;
  @ ensures slot: noted_slot == SLOTS_MAX + b % BLOCKS_IN_PAGE * TINY_SIZE + i;
  @*/
static int gone_set(struct heap *h, unsigned b, unsigned i);

/* ---- Figures ---- */

/* One more slot got the slow way; the frees by others that are done,
 * a bit each. */
/*@ requires heap: Heap(h);
  @ requires inside: inside == h;
  @ assigns shared;
  @ ensures \true;
  @*/
static void count_refill(struct heap *h);
/*@ requires heap: Heap(h);
  @ requires inside: inside == h;
  @ assigns shared;
  @ ensures \true;
  @*/
static void count_collected(struct heap *h, word freed);

#endif

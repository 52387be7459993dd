/*
 * heap.h - what malloc.c and the rest of the harness ask of heap.c.
 * Proven: every contract, as heap.c keeps it.  Trusted: nothing but what heap.c
 * stands on.
 */
#ifndef LM_HEAP_OF_THREADS_H
#define LM_HEAP_OF_THREADS_H
#include "mapping.h"
#include "owner.h"
#include "registry.h"
#include "remote.h"
#include "../core/sizeclass.h"

/* A program that compiles these files defines them otherwise. */
#ifndef likely
#define likely(x) (x)
#define unlikely(x) (x)
#define FAST
#define SLOW
#define PUBLIC
#endif

/* What p in heap h is; if it is a block, its run and slot. */
/*@ requires heap: Heap(h);
  @ requires in: In(h, p);
  @ requires run: \valid(s);
  @ requires slot: \valid(i);
  @ requires apart: \separated(s, i, &h->arena);
  @ assigns *s, *i, shared, ownerless, WRONG;
  @ ensures wrong: \result != LM_OK ==> Wrong(p, \result);
  @ ensures run: *s < ARENA_PAGES;
  @ ensures slot: \result == LM_OK ==> *i < SLOTS_ALL;
  @*/
static int look(const struct heap *h, const void *p, unsigned *s, unsigned *i);

/* ---- Allocation ---- */

/* What is wanted is said by tag, of a span, or TAG_LARGE, + 1: holds no pointers;
 * and amount: the pages of a large object, the bytes of a tiny one.  WANT and
 * GIVES_WANT speak of the parameters that have these names. */

/* What is known of what was got: of a C type that no heap has, so that nothing that
 * is done to heaps concerns it. */
struct got {
  _Bool refilled;     /* a span was made, or a large object */
  _Bool zero;         /* it is known to be zero */
};

/*@ predicate Want(integer tag, integer amount) =
  @   (SlotTag(tag) || TAG_LARGE <= tag <= TAG_LARGE + 1) &&
  @   (TAG_LARGE <= tag <= TAG_LARGE + 1 ==> 1 <= amount < ARENA_PAGES) &&
  @   (tag == TAG_TINY ==> 1 <= amount < TINY_SIZE);
  @
  @ logic integer WantSize(integer tag, integer amount) =
  @   TAG_LARGE <= tag <= TAG_LARGE + 1 ? amount * PAGE_SIZE :
  @   ClassSize[tag / 2];
  @
  @ logic integer WantStep(integer tag) =
  @   TAG_LARGE <= tag <= TAG_LARGE + 1 ? 0 : ClassSize[tag / 2];
  @
  @ // The pages that there have to be for it in a row.
  @ logic integer WantPages(integer tag, integer amount) =
  @   TAG_LARGE <= tag <= TAG_LARGE + 1 ? amount : ClassPages[tag / 2];
  @
  @ // Some heap has no room for it.
  @ predicate Full{L}(integer tag, integer amount) = full != \null &&
  @   (tag == TAG_TINY || full_pages == WantPages(tag, amount));
  @
  @ // p is what was wanted.
  @ predicate Wanted{L}(void *p, integer tag, integer amount) =
  @   tag == TAG_TINY ? GivenTiny(p, amount) :
  @   New(p, WantSize(tag, amount)) && block_tiny == 0 &&
  @   block_step == WantStep(tag);
  @*/

/* What a function says that returns what is wanted, or NULL. */
#define GIVES_WANT \
  ensures given: \result != \null ==> Wanted(\result, tag, amount); \
  ensures zero: \result != \null ==> g->zero != 0 ==> \
    TAG_LARGE <= tag <= TAG_LARGE + 1 && ZeroAt(\result, amount * PAGE_SIZE);
#define GIVES_SLOT(class) \
  ensures given: \result != \null ==> New(\result, ClassSize[class]) && \
    block_tiny == 0 && block_step == ClassSize[class];

#define WANT Want(tag, amount)

/* A slot of tag from the word where there most probably is one in the thread's
 * heap.  NULL: there is none, or the thread has no heap at hand. */
/*@ FROM_OUTSIDE
  @ requires tag: SlotTag(tag);
  @ assigns mine->arena, PACKS, mine->note, own, mine, me, inside, shared, drained,
  @   BLOCK;
  @ GIVES_SLOT(tag / 2)
  @ TO_OUTSIDE
  @*/
static inline void *quick_tag(unsigned tag);

/* The same for malloc, by class. */
/*@ FROM_OUTSIDE
  @ requires class: Slotted(class);
  @ assigns mine->arena, PACKS, mine->note, own, mine, me, inside, shared, drained,
  @   BLOCK;
  @ GIVES_SLOT(class)
  @ TO_OUTSIDE
  @*/
static inline void *quick(unsigned class);

/* A tiny object of n bytes where that takes no new span. */
/*@ FROM_OUTSIDE
  @ requires size: 1 <= n < TINY_SIZE;
  @ assigns mine->arena, PACKS, mine->note, own, mine, me, inside, shared, drained,
  @   BLOCK;
  @ ensures given: \result != \null ==> GivenTiny(\result, n);
  @ TO_OUTSIDE
  @*/
static inline void *quick_tiny(unsigned n);

/* A slot of the class where the cursor first has to move, to a word or a span
 * that has room and is at hand.  NULL: as above. */
/*@ FROM_OUTSIDE
  @ requires class: Slotted(class);
  @ assigns OLD_HEAPS, own, mine, me, locked, BLOCK;
  @ GIVES_SLOT(class)
  @ KEEPS_END
  @ TO_OUTSIDE
  @*/
static inline void *again(unsigned class);

/* What is wanted, from any heap; NULL: there is no room for one more, or not in
 * it. */
/*@ FROM_OUTSIDE
  @ requires want: WANT;
  @ requires got: \valid(g);
  @ assigns ANY_HEAP, *g, own, mine, me, locked, refused, BLOCK;
  @ GIVES_WANT
  @ ensures must: \result == \null ==> refused == 1;
  @ KEEPS_END
  @ TO_OUTSIDE
  @*/
static void *slow_alloc(unsigned tag, unsigned amount, struct got *g);

/* ---- Blocks ---- */

/* The bytes of the block at p, if it is of the heap that the thread allocates
 * from and that takes no search; else 0. */
/*@ FROM_OUTSIDE
  @ assigns mine->arena, PACKS, mine->note, own, mine, me, inside, shared, drained,
  @   BLOCK;
  @ ensures size: \result != 0 ==> block == p && block_size == \result;
  @ TO_OUTSIDE
  @*/
static inline size_t quick_size(const void *p);

/* Makes the large object p of heap h one of n pages where it is; 0 if that
 * cannot be. */
/*@ FROM_OUTSIDE
  @ requires heap: Heap(h);
  @ requires in: In(h, p);
  @ requires pages: 1 <= n < ARENA_PAGES;
  @ assigns h->arena, PACKS, h->note, h->owner, own, mine, me, inside, nobodys, shared,
  @   drained, BLOCK;
  @ ensures given: \result != 0 ==> Given(p, n * PAGE_SIZE);
  @ TO_OUTSIDE
  @*/
static int heap_resize_block(struct heap *h, void *p, unsigned n);

/* free: the quick way is for slots of the heap that the thread allocates from,
 * in spans that stay where they are. */
/*@ FROM_OUTSIDE
  @ assigns mine->arena, PACKS, mine->note, ANY_HEAP, own, mine, me, locked, TABLE,
  @   ours, ours_size, refused, NOTE, HAD;
  @ ensures ended: p == \null || Ended(p);
  @ ensures errno_kept: error == \old(error);
  @ TO_OUTSIDE
  @*/
void lm_free(void *p);

/* ---- For a collector ---- */

#define HELD_OWN 1
#define HELD_LOCK 2

/* Lets this thread change heap h, which is its own or nobody's, until let_go:
 * HELD_OWN or HELD_LOCK; 0 if it may not: another thread's, or one that a signal
 * handler finds in the middle of a change. */
/*@ FROM_OUTSIDE
  @ requires heap: Heap(h);
  @ assigns h->arena, PACKS, h->note, h->owner, own, mine, me, inside, nobodys, locked,
  @   shared, drained;
  @ ensures result: 0 <= \result <= HELD_LOCK;
  @ ensures must: Mine{Pre}(h) ==> \old(mine) != \null ==> \result != 0;
  @ ensures outside: \result == 0 ==> Outside;
  @ ensures same: \result == 0 ==> Idle{Pre} ==> Idle;
  @ ensures how: \result == HELD_OWN ==> own == 1 && locked == 0;
  @ ensures hand: \result == HELD_OWN ==> me.heaps != \null;
  @ ensures lock: \result == HELD_LOCK ==> own == 0 && locked == 1;
  @ ensures idle: \result == HELD_LOCK ==> Idle{Pre} ==> Idle;
  @ ensures inside: \result != 0 ==> inside == h;
  @ ensures none: ours_size == 0 && due == 0;
  @ ensures sound: \result != 0 ==> Arena(&h->arena);
  @ ensures packs: \result != 0 ==> PacksSound(h);
  @ ensures own: Own;
  @*/
static int hold(struct heap *h);

/* how: what hold said. */
/*@ IN_SECTION(h)
  @ requires how: how == HELD_OWN || how == HELD_LOCK;
  @ requires own: how == HELD_OWN ==>
  @   own == 1 && locked == 0 && me.heaps != \null;
  @ requires lock: how == HELD_LOCK ==> own == 0 && locked == 1;
  @ requires none: ours_size == 0 && due == 0;
  @ requires still: Own;
  @ assigns h->arena, PACKS, h->note, own, mine, inside, nobodys, locked, shared;
  @ ensures outside: Outside;
  @ ensures idle: how == HELD_OWN ==> Idle;
  @ ensures same: how == HELD_LOCK ==> mine == \old(mine);
  @ ensures own: Own;
  @*/
static void let_go(struct heap *h, int how);

#endif

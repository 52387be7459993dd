/*
 * heaps.h - what a heap and a thread are, and what the proofs know of them.
 * A heap is an arena with what other threads have freed in it; who may change
 * it is said in section.h.  The prover keeps one memory per C type: the parts
 * of a heap that are no arena are of types that struct arena does not use, or
 * are touched by the functions of atomic.h alone, so that what is written to
 * them cannot concern the arena.
 * Proven: nothing, there is no code.  Trusted: nothing.
 */
#ifndef LM_HEAPS_H
#define LM_HEAPS_H
#include <stddef.h>
#include <stdint.h>
#include "../core/tiny.h"

/* One heap per 4 GiB of address space; with 32-bit addresses one in all, that
 * nobody ever owns. */
#if UINTPTR_MAX > 0xFFFFFFFFu
#define HEAPS 32768u                  /* 47 bits of address */
#define HEAP_PAGES ARENA_PAGES
#define heap_number(p) ((uintptr_t)(p) >> 32)
#else
#define HEAPS 1u
#define HEAP_PAGES (ARENA_PAGES / 4u)
#define heap_number(p) ((void)(p), 0u)
#endif

#define HOLDER 1u             /* central is not used: the owner holds all */
#define LINE 64               /* bytes in a cache line */
#define PURGE_MS 500u         /* between two looks for memory to give back */

struct heap;

/* A pointer to a heap, or NULL, that only atomic.h's functions touch. */
struct link {
  struct heap *to;
};

/* A number that threads read without the lock. */
struct mark {
  uintptr_t at;
};

/* What a section may change besides the arena. */
struct note {
  short ticks;                          /* slow paths taken, modulo TICKS */
  short warm[ARENA_PAGES];              /* page -> COLD, USED or COOLING */
};

/* Written by those who free a block and do not own its heap; touched by
 * atomic.h's functions alone.  A shared heap ends before chain. */
struct inbox {
  unsigned pending;                     /* first span of the stack */
  unsigned char queued[ARENA_PAGES];    /* span -> 0, QUEUED or PACKED */
  unsigned chain[ARENA_PAGES];          /* span -> next on the pending stack */
  word remote[ARENA_PAGES * WORDS];     /* slot freed by a thread not the owner */
};

/* Why a free of a span's block takes the slow way. */
#define QUEUED 1u             /* it is on the pending stack, or soon */
#define PACKED 2u             /* tiny objects share its blocks; see packed.c */

/* The bytes of a block at which objects end that have lived since it began, a bit
 * each: so an object's size is known without a table of sizes. */
struct ends {
  unsigned short bytes;
};

/* Tiny objects share blocks, which these records tell apart by number. */
#define BLOCKS_IN_PAGE (PAGE_SIZE / TINY_SIZE)

struct packs {
  struct ends *last;
  unsigned short *gone;     /* freed by a thread not the owner, not collected */
  short refilled;           /* the last object took a new span */
  struct tiny tiny;         /* which live; its live[] is only as long as the heap */
};

/* What is small stands between what is large, and so in one page of memory with the
 * end of the one and the beginning of the other. */
struct heap {
  struct arena arena;
  struct link next;                     /* of the owner's heaps, or of nobody's */
  char *base;                           /* address of page 0 */
  size_t reach;                         /* bytes from base */
  size_t refills;                       /* slots got the slow way */
  size_t collected;                     /* frees by others, done */
  struct packs *packs;                  /* tiny objects; NULL: there were none */
  struct mark looked;                   /* when memory was last given back */
  _Bool shared;                         /* it never has an owner: too little room */

  /* Written when the heap changes hands; read by all. */
  __attribute__((aligned(LINE))) long owner;              /* thread, 0: nobody */

  __attribute__((aligned(LINE))) struct note note;
  __attribute__((aligned(LINE))) struct inbox inbox;
};

/* ---- A thread ---- */

struct thread {
  long id;                    /* 0: not yet known; never used twice */
  struct heap *heaps;         /* that it owns; the first is allocated from */
  int ended;                  /* it has given its heaps back */
  int busy;                   /* it allocates the slow way, perhaps its first */
  int starting;               /* the system may allocate, to note its end */
};
static __thread struct thread me;

/* The heap to allocate from, for the fast paths.  NULL: there is none, or the
 * thread is in the middle of a change (Go's mallocing flag), which a signal
 * handler that allocates has to leave alone. */
static __thread struct heap *mine;

static int debug;             /* one of LEMMALLOC_OPTIONS: see options.c */

/* ---- Where this call, and what it calls, stands ---- */

/*@ ghost int own; */              /* 1: it may change the thread's own heaps */
/*@ ghost int locked; */           /* 1: it has the lock */
/*@ ghost struct heap *nobodys; */ /* seen under this lock to have no owner */
/*@ ghost struct heap *inside; */  /* the heap whose arena it may change */
/*@ ghost int shared; */           /* stands for all that several threads write */
/* An object's mapping that is not in the table of mapping.h: nothing is lost if
 * ours_size is 0 at the end. */
/*@ ghost uintptr_t ours; */
/*@ ghost size_t ours_size; */
/*@ ghost int refused; */          /* 1: the system refused memory since it was 0, or
                                    mapped it where no heap can be, or a heap that
                                    was just made had too little */
/*@ ghost int barred; */           /* 1: a signal handler that interrupted who has the
                                    lock was not let in */
/*@ ghost int crowded; */          /* 1: too little address space for threads to own
                                    heaps */
/*@ ghost int watched; */          /* 1: when this thread ends, thread_end is called */
/*@ ghost struct heap *made; */    /* the last heap that was made */
/*@ ghost const char *vacant; */   /* where no heap is, seen under this lock */
/*@ ghost const void *nowhere; */  /* an address that is in no heap */
/*@ ghost int error; */            /* errno of this thread */

/* What came of this call.  At a section's end the proof forgets the arena, for a
 * signal handler may change it next; so what was seen in the section is kept here.
 * It is set by the ghost functions of section.h and mapping.h, which ask for what
 * they show, by what mapping.h stands on, and set back where it came
 * of what was done for others. */
/*@ ghost const void *block; */    /* a live block, that was made or looked at: */
/*@ ghost size_t block_size; */    /* its bytes; */
/*@ ghost int block_new; */        /* 1: no block was where it is before; */
/*@ ghost size_t block_step; */    /* it begins at a multiple of 8, and of each
                                    power of two that divides this; 0: of a page */
/*@ ghost unsigned block_tiny; */  /* unless this is not 0: at a multiple of this */
/*@ ghost int grown; */            /* 1: a span was made for it, or whole pages */
/*@ ghost const void *unfit; */    /* no span that begins here is as it was said */
/*@ ghost const void *zeroed; */   /* here begin */
/*@ ghost size_t zeroed_bytes; */  /* so many zero bytes */
/*@ ghost struct heap *cleaned; */ /* what was free in it has no memory now */
/*@ ghost int walked; */           /* 1: all heaps that nobody owns were looked at, if
                                    it was time to */
/*@ ghost struct heap *full; */    /* this heap has no run of */
/*@ ghost unsigned full_pages; */  /* so many free pages, and no empty span */
/*@ ghost const void *had; */      /* a block that is here */
/*@ ghost size_t had_bytes; */     /* has so many bytes; */
/*@ ghost char *moved_from; */     /* from here */
/*@ ghost char *moved_to; */       /* the first of them are copied to here, */
/*@ ghost size_t moved_bytes; */   /* so many */
/*@ ghost size_t moved_of; */      /* of so many */
/*@ ghost size_t sized; */         /* the bytes of */
/*@ ghost unsigned sized_run; */   /* what is in this run, and has */
/*@ ghost unsigned sized_slot; */  /* this number there */
/*@ ghost const void *ended; */    /* a block began here, and has ended */
/*@ ghost const void *wrong; */    /* no live block begins here, */
/*@ ghost int wrong_what; */       /* but LM_DOUBLE, LM_INTERIOR or LM_FOREIGN, */
/*@ ghost const void *reported; */ /* which was reported */

/* What the protocol between threads asks of a thread. */
/*@ ghost struct heap *noted; */   /* where it has noted a free last, */
/*@ ghost unsigned noted_run; */   /* of a block of this run, */
/*@ ghost unsigned noted_slot; */  /* and this number there */
/*@ ghost int due; */              /* NOTED, UNPUSHED: what it still has to do */
/*@ ghost unsigned cleared; */     /* span that it collects: not queued any more */
/*@ ghost struct heap *ownerless; */ /* it never has an owner */
/*@ ghost unsigned swept; */       /* so many words of frees by others were looked at */
/*@ ghost unsigned owed; */        /* so many of its blocks of tiny objects were not */
/*@ ghost unsigned walk; */        /* next on the stack that was taken, 0: none */
/*@ ghost unsigned left; */        /* no more are on it */
/*@ ghost unsigned opened; */      /* taken from it, and not yet collected; 0: none */
/*@ ghost struct heap *drained; */ /* its stack was empty, or taken and all collected, in
                                    this section */
/*@ ghost struct packs *records; */ /* of tiny objects of inside; NULL: none */
/*@ ghost unsigned marked; */      /* run whose flag says if tiny objects are there */
/*@ ghost int untouched; */        /* pages from here on were never used before */
#define NOTED 1               /* queue the span, */
#define UNPUSHED 2            /* and push it */

/*@ // Of the runs of an arena one at most was made, if flag is not 0: that of page p.
  @ predicate RunsMade{K,L}(struct arena *a, integer flag, integer p) =
  @   UsedNoNew{K,L}(a, flag == 0 ? 0 : \at(a->owner[p], L));
  @
  @ // h is a heap: its records are there, but perhaps not all of the inbox.
  @ predicate Heap{L}(struct heap *h) =
  @   \valid(&h->arena) && \valid(&h->note) && \valid(&h->next) &&
  @   \valid(&h->base) && \valid(&h->reach) && \valid(&h->owner) &&
  @   \valid(&h->looked) && \valid(&h->shared);
  @
  @ // k are records of tiny objects of h.
  @ predicate Packs{L}(struct heap *h, struct packs *k) =
  @   \valid(k) && \valid(k->last + (0 .. TINY_BLOCKS - 1)) &&
  @   \separated(k, k->last + (0 .. TINY_BLOCKS - 1), &h->arena, &h->note);
  @
  @ // The records of the tiny objects of h, which this call is inside, are right.
  @ predicate PacksSound{L}(struct heap *h) = records == \null ||
  @   (Packs(h, records) && Tiny(&h->arena, &records->tiny));
  @
  @ // This thread owns h.  h->owner is, for the prover, what the thread last
  @ // saw there: nobody else changes it if that is its own number.
  @ predicate Mine{L}(struct heap *h) =
  @   \valid(h) && me.id != 0 && h->owner == me.id;
  @
  @ // What the thread allocates from is its own.
  @ predicate Own{L} =
  @   (me.heaps != \null ==> Heap(me.heaps) && Mine(me.heaps)) &&
  @   (mine != \null ==> Heap(mine) && Mine(mine) && me.heaps != \null);
  @
  @ // What begins as block_step says does so at a multiple of align, if that is a
  @ // power of two.
  @ predicate StepFor(integer step, integer align) = align <= 8 ||
  @   (step == 0 && align <= PAGE_SIZE) || step == align || step % align == 0;
  @
  @ // p is a block of n bytes or more; that is new; at a multiple of align; tiny.
  @ predicate Given{L}(void *p, integer n) = block == p && n <= block_size;
  @ predicate New{L}(void *p, integer n) = Given(p, n) && block_new == 1;
  @ predicate GivenAt{L}(void *p, integer n, integer align) =
  @   New(p, n) && block_tiny == 0 && StepFor(block_step, align);
  @ predicate GivenTiny{L}(void *p, integer n) =
  @   New(p, n) && block_tiny == TinyAlign(n);
  @
  @ // The n bytes at p are zero; the first n bytes of the block that was at p, or all
  @ // of it if it had less, have been copied to q.
  @ predicate ZeroAt{L}(void *p, integer n) = zeroed == p && n <= zeroed_bytes;
  @ predicate Moved{L}(void *q, void *p, integer n) = moved_to == q &&
  @   moved_from == p && (n <= moved_bytes || moved_bytes == moved_of);
  @
  @ // What p is, as a free of it says: no live block begins there.
  @ predicate Wrong{L}(void *p, integer what) = wrong == p && wrong_what == what;
  @
  @ // A block at p has ended, or that none begins there was reported.
  @ predicate Ended{L}(void *p) = ended == p || reported == p;
  @
  @ // Address p is in heap h.
  @ predicate In{L}(struct heap *h, void *p) =
  @   \exists integer o; 0 <= o < h->reach && (char *)p == h->base + o;
  @
  @ // This call is in no section, does not have the lock, holds no mapping, and
  @ // has told a heap's owner what it has freed there.
  @ predicate Outside{L} =
  @   own == 0 && locked == 0 && inside == \null && ours_size == 0 && due == 0;
  @
  @ // Nothing that this call interrupted is changing the thread's own heaps.
  @ predicate Idle{L} = mine != \null || (me.heaps == \null && me.busy == 0);
  @
  @ // The records of an arena as they come from the system.
  @ predicate Zero{L}(struct arena *a) = a->fresh == 0 &&
  @   (\forall integer p; 0 <= p < ARENA_PAGES ==>
  @   a->owner[p] == 0 && a->tag[p] == TAG_NONE && a->list[p] == 0) &&
  @   (\forall integer p; 0 <= p < NODES ==> a->leaf[p] == 0 && a->best[p] == 0) &&
  @   (\forall integer l; 0 <= l < LISTS ==>
  @   a->head[l] == 0 && a->last[l] == 0 && a->cur[l] == 0 &&
  @   a->at[l] == 0);
  @*/

/*@ // The records of tiny objects as they come from the system.
  @ predicate ZeroTiny{L}(struct tiny *t) =
  @   (\forall integer h; 0 <= h < HOLDERS ==>
  @   t->high[h] == 0 && t->low[h] == 0 && t->used[h] == 0) &&
  @   \forall integer k; 0 <= k < TINY_BLOCKS ==> t->live[k] == 0;
  @*/

/* What says what came of the call. */
#define BLOCK SHOWN, ZEROED, FULL, COPIED
#define SHOWN block, block_size, block_new, block_step, block_tiny
#define HAD had, had_bytes
#define WRONG wrong, wrong_what, nowhere
#define ZEROED zeroed, zeroed_bytes
#define FULL full, full_pages
#define COPIED moved_from, moved_to, moved_bytes, moved_of
#define SIZED sized, sized_run, sized_slot
#define END ended, WRONG, reported
#define NOTE noted, noted_run, noted_slot, due

/* What is done on the way, for others, is not what came of the call. */
#define STILL due == \at(due,Pre) && ended == \at(ended,Pre) && \
  reported == \at(reported,Pre)
#define KEEPS_END \
  ensures end: due == \old(due) && ended == \old(ended) && \
    reported == \old(reported);

/* What who collects keeps count of. */
#define CLEARED cleared, swept, owed, walk, left, opened

/* The records of tiny objects, of any heap. */
#define PACKS \
  {x->tiny | struct packs *x; \true}, {x->refilled | struct packs *x; \true}, \
  {x->bytes | struct ends *x; \true}, records, untouched, marked

/* What a section of any heap changes; and what makes a new heap, too. */
#define OLD_HEAPS \
  PACKS, \
  {x->arena | struct heap *x; \true}, {x->note | struct heap *x; \true}, \
  {x->owner | struct heap *x; \true}, inside, nobodys, shared, \
  END, due, CLEARED, drained, ownerless, cleaned, walked
#define NEW_HEAP \
  {x->arena | struct heap *x; \true}, {x->base | struct heap *x; \true}, \
  {x->reach | struct heap *x; \true}, shared, error, made, vacant, crowded, \
  watched
#define ANY_HEAP \
  PACKS, NEW_HEAP, {x->note | struct heap *x; \true}, \
  {x->owner | struct heap *x; \true}, inside, nobodys, \
  END, due, CLEARED, drained, ownerless, cleaned, walked

#endif

/*
 * registry.h - which heaps there are: by address, and those that nobody owns.
 * A heap is never given back once others can see it.
 * Proven: every contract, as registry.c keeps it.
 */
#ifndef LM_REGISTRY_H
#define LM_REGISTRY_H
#include "section.h"

/* The heap that address p lies in, NULL only if there is none. */
/*@ assigns shared, nowhere;
  @ ensures heap: \result == \null || (Heap(\result) && In(\result, p));
  @ ensures must: \result == \null ==> nowhere == p;
  @*/
static struct heap *heap_of(const void *p);

/* Whether h never has an owner: then its records may not be whole. */
/*@ requires heap: Heap(h);
  @ assigns ownerless;
  @ ensures field: \result == h->shared;
  @ ensures never: \result != 0 <==> ownerless == h;
  @ ensures whole: \result == 0 ==> \valid(h);
  @*/
static int heap_shared(const struct heap *h);

/* Whether threads own heaps: not where there is too little address space for
 * each to have one, so never with 32-bit addresses. */
/*@ assigns crowded;
  @ ensures must: \result == 0 ==> crowded == 1;
  @*/
static int threads_own(void);

/* ---- Lists: of a thread's heaps, and of those that nobody owns ---- */

/* The heap behind h on its list; makes next that. */
/*@ requires heap: Heap(h);
  @ assigns shared;
  @ ensures heap: \result == \null || Heap(\result);
  @*/
static struct heap *heap_next(const struct heap *h);
/*@ requires heap: Heap(h);
  @ requires next: next == \null || Heap(next);
  @ requires mine: own == 1 || locked == 1;
  @ assigns shared;
  @ ensures \true;
  @*/
static void heap_link(struct heap *h, struct heap *next);

/* The first heap that nobody owns; makes h that. */
/*@ requires lock: locked == 1;
  @ assigns shared;
  @ ensures heap: \result == \null || Heap(\result);
  @*/
static struct heap *unowned_first(void);
/*@ requires heap: Heap(h);
  @ requires lock: locked == 1;
  @ assigns shared;
  @ ensures \true;
  @*/
static void unowned_add(struct heap *h);

/* A heap that nobody owns but a thread could, off their list; NULL: none. */
/*@ requires lock: locked == 1;
  @ assigns {x->owner | struct heap *x; \true}, nobodys, shared, ownerless;
  @ ensures heap: \result == \null || Heap(\result);
  @ ensures owns: \result != \null ==> nobodys == \result && \result->shared == 0;
  @ ensures own: Own{Pre} ==> Own;
  @*/
static struct heap *unowned_take(void);

/* A new heap, that nobody owns, shared or not, as large as the address space
 * allows; NULL only if the system refused memory, or a program may have less than
 * 4 MiB of address space for it. */
/*@ requires lock: locked == 1;
  @ assigns NEW_HEAP, nobodys, refused;
  @ ensures heap: \result == \null || Heap(\result);
  @ ensures none: \result == \null ==> refused == 1;
  @ ensures made: \result != \null ==> made == \result && nobodys == \result;
  @ ensures shared: \result != \null ==> is_shared == 0 ==> \result->shared == 0;
  @*/
static struct heap *heap_new(int is_shared);

#endif

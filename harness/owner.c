/*
 * owner.c - who owns which heap: threads come and go, heaps change hands, others
 * free into them, and what is free goes back to the system; see owner.h.
 *
 * A heap without owner is everybody's, under the lock; a thread that ends leaves
 * its heaps so, and a thread that begins takes one over.
 *
 * A thread that frees a block of another's heap sets the block's bit in the
 * inbox; the first to do so since the owner last looked puts the span on the
 * heap's pending stack.  The owner collects when it needs more slots; where
 * nobody owns it, who owns it next, or who is active (tick_unowned).
 *
 * Proven, and trusted, is what heap.c says of itself.  Model of the threads:
 * proofs/model.  Part of lemmalloc.c.
 */
#include "owner.h"
#include "registry.h"
#include "atomic.h"
#include "packed.h"
#include "purge.h"
#include "remote.h"
#include "platform_linux.h"

static int is_mine(struct heap *h)
{
  return me.id != 0 && heap_owner(h) == me.id;
}

static int is_nobodys(struct heap *h)
{
  return heap_owner(h) == 0;
}

/* ---- Frees by other threads ---- */

/* Frees p, of heap h, in a section. */
/*@ IN_SECTION(h)
  @ requires in: In(h, p);
  @ assigns h->arena, PACKS, shared, END;
  @ ensures ended: Ended(p);
  @ ENSURES_SOUND(h)
  @*/
static void free_inside(struct heap *h, const void *p)
{
  int what = any_free(h, offset(h, p));
  if (what != LM_OK) {
    misuse("free", p, what);
  }
}

/* Frees p, of a heap that threads share. */
/*@ FROM_OUTSIDE
  @ requires heap: Heap(h) && ownerless == h;
  @ requires in: In(h, p);
  @ assigns h->arena, PACKS, h->note, h->owner, inside, nobodys, locked, shared,
  @   END, drained;
  @ ensures ended: Ended(p);
  @ TO_OUTSIDE
  @*/
static void free_shared(struct heap *h, const void *p)
{
  lock();
  if (is_nobodys(h)) {
    section_enter(h);
    free_inside(h, p);
    section_leave(h);
  }
  unlock();
}

static void free_remote(struct heap *h, const void *p)
{
  unsigned s, i;
  int what = any_peek(h, offset(h, p), &s, &i);
  if (what != LM_OK) {
    /*@ ghost show_seen(p, what); */
    misuse("free", p, what);
    return;
  }
  if (heap_shared(h)) {
    free_shared(h, p);
    return;
  }
  if (!note_free(h, s, i)) {
    /*@ ghost show_seen(p, LM_DOUBLE); */
    misuse("free", p, LM_DOUBLE);
  }
  /*@ ghost show_noted(h, p, s, i); */
  if (queued_set(h, s, QUEUED) != QUEUED) {
    pending_push(h, s);
  }
}

/* ---- Memory goes back to the system ---- */

/* No span of h is empty, and what is free has no memory. */
/*@ ghost
  /@ requires inside: inside == h;
   @ requires no_empty: NoEmpty(&h->arena);
   @ requires cold: \forall integer s, p; FreeRun(&h->arena, s) ==>
   @   s <= p < s + h->arena.npages[s] ==> p < h->arena.fresh ==>
   @   h->note.warm[p] == COLD;
   @ assigns cleaned;
   @ ensures cleaned: cleaned == h;
   @/
  static void show_clean(struct heap *h) {
    cleaned = h;
  }
*/

/* Frees what others have freed, and gives memory back: of all that is free, or
 * of what has been for a while. */
/*@ IN_SECTION(h)
  @ assigns h->arena, PACKS, h->note, shared, END, due, CLEARED, drained, cleaned;
  @ KEEPS_END
  @ ensures collected: drained == h;
  @ ensures cleaned: all != 0 ==> cleaned == h;
  @ ENSURES_SOUND(h)
  @*/
static void clean(struct heap *h, int all)
{
  collect(h);
  /*@ ghost Collected: ; */
  if (all) {
    /*@ ghost lemma_no_zero(&h->arena); */
    arena_reclaim(&h->arena);
    /*@ assert same: records != \null ==>
      @   TinySame{Collected,Here}(&records->tiny); */
    /*@ assert blocks: records != \null ==>
      @   TinyBlocks(&h->arena, &records->tiny); */
    /*@ assert packs: PacksSound(h); */
  }
  /*@ assert packs: PacksSound(h); */
  /*@ assert no_empty: all != 0 ==> NoEmpty(&h->arena); */
  purge(h, all);
  /*@ assert still: all != 0 ==> NoEmpty(&h->arena); */
  /*@ assert looked: all != 0 ==> \forall integer s, p; Purged(h, s, all) ==>
    @   s <= p < s + h->arena.npages[s] ==> p < h->arena.fresh ==>
    @   h->note.warm[p] == COLD; */
  /*@ assert cold: all != 0 ==> \forall integer s, p; FreeRun(&h->arena, s) ==>
    @   s <= p < s + h->arena.npages[s] ==> p < h->arena.fresh ==>
    @   h->note.warm[p] == COLD; */
  /*@ ghost if (all) show_clean(h); */
}

/* clean for h, if it has no owner, under the lock. */
/*@ requires heap: Heap(h);
  @ requires lock: locked == 1 && inside == \null;
  @ requires own: Own;
  @ assigns h->arena, PACKS, h->note, h->owner, inside, nobodys, shared,
  @   END, due, CLEARED, drained, cleaned;
  @ KEEPS_END
  @ ensures collected: nobodys == h ==> drained == h;
  @ ensures cleaned: nobodys == h ==> all != 0 ==> cleaned == h;
  @ ensures left: inside == \null;
  @ ensures own: Own;
  @*/
static void clean_unowned(struct heap *h, int all)
{
  if (is_nobodys(h)) {
    section_enter(h);
    clean(h, all);
    section_leave(h);
  }
}

/* The same for all heaps that nobody owns. */
/*@ FROM_OUTSIDE
  @ assigns OLD_HEAPS, locked;
  @ KEEPS_END
  @ ensures walked: walked == 1;
  @ TO_OUTSIDE
  @*/
static void unowned_clean(int all)
{
  struct heap *h;
  unsigned n = 0;
  lock();
  h = unowned_first();
  /*@ loop invariant heap: h == \null || Heap(h);
    @ loop invariant left: inside == \null;
    @ loop invariant own: Own;
    @ loop invariant still: STILL;
    @ loop assigns h, n, OLD_HEAPS;
    @ loop variant HEAPS - n;
    @*/
  while (h != NULL && n < HEAPS) {
    clean_unowned(h, all);
    /*@ assert collected: nobodys == h ==> drained == h; */
    /*@ assert cleaned: nobodys == h ==> all != 0 ==> cleaned == h; */
    h = heap_next(h);
    n++;
  }
  /*@ ghost walked = 1; */
  unlock();
}

/* Whether it is time to look at the heaps that nobody owns: then nobody else
 * does. */
/*@ assigns shared, walked;
  @ ensures due: \result != 0 ==> walked == 0;
  @ ensures not: \result == 0 ==> walked == \old(walked);
  @*/
static int unowned_due(void)
{
  static struct mark looked;
  unsigned now = clock_now();
  if (clock_passed(now, mark_get(&looked)) < PURGE_MS / CLOCK_MS) {
    return 0;
  }
  mark_set(&looked, now);
  /*@ ghost walked = 0; */
  return 1;
}

static LM_COLD void tick_unowned(void)
{
  /*@ ghost walked = 1; */
  if (unowned_due()) {
    unowned_clean(0);
  }
}

/* clean for h, if this thread owns it. */
/*@ requires heap: Heap(h);
  @ requires begun: own == 1 && inside == \null;
  @ requires own: Own;
  @ assigns h->arena, PACKS, h->note, h->owner, inside, nobodys, shared,
  @   END, due, CLEARED, drained, cleaned;
  @ KEEPS_END
  @ ensures collected: Mine(h) ==> drained == h;
  @ ensures cleaned: Mine(h) ==> all != 0 ==> cleaned == h;
  @ ensures left: inside == \null;
  @ ensures own: Own;
  @*/
static void clean_own(struct heap *h, int all)
{
  if (is_mine(h)) {
    section_enter(h);
    clean(h, all);
    section_leave(h);
  }
}

static void heaps_trim(void)
{
  if (mine != NULL) {
    struct heap *h;
    unsigned n = 0;
    own_begin();
    h = me.heaps;
    /*@ loop invariant heap: h == \null || Heap(h);
      @ loop invariant left: inside == \null;
      @ loop invariant own: Own;
      @ loop invariant still: STILL;
      @ loop assigns h, n, OLD_HEAPS;
      @ loop variant HEAPS - n;
      @*/
    while (h != NULL && n < HEAPS) {
      clean_own(h, 1);
      /*@ assert cleaned: Mine(h) ==> cleaned == h; */
      h = heap_next(h);
      n++;
    }
    own_end(me.heaps);
  }
  unowned_clean(1);
}

/* ---- Heaps change hands ---- */

/* Makes h, if nobody owns it, the first heap that this thread owns. */
/*@ requires heap: Heap(h);
  @ requires lock: locked == 1 && inside == \null;
  @ requires begun: own == 1;
  @ requires own: Own;
  @ assigns me.id, me.heaps, h->owner, nobodys, shared, ownerless;
  @ ensures own: Own;
  @ ensures done: \result != 0 ==> me.heaps != \null;
  @ ensures must: \old(nobodys) == h ==> h->shared == 0 ==> \result != 0;
  @ ensures same: \result == 0 ==> me.heaps == \old(me.heaps);
  @*/
static int heap_adopt(struct heap *h)
{
  if (!is_nobodys(h) || heap_shared(h)) {
    return 0;
  }
  if (me.id == 0) {
    me.id = thread_number();
  }
  heap_own(h);
  heap_link(h, me.heaps);
  me.heaps = h;
  return 1;
}

static int heap_take(void)
{
  struct heap *h;
  int first, done = 0;
  if (me.ended || !threads_own()) {
    return 0;
  }
  os_shield();
  first = me.heaps == NULL;
  lock();
  h = unowned_take();
  if (h == NULL) {
    h = heap_new(0);
  }
  if (h != NULL) {
    done = heap_adopt(h);
  }
  unlock();
  if (done && first) {
    me.starting = 1;
    os_at_thread_end();
    me.starting = 0;
  }
  return done;
}

/* Makes h, which this thread owns, nobody's. */
/*@ requires heap: Heap(h);
  @ requires lock: locked == 1 && inside == \null;
  @ requires begun: own == 1;
  @ assigns h->arena, PACKS, h->note, h->owner, inside, nobodys, shared,
  @   END, due, CLEARED, drained;
  @ KEEPS_END
  @ ensures left: inside == \null;
  @*/
static void heap_leave(struct heap *h)
{
  if (is_mine(h)) {
    section_enter(h);
    collect(h);
    section_leave(h);
    heap_disown(h);
    unowned_add(h);
  }
}

static void thread_end(void)
{
  struct heap *h, *next;
  unsigned n = 0;
  own_begin();
  h = me.heaps;
  me.heaps = NULL;
  me.ended = 1;
  lock();
  /*@ loop invariant heap: h == \null || Heap(h);
    @ loop invariant left: inside == \null;
    @ loop invariant still: STILL;
    @ loop assigns h, next, n, OLD_HEAPS;
    @ loop variant HEAPS - n;
    @*/
  while (h != NULL && n < HEAPS) {
    next = heap_next(h);
    heap_leave(h);
    h = next;
    n++;
  }
  unlock();
  own_end(NULL);
}

/*
 * section.h - who may change the arena of a heap, and when.
 * Only between section_enter and section_leave, of one heap at a time: by its
 * owner, who hides the heap from its own signal handlers meanwhile, or under
 * the lock by who has seen there that the heap has no owner.  So nobody else
 * changes it, and the arena is sound at the beginning if it was left sound, and so
 * are the records of its tiny objects.
 * The last two functions compile to nothing.
 * Proven: nothing here; that who uses it keeps these rules is.
 * Trusted: that these contracts are true.  The protocol behind them is checked
 * in proofs/model.
 */
#ifndef LM_SECTION_H
#define LM_SECTION_H
#include "heaps.h"

/* ---- The lock: for heaps that nobody owns, for ownership, for mappings ---- */

/*@ requires once: locked == 0;
  @ requires nowhere: inside == \null;
  @ assigns locked, nobodys, shared;
  @ ensures locked: locked == 1 && nobodys == \null;
  @*/
static void lock(void);

/* The same, but 0 where a signal handler has interrupted who has the lock. */
/*@ requires once: locked == 0;
  @ requires nowhere: inside == \null;
  @ assigns locked, nobodys, shared, barred;
  @ ensures locked: \result != 0 ==> locked == 1 && nobodys == \null;
  @ ensures not: \result == 0 ==> locked == 0 && barred == 1;
  @*/
static int lock_try(void);

/*@ requires has: locked == 1;
  @ requires left: inside == \null;
  @ assigns locked, nobodys, shared;
  @ ensures unlocked: locked == 0 && nobodys == \null;
  @*/
static void unlock(void);

/* ---- Who owns a heap ---- */

/* The thread that owns h, 0: nobody.  It changes under the lock only, and no
 * other thread's number is ours.  Only what is there whole has an owner. */
/*@ requires heap: Heap(h);
  @ assigns h->owner, nobodys, shared;
  @ ensures seen: \result == h->owner;
  @ ensures mine: Mine{Pre}(h) ==> \result == me.id;
  @ ensures never: ownerless == h ==> \result == 0;
  @ ensures still: \old(nobodys) == h ==> \result == 0;
  @ ensures none: locked == 1 && \result == 0 ? nobodys == h
  @   : nobodys == \old(nobodys);
  @ ensures whole: \result != 0 ==> \valid(h);
  @*/
static long heap_owner(struct heap *h);

/* Makes h, that nobody owns, this thread's. */
/*@ requires heap: Heap(h);
  @ requires lock: locked == 1 && inside == \null;
  @ requires none: nobodys == h;
  @ requires ever: ownerless != h;
  @ requires thread: me.id != 0;
  @ requires whole: \valid(h);
  @ assigns h->owner, nobodys, shared;
  @ ensures mine: Mine(h);
  @ ensures nobodys == \null;
  @*/
static void heap_own(struct heap *h);

/* Makes h, that this thread owns, nobody's; it has done what others have queued. */
/*@ requires heap: Heap(h);
  @ requires drained: drained == h;
  @ requires lock: locked == 1 && inside == \null;
  @ requires mine: Mine(h);
  @ requires own: own == 1;
  @ assigns h->owner, nobodys, shared;
  @ ensures none: h->owner == 0 && nobodys == h;
  @*/
static void heap_disown(struct heap *h);

/* A number for a thread, not 0, that no other thread ever gets. */
/*@ requires lock: locked == 1;
  @ assigns shared;
  @ ensures some: \result != 0;
  @*/
static long thread_number(void);

/* ---- Sections ---- */

/* What a section finds, and leaves; the same for a loop in it. */
#define ENSURES_SOUND(h) \
  ensures sound: Arena(&(h)->arena); \
  ensures packs: PacksSound(h);
#define LOOP_SOUND(h) \
  loop invariant sound: Arena(&(h)->arena); \
  loop invariant packs: PacksSound(h);

/* This thread begins to change heaps of its own.  A signal handler that
 * allocates from now on leaves them alone; one that came before may have
 * taken a heap, or changed which is the first. */
#define OWN_MAY_BEGIN \
  requires once: own == 0; \
  requires idle: Idle; \
  requires still: Own;
#define OWN_BEGINS \
  ensures own: own == 1; \
  ensures hidden: mine == \null; \
  ensures some: \old(me.heaps) != \null ==> me.heaps != \null; \
  ensures number: \old(me.id) != 0 ==> me.id == \old(me.id); \
  ensures still: Own;

/*@ OWN_MAY_BEGIN
  @ assigns own, mine, me.heaps, me.id, shared;
  @ OWN_BEGINS
  @*/
static void own_begin(void);

/* The same for a thread that may have no heap yet, and notes that it is busy:
 * it has to clear me.busy when it has ended. */
/*@ OWN_MAY_BEGIN
  @ assigns own, mine, me.heaps, me.id, me.busy, shared;
  @ OWN_BEGINS
  @*/
static void own_begin_slow(void);

/* It ends, and allocates from h next. */
/*@ requires begun: own == 1;
  @ requires left: inside == \null;
  @ requires still: h != \null ==> Heap(h) && Mine(h);
  @ assigns own, mine, shared;
  @ ensures ended: own == 0;
  @ ensures shown: mine == h;
  @*/
static void own_end(struct heap *h);

/* The arena of h, and its note, are this thread's alone to change. */
/*@ requires heap: Heap(h);
  @ requires one: inside == \null;
  @ requires entitled: (own == 1 && Mine(h)) || (locked == 1 && nobodys == h);
  @ assigns h->arena, PACKS, h->note, inside, drained;
  @ ensures inside: inside == h;
  @ ENSURES_SOUND(h)
  @*/
static void section_enter(struct heap *h);

/*@ requires heap: Heap(h);
  @ requires inside: inside == h;
  @ requires sound: Arena(&h->arena);
  @ requires packs: PacksSound(h);
  @ assigns h->arena, PACKS, h->note, inside;
  @ ensures left: inside == \null;
  @*/
static void section_leave(struct heap *h);

/* ---- New heaps ---- */

/* Records for a heap, shared or not, else all zero; NULL if there is no memory for
 * them, or no place for another heap. */
/*@ requires lock: locked == 1;
  @ assigns shared, error, made, nobodys, refused;
  @ ensures refused: \result == \null ==> refused == 1;
  @ ensures heap: \result != \null ==> Heap(\result);
  @ ensures zero: \result != \null ==> Zero(&\result->arena);
  @ ensures made: \result != \null ==> made == \result;
  @ ensures shared: \result != \null ==> is_shared == 0 ==> \result->shared == 0;
  @ ensures none: \result != \null ==> nobodys == \result;
  @*/
static struct heap *records_map(int is_shared);

/* Gives them back: nobody else has seen them. */
/*@ requires lock: locked == 1;
  @ requires heap: Heap(h);
  @ assigns shared, error;
  @ ensures \true;
  @*/
static void records_unmap(struct heap *h);

/* What is asked of who ends blocks and does not know of tiny objects: off is in no
 * span of these, which have one page. */
/*@ predicate Plain{L}(struct heap *h, integer off) =
  @   h->arena.tag[off / PAGE_SIZE] != TAG_TINY;
  @*/

/* The clauses of a contract of what is called in a section of h. */
#define IN_SECTION(h) \
  requires heap: Heap(h); \
  requires inside: inside == h; \
  requires sound: Arena(&h->arena); \
  requires packs: PacksSound(h);

/* ---- What came of a call: no code ---- */

/* A heap that is not shared has all of its records; one that is never has an
 * owner. */
/*@ ghost
  /@ requires heap: Heap(h);
   @ requires is: is == h->shared;
   @ assigns ownerless;
   @ ensures never: is != 0 <==> ownerless == h;
   @ ensures whole: is == 0 ==> \valid(h);
   @/
  void show_shared(const struct heap *h, int is);
*/

/* A block of n bytes, that was just made, begins at off: who calls this promises
 * that none did before; one that lives does. */
/*@ ghost
  /@ requires inside: inside == h;
   @ requires block: Block(&h->arena, off, n);
   @ requires step: AlignedAs(off, step);
   @ assigns SHOWN;
   @ ensures block: block == h->base + off && block_size == n && block_new == 1;
   @ ensures step: block_step == step && block_tiny == 0;
   @ ensures some: block != \null;
   @/
  void show_new(struct heap *h, unsigned off, unsigned n, unsigned step);
*/
/*@ ghost
  /@ requires inside: inside == h;
   @ requires block: Block(&h->arena, off, n);
   @ assigns SHOWN;
   @ ensures block: block == h->base + off && block_size == n;
   @/
  void show_live(struct heap *h, unsigned off, unsigned n);
*/

/* The same of a tiny object of n bytes, of records k; of one that has a block for
 * itself: 8 is the greatest alignment that such an object has. */
/*@ ghost
  /@ requires inside: inside == h;
   @ requires object: TinyObject(&k->tiny, off, n);
   @ requires aligned: off % TinyAlign(n) == 0;
   @ assigns SHOWN;
   @ ensures given: GivenTiny(h->base + off, n);
   @ ensures some: block != \null;
   @/
  void show_packed(struct heap *h, struct packs *k, unsigned off, unsigned n);
*/
/*@ ghost
  /@ requires inside: inside == h;
   @ requires block: \exists integer m; n <= m && Block(&h->arena, off, m);
   @ requires aligned: off % 8 == 0;
   @ assigns SHOWN;
   @ ensures given: GivenTiny(h->base + off, n);
   @ ensures some: block != \null;
   @/
  void show_single(struct heap *h, unsigned off, unsigned n);
*/

/* The pages of h from its fresh one on were never used: they are zero, as they came
 * from the system.  So is what is made of them in this section. */
/*@ ghost
  /@ requires inside: inside == h;
   @ assigns untouched;
   @ ensures untouched: untouched == h->arena.fresh;
   @/
  void show_untouched(struct heap *h);
*/
/*@ ghost
  /@ requires inside: inside == h;
   @ requires untouched: untouched * PAGE_SIZE <= off;
   @ assigns ZEROED;
   @ ensures zero: zeroed == h->base + off && zeroed_bytes == n;
   @/
  void show_zero(struct heap *h, unsigned off, size_t n);
*/

/* h has no run of so many free pages, nor any page in an empty span; it was just
 * made, and has no room for what is wanted. */
/*@ ghost
  /@ requires inside: inside == h;
   @ requires none: !FreePages(&h->arena, pages);
   @ requires no_empty: NoEmpty(&h->arena);
   @ assigns FULL;
   @ ensures full: full == h && full_pages == pages;
   @/
  void show_full(struct heap *h, unsigned pages);
*/
/*@ ghost
  /@ requires full: full == h && made == h;
   @ assigns refused;
   @ ensures refused: refused == 1;
   @/
  void show_refused(struct heap *h);
*/

/* The block at p has n bytes, or it was reported that none is there; they begin to
 * be copied to q. */
/*@ ghost
  /@ requires size: (block == p && block_size == n) || reported == p;
   @ assigns HAD;
   @ ensures had: had == p && had_bytes == n;
   @/
  void show_had(const void *p, size_t n);
*/
/*@ ghost
  /@ requires had: had == p;
   @ assigns COPIED;
   @ ensures begun: moved_to == q && moved_from == p && moved_bytes == 0 &&
   @   moved_of == had_bytes;
   @/
  void show_move(char *q, char *p);
*/

/* Block i of run s of h has n bytes. */
/*@ ghost
  /@ assigns SIZED;
   @ ensures sized: sized == n && sized_run == s && sized_slot == i;
   @/
  void show_size(const struct heap *h, unsigned s, unsigned i, size_t n);
*/

/* What look found at p, in run s with number i, has n bytes. */
/*@ ghost
  /@ requires size: sized == n && sized_run == s && sized_slot == i;
   @ assigns SHOWN;
   @ ensures block: block == p && block_size == n;
   @/
  void show_sized(const void *p, unsigned s, unsigned i, size_t n);
*/

/* A block that began at off has ended. */
/*@ ghost
  /@ requires inside: inside == h;
   @ requires gone: !BlockStart(&h->arena, off);
   @ assigns ended;
   @ ensures ended: ended == (char *)h->base + off;
   @/
  void show_end(struct heap *h, unsigned off);
*/

/* What off is, before it is freed; no live block begins there. */
/*@ ghost
  /@ requires inside: inside == h;
   @ assigns wrong_what;
   @ ensures what: LM_OK <= wrong_what <= LM_FOREIGN;
   @ ensures ok: wrong_what == LM_OK <==> BlockStart(&h->arena, off);
   @ ensures free_slot: wrong_what == LM_DOUBLE <==> FreeStart(&h->arena, off);
   @ ensures foreign: wrong_what == LM_FOREIGN <==> !Covered(&h->arena, off);
   @/
  void show_what(struct heap *h, unsigned off);
*/
/*@ ghost
  /@ requires inside: inside == h;
   @ requires none: !BlockStart(&h->arena, off);
   @ requires what: what == wrong_what && what != LM_OK;
   @ assigns WRONG;
   @ ensures wrong: Wrong(h->base + off, what);
   @/
  void show_wrong(struct heap *h, unsigned off, int what);
*/

/* The same of tiny objects, of records k. */
/*@ ghost
  /@ requires inside: inside == h;
   @ requires gone: !TinyStart(&k->tiny, off);
   @ assigns ended;
   @ ensures ended: ended == (char *)h->base + off;
   @/
  void show_packed_end(struct heap *h, struct packs *k, unsigned off);
*/
/*@ ghost
  /@ requires inside: inside == h;
   @ requires none: !TinyStart(&k->tiny, off);
   @ requires some: what != LM_OK;
   @ assigns WRONG;
   @ ensures wrong: Wrong(h->base + off, what);
   @/
  void show_packed_wrong(struct heap *h, struct packs *k, unsigned off, int what);
*/

/* This thread has noted for the owner that p, slot i of run s, has ended; another
 * has seen, reading what is not its own, that no block begins at p. */
/*@ ghost
  /@ requires noted: noted == h && noted_run == s && noted_slot == i;
   @ assigns ended;
   @ ensures ended: ended == p;
   @/
  void show_noted(struct heap *h, const void *p, unsigned s, unsigned i);
*/
/*@ ghost
  /@ requires what: what != LM_OK;
   @ assigns WRONG;
   @ ensures wrong: Wrong(p, what);
   @/
  void show_seen(const void *p, int what);
*/

/* ---- What the program did wrong ---- */

/* These end the program; no proof relies on that. */
/*@ requires wrong: Wrong(p, what);
  @ assigns shared, reported;
  @ ensures reported: reported == p;
  @*/
static void misuse(const char *function, const void *p, int what);
/*@ assigns shared;
  @ ensures \true;
  @*/
static void wrong_size(const void *p);
/*@ assigns shared;
  @ ensures \true;
  @*/
static void reentered(void);

/* ---- What blocks contain ---- */

/* Copies the next n bytes of a block that moves, which has them, to one that has
 * room for them. */
/*@ requires next: (char *)to == moved_to + moved_bytes &&
  @   (char *)from == moved_from + moved_bytes;
  @ requires has: had == moved_from && moved_bytes + n <= had_bytes;
  @ requires room: block == moved_to && moved_bytes + n <= block_size;
  @ assigns shared, moved_bytes;
  @ ensures moved: moved_bytes == \old(moved_bytes) + n;
  @*/
static inline void block_copy(void *to, const void *from, size_t n);

/* Makes the first n bytes of the block at p zero. */
/*@ requires given: Given(p, n);
  @ assigns shared, ZEROED;
  @ ensures zero: zeroed == p && zeroed_bytes == n;
  @*/
static inline void block_zero(void *p, size_t n);

/* Word w of a collector's marks. */
/*@ assigns \nothing;
  @ ensures \true;
  @*/
static inline word mark_word(const unsigned long *marks, unsigned w);

#endif

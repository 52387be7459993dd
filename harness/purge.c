/*
 * purge.c - the memory of free pages goes back to the system; see purge.h.
 * Not at once: a program that frees and allocates in turn would pay for it each
 * time.  Proven: all.  Trusted: section.h, atomic.h, platform_linux.h.  Part of
 * lemmalloc.c.
 */
#include "purge.h"
#include "atomic.h"
#include "platform_linux.h"

static unsigned clock_now(void)
{
  return os_milliseconds() / CLOCK_MS % CLOCK_ROUND;
}

static unsigned clock_passed(unsigned now, uintptr_t since)
{
  return (now + CLOCK_ROUND - (unsigned)(since % CLOCK_ROUND)) % CLOCK_ROUND;
}

#define TICKS 64                      /* slow paths for one look at the clock */

static void warm_set(struct heap *h, unsigned s, unsigned n, unsigned warm)
{
  unsigned end = n < ARENA_PAGES - s ? s + n : ARENA_PAGES, p;
  /*@ loop invariant range: s <= p <= end;
    @ loop invariant set: \forall integer q; s <= q < p ==>
    @   h->note.warm[q] == warm;
    @ loop invariant rest: WarmElse{Pre,Here}(h, s, p);
    @ loop assigns p, h->note;
    @ loop variant end - p;
    @*/
  for (p = s; p < end; p++) {
    h->note.warm[p] = (short)warm;
  }
}

/* Gives the memory of pages from .. end - 1 of the free run s back. */
/*@ IN_SECTION(h)
  @ requires free: FreeRun(&h->arena, s);
  @ requires range: s <= from < end <= s + h->arena.npages[s];
  @ assigns h->note, shared;
  @ ensures cold: \forall integer p; from <= p < end ==>
  @   h->note.warm[p] == COLD;
  @ ensures rest: WarmElse{Pre,Post}(h, from, end);
  @*/
static void release(struct heap *h, unsigned s, unsigned from, unsigned end)
{
  (void)s;
  os_release(h->base + (size_t)from * PAGE_SIZE, (size_t)(end - from) * PAGE_SIZE);
  warm_set(h, from, end - from, COLD);
}

/* Gives the memory of the pages s .. end - 1, which are free, back: of those
 * that have cooled, or of all. */
/*@ IN_SECTION(h)
  @ requires free: FreeRun(&h->arena, s);
  @ requires range: 0 < s < end <= s + h->arena.npages[s];
  @ assigns h->note, shared;
  @ ensures given: \forall integer p; s <= p < end ==>
  @   h->note.warm[p] == Looked(\old(h->note.warm[p]), all);
  @ ensures rest: WarmElse{Pre,Post}(h, s, end);
  @*/
static void purge_run(struct heap *h, unsigned s, unsigned end, int all)
{
  unsigned from = 0, p;
  /*@ assert inside: end <= ARENA_PAGES; */
  /*@ loop invariant range: s <= p <= end;
    @ loop invariant from: from == 0 || s <= from < p;
    @ loop invariant given: \forall integer q; s <= q < p ==>
    @   (from == 0 || q < from) ==>
    @   h->note.warm[q] == Looked(\at(h->note.warm[q], Pre), all);
    @ loop invariant waits: from != 0 ==> \forall integer q; from <= q < p ==>
    @   Looked(\at(h->note.warm[q], Pre), all) == COLD;
    @ loop invariant rest: WarmElse{Pre,Here}(h, s, p);
    @ loop assigns p, from, h->note, shared;
    @ loop variant end - p;
    @*/
  for (p = s; p < end; p++) {
    if (h->note.warm[p] == USED && !all) {
      if (from != 0) {
        release(h, s, from, p);
        from = 0;
      }
      h->note.warm[p] = COOLING;
    } else if (h->note.warm[p] != COLD && from == 0) {
      from = p;
    }
  }
  if (from != 0) {
    release(h, s, from, end);
  }
}

static void purge(struct heap *h, int all)
{
  const struct arena *a = &h->arena;
  int fresh = a->fresh;
  unsigned s, n;
  /*@ loop invariant range: a->lo <= s <= a->hi;
    @ loop invariant start: s < a->hi ==> a->tag[s] != TAG_NONE;
    @ loop invariant given: \forall integer t, p; Purged(h, t, all) ==>
    @   t < s ==> t <= p < t + a->npages[t] ==> p < fresh ==>
    @   h->note.warm[p] == Looked(\at(h->note.warm[p], Pre), all);
    @ loop invariant kept: \forall integer t, p; Used(a, t) ==> t < s ==>
    @   t <= p < t + a->npages[t] ==>
    @   h->note.warm[p] == \at(h->note.warm[p], Pre);
    @ loop invariant rest: WarmElse{Pre,Here}(h, a->lo, s);
    @ loop assigns s, n, h->note, shared;
    @ loop variant a->hi - s;
    @*/
  for (s = a->lo; s < a->hi && (int)s < fresh; s += n) {
    n = a->npages[s];
    if (a->tag[s] == TAG_FREE && (n >= PURGE_PAGES || all)) {
      purge_run(h, s, (int)(s + n) < fresh ? s + n : (unsigned)fresh, all);
    }
  }
}

/*@ IN_SECTION(h)
  @ assigns h->note, shared;
  @ ensures \true;
  @*/
static LM_COLD void tick_slow(struct heap *h)
{
  unsigned now = clock_now();
  if (clock_passed(now, mark_get(&h->looked)) > PURGE_MS / CLOCK_MS) {
    mark_set(&h->looked, now);
    purge(h, 0);
  }
}

static int tick(struct heap *h)
{
  h->note.ticks = (short)((h->note.ticks + 1) % TICKS);
  if (h->note.ticks != 0) {
    return 0;
  }
  tick_slow(h);
  return 1;
}

/*
 * mapping.c - objects with a mapping of their own: too large for the arena, or
 * aligned to more than its pages.
 * They stand in a table sorted by address, itself a mapping, which doubles
 * when it is full.  Part of lemmalloc.c.
 * Proven, for one thread between what others do: the table stays sound and is
 * searched right, what is mapped is in it or was given back, the lock is given
 * back, memory is accessed where it is.  Trusted: section.h,
 * atomic.h, platform_linux.h and what mapping.h says.
 */
#include "mapping.h"
#include "atomic.h"
#include "platform_linux.h"

/* All mappings that ever were are between these. */
static struct mark mapped_from = { UINTPTR_MAX }, mapped_to;

/*@ requires once: locked == 0;
  @ requires nowhere: inside == \null;
  @ assigns locked, nobodys, shared, TABLE;
  @ ensures locked: locked == 1 && nobodys == \null;
  @ ensures table: Table;
  @ ensures apart: ours_size != 0 ==> Apart(ours, ours_size);
  @*/
static void table_lock(void)
{
  lock();
  table_seen();
}

/*@ requires has: locked == 1;
  @ requires left: inside == \null;
  @ requires table: Table;
  @ assigns locked, nobodys, shared;
  @ ensures unlocked: locked == 0 && nobodys == \null;
  @*/
static void table_unlock(void)
{
  unlock();
}

/* Lets block_mapped know, which looks without the lock, that a mapping is
 * there. */
/*@ requires lock: locked == 1;
  @ requires end: start + size <= UINTPTR_MAX;
  @ assigns shared;
  @ ensures \true;
  @*/
static void table_note(uintptr_t start, size_t size)
{
  if (start < mark_get(&mapped_from)) {
    mark_set(&mapped_from, start);
  }
  if (start + size > mark_get(&mapped_to)) {
    mark_set(&mapped_to, start + size);
  }
}

/* The number of mappings that end at or below address p. */
/*@ requires table: Table;
  @ assigns \nothing;
  @ ensures range: 0 <= \result <= nmappings;
  @ ensures below: \forall integer i; 0 <= i < \result ==>
  @   mappings[i].start + mappings[i].size <= p;
  @ ensures above: \forall integer i; \result <= i < nmappings ==>
  @   p < mappings[i].start + mappings[i].size;
  @*/
static size_t mappings_below(uintptr_t p)
{
  size_t low = 0, n = nmappings;
  /*@ loop invariant range: 0 <= low <= low + n <= nmappings;
    @ loop invariant below: \forall integer i; 0 <= i < low ==>
    @   mappings[i].start + mappings[i].size <= p;
    @ loop invariant above: \forall integer i; low + n <= i < nmappings ==>
    @   p < mappings[i].start + mappings[i].size;
    @ loop assigns low, n;
    @ loop variant n;
    @*/
  while (n > 0) {
    size_t half = n / 2, mid = low + half;
    if (mappings[mid].start + mappings[mid].size <= p) {
      low = mid + 1;
      n = n - half - 1;
    } else {
      n = half;
    }
  }
  return low;
}

/* The mapping that contains address p, by its number in the table; the number
 * of all if there is none. */
/*@ requires table: Table;
  @ assigns \nothing;
  @ ensures range: 0 <= \result <= nmappings;
  @ ensures found: \result < nmappings ==> Inside(p, \result);
  @ ensures none: \result == nmappings ==>
  @   \forall integer i; 0 <= i < nmappings ==>
  @   p < mappings[i].start || mappings[i].start + mappings[i].size <= p;
  @*/
static size_t mapping_find(uintptr_t p)
{
  size_t i = mappings_below(p);
  return i < nmappings && mappings[i].start <= p ? i : nmappings;
}

/* The same by its entry; NULL if there is none. */
/*@ requires table: Table;
  @ assigns \nothing;
  @ ensures found: \result != \null ==> \exists integer i;
  @   0 <= i < nmappings && \result == &mappings[i] && Inside((uintptr_t)p, i);
  @ ensures none: \result == \null ==>
  @   \forall integer i; 0 <= i < nmappings ==>
  @   (uintptr_t)p < mappings[i].start ||
  @   mappings[i].start + mappings[i].size <= (uintptr_t)p;
  @*/
static struct mapping *mapping_of(const void *p)
{
  size_t i = mapping_find((uintptr_t)p);
  return i < nmappings ? &mappings[i] : NULL;
}

/* Makes room for one more. */
/*@ requires table: Table;
  @ requires lock: locked == 1;
  @ assigns mappings, maxmappings, refused, shared, error,
  @   {*m | struct mapping *m; \true};
  @ ensures must: \result == 0 ==> refused == 1 || 2 * maxmappings > MAPPINGS_MAX;
  @ ensures full: \result == 0 ==> maxmappings == \old(maxmappings);
  @ ensures given: \result != 0 ==> refused == \old(refused);
  @ ensures table: Table;
  @ ensures room: \result != 0 ==> nmappings < maxmappings;
  @ ensures same: \forall integer i; 0 <= i < nmappings ==> MOVED(Pre,Post,i,i);
  @*/
static int mappings_grow(void)
{
  size_t max = maxmappings == 0 ? 256 : 2 * maxmappings, i;
  struct mapping *more;
  if (max > MAPPINGS_MAX || (more = table_map(max)) == NULL) {
    return 0;
  }
  /*@ loop invariant range: 0 <= i <= nmappings;
    @ loop invariant copied: \forall integer j; 0 <= j < i ==>
    @   more[j].start == \at(mappings[j].start,Pre) &&
    @   more[j].size == \at(mappings[j].size,Pre) &&
    @   more[j].noscan == \at(mappings[j].noscan,Pre);
    @ loop invariant kept: \forall integer j; 0 <= j < nmappings ==>
    @   MOVED(Pre,Here,j,j);
    @ loop assigns i, more[0 .. max - 1];
    @ loop variant nmappings - i;
    @*/
  for (i = 0; i < nmappings; i++) {
    /*@ ghost Step: ; */
    more[i].start = mappings[i].start;
    more[i].size = mappings[i].size;
    more[i].noscan = mappings[i].noscan;
    /*@ assert others: \forall integer j; 0 <= j < i ==>
      @   more[j].start == \at(more[j].start,Step) &&
      @   more[j].size == \at(more[j].size,Step) &&
      @   more[j].noscan == \at(more[j].noscan,Step); */
  }
  if (maxmappings != 0) {
    table_unmap(mappings, maxmappings);
  }
  mappings = more;
  maxmappings = max;
  return 1;
}

/* Makes entry i of the table m. */
/*@ requires entry: i < maxmappings && \valid(mappings + i);
  @ assigns mappings[i];
  @ ensures is: MappingIs(i, m.start, m.size, m.noscan);
  @*/
static void mapping_put(size_t i, struct mapping m)
{
  mappings[i].start = m.start;
  mappings[i].size = m.size;
  mappings[i].noscan = m.noscan;
}

/* Puts the n bytes from p on, which were mapped, into the table, which has
 * room. */
/*@ requires table: Table;
  @ requires lock: locked == 1;
  @ requires room: nmappings < maxmappings;
  @ requires mapped: ours == p && ours_size == n && 0 < n;
  @ requires end: p + n <= UINTPTR_MAX;
  @ requires apart: Apart(p, n);
  @ assigns nmappings, mappings[0 .. nmappings], ours_size, shared;
  @ ensures table: Table;
  @ ensures more: nmappings == \old(nmappings) + 1;
  @ ensures none: ours_size == 0;
  @ ensures range: 0 <= \result < nmappings;
  @ ensures new: MappingIs(\result, p, n, noscan);
  @ ensures before: \forall integer j; 0 <= j < \result ==> MOVED(Pre,Post,j,j);
  @ ensures behind: \forall integer j; \result < j < nmappings ==>
  @   MOVED(Pre,Post,j - 1,j);
  @*/
static size_t mapping_add(uintptr_t p, size_t n, unsigned noscan)
{
  struct mapping m;
  size_t i = mappings_below(p), k;
  /*@ loop invariant range: i <= k <= nmappings;
    @ loop invariant before: \forall integer j; 0 <= j < k ==> MOVED(Pre,Here,j,j);
    @ loop invariant behind: \forall integer j; k < j <= nmappings ==>
    @   MOVED(Pre,Here,j - 1,j);
    @ loop assigns k, mappings[0 .. nmappings];
    @ loop variant k;
    @*/
  for (k = nmappings; k > i; k--) {
    mapping_put(k, mappings[k - 1]);
  }
  m.start = p;
  m.size = n;
  m.noscan = noscan;
  mapping_put(i, m);
  nmappings++;
  /*@ ghost ours_size = 0; */
  /*@ assert each: \forall integer j; 0 <= j < nmappings ==>
    @   0 < mappings[j].size && mappings[j].start + mappings[j].size <= UINTPTR_MAX; */
  /*@ assert below: \forall integer j; 0 <= j < i ==>
    @   mappings[j].start + mappings[j].size <= p; */
  /*@ assert above: \forall integer j; i < j < nmappings ==>
    @   p + n <= mappings[j].start; */
  /*@ assert sorted: \forall integer j, q; 0 <= j < q < nmappings ==>
    @   mappings[j].start + mappings[j].size <= mappings[q].start; */
  table_note(p, n);
  return i;
}

/* Takes mapping i out of the table. */
/*@ requires table: Table;
  @ requires lock: locked == 1;
  @ requires index: i < nmappings;
  @ requires none: ours_size == 0;
  @ assigns nmappings, mappings[0 .. nmappings - 1], ours, ours_size;
  @ ensures table: Table;
  @ ensures less: nmappings == \old(nmappings) - 1;
  @ ensures mapped: ours == \old(mappings[i].start) &&
  @   ours_size == \old(mappings[i].size);
  @ ensures apart: Apart(ours, ours_size);
  @ ensures before: \forall integer j; 0 <= j < i ==> MOVED(Pre,Post,j,j);
  @ ensures behind: \forall integer j; i <= j < nmappings ==>
  @   MOVED(Pre,Post,j + 1,j);
  @*/
static void mapping_remove(size_t i)
{
  size_t k;
  /*@ ghost ours = mappings[i].start; */
  /*@ ghost ours_size = mappings[i].size; */
  nmappings--;
  /*@ loop invariant range: i <= k <= nmappings;
    @ loop invariant before: \forall integer j; 0 <= j < i ==> MOVED(Pre,Here,j,j);
    @ loop invariant moved: \forall integer j; i <= j < k ==>
    @   MOVED(Pre,Here,j + 1,j);
    @ loop invariant behind: \forall integer j; k < j <= nmappings ==>
    @   MOVED(Pre,Here,j,j);
    @ loop assigns k, mappings[0 .. nmappings];
    @ loop variant nmappings - k;
    @*/
  for (k = i; k < nmappings; k++) {
    /*@ ghost Step: ; */
    mapping_put(k, mappings[k + 1]);
    /*@ assert put: \let j = k; MOVED(Pre,Here,j + 1,j); */
    /*@ assert others: \forall integer j; 0 <= j <= nmappings ==> j != k ==>
      @   MOVED(Step,Here,j,j); */
  }
}

/* The bytes of a mapping for n bytes; 0: there is none so large. */
/*@ requires some: 0 < n;
  @ assigns \nothing;
  @ ensures enough: \result == 0 || n <= \result;
  @ ensures must: n <= REQUEST_MAX - UNIT_MAX ==> \result != 0;
  @*/
static size_t object_size(size_t n)
{
  size_t size;
  return request_round_up(n, os_page_size(), &size) ? size : 0;
}

static void *mapping_alloc(size_t n, size_t align, unsigned noscan)
{
  size_t size = object_size(n), i;
  void *p;
  if (size == 0) {
    return NULL;
  }
  p = object_map(size, align);
  if (p == NULL) {
    return NULL;
  }
  table_lock();
  if (nmappings == maxmappings && !mappings_grow()) {
    table_unlock();
    /*@ ghost const void *was_ended = ended; */
    object_unmap(p, size);
    /*@ ghost ended = was_ended; */
    return NULL;
  }
  i = mapping_add((uintptr_t)p, size, noscan);
  /*@ ghost show_mapped(i, p, align == PAGE_SIZE ? 0 : align); */
  (void)i;
  table_unlock();
  return p;
}

static size_t mapping_look(const void *p, int *what)
{
  size_t i, size = 0;
  table_lock();
  i = mapping_find((uintptr_t)p);
  if (i == nmappings) {
    *what = LM_FOREIGN;
    /*@ ghost show_unmapped(p, LM_FOREIGN); */
  } else {
    size = mappings[i].size;
    *what = mappings[i].start == (uintptr_t)p ? LM_OK : LM_INTERIOR;
    /*@ ghost if (*what == LM_OK) show_mapping(i, p); else show_unmapped(p, LM_INTERIOR); */
  }
  table_unlock();
  return size;
}

static int mapping_is(const void *p, size_t size, unsigned noscan)
{
  size_t i;
  int is;
  table_lock();
  i = mapping_find((uintptr_t)p);
  is = i < nmappings && mappings[i].start == (uintptr_t)p &&
       mappings[i].size == size && mappings[i].noscan == noscan;
  /*@ assert this: is != 0 ==> MappingIs(i, (uintptr_t)p, size, noscan); */
  /*@ assert none: is == 0 ==> \forall integer j; 0 <= j < nmappings ==>
    @   !MappingIs(j, (uintptr_t)p, size, noscan); */
  table_unlock();
  return is;
}

static void mapping_release(void *p)
{
  size_t i, size = 0;
  int what;
  table_lock();
  i = mapping_find((uintptr_t)p);
  if (i == nmappings || mappings[i].start != (uintptr_t)p) {
    what = i == nmappings ? LM_FOREIGN : LM_INTERIOR;
    /*@ ghost show_unmapped(p, what); */
    table_unlock();
    misuse("free", p, what);
    return;
  }
  size = mappings[i].size;
  mapping_remove(i);
  table_unlock();
  object_unmap(p, size);
}

static void *mapping_resize(void *p, size_t n)
{
  size_t i, size = object_size(n);
  unsigned noscan;
  void *q = NULL;
  if (size == 0) {
    return NULL;
  }
  table_lock();
  i = mapping_find((uintptr_t)p);
  if (i < nmappings && mappings[i].start == (uintptr_t)p) {
    size_t old = mappings[i].size;
    noscan = mappings[i].noscan;
    mapping_remove(i);
    q = object_remap(p, old, size);
    if (q != NULL) {
      i = mapping_add((uintptr_t)q, size, noscan);
      /*@ ghost show_mapping(i, q); */
    } else {
      mapping_add((uintptr_t)p, old, noscan);
    }
  }
  table_unlock();
  return q;
}

/* ---- For a collector, and statistics ---- */

/* Entry i of the table; size 0 if it has no such entry. */
/*@ requires table: Table;
  @ assigns \nothing;
  @ ensures some: i < nmappings ==>
  @   MappingIs(i, \result.start, \result.size, \result.noscan);
  @ ensures none: i >= nmappings <==> \result.size == 0;
  @*/
static struct mapping mapping_get(size_t i)
{
  struct mapping m = { 0, 0, 0 };
  if (i < nmappings) {
    m.start = mappings[i].start;
    m.size = mappings[i].size;
    m.noscan = mappings[i].noscan;
  }
  return m;
}

static struct mapping mapping_at(const void *p)
{
  struct mapping m;
  table_lock();
  m = mapping_get(mapping_find((uintptr_t)p));
  table_unlock();
  return m;
}

static struct mapping mapping_from(uintptr_t from)
{
  struct mapping m;
  table_lock();
  m = mapping_get(mappings_below(from));
  table_unlock();
  return m;
}

static struct mapped mappings_count(void)
{
  struct mapped all = { 0, 0 };
  size_t sum = 0, i;
  if (!lock_try()) {
    return all;
  }
  table_seen();
  /*@ loop invariant range: 0 <= i <= nmappings;
    @ loop invariant sum: sum == MappedBytes(i);
    @ loop invariant low: i < nmappings ==> sum <= mappings[i].start;
    @ loop invariant last: 0 < i ==>
    @   sum <= mappings[i - 1].start + mappings[i - 1].size;
    @ loop assigns i, sum;
    @ loop variant nmappings - i;
    @*/
  for (i = 0; i < nmappings; i++) {
    sum += mappings[i].size;
  }
  table_unlock();
  all.count = i;
  all.bytes = sum;
  return all;
}

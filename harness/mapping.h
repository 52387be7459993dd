/*
 * mapping.h - objects with a mapping of their own, and what mapping.c stands on.
 * They stand in a table sorted by address, under the lock.
 * Proven: what mapping.c promises here, under a heading of its own.  Trusted: the
 * contracts of the others, whose code, if they have any, is in section.c, but that of
 * object_remap in platform_linux.c.
 */
#ifndef LM_MAPPING_H
#define LM_MAPPING_H
#include "section.h"
#include "../core/request.h"

struct mapping {
  uintptr_t start;
  size_t size;          /* bytes */
  unsigned noscan;      /* 1: holds no pointers */
};

static struct mapping *mappings;
static size_t nmappings, maxmappings;

/* A table never has more: so many do not fit into the address space. */
#define MAPPINGS_MAX (UINTPTR_MAX / 64u)

/*@ // The table is sound: sorted, and no two mappings share a byte.
  @ predicate Table{L} =
  @   nmappings <= maxmappings <= MAPPINGS_MAX &&
  @   (maxmappings == 0 || \valid(mappings + (0 .. maxmappings - 1))) &&
  @   (\forall integer i; 0 <= i < nmappings ==> 0 < mappings[i].size &&
  @     mappings[i].start + mappings[i].size <= UINTPTR_MAX) &&
  @   (\forall integer i, j; 0 <= i < j < nmappings ==>
  @     mappings[i].start + mappings[i].size <= mappings[j].start);
  @
  @ // The n bytes from address p on are in no mapping of the table.
  @ predicate Apart{L}(integer p, integer n) =
  @   \forall integer i; 0 <= i < nmappings ==>
  @   mappings[i].start + mappings[i].size <= p || p + n <= mappings[i].start;
  @
  @ // Address p is in mapping i.
  @ predicate Inside{L}(integer p, integer i) =
  @   mappings[i].start <= p < mappings[i].start + mappings[i].size;
  @
  @ // The bytes of the first n mappings.
  @ logic integer MappedBytes{L}(integer n) =
  @   n <= 0 ? 0 : MappedBytes(n - 1) + mappings[n - 1].size;
  @
  @ // Mapping i is n bytes from address p on.
  @ predicate MappingIs{L}(integer i, integer p, integer n, integer noscan) =
  @   mappings[i].start == p && mappings[i].size == n &&
  @   mappings[i].noscan == noscan;
  @*/

/* Mapping j is what mapping i was: no predicate, so that the prover looks for
 * what it says about j where it sees entry j. */
#define MOVED(K, L, i, j) \
  \at(mappings[j].start,L) == \at(mappings[i].start,K) && \
  \at(mappings[j].size,L) == \at(mappings[i].size,K) && \
  \at(mappings[j].noscan,L) == \at(mappings[i].noscan,K)

#define UNIT_MAX 65536u         /* bytes in a page of any Linux */

/* What changes when others may change the table. */
#define TABLE \
  mappings, nmappings, maxmappings, {*m | struct mapping *m; \true}

/* ---- What mapping.c stands on ---- */

/* What the table is to who has just got the lock: as its last holder left it.  The
 * system maps nothing where something is.  It compiles to nothing. */
/*@ requires lock: locked == 1;
  @ assigns TABLE;
  @ ensures table: Table;
  @ ensures apart: ours_size != 0 ==> Apart(ours, ours_size);
  @*/
static void table_seen(void);

/* Room for max mappings, apart from the table; NULL: there is no memory. */
/*@ requires room: 0 < max <= MAPPINGS_MAX;
  @ assigns refused, shared, error;
  @ ensures refused: \result == \null ==> refused == 1;
  @ ensures given: \result != \null ==> refused == \old(refused);
  @ ensures room: \result != \null ==> \valid(\result + (0 .. max - 1));
  @ ensures apart: \result != \null ==> maxmappings != 0 ==>
  @   \separated(\result + (0 .. max - 1), mappings + (0 .. maxmappings - 1));
  @*/
static struct mapping *table_map(size_t max);

/* Gives it back. */
/*@ assigns shared, error;
  @ ensures \true;
  @*/
static void table_unmap(struct mapping *table, size_t max);

/* os_map, os_unmap and mremap(2) for one object. */
/*@ requires none: ours_size == 0;
  @ requires size: 0 < size;
  @ requires align: 0 < align;
  @ assigns ours, ours_size, refused, shared, error, ZEROED;
  @ ensures zero: \result != \null ==> zeroed == \result && zeroed_bytes == size;
  @ ensures mapped: \result != \null ==>
  @   ours == (uintptr_t)\result && ours_size == size &&
  @   ours + size <= UINTPTR_MAX;
  @ ensures aligned: \result != \null ==> ours % align == 0;
  @ ensures none: \result == \null ==> ours_size == 0 && refused == 1;
  @ ensures given: \result != \null ==> refused == \old(refused);
  @*/
static void *object_map(size_t size, size_t align);

/*@ requires mapped: ours == (uintptr_t)p && ours_size == size;
  @ assigns ours_size, shared, error, ended;
  @ ensures none: ours_size == 0;
  @ ensures ended: ended == p;
  @*/
static void object_unmap(void *p, size_t size);

/*@ requires lock: locked == 1;
  @ requires mapped: ours == (uintptr_t)p && ours_size == size;
  @ requires apart: Apart(ours, size);
  @ requires some: 0 < to;
  @ assigns ours, ours_size, refused, shared, error, ended, COPIED;
  @ ensures kept: \result == \null ==> ended == \old(ended);
  @ ensures ended: \result != \null ==> \result == p || ended == p;
  @ ensures contents: \result != \null ==> moved_to == (char *)\result &&
  @   moved_from == (char *)p && moved_of == size &&
  @   moved_bytes == (to < size ? to : size);
  @ ensures moved: \result != \null ==> ours == (uintptr_t)\result &&
  @   ours_size == to && Apart(ours, to) && ours + to <= UINTPTR_MAX;
  @ ensures same: \result == \null ==> ours == \old(ours) &&
  @   ours_size == \old(ours_size) && refused == 1;
  @ ensures given: \result != \null ==> refused == \old(refused);
  @*/
static void *object_remap(void *p, size_t size, size_t to);

/* ---- What came of a call: no code ---- */

/* Mapping i is a block at p; it was just made. */
/*@ ghost
  /@ requires lock: locked == 1;
   @ requires table: Table;
   @ requires mapping: i < nmappings && mappings[i].start == (uintptr_t)p;
   @ assigns SHOWN;
   @ ensures block: block == p && block_size == mappings[i].size;
   @/
  void show_mapping(size_t i, const void *p);
*/
/*@ ghost
  /@ requires lock: locked == 1;
   @ requires table: Table;
   @ requires mapping: i < nmappings && mappings[i].start == (uintptr_t)p;
   @ requires step: (uintptr_t)p % (step == 0 ? PAGE_SIZE : step) == 0;
   @ assigns SHOWN;
   @ ensures block: block == p && block_size == mappings[i].size && block_new == 1;
   @ ensures step: block_step == step && block_tiny == 0;
   @/
  void show_mapped(size_t i, const void *p, size_t step);
*/

/* No mapping begins at p, which is in no heap. */
/*@ ghost
  /@ requires lock: locked == 1;
   @ requires table: Table;
   @ requires nowhere: nowhere == p;
   @ requires none: \forall integer i; 0 <= i < nmappings ==>
   @   mappings[i].start != (uintptr_t)p;
   @ requires some: what == LM_INTERIOR || what == LM_FOREIGN;
   @ requires interior: what == LM_INTERIOR <==> \exists integer i;
   @   0 <= i < nmappings && Inside((uintptr_t)p, i);
   @ assigns WRONG;
   @ ensures wrong: Wrong(p, what);
   @/
  void show_unmapped(const void *p, int what);
*/

/* ---- What mapping.c promises ---- */

/* A mapping of n bytes or more, all zero, at a multiple of align; NULL only if
 * the system refused memory, n is within a page of REQUEST_MAX or above, or the
 * table is as long as it can be.  noscan: 0 or 1. */
/*@ requires outside: Outside;
  @ requires size: 0 < n;
  @ requires align: 0 < align;
  @ assigns TABLE, ours, ours_size, refused, nobodys, locked, shared, error,
  @   BLOCK, ended;
  @ ensures must: \result == \null ==> refused == 1 ||
  @   n > REQUEST_MAX - UNIT_MAX || 2 * nmappings > MAPPINGS_MAX;
  @ ensures aligned: \result != \null ==> (uintptr_t)\result % align == 0;
  @ ensures outside: Outside;
  @ KEEPS_END
  @ ensures given: \result != \null ==> New(\result, n) && block_tiny == 0 &&
  @   block_step == (align == PAGE_SIZE ? 0 : align);
  @ ensures zero: \result != \null ==> ZeroAt(\result, n);
  @ ensures mapped: \result != \null ==> \exists integer i, size;
  @   0 <= i < nmappings && n <= size &&
  @   MappingIs(i, (uintptr_t)\result, size, noscan);
  @*/
static void *mapping_alloc(size_t n, size_t align, unsigned noscan);

/* What p, which is in no heap, is; if it is a block, its size. */
/*@ requires outside: Outside;
  @ requires nowhere: nowhere == p;
  @ requires what: \valid(what);
  @ assigns TABLE, *what, nobodys, locked, shared, BLOCK, WRONG;
  @ ensures given: *what == LM_OK ==> block == p && block_size == \result;
  @ ensures wrong: *what != LM_OK ==> Wrong(p, *what);
  @ ensures outside: Outside;
  @ ensures block: *what == LM_OK ==> \exists integer i;
  @   0 <= i < nmappings && mappings[i].start == (uintptr_t)p &&
  @   mappings[i].size == \result;
  @ ensures interior: *what == LM_INTERIOR ==> \exists integer i;
  @   0 <= i < nmappings && mappings[i].start < (uintptr_t)p &&
  @   Inside((uintptr_t)p, i);
  @ ensures foreign: *what == LM_FOREIGN ==>
  @   \forall integer i; 0 <= i < nmappings ==>
  @   (uintptr_t)p < mappings[i].start ||
  @   mappings[i].start + mappings[i].size <= (uintptr_t)p;
  @ ensures what: *what == LM_OK || *what == LM_INTERIOR || *what == LM_FOREIGN;
  @*/
static size_t mapping_look(const void *p, int *what);

/* Whether a mapping of just size bytes, noscan or not, begins at p. */
/*@ requires outside: Outside;
  @ assigns TABLE, nobodys, locked, shared;
  @ ensures outside: Outside;
  @ ensures is: \result != 0 <==> \exists integer i; 0 <= i < nmappings &&
  @   MappingIs(i, (uintptr_t)p, size, noscan);
  @*/
static int mapping_is(const void *p, size_t size, unsigned noscan);

/* The mapping that address p lies in; the first that ends behind address from.  Its
 * size is 0 if there is none. */
/*@ requires outside: Outside;
  @ assigns TABLE, nobodys, locked, shared;
  @ ensures outside: Outside;
  @ ensures found: \result.size != 0 ==> \exists integer i; 0 <= i < nmappings &&
  @   MappingIs(i, \result.start, \result.size, \result.noscan) &&
  @   Inside((uintptr_t)p, i);
  @ ensures none: \result.size == 0 ==> Apart((uintptr_t)p, 1);
  @*/
static struct mapping mapping_at(const void *p);
/*@ requires outside: Outside;
  @ assigns TABLE, nobodys, locked, shared;
  @ ensures outside: Outside;
  @ ensures found: \result.size != 0 ==> \exists integer i; 0 <= i < nmappings &&
  @   MappingIs(i, \result.start, \result.size, \result.noscan) &&
  @   from < \result.start + \result.size && \forall integer j; 0 <= j < i ==>
  @   mappings[j].start + mappings[j].size <= from;
  @ ensures none: \result.size == 0 ==> \forall integer i; 0 <= i < nmappings ==>
  @   mappings[i].start + mappings[i].size <= from;
  @*/
static struct mapping mapping_from(uintptr_t from);

/* How many there are, and of how many bytes in all; 0 and 0 where a signal handler has
 * interrupted who has the lock. */
struct mapped {
  size_t count, bytes;
};
/*@ requires outside: Outside;
  @ assigns TABLE, nobodys, locked, shared, barred;
  @ ensures outside: Outside;
  @ ensures count: \result.count == nmappings || (\result.count == 0 && barred == 1);
  @ ensures bytes: \result.bytes == MappedBytes(\result.count);
  @*/
static struct mapped mappings_count(void);

/* Frees p, which is in no heap; it is a misuse if no mapping starts there. */
/*@ requires outside: Outside;
  @ requires nowhere: nowhere == p;
  @ assigns TABLE, ours, ours_size, nobodys, locked, shared, error, END;
  @ ensures ended: Ended(p);
  @ ensures outside: Outside;
  @ ensures gone: \forall integer i; 0 <= i < nmappings ==>
  @   mappings[i].start != (uintptr_t)p;
  @*/
static void mapping_release(void *p);

/* Makes the mapping that starts at p one of n bytes or more, at this place or
 * another, with its contents; NULL, and p as it was, only if the system refused
 * memory, n is within a page of REQUEST_MAX or above, or no mapping starts at p. */
/*@ requires outside: Outside;
  @ requires size: 0 < n;
  @ assigns TABLE, ours, ours_size, refused, nobodys, locked, shared, error,
  @   BLOCK, ended;
  @ ensures given: \result != \null ==> Given(\result, n);
  @ ensures contents: \result != \null ==> \result == p || Moved(\result, p, n);
  @ ensures kept: \result == \null ==> ended == \old(ended);
  @ ensures ended: \result != \null ==> \result == p || ended == p;
  @ ensures must: \result == \null ==> refused == 1 ||
  @   n > REQUEST_MAX - UNIT_MAX || \forall integer i; 0 <= i < nmappings ==>
  @   mappings[i].start != (uintptr_t)p;
  @ ensures outside: Outside;
  @ ensures mapped: \result != \null ==> \exists integer i, size, noscan;
  @   0 <= i < nmappings && n <= size &&
  @   MappingIs(i, (uintptr_t)\result, size, noscan);
  @*/
static void *mapping_resize(void *p, size_t n);

#endif

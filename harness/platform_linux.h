/*
 * platform_linux.h - what heaps and threads need of the operating system.
 * A port to another system replaces this file and platform_linux.c; what is written
 * for people (line.c, options.c) asks POSIX and for secure_getenv(3) alone.
 * None of these functions allocates; none but lock_try blocks.
 * The contracts are for who calls: shared is all that several threads write.
 * Proven: nothing.  Trusted: every line, and mmap(2), munmap(2), madvise(2),
 * getrlimit(2) and the pthread mutex below it.
 */
#ifndef LM_PLATFORM_LINUX_H
#define LM_PLATFORM_LINUX_H

#include <stddef.h>
#include "heaps.h"

/* Bytes in one of the system's own pages, a power of two, 64 KiB at most. */
/*@ ghost size_t unit; */
/*@ assigns \nothing;
  @ ensures unit: \result == unit;
  @ ensures some: 0 < \result <= 65536;
  @*/
static size_t os_page_size(void);

/* Bytes of address space that one mapping may sensibly take. */
/*@ assigns \nothing;
  @ ensures \true;
  @*/
static size_t os_room(void);

/* Maps at least size bytes, all zero, at a multiple of align, which is a power
 * of two; NULL if that is impossible.  1 <= size <= PTRDIFF_MAX.  Memory is
 * paid for when it is first written. */
/*@ requires size: 0 < size <= PTRDIFF_MAX;
  @ requires align: 0 < align;
  @ assigns shared, error, refused;
  @ ensures none: \result == \null ==> refused == 1;
  @*/
static void *os_map(size_t size, size_t align);

/* Ends the mapping of size bytes at p, which os_map made. */
/*@ assigns shared, error;
  @ ensures \true;
  @*/
static void os_unmap(void *p, size_t size);

/* Asks that the size bytes at p, part of a mapping, get no huge pages, where the
 * system gives these to all. */
/*@ assigns shared;
  @ ensures \true;
  @*/
static void os_small_pages(void *p, size_t size);

/* Gives the memory of the size bytes at p, part of a mapping, back to the
 * system; what they contain is lost, they remain mapped. */
/*@ assigns shared;
  @ ensures \true;
  @*/
static void os_release(void *p, size_t size);

/* There is one lock for all threads: lock_try, unlock (section.h).  A thread that takes
 * it twice, which only a signal handler that interrupts a holder can do, gets 0 and
 * must not go on.  os_shield: from now on signals wait until the lock is given back.
 * That is two system calls more, so it is for where the lock is seldom taken. */
/*@ assigns shared;
  @ ensures \true;
  @*/
static void os_shield(void);

/* Gives the lock back if this thread has it. */
static void os_unlock_all(void);

/* Lets thread_end be called when this thread ends, after other destructors
 * where that can be. */
/*@ requires outside: locked == 0 && inside == \null;
  @ assigns shared, error, watched;
  @ ensures watched: watched == 1;
  @*/
static void os_at_thread_end(void);
static void thread_end(void);

/* Milliseconds, from some moment on; they wrap around. */
/*@ assigns shared;
  @ ensures \true;
  @*/
static unsigned os_milliseconds(void);

/* errno of this thread; none changes it but os_set_errno, and those whose
 * contract names it: error. */
/*@ assigns \nothing;
  @ ensures value: \result == error;
  @*/
static int os_errno(void);
/*@ assigns error;
  @ ensures value: error == value;
  @*/
static void os_set_errno(int value);

#endif

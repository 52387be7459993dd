/*
 * platform_linux.h - all that lemmalloc asks of the operating system.
 * A port to another system replaces this file and platform_linux.c.
 * None of these functions allocates; none but lock_try, os_write, os_say and
 * os_create blocks.
 * The contracts are for who calls: shared is all that several threads write.
 * Proven: nothing.  Trusted: every line, and mmap(2), munmap(2), madvise(2),
 * write(2), open(2), getrlimit(2) and the pthread mutex below it.
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
/*@ assigns shared, error;
  @ ensures \true;
  @*/
static void *os_map(size_t size, size_t align);

/* Ends the mapping of size bytes at p, which os_map made. */
/*@ assigns shared, error;
  @ ensures \true;
  @*/
static void os_unmap(void *p, size_t size);

/* Makes the mapping p, of size bytes, one of more or fewer, here or elsewhere;
 * NULL, and p as it was, if that is impossible. */
static void *os_remap(void *p, size_t size, size_t to);

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
  @ assigns shared, error;
  @ ensures \true;
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

/* Writes n bytes to a file; to standard error.  Errors are passed over. */
static void os_write(int fd, const char *text, size_t n);
static void os_say(const char *text, size_t n);

/* A descriptor of its own for standard error: it stays open when the program
 * closes its own at its end. */
static int os_stderr(void);

/* Opens a new, or emptied, file for writing; below 0 if that is impossible. */
static int os_create(const char *path);
static void os_close(int fd);

/* The number of this process. */
static unsigned long os_process(void);

/* The environment variable name; NULL if there is none, or if the program has
 * other rights than who started it (setuid). */
static const char *os_setting(const char *name);

#endif

#!/usr/bin/env bats
# lm_alloc, and what a garbage collector asks; see go.c.  SEED=n replays a run,
# OPS=n sets the length of the model's and the threads'.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  build go gcc
  build go_32 gcc -m32
  make -s build/liblemmalloc.so
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
  ulimit -c 0
}

# build NAME COMPILER FLAG...: go.c and the library, under its own names alone,
# as one program.
build() {
  mkdir -p build/go
  "$2" -O1 -g "${@:3}" -DLM_PREFIX_ONLY -std=gnu99 -Wall -Wextra -Icore -Ispec -Iharness \
    -o "build/go/$1" harness/lemmalloc.c harness/tests/go.c -pthread
}

# everywhere CASE: on 64 and 32 bits, and where threads share a heap.
everywhere() {
  timeout 120 build/go/go "$1"
  timeout 120 build/go/go_32 "$1"
  (ulimit -v 1000000 && timeout 120 build/go/go "$1")
}

# misuse CASE MESSAGE: everywhere.  %p is the address that the program prints.
misuse() {
  misused build/go/go "$@"
  misused build/go/go_32 "$@"
  (ulimit -v 1000000 && misused build/go/go "$@")
}

misused() {
  local status=0 address
  timeout 60 "$1" "$2" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
  cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"
  [ "$status" = 134 ]
  [ "$(wc -l <"$BATS_TEST_TMPDIR/err")" = 1 ]
  address=$(cat "$BATS_TEST_TMPDIR/out")
  grep -qF "lemmalloc: ${3//%p/$address}" "$BATS_TEST_TMPDIR/err"
}

@test "sizes and alignments are Go's, of tiny, small, large and mapped objects" {
  everywhere sizes
}

@test "errors: EINVAL, ENOMEM; an object of no bytes; errno" {
  everywhere errors
}

@test "refilled says exactly when a span was made" {
  everywhere refilled
}

@test "tiny objects are packed without a gap, and need little beside" {
  everywhere density
}

@test "LM_ZERO: all bytes are zero, also of memory that was used before" {
  everywhere zeroed
}

@test "lm_block_of: from every byte of a block, and of nothing else" {
  everywhere blocks
}

@test "random operations and sweeps: contents, and which blocks there are, as the model says" {
  everywhere model
}

@test "lm_each_block: frees what it visits, ends early" {
  everywhere visits
}

@test "tiny objects that another thread frees: their memory is used again" {
  everywhere remote
}

@test "tiny objects outlive their thread" {
  everywhere outlived
}

@test "lm_sweep: a thread's own spans and nobody's, not another's" {
  everywhere owners
}

@test "many threads with objects of all kinds: contents stay, all is freed in the end" {
  everywhere threads
}

@test "a signal handler allocates and frees in the middle of both" {
  timeout 60 build/go/go signals
}

@test "ThreadSanitizer: no race but those in tsan.ignore" {
  build go_tsan clang -fsanitize=thread -fsanitize-ignorelist=harness/tests/tsan.ignore
  for c in remote outlived owners; do
    timeout 120 build/go/go_tsan $c
  done
  OPS=${OPS:-60000} timeout 120 build/go/go_tsan threads
}

@test "AddressSanitizer, UBSan; the core's unsigned arithmetic does not wrap" {
  build go_asan clang -fsanitize=address,undefined,unsigned-integer-overflow \
    -fsanitize-ignorelist=harness/tests/ubsan.ignore
  for c in sizes errors refilled zeroed blocks visits remote outlived owners; do
    timeout 120 build/go/go_asan $c
  done
  OPS=${OPS:-60000} timeout 120 build/go/go_asan model
  OPS=${OPS:-60000} timeout 120 build/go/go_asan threads
}

@test "a tiny object freed twice" {
  misuse twice "double free: free(%p): a place for tiny objects, free already"
  misuse twice_first "double free: free(%p): a place for tiny objects, free already"
  misuse all_twice "double free: free(%p): a place for tiny objects, free already"
}

@test "a pointer into a tiny object, and between two" {
  misuse inside "interior pointer: free(%p): 3 bytes into 5 bytes at 0x"
  misuse between "double free: free(%p): a place for tiny objects, free already"
}

@test "the same with other threads" {
  misuse inside_elsewhere "interior pointer: free(%p): 1 bytes into 4 bytes at 0x"
  misuse elsewhere_twice "double free: free(%p): a place for tiny objects, free already"
  misuse elsewhere_then_here "double free: free(%p): a place for tiny objects, free already"
  misuse here_then_elsewhere "double free: free(%p): a place for tiny objects, free already"
  misuse ended_twice "double free: free(%p): a place for tiny objects, free already"
}

@test "other functions called with a tiny object that is free, or too small" {
  misuse resized "double free: realloc(%p): a place for tiny objects, free already"
  misuse elsewhere_then_sized "double free: usable_size(%p): a place for tiny objects, free already"
  misuse wrong_size "wrong size: free_sized(%p): the object is smaller"
}

@test "free of what lm_sweep has ended" {
  misuse swept "double free: free(%p): a place for tiny objects, free already"
}

@test "the names without lm_ take objects of lm_alloc, in the shared library" {
  cat >"$BATS_TEST_TMPDIR/mixed.c" <<'END'
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <lemmalloc.h>
int main(void)
{
  size_t before = mallinfo2().uordblks;
  char *p = lm_alloc(5, LM_NOSCAN, NULL), *q = lm_alloc(5, LM_NOSCAN, NULL);
  strcpy(p, "four");
  if (malloc_usable_size(q) != 5 || mallinfo2().uordblks != before + 16) {
    return 1;
  }
  p = realloc(p, 100);
  free(q);
  return strcmp(p, "four") != 0 || malloc_usable_size(p) != 112 ||
         mallinfo2().uordblks != before + 112;
}
END
  gcc -Iharness -fno-builtin -o "$BATS_TEST_TMPDIR/mixed" "$BATS_TEST_TMPDIR/mixed.c" \
    -Lbuild -llemmalloc -Wl,-rpath,"$PWD/build"
  "$BATS_TEST_TMPDIR/mixed"
}

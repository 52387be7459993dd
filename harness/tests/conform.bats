#!/usr/bin/env bats
# The public functions: C23, POSIX and glibc's manual.  Each case of conform.c
# runs on the shared library and in a static program.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s build/programs/conform build/static/conform
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
}

conform() {
  timeout 120 build/programs/conform "$1" && timeout 120 build/static/conform "$1"
}

@test "an object of no bytes has an address of its own" {
  conform zero_size
}

@test "more than PTRDIFF_MAX bytes: ENOMEM, and nothing changes" {
  conform too_large
}

@test "calloc and reallocarray: a product that overflows is ENOMEM" {
  conform overflow
}

@test "success and free leave errno alone" {
  conform errno_kept
}

@test "free leaves errno alone: large, aligned, another thread's; so does realloc to 0" {
  conform errno_free
}

@test "every object is aligned as malloc, aligned_alloc, posix_memalign, valloc say" {
  conform alignment
}

@test "what is no alignment is EINVAL; an impossible one ENOMEM" {
  conform bad_alignment
}

@test "calloc: all bytes are zero, also of memory used before" {
  conform zeroed
}

@test "realloc keeps the first min(old, new) bytes" {
  conform realloc_keeps
}

@test "realloc within the same size class keeps the address" {
  conform realloc_stays
}

@test "realloc that moves what grows a little leaves a quarter more room" {
  conform realloc_grows
}

@test "a realloc or reallocarray that fails leaves the object and its contents" {
  conform failure_keeps
}

@test "mallopt accepts glibc's parameters, without effect; malloc_trim returns 1" {
  conform tuning
}

@test "malloc_usable_size: at least what was asked for, all of it usable" {
  conform usable
}

@test "lm_ names and standard names can be mixed" {
  conform both_names
}

@test "objects larger than the arena, and thousands aligned to more than a page" {
  conform beyond
}

@test "a freed large object gives its memory back to the system" {
  conform returned
}

@test "out of memory three times: ENOMEM, and each time after as many objects" {
  ulimit -v 1000000
  conform exhaustion
}

@test "eight threads free what others allocated; no block is shared or lost" {
  conform threads
}

@test "after fork the child allocates, while other threads were busy" {
  conform forks
}

@test "32 bits: the library answers the same" {
  mkdir -p build/32
  gcc -m32 -O2 -std=gnu99 -Wall -Wextra -Werror -Iharness -fno-builtin -fvisibility=hidden -fPIC \
    -ftls-model=initial-exec -shared -o build/32/liblemmalloc.so harness/lemmalloc.c -pthread
  gcc -m32 -O1 -std=gnu99 -Iharness -fno-builtin -o build/32/conform harness/tests/conform.c \
    -Lbuild/32 -llemmalloc -Wl,-rpath,"$PWD/build/32" -pthread
  for name in $(sed -n 's/^  { "\([a-z_]*\)",.*/\1/p' harness/tests/conform.c); do
    echo "$name"
    timeout 120 build/32/conform "$name"
  done
}

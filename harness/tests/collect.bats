#!/usr/bin/env bats
# harness/examples/collect.c: a garbage collector over lm_alloc.

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
  mkdir -p build/go
}

# collects COMPILER FLAG...: builds it with the library and runs it.
collects() {
  "$@" -std=gnu99 -Wall -Wextra -Werror -Iharness -DLM_PREFIX_ONLY -o build/go/collect \
    harness/examples/collect.c harness/lemmalloc.c -pthread
  timeout 120 build/go/collect | tee "$BATS_TEST_TMPDIR/out"
  [ "$(tail -n 1 "$BATS_TEST_TMPDIR/out")" = "collect: all is well" ]
}

@test "collector: rings of garbage are collected, what lives stays, memory stays flat" {
  collects gcc -O2
}

@test "collector: the same not optimized, so all is on the stack" {
  collects gcc -O0
}

@test "collector: the same without frame pointers, so more is in registers" {
  collects gcc -O3 -fomit-frame-pointer
}

@test "collector: the same with clang" {
  collects clang -O2
}

@test "collector: the same with 32 bits" {
  collects gcc -m32 -O2
}

@test "collector: the same where threads would share a heap" {
  (ulimit -v 1000000 && collects gcc -O2)
}

@test "collector: linked as its first lines say" {
  make -s lib-prefix
  gcc -O2 -Iharness -o build/go/linked harness/examples/collect.c -Lbuild -llemmalloc-prefix \
    -Wl,-rpath,"$PWD/build"
  build/go/linked
}

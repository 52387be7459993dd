#!/usr/bin/env bats
# harness/examples/embedded.c: an allocator over a static array, without libc.

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
  mkdir -p build/tests
}

# embedded COMPILER FLAGS...: compiles without libc, then runs on this machine.
embedded() {
  local cc=$1
  shift
  "$cc" -std=gnu99 -Wall -Wextra -Werror -O2 -ffreestanding -DARENA_PAGES=256u "$@" \
    -Icore -c -o build/tests/embedded.o harness/examples/embedded.c
  nm -u build/tests/embedded.o | awk '{ print $2 }' | grep -vE '^(memset|memcpy|_GLOBAL_OFFSET_TABLE_)$' && return 1
  "$cc" "$@" -o build/tests/embedded harness/examples/host.c build/tests/embedded.o
  [ "$(build/tests/embedded)" = "embedded: all is well" ]
}

@test "embedded example: gcc, 64 bits" {
  embedded gcc
}

@test "embedded example: gcc, 32 bits" {
  embedded gcc -m32
}

@test "embedded example: clang" {
  embedded clang
}

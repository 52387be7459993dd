#!/usr/bin/env bats
# What the linker sees is what lemmalloc.h declares, under two names each.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s lib
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
}

wanted() {
  grep -o 'lm_[a-z_0-9]*(' harness/lemmalloc.h | tr -d '(' | sed 'p; s/^lm_//' | sort
}

@test "the shared library exports the public functions and nothing else" {
  diff <(wanted) <(nm -D --defined-only build/liblemmalloc.so | awk '{ print $3 }' | sort)
}

@test "the static library defines the public functions and nothing else" {
  diff <(wanted) <(nm -g --defined-only build/liblemmalloc.a | awk 'NF == 3 { print $3 }' | sort)
}

@test "there are 19 public functions" {
  [ "$(wanted | wc -l)" = 38 ]
}

@test "the core needs nothing from outside, not even memcpy" {
  mkdir -p build/tests
  for f in core/*.c; do
    gcc -std=c90 -O2 -ffreestanding -Icore -c -o build/tests/alone.o "$f"
    nm -u build/tests/alone.o
  done | awk '{ print $2 }' | sort -u >"$BATS_TEST_TMPDIR/undefined"
  for f in core/*.c; do
    gcc -std=c90 -O2 -ffreestanding -Icore -c -o build/tests/alone.o "$f"
    nm -g --defined-only build/tests/alone.o
  done | awk '{ print $3 }' | sort -u >"$BATS_TEST_TMPDIR/defined"
  cat "$BATS_TEST_TMPDIR/undefined"
  [ -z "$(comm -23 "$BATS_TEST_TMPDIR/undefined" "$BATS_TEST_TMPDIR/defined")" ]
}

@test "the header compiles as C90, C++ and with clang" {
  echo '#include "lemmalloc.h"' >"$BATS_TEST_TMPDIR/h.c"
  gcc -std=c90 -pedantic-errors -Wall -Wextra -Werror -Iharness -fsyntax-only "$BATS_TEST_TMPDIR/h.c"
  clang -std=c90 -pedantic-errors -Wall -Wextra -Werror -Iharness -fsyntax-only "$BATS_TEST_TMPDIR/h.c"
  if command -v g++ >/dev/null; then
    g++ -Wall -Werror -Iharness -fsyntax-only -x c++ "$BATS_TEST_TMPDIR/h.c"
  fi
}

@test "an installed library links as README.md says, shared and static" {
  local dir=$BATS_TEST_TMPDIR
  make -s install PREFIX="$dir/usr" >/dev/null
  cat >"$dir/program.c" <<'END'
#include <stdlib.h>
#include <lemmalloc.h>
int main(void) { void *p = malloc(100); lm_free(p); return p == NULL; }
END
  gcc -I"$dir/usr/include" -o "$dir/shared" "$dir/program.c" -L"$dir/usr/lib" -llemmalloc
  LD_LIBRARY_PATH=$dir/usr/lib "$dir/shared"
  gcc -static -I"$dir/usr/include" -o "$dir/static" "$dir/program.c" "$dir/usr/lib/liblemmalloc.a"
  "$dir/static"
}

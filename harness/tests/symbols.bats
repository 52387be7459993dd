#!/usr/bin/env bats
# What the linker sees is what lemmalloc.h declares, and C++'s operators.  What
# others have too is there under two names.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s lib lib-prefix
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
}

declared() {
  grep -o 'lm_[a-z_0-9]*(' harness/lemmalloc.h | tr -d '('
}

# Functions that neither C, POSIX nor glibc has: they have no second name.
own() {
  printf 'lm_%s\n' alloc usable_size each_span each_block block_of sweep
}

# The second names of the others.
standard() {
  declared | grep -vxF "$(own)" | sed 's/^lm_//'
}

# C++17, [new.delete]: operators SIZE_T
operators() {
  local o
  for o in "" "[]"; do
    printf "operator new$o(%s)\n" "$1" "$1, std::nothrow_t const&" \
      "$1, std::align_val_t" "$1, std::align_val_t, std::nothrow_t const&"
    printf "operator delete$o(%s)\n" "void*" "void*, $1" "void*, std::nothrow_t const&" \
      "void*, std::align_val_t" "void*, $1, std::align_val_t" \
      "void*, std::align_val_t, std::nothrow_t const&"
  done
}

wanted() {
  { declared; standard; operators "unsigned long"; } | sort
}

# What nm prints of a library: functions that others can use.
functions() {
  nm "$@" --defined-only | awk 'NF == 3 { print $3 }' | c++filt | sort
}

@test "the shared library exports the public functions and nothing else" {
  diff <(wanted) <(functions -D build/liblemmalloc.so)
}

@test "the static library: the same, but nothrow new, which is libstdc++'s" {
  diff <(wanted | grep -v 'new.*nothrow') <(functions -g build/liblemmalloc.a)
}

@test "32 bits: the same, with the operators for a 32-bit size_t" {
  mkdir -p build/32
  gcc -m32 -O2 -std=gnu99 -Wall -Wextra -Werror -Iharness -fvisibility=hidden -fPIC -fexceptions \
    -ftls-model=initial-exec -shared -o build/32/symbols.so harness/lemmalloc.c -pthread
  diff <({ declared; standard; operators "unsigned int"; } | sort) \
    <(functions -D build/32/symbols.so)
}

@test "the library with prefixes has the names with lm_ and nothing else" {
  diff <(declared | sort) <(functions -D build/liblemmalloc-prefix.so)
  diff <(declared | sort) <(functions -g build/liblemmalloc-prefix.a)
}

@test "the library with prefixes works beside another malloc" {
  local dir=$BATS_TEST_TMPDIR
  cat >"$dir/program.c" <<'END'
#include <malloc.h>
#include <stdlib.h>
#include <lemmalloc.h>
int main(void)
{
  char *p = malloc(100), *q = lm_malloc(100);
  size_t ours = lm_mallinfo2().uordblks;
  p = realloc(p, 1000000);
  q = lm_realloc(q, 1000);
  ours = lm_mallinfo2().uordblks - ours;
  free(p);
  lm_free(q);
  return !(p && q && ours == 1024 - 112);
}
END
  gcc -fno-builtin -Iharness -o "$dir/shared" "$dir/program.c" -Lbuild -llemmalloc-prefix -Wl,-rpath,"$PWD/build"
  "$dir/shared"
  gcc -fno-builtin -Iharness -static -o "$dir/static" "$dir/program.c" build/liblemmalloc-prefix.a
  "$dir/static"
}

@test "there are 25 public functions, 19 of them with a standard name, and 20 operators" {
  [ "$(declared | wc -l)" = 25 ]
  [ "$(standard | wc -l)" = 19 ]
  [ "$(operators x | sort -u | wc -l)" = 20 ]
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

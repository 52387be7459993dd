#!/usr/bin/env bats
# C++'s operators new and delete.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s build/programs/cxx build/static/cxx
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
}

cxx() {
  timeout 120 build/programs/cxx "$1" && timeout 120 build/static/cxx "$1"
}

@test "all twenty forms: size, alignment, each delete for each new" {
  cxx forms
}

@test "new expressions and containers; new and malloc are one heap" {
  cxx expressions
}

@test "out of memory: std::bad_alloc, destructors run; nothrow forms give NULL" {
  cxx bad_alloc
}

@test "the new_handler is called until it gives up, or throws" {
  cxx new_handler
}

@test "a new_handler that frees memory: new goes on" {
  ulimit -v 1000000
  cxx exhaustion
}

@test "bad_alloc also in a plugin, loaded by a program that is not C++" {
  cat >"$BATS_TEST_TMPDIR/plugin.cpp" <<'END'
#include <new>
static int calls;
static void handler() { calls++; std::set_new_handler(nullptr); }
static void *volatile got;
extern "C" int plugin(unsigned long n)
{
  std::set_new_handler(handler);
  try { got = ::operator new(n); } catch (const std::bad_alloc &) { return calls; }
  return -1;
}
END
  g++ -shared -fPIC -o "$BATS_TEST_TMPDIR/plugin.so" "$BATS_TEST_TMPDIR/plugin.cpp"
  cat >"$BATS_TEST_TMPDIR/host.c" <<'END'
#include <dlfcn.h>
#include <stdint.h>
int main(int argc, char **argv)
{
  void *p = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  int (*f)(unsigned long) = (int (*)(unsigned long))dlsym(p, "plugin");
  return argc == 2 && f(SIZE_MAX / 2) == 1 ? 0 : 1;
}
END
  gcc -o "$BATS_TEST_TMPDIR/host" "$BATS_TEST_TMPDIR/host.c"
  LD_PRELOAD=$PWD/build/liblemmalloc.so "$BATS_TEST_TMPDIR/host" "$BATS_TEST_TMPDIR/plugin.so"
}

@test "without libstdc++: one line, and SIGABRT" {
  cat >"$BATS_TEST_TMPDIR/c.c" <<'END'
#include <stdint.h>
#include <stddef.h>
void *new(size_t) __asm__("_Znwm");
int main(void) { return new(100) == NULL || new(SIZE_MAX / 2) != NULL; }
END
  gcc -o "$BATS_TEST_TMPDIR/c" "$BATS_TEST_TMPDIR/c.c" -Lbuild -llemmalloc -Wl,-rpath,"$PWD/build"
  ulimit -c 0
  run "$BATS_TEST_TMPDIR/c"
  [ "$status" = 134 ]
  [ "$output" = "lemmalloc: operator new: out of memory, and no libstdc++ to say so" ]
}

@test "programs in C++ on the library: they print what they print without" {
  LD_PRELOAD=$PWD/build/liblemmalloc.so g++ -O2 -S -o "$BATS_TEST_TMPDIR/with.s" harness/tests/cxx.cpp -Iharness
  g++ -O2 -S -o "$BATS_TEST_TMPDIR/without.s" harness/tests/cxx.cpp -Iharness
  cmp "$BATS_TEST_TMPDIR/with.s" "$BATS_TEST_TMPDIR/without.s"
}

#!/usr/bin/env bats
# Many threads at once; see threads.c.  SEED=n replays a run, OPS=n sets its
# length.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s build/programs/threads build/static/threads
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
}

# sanitized NAME FLAG...: threads.c and the library as one program, which calls
# the library by its own names beside the sanitizer's malloc.
sanitized() {
  local name=$1
  shift
  mkdir -p build/sanitized
  clang -O1 -g "$@" -fno-sanitize-recover=all -DLM_PREFIX_ONLY -std=gnu99 -Wall -Wextra \
    -Icore -Ispec -Iharness -o "build/sanitized/$name" \
    harness/lemmalloc.c harness/tests/threads.c -pthread
}

@test "random operations of 8 threads: contents stay, memory goes back" {
  timeout 120 build/programs/threads
}

@test "the same in a static program, 30 threads" {
  OPS=${OPS:-100000} THREADS=30 timeout 120 build/static/threads
}

@test "the same with 32 bits, where threads share a heap" {
  mkdir -p build/32
  gcc -m32 -O2 -std=gnu99 -Wall -Wextra -Werror -Iharness -fno-builtin -fvisibility=hidden -fPIC \
    -ftls-model=initial-exec -shared -o build/32/liblemmalloc.so harness/lemmalloc.c -pthread
  gcc -m32 -O1 -std=gnu99 -Wall -Wextra -Iharness -fno-builtin -o build/32/threads \
    harness/tests/threads.c -Lbuild/32 -llemmalloc -Wl,-rpath,"$PWD/build/32" -pthread
  timeout 120 build/32/threads
}

@test "the same with little address space, where threads share a heap" {
  ulimit -v 2000000
  OPS=${OPS:-100000} timeout 120 build/programs/threads
}

@test "ThreadSanitizer: no race but those in tsan.ignore" {
  sanitized threads_tsan -fsanitize=thread -fsanitize-ignorelist=harness/tests/tsan.ignore
  OPS=${OPS:-15000} timeout 120 build/sanitized/threads_tsan
}

@test "AddressSanitizer, UBSan; the core's unsigned arithmetic does not wrap" {
  sanitized threads_asan -fsanitize=address,undefined,unsigned-integer-overflow \
    -fsanitize-ignorelist=harness/tests/ubsan.ignore
  OPS=${OPS:-50000} timeout 120 build/sanitized/threads_asan
}

@test "the limit of address space is raised while a program runs" {
  make -s build/programs/raised
  ulimit -Sv 2000000
  timeout 60 build/programs/raised
}

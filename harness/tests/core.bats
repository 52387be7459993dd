#!/usr/bin/env bats
# The core alone: what is proven is also run, against models and against Go.
# SEED=n replays the model tests, OPS=n sets their length.

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
}

@test "size classes are Go's" {
  make -s build/tests/sizeclasses_go
  build/tests/sizeclasses_go /usr/share/go-1.19/src/runtime/sizeclasses.go
}

@test "count of trailing zeros: builtin, portable form and plain loop agree" {
  make -s build/tests/ctz
  build/tests/ctz
}

@test "count of trailing zeros: the same with 32-bit words" {
  mkdir -p build/tests
  gcc -m32 -O1 -Wno-overflow -Icore -o build/tests/ctz_32 harness/tests/ctz.c core/bitmap.c
  build/tests/ctz_32
}

@test "small arena: random operations answer as the model, full and not" {
  make -s build/tests/model_small
  build/tests/model_small
}

@test "small arena, 32-bit words: random operations answer as the model" {
  mkdir -p build/tests
  gcc -m32 -g -O1 -Icore -o build/tests/model_32 harness/tests/model_small.c
  OPS="${OPS:-1000000}" build/tests/model_32
}

@test "full arena: random operations answer as the model" {
  make -s build/tests/model_full
  build/tests/model_full
}

@test "full geometry, few pages: random operations answer as the model" {
  make -s build/tests/model_full
  HI=1000 build/tests/model_full
}

@test "tiny objects: random operations answer as the model" {
  make -s build/tests/tiny
  build/tests/tiny
}

@test "tiny objects, 32-bit words, more holders: random operations answer as the model" {
  mkdir -p build/tests
  gcc -m32 -g -O1 -Icore -DHOLDERS=4u -o build/tests/tiny_32 harness/tests/tiny.c
  build/tests/tiny_32
}

@test "a run of pages costs O(log pages) steps" {
  mkdir -p build/tests
  for n in 10 11 12 13 14 15 16 17 18 19; do
    gcc -O1 -Icore -DARENA_PAGES=$((1 << n))u -o "build/tests/steps_$n" harness/tests/steps.c
    "build/tests/steps_$n" | tee -a "$BATS_TEST_TMPDIR/table"
  done
  sed 's/^/# /' "$BATS_TEST_TMPDIR/table" >&3
}

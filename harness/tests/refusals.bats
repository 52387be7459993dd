#!/usr/bin/env bats
# The system refuses memory; see refusals.c.

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
}

@test "memory refused at any call, once or from then on: ENOMEM, and all works later" {
  mkdir -p build/tests
  gcc -g -O1 -std=gnu99 -Wall -Wextra -Icore -Ispec -Iharness -DLM_PREFIX_ONLY \
    -D'OS_REFUSES()=({ extern int refuses(void); refuses(); })' \
    -o build/tests/refusals harness/lemmalloc.c harness/tests/refusals.c -pthread
  timeout 120 build/tests/refusals
}

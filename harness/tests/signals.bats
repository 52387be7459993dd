#!/usr/bin/env bats
# Signal handlers that allocate; see signals.c.  LENGTH=n: seconds.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s build/programs/signals build/static/signals build/programs/misuse
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
}

@test "a handler allocates and frees 10,000 times a second: no deadlock, no damage" {
  timeout 60 build/programs/signals
  timeout 60 build/static/signals
}

@test "a handler allocates while the program's first allocations are made" {
  timeout 60 build/programs/misuse signal_inside | grep -qx survived
}

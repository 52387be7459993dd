#!/usr/bin/env bats
# fork of a program with busy threads; see forks.c.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s build/programs/forks build/static/forks
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
}

@test "two threads fork 100 times each: parent and children allocate, free, make threads" {
  timeout 60 build/programs/forks
}

@test "the same in a static program" {
  timeout 60 build/static/forks 50
}

@test "the same with little address space, where threads share a heap" {
  ulimit -v 2000000
  timeout 60 build/programs/forks 50
}

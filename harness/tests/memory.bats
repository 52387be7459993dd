#!/usr/bin/env bats
# Memory is given back or used again; see memory.c.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s build/programs/memory
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
}

memory() {
  timeout 120 build/programs/memory "$1"
}

@test "20,000 threads one after the other: memory and address space stay flat" {
  memory one_by_one
}

@test "20,000 threads, 20 at a time: memory and address space stay flat" {
  memory in_batches
}

@test "threads that allocate first in a destructor leave no heap behind" {
  memory destructors
}

@test "where no key is left for the library, others' keys keep their values" {
  memory no_key
}

@test "after a peak memory goes back while threads are a little active" {
  memory own_freed
}

@test "the same when threads free each other's blocks" {
  memory others_freed
}

@test "memory of threads that have ended goes back while another is active" {
  memory threads_ended
}

@test "malloc_trim gives back what threads that have ended had" {
  memory trimmed
}

@test "peak after peak memory goes back" {
  memory peaks
}

@test "a thread that needs several heaps uses them again, and leaves them to others" {
  memory several_heaps
}

@test "blocks that come and go at random leave few slots free" {
  memory replaced
}

@test "a block that grows by realloc is never there twice" {
  memory grown
}

@test "a small program gets no huge pages where all others do" {
  [ -e /sys/kernel/mm/transparent_hugepage/enabled ] || skip "the kernel has none"
  memory small_pages
}

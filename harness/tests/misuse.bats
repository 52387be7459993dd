#!/usr/bin/env bats
# Each misuse ends the program with SIGABRT, after one line that names it.

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.."
  make -s build/programs/misuse
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.."
  ulimit -c 0
}

# misuse CASE MESSAGE: %p stands for the address that the program has printed.
misuse() {
  local status=0 address
  timeout 60 build/programs/misuse "$1" \
    >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || status=$?
  cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"
  [ "$status" = 134 ]
  [ "$(wc -l <"$BATS_TEST_TMPDIR/err")" = 1 ]
  address=$(cat "$BATS_TEST_TMPDIR/out")
  grep -qF "lemmalloc: ${2//%p/$address}" "$BATS_TEST_TMPDIR/err"
}

@test "a slot freed twice" {
  misuse double_free "double free: free(%p): a slot of 112 bytes, free already"
}

@test "a slot freed again after many others" {
  misuse double_free_later "double free: free(%p): a slot of 48 bytes, free already"
}

@test "a large object freed twice" {
  misuse double_free_large "foreign pointer: free(%p): in free pages"
}

@test "an object with a mapping of its own freed twice" {
  misuse double_free_mapped "foreign pointer: free(%p): outside the heap"
}

@test "a pointer into an object" {
  misuse interior "interior pointer: free(%p): 16 bytes into 112 bytes at 0x"
}

@test "a pointer into an object, at an odd address" {
  misuse interior_odd "interior pointer: free(%p): 1 bytes into 112 bytes at 0x"
}

@test "a pointer into a large object" {
  misuse interior_large "interior pointer: free(%p): 500000 bytes into 1007616 bytes at 0x"
}

@test "a pointer into an object with a mapping of its own" {
  misuse interior_mapped "interior pointer: free(%p): 4096 bytes into 65536 bytes at 0x"
}

@test "a pointer to the stack" {
  misuse stack "foreign pointer: free(%p): outside the heap"
}

@test "a pointer to a global variable" {
  misuse not_heap "foreign pointer: free(%p): outside the heap"
}

@test "an address where nothing is" {
  misuse wild "foreign pointer: free(%p): outside the heap"
}

@test "a mapping that the program made itself" {
  misuse foreign_mapping "foreign pointer: free(%p): outside the heap"
}

@test "a part of the heap that was never allocated" {
  misuse never_allocated "foreign pointer: free(%p): in free pages"
}

@test "realloc of a freed object" {
  misuse realloc_freed "double free: realloc(%p): a slot of 112 bytes, free already"
}

@test "realloc of a pointer into an object" {
  misuse realloc_interior "interior pointer: realloc(%p): 8 bytes into 112 bytes at 0x"
}

@test "malloc_usable_size of a freed object" {
  misuse usable_freed "double free: malloc_usable_size(%p): a slot of 112 bytes, free already"
}

@test "free_sized with more than the object has" {
  misuse sized_wrong "wrong size: free_sized(%p): the object is smaller"
}

@test "addresses that no process has" {
  misuse beyond_addresses "foreign pointer: free(%p): outside the heap"
  misuse last_address "foreign pointer: free(%p): outside the heap"
}

@test "the heap's first page" {
  misuse first_page "foreign pointer: free(%p): in free pages"
}

@test "a pointer into the library's own records" {
  misuse records "foreign pointer: free(%p): outside the heap"
}

@test "a slot freed, then freed by another thread" {
  misuse freed_then_elsewhere "double free: free(%p): a slot of 112 bytes, free already"
}

@test "a slot freed by another thread, then by its own" {
  misuse elsewhere_then_freed "double free: free(%p): a slot of 112 bytes, free already"
}

@test "a slot freed by two other threads" {
  misuse elsewhere_twice "double free: free(%p): a slot of 112 bytes, free already"
}

@test "a slot freed by two other threads at the same time" {
  for _ in 1 2 3 4 5; do
    misuse at_the_same_time "double free: free(%p): a slot of 112 bytes, free already"
  done
}

@test "a large object freed by another thread, then again" {
  misuse elsewhere_twice_large "double free: free(%p): an object of 1007616 bytes, free already"
  misuse elsewhere_then_freed_large "double free: free(%p): an object of 1007616 bytes, free already"
}

@test "an object with a mapping of its own freed by another thread, then again" {
  misuse elsewhere_then_freed_mapped "foreign pointer: free(%p): outside the heap"
}

@test "realloc of an object that another thread has freed" {
  misuse elsewhere_then_realloc "double free: realloc(%p): a slot of 112 bytes, free already"
  misuse elsewhere_then_realloc_large "double free: realloc(%p): an object of 1007616 bytes, free already"
  misuse elsewhere_then_realloc_mapped "foreign pointer: realloc(%p): outside the heap"
}

@test "realloc by another thread of a freed object" {
  misuse elsewhere_then_realloc_elsewhere "double free: realloc(%p): a slot of 112 bytes, free already"
  misuse freed_then_realloc_elsewhere "double free: realloc(%p): a slot of 112 bytes, free already"
}

@test "malloc_usable_size, by another thread, of what another thread has freed" {
  misuse elsewhere_then_usable "double free: malloc_usable_size(%p): a slot of 112 bytes, free already"
}

@test "a pointer into an object, by another thread" {
  misuse interior_elsewhere "interior pointer: free(%p): 16 bytes into 112 bytes at 0x"
  misuse interior_large_elsewhere "interior pointer: free(%p): 500000 bytes into 1007616 bytes at 0x"
  misuse interior_mapped_elsewhere "interior pointer: free(%p): 4096 bytes into 65536 bytes at 0x"
}

@test "foreign pointers, by another thread" {
  misuse stack_elsewhere "foreign pointer: free(%p): outside the heap"
  misuse never_allocated_elsewhere "foreign pointer: free(%p): in free pages"
}

@test "objects of a thread that has ended" {
  misuse ended_twice "double free: free(%p): a slot of 112 bytes, free already"
  misuse ended_twice_large "double free: free(%p): an object of 1007616 bytes, free already"
  misuse ended_interior "interior pointer: free(%p): 16 bytes into 112 bytes at 0x"
  misuse ended_realloc "double free: realloc(%p): a slot of 112 bytes, free already"
}

@test "the same by other threads, where threads share a heap" {
  ulimit -v 400000
  misuse freed_then_elsewhere "double free: free(%p): a slot of 112 bytes, free already"
  misuse elsewhere_then_freed "double free: free(%p): a slot of 112 bytes, free already"
  misuse elsewhere_twice_large "foreign pointer: free(%p): in free pages"
  misuse elsewhere_then_realloc "double free: realloc(%p): a slot of 112 bytes, free already"
  misuse at_the_same_time "double free: free(%p): a slot of 112 bytes, free already"
}

@test "a signal handler that allocates within malloc, where threads share a heap" {
  ulimit -v 400000
  misuse signal_inside "a signal handler called an allocation function"
}

@test "LEMMALLOC_OPTIONS=debug: a signal handler that allocates within malloc" {
  export LEMMALLOC_OPTIONS=debug
  misuse signal_inside "a signal handler called an allocation function"
}

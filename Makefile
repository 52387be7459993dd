# lemmalloc: one makefile for everything.  `make help` lists the targets.
#
# The goals named on the command line run in their order, also with -j: the
# proofs use all processors by themselves.
.NOTPARALLEL:
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c

CC      = gcc
CFLAGS  = -O2 -g
PREFIX  = /usr/local
DESTDIR =

CORE    := $(sort $(wildcard core/*.c))
HEADERS := $(sort $(wildcard core/*.h spec/*.h harness/*.h harness/tests/*.h))
HARNESS := $(sort $(wildcard harness/*.c))
MAN     := $(sort $(wildcard harness/*.[1-8]))
INCLUDE := -Icore -Ispec -Iharness

# Debian 12 packages: proof, compilers, tests, model.
PACKAGES := frama-c-base why3 z3 python3 \
            gcc gcc-multilib clang libc6-dev make \
            bats golang-1.19-src git perl g++ spin \
            lua5.4 sqlite3 ghostscript redis-server libpython3.11-testsuite
# More for bench: the other allocators, what counts and draws.
BENCH_PACKAGES := libjemalloc2 libtcmalloc-minimal4 libmimalloc2.0 \
                  valgrind gnuplot-nox binutils

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install what is needed from Debian 12 (as root, or through sudo)
bench-deps: PACKAGES += $(BENCH_PACKAGES)
bench-deps: ## install that and what bench needs
deps bench-deps:
	@missing=; for p in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q '^install ok installed$$' || missing="$$missing $$p"; \
	done; \
	if [ -z "$$missing" ]; then echo "$@: all packages are installed"; exit 0; fi; \
	echo "$@: installing$$missing"; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update -q && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing

# ---------------------------------------------------------------- library

# free saves fewer registers so: 70 instructions instead of 75.
TUNE := $(if $(findstring clang,$(CC)),,-fno-code-hoisting)

# One translation unit: harness/lemmalloc.c includes the core, so that every
# function of the core is internal and can be inlined.
LIB_FLAGS := -std=gnu99 -Wall -Wextra $(INCLUDE) -fPIC -pthread -fvisibility=hidden \
             -ftls-model=initial-exec -fno-builtin-malloc -fno-builtin-calloc \
             -fno-builtin-realloc -fno-builtin-free \
             -fexceptions -fno-semantic-interposition $(TUNE)

lib: build/liblemmalloc.so build/liblemmalloc.a ## build build/liblemmalloc.so and build/liblemmalloc.a

build/lemmalloc.o: harness/lemmalloc.c $(CORE) $(HEADERS) $(HARNESS) Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LIB_FLAGS) -c -o $@ $<

# In the static library C++'s operators are an object of their own, which only
# C++ programs link.
build/static.o: harness/lemmalloc.c $(CORE) $(HEADERS) $(HARNESS) Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LIB_FLAGS) -DLM_NO_CXX -c -o $@ $<

build/cxx.o: harness/cxx.c harness/lemmalloc.h Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LIB_FLAGS) -c -o $@ $<

# Under the names with lm_ alone, beside another malloc.
build/prefix.o: harness/lemmalloc.c $(CORE) $(HEADERS) $(HARNESS) Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LIB_FLAGS) -DLM_PREFIX_ONLY -c -o $@ $<

build/liblemmalloc.so: build/lemmalloc.o
build/liblemmalloc-prefix.so: build/prefix.o
# Code and constants in one segment: 20 KB less is resident.
build/liblemmalloc.so build/liblemmalloc-prefix.so:
	$(CC) $(CFLAGS) -shared -pthread -Wl,-soname,$(@F) -Wl,-z,relro,-z,now,-z,noseparate-code -o $@ $< $(LDFLAGS)

build/liblemmalloc.a: build/static.o build/cxx.o
build/liblemmalloc-prefix.a: build/prefix.o
build/liblemmalloc.a build/liblemmalloc-prefix.a:
	rm -f $@ && $(AR) rcs $@ $^

lib-prefix: build/liblemmalloc-prefix.so build/liblemmalloc-prefix.a ## the same with only the names that begin with lm_

# Every file of the core alone: C90, no libc, no warning, 64 and 32 bits.
STRICT := -std=c90 -pedantic-errors -Wall -Wextra -Werror -ffreestanding -fsyntax-only -Icore -Ispec

core-check: ## compile each file of the core alone as strict C90, gcc and clang
	@for f in $(CORE); do for cc in gcc clang; do for how in -m64 -m32 '-m64 -DARENA_PAGES=256u'; do \
	  $$cc $(STRICT) $$how $$f || { echo "core-check: $$cc $$how $$f fails"; exit 1; }; \
	done; done; done
	@echo "core-check: $(words $(CORE)) files, 6 ways each, no warning"

# ---------------------------------------------------------------- proofs

# FUNC=name[,name], FILE=core/x.c, CONFIG=x86_64|x86_32|small|all, CACHE=1, V=1
REPLAY = proofs/replay $(if $(FUNC),--func $(FUNC)) $(if $(FILE),--file $(FILE)) \
         $(if $(CONFIG),--config $(CONFIG)) $(if $(CACHE),--cache) $(if $(V),-v)

# While working on one function or file the library need not build.
prove: $(if $(FUNC)$(FILE)$(CACHE),,lib) ## replay every proof, x86-64, full arena (FUNC= FILE= CONFIG= CACHE=1 V=1)
	$(REPLAY)

prove-all: lib ## the same for every ABI and geometry, with smoke tests
	proofs/replay --config all --smoke $(if $(V),-v)

mutants: ## break the core on purpose; the proofs must notice (FUNC= FILE= SAMPLE=n RANDOM=n SEED=n)
	proofs/mutate $(if $(FUNC),--func $(FUNC)) $(if $(FILE),--file $(FILE)) \
	  $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(RANDOM),--random $(RANDOM)) \
	  $(if $(SEED),--seed $(SEED))

model: ## check the protocol between threads with Spin; broken ones must fail
	proofs/model/check $(if $(V),-v)

# ---------------------------------------------------------------- tests

# Tests are harness/tests/*.bats; each builds the programs it needs:
#   make build/tests/NAME     harness/tests/NAME.c with the core, for unit tests
#   make build/programs/NAME  harness/tests/NAME.c linked with liblemmalloc.so
#   make build/static/NAME    the same, all of it static, with liblemmalloc.a
TEST_FLAGS = -g -O1 -std=gnu99 -Wall -Wextra $(INCLUDE)

build/tests/%: harness/tests/%.c $(CORE) $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -o $@ $< $(CORE) -pthread

build/programs/%: harness/tests/%.c $(HEADERS) build/liblemmalloc.so
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -fno-builtin -o $@ $< -Lbuild -llemmalloc -Wl,-rpath,'$$ORIGIN/..' -pthread

build/static/%: harness/tests/%.c $(HEADERS) build/liblemmalloc.a
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) -fno-builtin -static -o $@ $< build/liblemmalloc.a -pthread

CXX = g++
CXX_FLAGS = -g -O1 -std=c++17 -Wall -Wextra -Iharness -fno-builtin -fno-allocation-dce

build/programs/%: harness/tests/%.cpp $(HEADERS) build/liblemmalloc.so
	@mkdir -p $(@D)
	$(CXX) $(CXX_FLAGS) -o $@ $< -Lbuild -llemmalloc -Wl,-rpath,'$$ORIGIN/..' -pthread

build/static/%: harness/tests/%.cpp $(HEADERS) build/liblemmalloc.a
	@mkdir -p $(@D)
	$(CXX) $(CXX_FLAGS) -static -o $@ $< build/liblemmalloc.a -pthread

check: core-check lib ## run the tests
	@mkdir -p build
	@bats --tap harness/tests | tee build/check.tap | awk ' \
	  { print; fflush() } \
	  /^1\.\./ { n = substr($$0, 4) + 0 } \
	  /^not ok / { bad++; next } \
	  /^ok .*# skip/ { skipped++; next } \
	  /^ok / { good++ } \
	  END { if (n != good + bad + skipped || n == 0) { print "check: the tests did not run to the end"; bad++ } \
	        printf "check: %d passed, %d failed, %d skipped\n", good, bad, skipped; exit bad > 0 }'

# ---------------------------------------------------------------- speed

# WORKLOADS=name,kind  ALLOCATORS=name,name  REPS=n  QUICK=1
BENCH = harness/bench/bench $(if $(WORKLOADS),--workloads $(WORKLOADS)) \
        $(if $(ALLOCATORS),--allocators $(ALLOCATORS)) \
        $(if $(REPS),--reps $(REPS)) $(if $(QUICK),--quick)
BENCH_PROGRAMS := build/bench/workloads build/bench/measure

build/bench/%: harness/bench/%.c harness/bench/blocks.h harness/bench/threads.c
	@mkdir -p $(@D)
	$(CC) -O2 -g -std=c99 -Wall -Wextra -pedantic -fno-builtin -o $@ $< -pthread

bench: lib $(BENCH_PROGRAMS) ## time and memory beside other allocators (WORKLOADS= ALLOCATORS= REPS= QUICK=1)
	$(BENCH)

instructions: lib $(BENCH_PROGRAMS) ## count the instructions of malloc and free, beside other allocators
	$(BENCH) --instructions

fastpath: lib ## no division, lock or call on the straight path of malloc and free
	harness/bench/fastpath

# ---------------------------------------------------------------- the rest

install: lib ## install library, header and manual page (PREFIX=/usr/local DESTDIR=)
	install -d $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/include
	install -m 755 build/liblemmalloc.so $(DESTDIR)$(PREFIX)/lib
	install -m 644 build/liblemmalloc.a $(DESTDIR)$(PREFIX)/lib
	install -m 644 harness/lemmalloc.h $(DESTDIR)$(PREFIX)/include
	@for page in $(MAN); do d=$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}; \
	  install -d $$d && install -m 644 $$page $$d && echo "installed $$d/$${page##*/}" || exit 1; done

clean: ## remove build/
	rm -rf build

.PHONY: help deps bench-deps lib lib-prefix core-check prove prove-all mutants model check \
        bench instructions fastpath install clean

/*
 * protocol.pml - how threads share heaps: remote frees, exit, adoption.
 * Every atomic operation of the C code is one step here, in any interleaving
 * (sequentially consistent).  What only its owner can see is folded into the
 * step before it: that the owner is alone is what mine() asserts.
 * Checked exhaustively: see README.md.  Trusted: that the C code does this.
 *
 * A heap has SPANS spans of WORDS words of BITS slots.  Spans, words and slots
 * are numbered through all heaps; span 0 is none, owner 0 is nobody.
 * Sizes and switches come from the command line: see check.
 */
#define PER_SPAN     (WORDS * BITS)
#define PER_HEAP     (SPANS * PER_SPAN)
#define NSLOTS       (HEAPS * PER_HEAP)
#define HEAP(i)      ((i) / PER_HEAP)
#define SPAN(i)      ((i) / PER_SPAN + 1)
#define WORD(i)      ((i) / BITS)
#define BIT(i)       (1 << ((i) % BITS))
#define NONE         0
#define NOBODY       0
#define LAST         (THREADS + 1)

/* What a slot is.  The core sees FREE or not; that a block is FREEING, so that
 * somebody has called free() and nobody may use it, is known to us alone. */
#define FREE         0
#define HELD         1
#define FREEING      2

byte slot[NSLOTS];                   /* the core's own bits */
byte remote[HEAPS * SPANS * WORDS];  /* per slot: freed by another thread */
bit  queued[HEAPS * SPANS + 1];      /* per span: on the pending stack, or soon */
byte pnext[HEAPS * SPANS + 1];       /* per span: the next one on the stack */
byte pending[HEAPS];                 /* top of the stack */
byte owner[HEAPS];                   /* a thread, or nobody */
byte pool;                           /* a set: heaps that nobody owns */
byte made;                           /* heaps so far */
byte mutex;                          /* of the pool: who holds it, or nobody */

/* For the properties only. */
bit  onchain[HEAPS * SPANS + 1];     /* on the stack, or taken and not yet read */
byte reports;                        /* of a double free */
byte gone;                           /* threads that have exited */
byte allocs;                         /* allocations left */
byte victim, first, second;          /* DOUBLE: slot + 1, and who frees it */

/* Who may touch the core of heap h.  The owner changes only under the mutex,
 * and only from or to oneself (set_owner): so this keeps two threads apart. */
#define mine(h)      (owner[h] == me || (owner[h] == NOBODY && mutex == me))

inline lock()        { atomic { mutex == NOBODY -> mutex = me } }
inline unlock()      { d_step { assert(mutex == me); mutex = NOBODY } }

/* __atomic_store_n(&h->owner, who) */
inline set_owner(h, who) {
  d_step { assert(mutex == me && mine(h)); owner[h] = who }
}

#ifdef DOUBLE
inline double_free() {
  reports++;
#ifdef BAD_ASSUME_REPORTER
  assert(me == first || me == second)
#endif
}
#else
#define double_free()  assert(false)
#endif

/* The core's free, and what it says of a slot that is free. */
inline core_free(i) {
  assert(mine(HEAP(i)));
  if
  :: slot[i] == FREE -> double_free()
  :: else -> assert(slot[i] == FREEING); slot[i] = FREE
  fi
}

/* Of word w, which was x: every bit to the core. */
inline core_free_word() {
  k = 0;
  do
  :: k < BITS -> if :: x & (1 << k) -> core_free(w * BITS + k) :: else fi; k++
  :: else -> break
  od;
  k = 0; x = 0
}

inline read_next() {                 /* next = __atomic_load_n(&pnext[s]) */
  d_step { next = pnext[s]; onchain[s] = 0 }
}
inline clear_queued() {              /* __atomic_exchange_n(&queued[s], 0) */
  d_step {
#ifdef BAD_ASSUME_LIVE
    w = (s - 1) * PER_SPAN;
    do :: w < s * PER_SPAN && slot[w] == FREE -> w++ :: else -> break od;
    assert(w < s * PER_SPAN);        /* a queued span has a live slot */
    w = 0;
#endif
    queued[s] = 0
  }
}
inline take_words() {                /* per word: __atomic_exchange_n(&remote[w], 0) */
  w = (s - 1) * WORDS;
  do
  :: w < s * WORDS -> d_step { x = remote[w]; remote[w] = 0; core_free_word() }; w++
  :: else -> break
  od;
  w = 0
}

inline collect(h) {
  d_step { assert(mine(h)); s = pending[h]; pending[h] = NONE };  /* __atomic_exchange_n */
  do
  :: s != NONE ->
#if defined(BAD_FLAG_LATE)
     read_next(); take_words(); clear_queued();
#elif defined(BAD_NEXT_LATE)
     clear_queued(); read_next(); take_words();
#else
     read_next(); clear_queued(); take_words();
#endif
     s = next; next = NONE
  :: else -> break
  od;
  skip
}

/* Heap h has got a remote bit in span s: whoever collects is to see it. */
inline enqueue(h) {
  old = queued[s];                                   /* __atomic_load_n */
  if
  :: old == 0 -> d_step { old = queued[s]; queued[s] = 1 }  /* __atomic_exchange_n */
  :: else
  fi;
#ifdef BAD_NO_FLAG
  old = 0;
#endif
  if
  :: old == 0 ->
     do
     :: next = pending[h];                           /* __atomic_load_n */
        pnext[s] = next;                             /* __atomic_store_n */
        if
        :: atomic { pending[h] == next ->            /* __atomic_compare_exchange_n */
             assert(!onchain[s]); onchain[s] = 1; pending[h] = s; break }
        :: atomic { pending[h] != next -> next = NONE }
        fi
     od
  :: else
  fi;
  s = NONE; next = NONE; old = 0
}

inline local_free(i) {
  old = queued[SPAN(i)];                             /* __atomic_load_n */
  if
  :: old -> old = (remote[WORD(i)] & BIT(i)) != 0    /* __atomic_load_n */
  :: else
  fi;
  d_step { if :: old -> double_free() :: else -> core_free(i) fi; old = 0 }
}

/* Of a block of another thread's heap, or of nobody's. */
inline remote_free(i) {
#ifdef BAD_BIT_LATE
  s = SPAN(i); enqueue(HEAP(i));
#endif
  d_step {                                           /* __atomic_fetch_or */
    old = (remote[WORD(i)] & BIT(i)) != 0;
    remote[WORD(i)] = remote[WORD(i)] | BIT(i)
  };
  if
  :: old -> d_step { double_free(); old = 0 }
#ifdef BAD_BIT_LATE
  :: else
#else
  :: else -> s = SPAN(i); enqueue(HEAP(i))
#endif
  fi
}

/* A heap from the pool, or a new one, while there are any. */
inline thread_start() {
  lock();
  d_step {
    h = 0;
    do :: h < HEAPS && !(pool & (1 << h)) -> h++ :: else -> break od;
    if
    :: h < HEAPS -> pool = pool & ~(1 << h)
    :: h == HEAPS && made < HEAPS -> h = made; made++
    :: else
    fi
  };
  if
  :: h < HEAPS -> set_owner(h, me)
  :: else
  fi;
  unlock()
}

/* What others free from now on waits for the next owner, or for visit_pool. */
inline thread_exit() {
  lock();
#ifndef VAR_EXIT_LEAVES
  collect(h);
#endif
  set_owner(h, NOBODY);
  d_step { assert(mutex == me); pool = pool | (1 << h) };
  unlock()
}

/* The core's alloc: the first free slot of any word of heap g, or none.  (Slots
 * of a word are alike, so that which of them does not matter.) */
#define can_take(i)  (slot[i] == FREE && (i) + 1 != victim && \
                      ((i) % BITS == 0 || slot[(i) - 1] != FREE))
inline core_alloc(g) {
  i = g * PER_HEAP;
  do
  :: i < (g + 1) * PER_HEAP -> i++
  :: i < (g + 1) * PER_HEAP && can_take(i) ->
     assert(mine(g)); slot[i] = HELD; allocs--; break
  :: i == (g + 1) * PER_HEAP -> break
  od;
  i = 0
}
inline user_malloc() {
  atomic { h < HEAPS && allocs > 0 -> core_alloc(h) }
}

/* Any thread, whether it has a heap or not, collects one of nobody's, and may
 * allocate from it.  (With none there it would do nothing.) */
inline visit_pool() {
  atomic {
#ifdef BAD_NO_LOCK
    pool != 0;
#else
    pool != 0 && mutex == NOBODY -> mutex = me;
#endif
    do
    :: pool & (1 << g) -> break
    :: pool >> (g + 1) -> g++
    od
  };
  collect(g);
  if
  :: atomic { allocs > 0 -> core_alloc(g) }
  :: skip
  fi;
  g = 0;
#ifndef BAD_NO_LOCK
  unlock()
#endif
}

/* Some block is no longer used, of any heap; with DOUBLE the first such one is
 * freed by a second thread too. */
#ifdef DOUBLE
#define mark_victim(i)  if :: !victim -> victim = i + 1; first = me :: else fi
#define second_time(i)  (victim == (i) + 1 && !second && first != me)
#else
#define mark_victim(i)  skip
#define second_time(i)  false
#endif
inline user_free() {
  atomic {
    i = 0;
    do
    :: i < NSLOTS -> i++
    :: i < NSLOTS && slot[i] == HELD -> slot[i] = FREEING; mark_victim(i); break
    :: i < NSLOTS && second_time(i) -> second = me; break
    :: i == NSLOTS -> break
    od
  };
  if
  :: i < NSLOTS ->
     o = owner[HEAP(i)];                             /* __atomic_load_n */
     if
     :: o == me -> local_free(i)
     :: else -> remote_free(i)
     fi
  :: else
  fi;
  d_step { i = 0; o = 0 }
}

/* A program: any thread allocates from its heap, frees any block and looks after
 * the heaps of nobody. */
proctype Thread() {
  byte me = _pid, h, g, i, s, next, w, x, k, old, o;

  thread_start();
  if :: me < THREADS -> run Thread() :: else fi;
  do
  :: user_malloc()
  :: h < HEAPS && pending[h] != NONE -> collect(h)   /* malloc's slow path */
  :: user_free()
  :: visit_pool()
  :: break
  od;
  if :: h < HEAPS -> thread_exit() :: else fi;
  d_step { h = 0; gone++ }
}

/* Nothing of heap h is on its way: what was freed is free. */
inline check_drained(h) {
  i = h * PER_HEAP;
  do
  :: i < (h + 1) * PER_HEAP ->
     assert(slot[i] != FREEING);
     assert(!queued[SPAN(i)] && !onchain[SPAN(i)] && !remote[WORD(i)]);
     i++
  :: else -> break
  od;
  assert(pending[h] == NONE);
  i = 0
}

init {
  byte me = LAST, h, i, s, next, w, x, k;

  allocs = ALLOCS;
  run Thread();
  gone == THREADS;
  assert(mutex == NOBODY);
  do
  :: h < made ->
     assert(owner[h] == NOBODY && (pool & (1 << h)));
#ifdef BAD_ASSUME_DRAINED
     d_step { check_drained(h) };
#endif
     /* Adopt it and collect. */
     lock(); set_owner(h, me); unlock();
#ifndef BAD_NEXT_OWNER
     collect(h);
#endif
     d_step { check_drained(h) };
     h++
  :: else -> break
  od;
  assert(reports == (second != 0))
}

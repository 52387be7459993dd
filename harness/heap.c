/*
 * heap.c - which arena a thread allocates from, and how others free into it.
 * A heap is a whole arena with what other threads have freed in it.  It has
 * one owner, a thread, and only the owner changes the arena: so malloc and
 * free of a thread's own blocks take no lock and no atomic operation, and
 * what is proven of an arena holds as it stands.  A heap without owner is
 * everybody's, under the lock; a thread that ends leaves its heaps so, and a
 * thread that begins takes one over.
 *
 * A thread that frees a block of another's heap sets the block's bit in
 * remote[]; the first to do so since the owner last looked puts the span on
 * the heap's pending stack.  The owner collects when it needs more slots.
 * Model: proofs/model.  Part of lemmalloc.c.
 */

/* One heap per 4 GiB of address space; with 32-bit addresses one in all, that
 * nobody ever owns. */
#if UINTPTR_MAX > 0xFFFFFFFFu
#define HEAPS 32768u                  /* 47 bits of address */
#define HEAP_PAGES ARENA_PAGES
#define heap_number(p) ((uintptr_t)(p) >> 32)
#else
#define HEAPS 1u
#define HEAP_PAGES (ARENA_PAGES / 4u)
#define heap_number(p) 0u
#endif

#define HOLDER 1u             /* central is not used: the owner holds all */
#define RESERVE_MIN ((size_t)2 << 20) /* bytes; with less a heap is not worth it */
#define LINE 64               /* bytes in a cache line */

struct heap {
  struct arena arena;
  unsigned char warm[ARENA_PAGES];      /* page -> COLD, USED or COOLING */
  struct heap *next;                    /* of the owner's heaps, or of nobody's */
  char *base;                           /* address of page 0 */
  size_t reach;                         /* bytes from base */
  int shared;                           /* it never has an owner: too little room */
  unsigned ticks;                       /* slow paths taken */
  unsigned looked;                      /* when purge last looked, in ms */
  unsigned long refills;                /* slots got the slow way */
  unsigned long collected;              /* frees by others, done */
  struct packs *packs;                  /* tiny objects; NULL: there were none */

  /* Written when the heap changes hands; read by all. */
  __attribute__((aligned(LINE))) unsigned long owner;     /* thread, 0: nobody */

  /* Written by others.  A shared heap ends before chain. */
  __attribute__((aligned(LINE))) unsigned pending;  /* first span of the stack */
  unsigned char queued[ARENA_PAGES];    /* span -> 0, QUEUED or PACKED */
  unsigned chain[ARENA_PAGES];          /* span -> next on the pending stack */
  word remote[ARENA_PAGES * WORDS];     /* slot freed by a thread not the owner */
};

/* Why a free of a span's block takes the slow way. */
#define QUEUED 1u             /* it is on the pending stack, or soon */
#define PACKED 2u             /* tiny objects share its blocks; see packed.c */

static struct heap *heaps[HEAPS];       /* by number of 4 GiB */
static struct heap *unowned;            /* protected by the lock */

/* ---- A thread ---- */

struct thread {
  unsigned long id;           /* 0: not yet known; never used twice */
  struct heap *heaps;         /* that it owns; the first is allocated from */
  int ended;                  /* it has given its heaps back */
  int busy;                   /* it allocates the slow way, perhaps its first */
  int starting;               /* the system may allocate, to note its end */
};
static __thread struct thread me;

/* The heap to allocate from, for the fast paths.  NULL: there is none, or the
 * thread is in the middle of a change (Go's mallocing flag), which a signal
 * handler that allocates has to leave alone. */
static __thread struct heap *mine;

/* The compiler keeps what a signal handler could see in this order. */
#define ENTER() do { mine = NULL; __atomic_signal_fence(__ATOMIC_SEQ_CST); } while (0)
#define LEAVE(h) do { __atomic_signal_fence(__ATOMIC_SEQ_CST); mine = (h); } while (0)

/* The heap that address p lies in, NULL if there is none. */
static struct heap *heap_of(const void *p)
{
  struct heap *h;
  if (heap_number(p) >= HEAPS) {
    return NULL;
  }
  h = __atomic_load_n(&heaps[heap_number(p)], __ATOMIC_RELAXED);
  return h != NULL && (uintptr_t)p - (uintptr_t)h->base < h->reach ? h : NULL;
}

static unsigned offset(const struct heap *h, const void *p)
{
  return (unsigned)((uintptr_t)p - (uintptr_t)h->base);
}

static unsigned long heap_owner(const struct heap *h)
{
  return __atomic_load_n(&h->owner, __ATOMIC_SEQ_CST);
}

static int is_mine(const struct heap *h)
{
  return me.id != 0 && heap_owner(h) == me.id;
}

/* ---- Tiny objects, which share blocks: packed.c says what these do ---- */

static int packed_gone(const struct heap *h, unsigned s, unsigned i);
static int packed_note(struct heap *h, unsigned s, unsigned i);
static void packed_collect(struct heap *h, unsigned s);
static void packed_mark(struct heap *h, unsigned s);
static unsigned packed_alloc(struct heap *h, unsigned n, short *refilled);
static int any_free(struct heap *h, unsigned off);
static int any_peek(const struct heap *h, unsigned off, unsigned *s, unsigned *i);

/* Whether page s is a span of tiny objects, which all have one page. */
static int is_packed(const struct heap *h, unsigned s)
{
  return h->arena.tag[s] == TAG_TINY;
}

/* ---- Frees by other threads ---- */

static void pend(struct heap *h, unsigned s)
{
  unsigned first = __atomic_load_n(&h->pending, __ATOMIC_RELAXED);
  do {
    __atomic_store_n(&h->chain[s], first, __ATOMIC_RELAXED);
  } while (!__atomic_compare_exchange_n(&h->pending, &first, s, 0,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

static void collect_word(struct heap *h, unsigned s, unsigned w)
{
  word x = __atomic_exchange_n(&h->remote[WORDS * s + w], 0, __ATOMIC_ACQ_REL);
  while (x != 0) {
    unsigned i = w * WORD_BITS + word_ctz(x);
    unsigned off = SLOTTED(h->arena.tag[s]) ? slot_offset(&h->arena, s, i)
                                            : s * PAGE_SIZE;
    int what = arena_free(&h->arena, off);
    if (what != LM_OK) {
      misuse("free", h->base + off, what);
    }
    h->collected++;
    x &= x - 1;
  }
}

/* Frees what others have freed.  The caller owns h, or h has no owner and the
 * caller holds the lock. */
static void collect(struct heap *h)
{
  unsigned s, next, w;
  if (__atomic_load_n(&h->pending, __ATOMIC_RELAXED) == 0) {
    return;
  }
  for (s = __atomic_exchange_n(&h->pending, 0, __ATOMIC_SEQ_CST); s != 0; s = next) {
    next = __atomic_load_n(&h->chain[s], __ATOMIC_RELAXED);
    __atomic_exchange_n(&h->queued[s], is_packed(h, s) ? PACKED : 0, __ATOMIC_SEQ_CST);
    if (is_packed(h, s)) {
      packed_collect(h, s);
    }
    for (w = 0; w < WORDS; w++) {
      if (__atomic_load_n(&h->remote[WORDS * s + w], __ATOMIC_RELAXED) != 0) {
        collect_word(h, s, w);
      }
    }
  }
}

/* Whether slot i of span s was freed by another thread, and not collected. */
static int freed_remotely(const struct heap *h, unsigned s, unsigned i)
{
  word x;
  if (is_packed(h, s)) {
    return packed_gone(h, s, i);
  }
  x = __atomic_load_n(&h->remote[WORDS * s + i / WORD_BITS], __ATOMIC_RELAXED);
  return (int)((x >> (i % WORD_BITS)) & 1u);
}

/* Notes that another thread frees slot i of span s: 0 if one did before. */
static int note_free(struct heap *h, unsigned s, unsigned i)
{
  word bit = (word)1 << (i % WORD_BITS);
  if (is_packed(h, s)) {
    return packed_note(h, s, i);
  }
  return !(__atomic_fetch_or(&h->remote[WORDS * s + i / WORD_BITS], bit,
                             __ATOMIC_SEQ_CST) & bit);
}

/* Whether the span that offset off may be in waits to be collected, or has
 * tiny objects. */
static int is_queued(const struct heap *h, unsigned off)
{
  return __atomic_load_n(&h->queued[h->arena.owner[off / PAGE_SIZE]], __ATOMIC_RELAXED);
}

/* Frees p, of a heap that threads share. */
static void free_shared(struct heap *h, const void *p)
{
  int what;
  lock();
  what = any_free(h, offset(h, p));
  if (what != LM_OK) {
    misuse("free", p, what);
  }
  os_unlock();
}

/* Frees p, of a heap that the caller does not own, or is in the middle of
 * changing.  Where nobody owns it, who owns it next collects, or who is active
 * (tick_unowned). */
static void free_remote(struct heap *h, const void *p)
{
  unsigned s, i;
  int what = any_peek(h, offset(h, p), &s, &i);
  if (what != LM_OK) {
    misuse("free", p, what);
  }
  if (h->shared) {
    free_shared(h, p);
    return;
  }
  if (!note_free(h, s, i)) {
    misuse("free", p, LM_DOUBLE);
  }
  if (__atomic_exchange_n(&h->queued[s], QUEUED, __ATOMIC_SEQ_CST) != QUEUED) {
    pend(h, s);
  }
}

/* ---- Heaps ---- */

/* Whether threads own heaps: not where there is too little address space for
 * each to have one. */
static int threads_own(void)
{
  return HEAPS > 1 && os_room() / ((size_t)HEAP_PAGES * PAGE_SIZE) >= 4;
}

/* The heap at p, size bytes of address space, or 0 if there is one in the same
 * 4 GiB. */
static int heap_open(struct heap *h, char *p, size_t size)
{
  if (heap_number(p) >= HEAPS || heaps[heap_number(p)] != NULL) {
    os_unmap(p, size);
    return 0;
  }
  h->base = p;
  h->reach = size;
  arena_init(&h->arena, 1u, (unsigned)(size / PAGE_SIZE));
  __atomic_store_n(&heaps[heap_number(p)], h, __ATOMIC_RELEASE);
  return 1;
}

/* A new heap, shared or not, as large as the address space allows; NULL if
 * none fits. */
static struct heap *heap_new(int shared)
{
  size_t room = os_room();
  size_t size = (size_t)HEAP_PAGES * PAGE_SIZE;
  size_t records = shared ? offsetof(struct heap, chain) : sizeof(struct heap);
  struct heap *h = HEAPS == 1 && heaps[0] != NULL ? NULL : os_map(records, PAGE_SIZE);
  if (h == NULL) {
    return NULL;
  }
  h->shared = shared;
  for (; size >= RESERVE_MIN; size /= 2u) {
    char *p = size > room ? NULL : os_map(size, size);
    if (p != NULL && heap_open(h, p, size)) {
      return h;
    }
  }
  os_unmap(h, records);
  return NULL;
}

/* Makes a heap that nobody owns, or a new one, the first that this thread
 * owns; 0 if there is no memory for one. */
static int heap_take(void)
{
  struct heap *h, *prev = NULL;
  static unsigned long threads;     /* ids given out, under the lock */
  if (me.ended || !threads_own()) {
    return 0;
  }
  os_shield();
  lock();
  h = unowned;
  while (h != NULL && h->shared) {
    prev = h;
    h = h->next;
  }
  if (h == NULL) {
    h = heap_new(0);
  } else if (prev == NULL) {
    unowned = h->next;
  } else {
    prev->next = h->next;
  }
  if (h != NULL) {
    if (me.id == 0) {
      me.id = ++threads;
    }
    h->next = me.heaps;
    me.heaps = h;
    __atomic_store_n(&h->owner, me.id, __ATOMIC_SEQ_CST);
  }
  os_unlock();
  if (h != NULL && h->next == NULL) {
    me.starting = 1;
    os_at_thread_end();
    me.starting = 0;
  }
  return h != NULL;
}

/* This thread ends: its heaps are everybody's. */
static void thread_end(void)
{
  struct heap *h, *next;
  mine = NULL;
  lock();
  for (h = me.heaps; h != NULL; h = next) {
    next = h->next;
    collect(h);
    __atomic_store_n(&h->owner, 0, __ATOMIC_SEQ_CST);
    h->next = unowned;
    unowned = h;
  }
  me.heaps = NULL;
  me.ended = 1;
  os_unlock();
}

/* ---- Memory goes back to the system ---- */

#define PURGE_PAGES 8u                /* shorter free runs are kept */
#define PURGE_MS 500u                 /* between two looks at a heap */

/* What a page that was handed out is: a page that is free at two looks in a
 * row gives its memory back. */
#define COLD 0u                       /* without memory */
#define USED 1u                       /* since the last look */
#define COOLING 2u                    /* free at the last look */

/* Gives the memory of the pages s .. end - 1, which are free, back: of those
 * that have cooled, or of all. */
static void purge_run(struct heap *h, unsigned s, unsigned end, int all)
{
  unsigned from = 0, p;
  for (p = s; p <= end; p++) {
    if (p == end || (h->warm[p] == USED && !all)) {
      if (from != 0) {
        os_release(h->base + (size_t)from * PAGE_SIZE, (size_t)(p - from) * PAGE_SIZE);
        memset(h->warm + from, COLD, p - from);
        from = 0;
      }
      if (p < end) {
        h->warm[p] = COOLING;
      }
    } else if (h->warm[p] != COLD && from == 0) {
      from = p;
    }
  }
}

/* Gives the memory of free runs back: of pages that have been free since the
 * last look, or of all. */
static void purge(struct heap *h, int all)
{
  const struct arena *a = &h->arena;
  unsigned s, n, fresh = (unsigned)a->fresh;
  for (s = a->lo; s < fresh; s += n) {
    n = a->npages[s];
    if (a->tag[s] == TAG_FREE && (n >= PURGE_PAGES || all)) {
      purge_run(h, s, s + n < fresh ? s + n : fresh, all);
    }
  }
}

#define DUE(h) ((h)->ticks % 64u == 0u)

static LM_COLD void tick_slow(struct heap *h)
{
  unsigned now = os_milliseconds();
  if (now - h->looked >= PURGE_MS) {
    h->looked = now;
    purge(h, 0);
  }
}

/* Called on slow paths: looks now and then for memory to give back; 1 if the
 * caller, once it has left the heap, is to do the same with tick_unowned. */
static int tick(struct heap *h)
{
  h->ticks++;
  if (!DUE(h)) {
    return 0;
  }
  tick_slow(h);
  return 1;
}

/* The same for the heaps that nobody owns: whoever is active does it. */
static LM_COLD void tick_unowned(void)
{
  static unsigned looked;
  unsigned now = os_milliseconds();
  struct heap *h;
  if (now - __atomic_load_n(&looked, __ATOMIC_RELAXED) < PURGE_MS) {
    return;
  }
  __atomic_store_n(&looked, now, __ATOMIC_RELAXED);
  lock();
  for (h = unowned; h != NULL; h = h->next) {
    collect(h);
    purge(h, 0);
  }
  os_unlock();
}

/* Gives back what can be of this thread's heaps, and of nobody's. */
static void heaps_trim(void)
{
  struct heap *h;
  if (mine != NULL) {
    ENTER();
    for (h = me.heaps; h != NULL; h = h->next) {
      collect(h);
      arena_reclaim(&h->arena);
      purge(h, 1);
    }
    LEAVE(me.heaps);
  }
  lock();
  for (h = unowned; h != NULL; h = h->next) {
    collect(h);
    arena_reclaim(&h->arena);
    purge(h, 1);
  }
  os_unlock();
}

/* ---- Allocation, the slow way ---- */

/* What is wanted: a slot, a tiny object, or a run of pages. */
struct want {
  unsigned tag;       /* of the span; or TAG_LARGE, + 1: holds no pointers */
  unsigned pages;     /* of a large object */
  unsigned bytes;     /* of a tiny object */
  short refilled;     /* out: a span was made */
  int zero;           /* out: it is known to be zero */
};

/* From heap h, which the caller owns or has locked. */
static void *heap_alloc_in(struct heap *h, struct want *w)
{
  unsigned off;
  int used = h->arena.fresh;
  collect(h);
  (void)tick(h);
  if (SLOTTED(w->tag)) {
    h->refills++;
    off = w->tag == TAG_TINY ? packed_alloc(h, w->bytes, &w->refilled)
                             : arena_alloc(&h->arena, HOLDER, w->tag, &w->refilled);
    w->zero = 0;
  } else {
    off = arena_large(&h->arena, w->pages, w->tag - TAG_LARGE);
    w->zero = off / PAGE_SIZE >= (unsigned)used;
    w->refilled = 1;
  }
  if (off != 0 && w->refilled) {
    unsigned s = (unsigned)h->arena.owner[off / PAGE_SIZE];
    memset(h->warm + s, USED, h->arena.npages[s]);
    packed_mark(h, s);
  }
  return off == 0 ? NULL : h->base + off;
}

/* From a heap that nobody owns, under the lock: for a thread that has none,
 * or whose own is in the middle of a change. */
static void *shared_alloc(struct want *w)
{
  struct heap *h;
  void *p = NULL;
  lock();
  for (h = unowned; h != NULL && p == NULL; h = h->next) {
    p = heap_alloc_in(h, w);
  }
  if (p == NULL && (h = heap_new(!threads_own())) != NULL) {
    h->next = unowned;
    unowned = h;
    p = heap_alloc_in(h, w);
  }
  os_unlock();
  return p;
}

/* Lets the thread allocate from h first; prev is before h on its list. */
static void heap_first(struct heap *h, struct heap *prev)
{
  if (prev != NULL) {
    prev->next = h->next;
    h->next = me.heaps;
    me.heaps = h;
  }
}

/* From a heap of this thread. */
static void *own_alloc(struct want *w)
{
  struct heap *h, *prev = NULL;
  void *p;
  for (h = me.heaps; h != NULL; prev = h, h = h->next) {
    p = heap_alloc_in(h, w);
    if (p != NULL) {
      heap_first(h, prev);
      return p;
    }
  }
  return heap_take() ? heap_alloc_in(me.heaps, w) : NULL;
}

static void *slow_alloc(struct want *w)
{
  void *p;
  if (mine == NULL && (me.heaps != NULL || me.busy)) {
    if (debug && !me.starting) {
      reentered();
    }
    return shared_alloc(w);
  }
  me.busy = 1;
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
  ENTER();
  p = own_alloc(w);
  LEAVE(me.heaps);
  me.busy = 0;
  if (me.heaps != NULL && DUE(me.heaps)) {
    tick_unowned();
  }
  return p != NULL ? p : shared_alloc(w);
}

/* ---- Blocks ---- */

/* What p in heap h is; if it is a block, its run and slot. */
static int look(const struct heap *h, const void *p, unsigned *s, unsigned *i)
{
  int what = any_peek(h, offset(h, p), s, i);
  if (what == LM_OK && !h->shared && freed_remotely(h, *s, *i)) {
    return LM_DOUBLE;
  }
  return what;
}

/* Frees p, of heap h. */
static void heap_release(struct heap *h, void *p)
{
  unsigned s, i;
  int what;
  if (mine == NULL || !is_mine(h)) {
    if (debug && mine == NULL && me.heaps != NULL && !me.starting) {
      reentered();
    }
    free_remote(h, p);
    return;
  }
  what = is_queued(h, offset(h, p)) ? look(h, p, &s, &i) : LM_OK;
  if (what == LM_OK) {
    ENTER();
    what = any_free(h, offset(h, p));
    (void)tick(h);
    LEAVE(me.heaps);
  }
  if (what != LM_OK) {
    misuse("free", p, what);
  }
}

/* Makes the large object p of heap h one of n pages where it is; 0 if that
 * cannot be. */
static int heap_resize_block(struct heap *h, void *p, unsigned n)
{
  int done;
  if (mine == NULL || !is_mine(h)) {
    return 0;
  }
  ENTER();
  done = arena_resize(&h->arena, offset(h, p), n);
  if (done) {
    memset(h->warm + offset(h, p) / PAGE_SIZE, USED, n);
  }
  LEAVE(me.heaps);
  return done;
}

/*
 * section.c - the code behind section.h, atomic.h and mapping.h.
 * Part of lemmalloc.c.  Model: proofs/model.
 * Proven: nothing.  Trusted: every line.
 */

/* The compiler keeps what a signal handler could see in this order. */
#define FENCE() __atomic_signal_fence(__ATOMIC_SEQ_CST)

#define LOAD(cell, order) __atomic_load_n(&(cell), __ATOMIC_##order)
#define STORE(cell, x, order) __atomic_store_n(&(cell), x, __ATOMIC_##order)
#define SWAP(cell, x, order) __atomic_exchange_n(&(cell), x, __ATOMIC_##order)
#define OR(cell, x, order) __atomic_fetch_or(&(cell), x, __ATOMIC_##order)

/* ---- The lock ---- */

static void lock(void)
{
  if (!lock_try()) {
    reentered();
  }
}

/* ---- Who owns a heap ---- */

static long heap_owner(struct heap *h) { return LOAD(h->owner, SEQ_CST); }
static void heap_own(struct heap *h) { STORE(h->owner, me.id, SEQ_CST); }
static void heap_disown(struct heap *h) { STORE(h->owner, 0, SEQ_CST); }

static long thread_number(void)
{
  static long threads;
  return ++threads;
}

/* ---- Sections ---- */

static inline void own_begin(void)
{
  mine = NULL;
  FENCE();
}

static void own_begin_slow(void)
{
  me.busy = 1;
  FENCE();
  own_begin();
}

static inline void own_end(struct heap *h)
{
  FENCE();
  mine = h;
}

static inline void section_enter(struct heap *h) { (void)h; }
static inline void section_leave(struct heap *h) { (void)h; }

/* ---- Cells and addresses ---- */

static struct link *link_of(uintptr_t i)
{
  static struct link links[HEAPS + 1];
  return &links[i];
}

static struct heap *link_get(const struct link *l) { return LOAD(l->to, RELAXED); }
static void link_set(struct link *l, struct heap *h) { STORE(l->to, h, RELEASE); }
static struct heap *heap_at(const void *p)
{ return heap_number(p) < HEAPS ? link_get(link_of(heap_number(p))) : NULL; }
static uintptr_t mark_get(const struct mark *m) { return LOAD(m->at, RELAXED); }
static void mark_set(struct mark *m, uintptr_t at) { STORE(m->at, at, RELAXED); }
static inline int heap_has(const struct heap *h, const void *p)
{ return (uintptr_t)p - (uintptr_t)h->base < h->reach; }
static inline unsigned offset(const struct heap *h, const void *p)
{ return (unsigned)((uintptr_t)p - (uintptr_t)h->base); }

/* ---- New heaps ---- */

static size_t records_size(int is_shared)
{ return is_shared ? offsetof(struct heap, inbox.chain) : sizeof(struct heap); }

static struct heap *records_map(int is_shared)
{
  struct heap *h = HEAPS == 1 && heap_at(NULL) != NULL
                   ? NULL : os_map(records_size(is_shared), PAGE_SIZE);
  if (h != NULL) {
    os_small_pages(h, records_size(is_shared));     /* they are mostly holes */
    h->shared = is_shared;
  }
  return h;
}

static void records_unmap(struct heap *h) { os_unmap(h, records_size(h->shared)); }

/* ---- The table of mappings ---- */

static inline void table_seen(void) { }
static struct mapping *table_map(size_t max)
{ return os_map(max * sizeof(struct mapping), 1); }
static void table_unmap(struct mapping *table, size_t max)
{ os_unmap(table, max * sizeof *table); }
static void *object_map(size_t size, size_t align) { return os_map(size, align); }
static void object_unmap(void *p, size_t size) { os_unmap(p, size); }

/* ---- The inbox ---- */

static int pending(const struct heap *h)
{ return LOAD(h->inbox.pending, RELAXED) != 0; }
static unsigned pending_take(struct heap *h)
{ return SWAP(h->inbox.pending, 0, SEQ_CST); }

static void pending_push(struct heap *h, unsigned s)
{
  unsigned first = LOAD(h->inbox.pending, RELAXED);
  do {
    STORE(h->inbox.chain[s], first, RELAXED);
  } while (!__atomic_compare_exchange_n(&h->inbox.pending, &first, s, 0,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
}

static unsigned chain_next(const struct heap *h, unsigned s)
{ return LOAD(h->inbox.chain[s], RELAXED); }
static inline unsigned queued(const struct heap *h, unsigned s)
{ return LOAD(h->inbox.queued[s], RELAXED); }

/* Most often it is QUEUED already, and the line is not fetched to be written.  In
 * the one order of all these operations that load comes behind remote_set, and
 * who clears the span later looks at remote later still. */
static unsigned queued_set(struct heap *h, unsigned s, unsigned why)
{
  if (why == QUEUED && LOAD(h->inbox.queued[s], SEQ_CST) == QUEUED) {
    return QUEUED;
  }
  return SWAP(h->inbox.queued[s], (unsigned char)why, SEQ_CST);
}

static word remote(const struct heap *h, unsigned k)
{ return LOAD(h->inbox.remote[k], SEQ_CST); }
static int remote_none(const struct heap *h, unsigned k) { return remote(h, k) == 0; }
static word remote_take(struct heap *h, unsigned k)
{ return SWAP(h->inbox.remote[k], 0, ACQ_REL); }
static word remote_set(struct heap *h, unsigned k, word bit)
{ return OR(h->inbox.remote[k], bit, SEQ_CST); }

static void queued_mark(struct heap *h, unsigned s, unsigned mark)
{
  unsigned char was = (unsigned char)(mark ^ PACKED);
  if (queued(h, s) == was) {
    __atomic_compare_exchange_n(&h->inbox.queued[s], &was, (unsigned char)mark, 0,
                                __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
  }
}

/* ---- Tiny objects ---- */

static struct packs *packs_of(const struct heap *h) { return LOAD(h->packs, ACQUIRE); }
static inline struct packs *packs_here(const struct heap *h) { return packs_of(h); }

/* They are only as long as the heap: no block is behind it. */
static struct packs *packs_make(struct heap *h)
{
  size_t part = h->reach / TINY_SIZE * sizeof(unsigned short);
  size_t start = offsetof(struct packs, tiny.live);
  struct packs *k = packs_of(h);
  if (k != NULL || (k = os_map(start + 3 * part, 1)) == NULL) {
    return k;
  }
  os_small_pages(k, start + 3 * part);
  k->last = (struct ends *)((char *)k + start + part);
  k->gone = (unsigned short *)((char *)k + start + 2 * part);
  STORE(h->packs, k, RELEASE);
  return k;
}

static unsigned gone(const struct heap *h, unsigned b)
{ return LOAD(packs_of(h)->gone[b], RELAXED); }
static int gone_none(const struct heap *h, unsigned b) { return gone(h, b) == 0; }
static unsigned gone_take(struct heap *h, unsigned b)
{ return SWAP(packs_of(h)->gone[b], 0, ACQ_REL); }

static int gone_set(struct heap *h, unsigned b, unsigned i)
{
  unsigned short bit = (unsigned short)(1u << i);
  return !(OR(packs_of(h)->gone[b], bit, SEQ_CST) & bit);
}

/* ---- Figures ---- */

static void count_refill(struct heap *h) { h->refills++; }
static void count_collected(struct heap *h, word freed)
{ h->collected += (unsigned)__builtin_popcountl(freed); }

/* ---- What blocks contain ---- */

static inline void block_copy(void *to, const void *from, size_t n)
{ memcpy(to, from, n); }
static inline void block_zero(void *p, size_t n) { memset(p, 0, n); }
static inline word mark_word(const unsigned long *marks, unsigned w)
{ return marks[w]; }

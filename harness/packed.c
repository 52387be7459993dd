/*
 * packed.c - objects of less than 16 bytes without pointers share blocks: the
 * core's tiny allocator in the heaps that threads own.
 * A heap's tiny objects have records apart from it, made when it gets the
 * first.  A span of their blocks has one page, is marked PACKED and so never
 * freed from on the fast path, which knows blocks only.  The owner of the heap
 * frees an object as the core does it; others set the object's bit in gone[],
 * which takes the place of remote[], and queue the span.
 * packed.h says what heap.c asks of this file.
 * Proven: the tiny allocator.  Trusted: every line here.  Part of lemmalloc.c.
 */

/* By block number, one bit for each of its bytes.  An object has the bytes
 * from where tiny.live says that it begins to the next bit of last[]; so its
 * size is known without a table of sizes. */
struct packs {
  unsigned short *last;     /* objects that lived since the block began end there */
  unsigned short *gone;     /* freed by a thread not the owner, not collected */
  struct tiny tiny;         /* its live[] is only as long as the heap */
};

/* The records of heap h's tiny objects; NULL if there are none. */
static struct packs *packs_of(const struct heap *h)
{
  return __atomic_load_n(&h->packs, __ATOMIC_ACQUIRE);
}

/* The same, made if there are none; NULL if there is no memory for them. */
static struct packs *packs_make(struct heap *h)
{
  size_t part = h->reach / TINY_SIZE * sizeof(unsigned short);
  size_t start = offsetof(struct packs, tiny.live);
  struct packs *k = packs_of(h);
  if (k != NULL || (k = os_map(start + 3 * part, 1)) == NULL) {
    return k;
  }
  os_small_pages(k, start + 3 * part);
  k->last = (unsigned short *)((char *)k + start + part);
  k->gone = (unsigned short *)((char *)k + start + 2 * part);
  __atomic_store_n(&h->packs, k, __ATOMIC_RELEASE);
  return k;
}

static int has_packs(const struct heap *h)
{
  return h->packs != NULL;
}

/* ---- What lives where: for any thread, about what it may free ---- */

/* The number of the lowest, and of the highest, bit of x, which is not 0. */
static unsigned lowest(unsigned x)
{
  return (unsigned)__builtin_ctz(x);
}

static unsigned highest(unsigned x)
{
  return 31u - (unsigned)__builtin_clz(x);
}

/* The bytes of the live object that byte off lies in, which begins at *first;
 * 0 if there is none.  Asks that off is in a packed span.  While its owner
 * changes the block, the answer is right for objects that the caller may free. */
static unsigned packed_at(const struct heap *h, unsigned off, unsigned *first)
{
  const struct packs *k = packs_of(h);
  unsigned b = off / TINY_SIZE, i = off % TINY_SIZE, from, last;
  if (k == NULL) {
    return 0;
  }
  from = k->tiny.live[b] & ((2u << i) - 1u);
  if (from == 0) {
    return 0;
  }
  from = highest(from);
  last = (unsigned)k->last[b] >> from;
  if (last == 0 || from + lowest(last) < i) {
    return 0;
  }
  *first = off - i + from;
  return lowest(last) + 1u;
}

/* The bit of the object at byte i of packed span s, in the word *b. */
static unsigned short packed_bit(unsigned s, unsigned i, unsigned *b)
{
  *b = s * BLOCKS_IN_PAGE + i / TINY_SIZE;
  return (unsigned short)(1u << i % TINY_SIZE);
}

/* Whether another thread has freed the object at byte i of packed span s. */
static int packed_gone(const struct heap *h, unsigned s, unsigned i)
{
  unsigned b;
  unsigned short bit = packed_bit(s, i, &b);
  return (__atomic_load_n(&packs_of(h)->gone[b], __ATOMIC_RELAXED) & bit) != 0;
}

/* Notes that it does: 0 if one did before. */
static int packed_note(struct heap *h, unsigned s, unsigned i)
{
  unsigned b;
  unsigned short bit = packed_bit(s, i, &b);
  return !(__atomic_fetch_or(&packs_of(h)->gone[b], bit, __ATOMIC_SEQ_CST) & bit);
}

/* What off is in a packed span: the start of a live object, inside one, or
 * where none lives. */
static int packed_peek(const struct heap *h, unsigned off)
{
  unsigned first;
  if (packed_at(h, off, &first) == 0) {
    return LM_DOUBLE;
  }
  return off == first ? LM_OK : LM_INTERIOR;
}

static int is_packed(const struct heap *h, unsigned s)
{
  return h->arena.tag[s] == TAG_TINY;
}

/* The bytes of what any_peek found. */
static size_t any_size(const struct heap *h, unsigned s, unsigned i)
{
  unsigned t = h->arena.tag[s], first;
  if (i >= SLOTS_MAX) {
    return packed_at(h, s * PAGE_SIZE + i - SLOTS_MAX, &first);
  }
  return SLOTTED(t) ? class_size(t / 2u) : (size_t)h->arena.npages[s] * PAGE_SIZE;
}

/* ---- What changes the heap: the caller owns it, or has locked it ---- */

/* Whether span s, just made, is packed is noted for the fast path of free.
 * Where it is queued, whoever collects it will see to that. */
static void packed_mark(struct heap *h, unsigned s)
{
  unsigned char mark = is_packed(h, s) ? PACKED : 0, was = mark ^ PACKED;
  if (queued(h, s) == was) {
    __atomic_compare_exchange_n(&h->inbox.queued[s], &was, mark, 0,
                                __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
  }
}

/* A tiny object of n bytes from heap h, which has records for it; its offset,
 * or 0. */
static unsigned pack(struct heap *h, unsigned n, short *refilled)
{
  struct packs *k = h->packs;
  unsigned off = tiny_alloc(&h->arena, &k->tiny, HOLDER, n, refilled);
  unsigned b = off / TINY_SIZE, i = off % TINY_SIZE;
  if (off != 0) {                       /* the block begins with the object at 0 */
    unsigned before = i == 0 ? 0 : k->last[b];
    k->last[b] = (unsigned short)(before | 1u << (i + n - 1u));
  }
  return off;
}

/* The same, or a slot if there is no memory for records. */
static unsigned packed_alloc(struct heap *h, unsigned n, short *refilled)
{
  if (packs_make(h) == NULL) {
    return arena_alloc(&h->arena, HOLDER, 2u * class_of_size(n) + 1u, refilled);
  }
  return pack(h, n, refilled);
}

static unsigned packed_live(const struct heap *h, unsigned b)
{
  return h->packs->tiny.live[b];
}

static int packed_free(struct heap *h, unsigned off)
{
  return tiny_free(&h->arena, &h->packs->tiny, off) == LM_OK ? LM_OK : packed_peek(h, off);
}

/* Frees what other threads have freed in block b. */
static void packed_collect_block(struct heap *h, unsigned b)
{
  unsigned x = __atomic_exchange_n(&h->packs->gone[b], 0, __ATOMIC_ACQ_REL);
  for (; x != 0; x &= x - 1u) {
    unsigned off = b * TINY_SIZE + lowest(x);
    int what = packed_free(h, off);
    if (what != LM_OK) {
      misuse("free", h->base + off, what);
    }
    h->collected++;
  }
}

/* The same in packed span s.  Its last block may end, and the span with it: no
 * other thread has then freed anything in what follows. */
static void packed_collect(struct heap *h, unsigned s)
{
  const unsigned short *gone = h->packs->gone;
  unsigned b;
  for (b = s * BLOCKS_IN_PAGE; b < (s + 1u) * BLOCKS_IN_PAGE; b++) {
    if (__atomic_load_n(&gone[b], __ATOMIC_RELAXED) != 0) {
      packed_collect_block(h, b);
    }
  }
}

/*
 * embedded.c - the core alone, without operating system or libc: an arena of
 * 256 pages (2 MiB) over a static array.  Compile with -ffreestanding and
 * -DARENA_PAGES=256u; host.c runs it on a computer.
 * The metadata takes as many bytes as sizeof(struct arena) says and lies
 * apart from the blocks, so that no stray write through a block reaches it.
 */
#define LM_CORE static __attribute__((unused))
#include "../../core/sizeclass.c"
#include "../../core/request.c"
#include "../../core/bitmap.c"
#include "../../core/span.c"
#include "../../core/fit.c"
#include "../../core/pages.c"
#include "../../core/rooms.c"
#include "../../core/heap.c"
#include "../../core/locate.c"
#include "../../core/cache.c"
#include "../../core/alloc.c"
#include "../../core/arena.c"
#include "../../core/blocks.c"

static struct arena arena;   /* zero: what arena_init wants */
static unsigned char memory[ARENA_PAGES * PAGE_SIZE]
  __attribute__((aligned(PAGE_SIZE)));   /* page 0 of it stays unused */

void board_init(void)
{
  arena_init(&arena, 1u, ARENA_PAGES);
}

/* An object of n bytes; a null pointer when memory is short. */
void *board_alloc(size_t n)
{
  unsigned off = 0u;
  short refilled;
  n = request_nonzero(n);
  if (n <= CLASS_SIZE_MAX) {
    off = arena_alloc(&arena, 1u, 2u * class_of_malloc((unsigned)n), &refilled);
  } else if (request_size_ok(n) && request_pages(n) < ARENA_PAGES) {
    off = arena_large(&arena, (unsigned)request_pages(n), 0u);
  }
  return off == 0u ? 0 : memory + off;
}

/* Frees p; 0 if it was an object, otherwise LM_DOUBLE, LM_INTERIOR or
 * LM_FOREIGN, and nothing has happened. */
int board_free(void *p)
{
  size_t off = (size_t)p - (size_t)memory;
  return off < sizeof memory ? arena_free(&arena, (unsigned)off) : LM_FOREIGN;
}

/* Makes whole runs of pages of what is free; worth a call when idle. */
void board_idle(void)
{
  arena_reclaim(&arena);
}

/* A list of objects until memory is short, freed again, and so on; 0 if all
 * went well, else the number of the step that did not. */
struct item {
  struct item *next;
  size_t n;
};

static size_t fill(struct item **list, size_t n)
{
  size_t count = 0;
  struct item *p;
  *list = 0;
  while ((p = board_alloc(n)) != 0) {
    p->next = *list;
    p->n = n;
    *list = p;
    count++;
  }
  return count;
}

static int drain(struct item *p, size_t n)
{
  while (p != 0) {
    struct item *next = p->next;
    if (p->n != n || board_free(p) != LM_OK) {
      return 0;
    }
    p = next;
  }
  board_idle();
  return 1;
}

int board_run(void)
{
  struct item *list;
  size_t n;
  unsigned char *p;
  board_init();
  for (n = sizeof(struct item); n <= 100000u; n = n + n / 3u) {
    size_t first = fill(&list, n);
    if (first * n < sizeof memory / 2u || !drain(list, n)) {
      return 1;
    }
    if (fill(&list, n) != first || !drain(list, n)) {
      return 2;
    }
  }
  p = board_alloc(100);
  if (p == 0 || board_free(p + 4) != LM_INTERIOR || board_free(p) != LM_OK ||
      board_free(p) != LM_DOUBLE || board_free(&list) != LM_FOREIGN) {
    return 3;
  }
  p = board_alloc((ARENA_PAGES - 1u) * (size_t)PAGE_SIZE);
  return p != 0 && board_free(p) == LM_OK ? 0 : 4;
}

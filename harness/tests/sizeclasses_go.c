/*
 * sizeclasses_go.c - our size classes are Go's, read from Go's own file.
 * Usage: sizeclasses_go /usr/share/go-1.19/src/runtime/sizeclasses.go
 * Property tested: each entry of Go's five tables is ours, and for every size,
 * alignment and offset our functions answer what Go's tables (or, for malloc
 * and alignments, a plain search in them) answer.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LM_CORE static
#include "../../core/sizeclass.c"

#define MAX_ENTRIES 1000

struct table {
  const char *name;
  unsigned n;
  unsigned long v[MAX_ENTRIES];
};

static struct table go_size = { "class_to_size", 0, { 0 } };
static struct table go_pages = { "class_to_allocnpages", 0, { 0 } };
static struct table go_magic = { "class_to_divmagic", 0, { 0 } };
static struct table go_8 = { "size_to_class8", 0, { 0 } };
static struct table go_128 = { "size_to_class128", 0, { 0 } };

static void fail(const char *format, ...)
{
  va_list ap;
  va_start(ap, format);
  fputs("sizeclasses_go: ", stdout);
  vprintf(format, ap);
  putchar('\n');
  va_end(ap);
  exit(1);
}

static char *read_file(const char *path)
{
  static char text[200000];
  FILE *f = fopen(path, "rb");
  size_t n;
  if (f == NULL) {
    fail("cannot open %s", path);
  }
  n = fread(text, 1, sizeof text - 1, f);
  if (n == 0 || !feof(f)) {
    fail("cannot read %s", path);
  }
  text[n] = '\0';
  fclose(f);
  return text;
}

/* An unsigned decimal number at *p. */
static unsigned long number(char **p, const char *where)
{
  char *end;
  unsigned long v;
  if (!isdigit((unsigned char)**p)) {
    fail("%s: no number at \"%.*s\"", where, (int)strcspn(*p, "\n"), *p);
  }
  v = strtoul(*p, &end, 10);
  *p = end;
  return v;
}

/* Steps over the text s, or says that it is not there. */
static int skip(char **p, const char *s)
{
  size_t n = strlen(s);
  if (strncmp(*p, s, n) != 0) {
    return 0;
  }
  *p += n;
  return 1;
}

/* The constant of a line "<tab>name<spaces>= 123". */
static unsigned long constant(char *text, const char *name)
{
  char line[80], *p;
  sprintf(line, "\n\t%s ", name);
  p = strstr(text, line);
  if (p == NULL) {
    fail("no constant %s", name);
  }
  p += strlen(line);
  p += strspn(p, " ");
  if (!skip(&p, "= ")) {
    fail("constant %s: no value", name);
  }
  return number(&p, name);
}

/* The table of a line "var name = [n]type{a, b, c}"; an entry is a number or
 * "^uint32(0)/a + 1". */
static void parse(char *text, struct table *t)
{
  char line[80], *p;
  sprintf(line, "\nvar %s = [", t->name);
  p = strstr(text, line);
  if (p == NULL || (p = strchr(p, '{')) == NULL) {
    fail("no table %s", t->name);
  }
  p++;
  do {
    unsigned long v;
    p += strspn(p, " ");
    if (t->n == MAX_ENTRIES) {
      fail("%s: too long", t->name);
    }
    if (skip(&p, "^uint32(0)/")) {
      v = number(&p, t->name);
      if (v == 0 || !skip(&p, " + 1")) {
        fail("%s: entry %u is not of the form ^uint32(0)/a + 1", t->name, t->n);
      }
      v = 0xFFFFFFFFUL / v + 1;
    } else {
      v = number(&p, t->name);
    }
    t->v[t->n++] = v;
  } while (skip(&p, ","));
  if (!skip(&p, "}\n")) {
    fail("%s: does not end after entry %u", t->name, t->n);
  }
}

static void equal(const char *what, unsigned i, unsigned long ours, unsigned long go)
{
  if (ours != go) {
    fail("%s(%u): %lu, Go has %lu", what, i, ours, go);
  }
}

static void compare_tables(void)
{
  unsigned i;
  equal("number of classes", 0, CLASSES, go_size.n);
  equal("number of pages", 0, CLASSES, go_pages.n);
  equal("number of factors", 0, CLASSES, go_magic.n);
  equal("length of size_to_class8", 0, sizeof size_to_class8, go_8.n);
  equal("length of size_to_class128", 0, sizeof size_to_class128, go_128.n);
  for (i = 0; i < go_size.n; i++) {
    equal("class_size", i, class_size(i), go_size.v[i]);
    equal("class_pages", i, class_pages(i), go_pages.v[i]);
    equal("class_slots", i, class_slots(i),
          i == 0 ? 0 : go_pages.v[i] * PAGE_SIZE / go_size.v[i]);
#if WORD_BITS == 64u
    equal("rows.magic", i, rows[i].magic, go_magic.v[i]);
#endif
  }
  for (i = 0; i < go_8.n; i++) {
    equal("size_to_class8", i, size_to_class8[i], go_8.v[i]);
  }
  for (i = 0; i < go_128.n; i++) {
    equal("size_to_class128", i, size_to_class128[i], go_128.v[i]);
  }
  equal("class_size", CLASS_LARGE, class_size(CLASS_LARGE), 0);
  equal("class_slots", CLASS_LARGE, class_slots(CLASS_LARGE), 0);
  equal("class_pages", CLASS_LARGE, class_pages(CLASS_LARGE), 0);
  equal("class_size", CLASS_TINY, class_size(CLASS_TINY), go_size.v[2]);
  equal("class_slots", CLASS_TINY, class_slots(CLASS_TINY),
        go_pages.v[2] * PAGE_SIZE / go_size.v[2]);
  equal("class_pages", CLASS_TINY, class_pages(CLASS_TINY), go_pages.v[2]);
}

/* By search: the least class for n bytes at multiples of align, or 0. */
static unsigned least(unsigned n, unsigned align)
{
  unsigned c;
  for (c = 1; c < go_size.n; c++) {
    if (go_size.v[c] >= n && go_size.v[c] % align == 0) {
      return c;
    }
  }
  return 0;
}

static void compare_sizes(char *text)
{
  unsigned long max = constant(text, "_MaxSmallSize");
  unsigned long div8 = constant(text, "smallSizeDiv");
  unsigned long max8 = constant(text, "smallSizeMax");
  unsigned long div128 = constant(text, "largeSizeDiv");
  unsigned n, align;
  equal("CLASS_SIZE_MAX", 0, CLASS_SIZE_MAX, max);
  equal("PAGE_SIZE", 0, PAGE_SIZE, 1UL << constant(text, "_PageShift"));
  for (n = 1; n <= max; n++) {
    /* mallocgc, runtime/malloc.go */
    unsigned long go = n <= max8 - 8 ? go_8.v[(n + div8 - 1) / div8]
                                     : go_128.v[(n - max8 + div128 - 1) / div128];
    equal("class_of_size", n, class_of_size(n), go);
    equal("class_of_malloc", n, class_of_malloc(n), least(n, n <= 8 ? 8 : 16));
    for (align = 1; align <= PAGE_SIZE; align *= 2) {
      equal("class_of_aligned", n, class_of_aligned(n, align), least(n, align));
    }
  }
}

static void compare_slots(void)
{
  unsigned c, d;
  for (c = 1; c < CLASS_ENTRIES; c++) {
    unsigned go = c == CLASS_TINY ? 2 : c;
    if (c == CLASS_LARGE) {
      continue;
    }
    for (d = 0; d < go_pages.v[go] * PAGE_SIZE; d++) {
      equal("class_slot", d, class_slot(c, d), d / go_size.v[go]);
    }
  }
}

int main(int argc, char **argv)
{
  char *text;
  if (argc != 2) {
    fail("usage: sizeclasses_go .../runtime/sizeclasses.go");
  }
  text = read_file(argv[1]);
  parse(text, &go_size);
  parse(text, &go_pages);
  parse(text, &go_magic);
  parse(text, &go_8);
  parse(text, &go_128);
  compare_tables();
  compare_sizes(text);
  compare_slots();
  printf("sizeclasses_go: %u classes, %u + %u entries and all sizes to %u are Go's\n",
         go_size.n, go_8.n, go_128.n, CLASS_SIZE_MAX);
  return 0;
}

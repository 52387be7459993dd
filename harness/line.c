/*
 * line.c - puts text together without allocating.
 * A line is a buffer on the stack.  It goes out when it is full, if it knows
 * where to; else what does not fit is left away.  Part of lemmalloc.c.
 * Proven: nothing.  Trusted: every line.
 */
#include <errno.h>
#include <unistd.h>

struct line {
  char text[200];
  size_t n;
  void (*out)(void *to, const char *text, size_t n);    /* NULL: nowhere */
  void *to;
};

/* Sends out what there is. */
static void line_end(struct line *l)
{
  if (l->out != NULL && l->n != 0) {
    l->out(l->to, l->text, l->n);
    l->n = 0;
  }
}

static void add(struct line *l, const char *s)
{
  for (; *s != '\0'; s++) {
    if (l->n == sizeof l->text) {
      line_end(l);
    }
    if (l->n < sizeof l->text) {
      l->text[l->n++] = *s;
    }
  }
}

/* v in radix 10 or 16, right-aligned in width columns, at most 40. */
static void add_column(struct line *l, uintptr_t v, unsigned radix, unsigned width)
{
  char digits[48], *d = digits + sizeof digits;
  *--d = '\0';
  do {
    *--d = "0123456789abcdef"[v % radix];
    v /= radix;
  } while (v != 0);
  while (digits + sizeof digits - 1 - d < (ptrdiff_t)width) {
    *--d = ' ';
  }
  add(l, d);
}

static void add_number(struct line *l, uintptr_t v, unsigned radix)
{
  add(l, radix == 16 ? "0x" : "");
  add_column(l, v, radix, 0);
}

/* As line's out: to the file descriptor *to, to standard error.  Errors are passed
 * over. */
static void out_write(void *to, const char *text, size_t n)
{
  while (n > 0) {
    ssize_t written = write(*(const int *)to, text, n);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return;
    }
    text += written;
    n -= (size_t)written;
  }
}

static void out_say(void *to, const char *text, size_t n)
{
  int fd = STDERR_FILENO;
  (void)to;
  out_write(&fd, text, n);
}

static void to_stderr(const char *text, size_t n)
{
  out_say(NULL, text, n);
}

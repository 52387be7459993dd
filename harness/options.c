/*
 * options.c - LEMMALLOC_OPTIONS, a list with commas between: what the library
 * does besides.  Read once, when the program starts; what is allocated before
 * does not know of it.  Nothing here allocates.
 * Proven: nothing.  Trusted: every line.  Part of lemmalloc.c.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define SETTING "LEMMALLOC_OPTIONS"

static int stats;                       /* report at exit */
static char json_path[1024];            /* write to it at exit; "": do not */
static int report_fd = STDERR_FILENO;   /* or one that stays open when the program
                                           closes its own at its end */

static const char help_text[] =
  "lemmalloc: " SETTING " is a list with commas between of\n"
  "  stats      at exit, print statistics to standard error\n"
  "  json=FILE  at exit, write them to FILE, as JSON; %p is the process number\n"
  "  debug      end the program when a signal handler that interrupted an\n"
  "             allocation function calls one\n"
  "  help       print this\n";

/* Complains about the n bytes of option at s. */
static void bad_option(const char *why, const char *s, size_t n)
{
  struct line l = { "", 0, NULL, NULL };
  char c[2] = "";
  size_t i;
  add(&l, "lemmalloc: " SETTING ": ");
  add(&l, why);
  add(&l, ": ");
  for (i = 0; i < n && i < 100; i++) {
    c[0] = s[i] < ' ' ? '?' : s[i];     /* one line */
    add(&l, c);
  }
  add(&l, "\n");
  out_write(&report_fd, l.text, l.n);
}

/* Whether the n bytes at s are word; with a word that ends in = whether they
 * begin so. */
static int is_option(const char *s, size_t n, const char *word)
{
  size_t m = strlen(word);
  return (word[m - 1] == '=' ? n >= m : n == m) && memcmp(s, word, m) == 0;
}

static void option(const char *s, size_t n)
{
  if (is_option(s, n, "stats")) {
    stats = 1;
  } else if (is_option(s, n, "json=")) {
    if (n - 5 == 0 || n - 5 >= sizeof json_path) {
      bad_option("not a file name", s, n);
      return;
    }
    memcpy(json_path, s + 5, n - 5);
    json_path[n - 5] = '\0';
  } else if (is_option(s, n, "debug")) {
    debug = 1;
  } else if (is_option(s, n, "help")) {
    to_stderr(help_text, sizeof help_text - 1);
  } else if (n != 0) {
    bad_option("unknown option", s, n);
  }
}

/* A program that has other rights than who started it (setuid) has no options. */
__attribute__((constructor)) static void options_read(void)
{
  const char *s = secure_getenv(SETTING);
  while (s != NULL && *s != '\0') {
    size_t n = strcspn(s, ",");
    option(s, n);
    s += n + (s[n] == ',');
  }
  if (stats || json_path[0] != '\0') {
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 200);
    report_fd = fd >= 0 ? fd : STDERR_FILENO;
  }
}

/* json_path with the process number for each %p; 0 if it gets too long. */
static int json_name(char *name, size_t size)
{
  const char *s = json_path;
  size_t n = 0;
  for (; *s != '\0'; s++) {
    struct line l = { "", 0, NULL, NULL };
    if (s[0] == '%' && s[1] == 'p') {
      add_number(&l, (uintptr_t)getpid(), 10);
      s++;
    } else {
      l.text[l.n++] = *s;
    }
    if (l.n >= size - n) {
      return 0;
    }
    memcpy(name + n, l.text, l.n);
    n += l.n;
  }
  name[n] = '\0';
  return 1;
}

static void write_json(const struct stats *st)
{
  char name[sizeof json_path + 100];
  struct line l = { "", 0, out_write, NULL };
  int fd = !json_name(name, sizeof name) ? -1
           : open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
  if (fd < 0) {
    bad_option("cannot write", json_path, strlen(json_path));
    return;
  }
  l.to = &fd;
  report_json(&l, st);
  close(fd);
}

/* After the program's own atexit functions. */
__attribute__((destructor)) static void options_at_exit(void)
{
  struct stats st;
  if (!stats && json_path[0] == '\0') {
    return;
  }
  count_all(&st);
  if (stats) {
    struct line l = { "", 0, out_write, &report_fd };
    report_text(&l, &st);
  }
  if (json_path[0] != '\0') {
    write_json(&st);
  }
}

/*
 * measure.c - runs one command on an allocator and says what it cost.
 *   measure RESULT LIBRARY SECONDS COMMAND [ARGUMENT...]
 * LIBRARY is preloaded into the command ("" for none); SECONDS ends a command
 * that hangs.  RESULT gets one line: user and system seconds, wall seconds,
 * peak resident KiB, exit status (128 + n after signal n).
 * A process starts with the peak of the one that forked it.  That is why this
 * is not done from Python: its own 10 MB would hide every smaller program's.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
  return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void die(const char *what)
{
  perror(what);
  exit(127);
}

/* Becomes the command; the alarm outlives exec. */
static void become(const char *library, const char *limit, char **command)
{
  if (*library != '\0' && setenv("LD_PRELOAD", library, 1) != 0) {
    die("setenv");
  }
  alarm((unsigned)strtoul(limit, NULL, 10));
  execvp(command[0], command);
  die(command[0]);
}

int main(int argc, char **argv)
{
  struct rusage cost;
  double began, wall;
  int status;
  pid_t child;
  FILE *result;
  if (argc < 5) {
    fprintf(stderr, "usage: measure RESULT LIBRARY SECONDS COMMAND [ARGUMENT...]\n");
    return 2;
  }
  began = now();
  child = fork();
  if (child == 0) {
    become(argv[2], argv[3], argv + 4);
  }
  if (child < 0) {
    die("fork");
  }
  if (wait4(child, &status, 0, &cost) != child) {
    die("wait4");
  }
  wall = now() - began;
  result = fopen(argv[1], "w");
  if (result == NULL) {
    die(argv[1]);
  }
  fprintf(result, "%.6f %.6f %.6f %ld %d\n", seconds(cost.ru_utime),
          seconds(cost.ru_stime), wall, cost.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return fclose(result) != 0;
}

/*
 * raised.c - the limit of address space is raised while the program runs.
 * Started where threads share a heap (ulimit -Sv), it must not matter that
 * later there would be room for each to have its own.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define N 100000

static char *block[N];

static void fill(int with)
{
  int i;
  for (i = 0; i < N; i++) {
    block[i] = malloc(100);
    memset(block[i], with, 100);
  }
}

static void *check_and_free(void *arg)
{
  int i;
  for (i = 0; i < N; i++) {
    if (block[i][0] != *(char *)arg || block[i][99] != *(char *)arg) {
      abort();
    }
    free(block[i]);
  }
  return NULL;
}

int main(void)
{
  struct rlimit limit;
  char with;
  fill(0);
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_AS, &limit) != 0) {
    perror("setrlimit");
    return 1;
  }
  for (with = 0; with < 3; with++) {
    pthread_t t;
    pthread_create(&t, NULL, check_and_free, &with);
    pthread_join(t, NULL);
    fill(with + 1);
  }
  return 0;
}

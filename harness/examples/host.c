/*
 * host.c - runs embedded.c on a computer.
 */
#include <stdio.h>

int board_run(void);

int main(void)
{
  int failed = board_run();
  puts(failed == 0 ? "embedded: all is well" : "embedded: failed");
  return failed;
}

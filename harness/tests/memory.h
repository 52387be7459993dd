/*
 * memory.h - what memory this process has, in KB.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A number of /proc/self/status: VmSize, VmRSS, VmHWM; 0 if it is not there.
 * Allocates nothing. */
static unsigned long memory(const char *name)
{
  static char text[8192];
  int fd = open("/proc/self/status", O_RDONLY);
  ssize_t n = read(fd, text, sizeof text - 1);
  char *p;
  close(fd);
  text[n > 0 ? n : 0] = '\0';
  p = strstr(text, name);
  return p == NULL ? 0 : strtoul(p + strlen(name) + 1, NULL, 10);
}

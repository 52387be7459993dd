/*
 * ctz.c - word_ctz is trusted where it is the compiler's builtin; this is why.
 * Property tested: for every pair of a lowest set bit and another one, each
 * with noise above, the builtin, the proven portable form and a plain loop
 * agree.  Linked with the core, whose word_ctz is the builtin.
 */
#include <stdio.h>

#define LM_CORE static __attribute__((unused))
#define LM_PORTABLE_CTZ
#include "../../core/bitmap.c"

/* The core's own word_ctz, compiled without LM_PORTABLE_CTZ. */
extern unsigned builtin_ctz(word w) __asm__("word_ctz");

static unsigned plain(word w)
{
  unsigned r = 0;
  while (!((w >> r) & 1u)) {
    r++;
  }
  return r;
}

int main(void)
{
  unsigned i, j, k, n = 0;
  word noise = 1;
  for (i = 0; i < WORD_BITS; i++) {
    for (j = i; j < WORD_BITS; j++) {
      for (k = 0; k < 16; k++) {
        word w = ((word)1 << i) | ((word)1 << j) | (k == 0 ? 0 : noise << j);
        noise = noise * 2862933555777941757ULL + 3037000493ULL;
        n++;
        if (word_ctz(w) != plain(w) || builtin_ctz(w) != plain(w)) {
          printf("ctz: 0x%lx: portable %u, builtin %u, plain %u\n", w,
                 word_ctz(w), builtin_ctz(w), plain(w));
          return 1;
        }
      }
    }
  }
  printf("ctz: %u words of %u bits agree\n", n, WORD_BITS);
  return 0;
}

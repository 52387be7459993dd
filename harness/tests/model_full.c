/*
 * model_full.c - the model test on an arena of the full geometry, several
 * holders; HI=n gives it less than all pages.
 */
#define HOLDERS 64u
#include "model.h"

int main(void)
{
  return model((unsigned)setting("HI", ARENA_PAGES), 1u, 3u, 1000000, 3000);
}

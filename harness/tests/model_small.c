/*
 * model_small.c - the model test on a small arena, which runs full often.
 */
#define ARENA_PAGES 256u
#include "model.h"

int main(void)
{
  return model(ARENA_PAGES, 1u, 1u, 3000000, 20000);
}

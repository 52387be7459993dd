/*
 * state.h - struct arena, the one object the core works on.
 * A struct of arrays indexed by page number; a span is named by its first
 * page.  It lies apart from user memory, so no write through a user's block
 * can reach it.  Zero bytes mean "free and untouched": memory that comes
 * zeroed is paid for only where it is written.  Fields that change together
 * share a C type where they can and others do not: the proofs keep one memory
 * per type, so a store into one field cannot concern fields of other types.
 * Nothing is trusted.
 */
#ifndef LM_STATE_H
#define LM_STATE_H

#include "geometry.h"

struct arena {
  /* Page heap. */
  int owner[ARENA_PAGES];           /* page -> span that covers it */
  unsigned npages[ARENA_PAGES];     /* run start -> pages in the run */
  unsigned char tag[ARENA_PAGES];   /* run start -> what the run is */
  int best[NODES];                  /* inner node -> longest free run below */
  int leaf[NODES];                  /* page -> length of a free run there */

  /* Spans: slots, and where a span with room is found. */
  word bits[ARENA_PAGES * WORDS];   /* slot taken: bit set */
  unsigned home[ARENA_PAGES];       /* the list the span belongs to */
  unsigned list[ARENA_PAGES];       /* the list it is on, 0: none */
  unsigned next[ARENA_PAGES];
  unsigned prev[ARENA_PAGES];
  unsigned head[LISTS];             /* spans with room: the first, */
  unsigned last[LISTS];             /* and the last; 0: none */
  unsigned cur[LISTS];              /* span allocated from, 0: none */
  signed char at[LISTS];            /* word of it allocated from */
  short spare[LISTS];               /* empty spans kept on it, at a guess */
  int hot[LISTS];                   /* word of bits with room, at a guess */

  /* The arena hands out pages lo .. hi-1. */
  unsigned lo;
  unsigned hi;
  int fresh;                        /* no page from here on was ever used */
};

/* The tiny allocator's state, apart from the arena that its blocks are from: a
 * program that packs no tiny objects has none.  A block of TINY_SIZE bytes is
 * named by its number in the arena, which is its offset / TINY_SIZE.  All is of
 * a type that struct arena does not use: what one does concerns not the other. */
#define TINY_SIZE 16u
#define TINY_BLOCKS (ARENA_PAGES * (PAGE_SIZE / TINY_SIZE))

struct tiny {
  unsigned short high[HOLDERS];     /* block that is being filled, 0: none, */
  unsigned short low[HOLDERS];      /* in halves: high * 65536 + low */
  unsigned short used[HOLDERS];     /* bytes of it that were handed out */
  unsigned short live[TINY_BLOCKS]; /* bit i: an object lives from byte i on */
};

#endif

/*
 * rooms.h - lists of the spans that have room.
 * A list is named by holder and tag (LIST_OF); a span is put behind and
 * taken out from anywhere, in constant time.  What is taken first is what got
 * room first: it has got more since.
 * Proven: complete contracts below.  Trusted: nothing.
 * Source: doubly linked lists, Knuth, TAOCP 1, 2.2.5.  Go's name: mSpanList.
 */
#ifndef LM_ROOMS_H
#define LM_ROOMS_H
#include "../spec/rooms.h"
#include "../spec/runs.h"

/* Puts span s, which is on no list, behind the last of list l. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires rooms: Rooms(a);
  @ requires span: 0 < s < ARENA_PAGES && a->list[s] == 0;
  @ requires list: 0 < l < LISTS;
  @ assigns a->list[s], a->head[l], a->last[l], a->prev[s],
  @   a->next[0 .. ARENA_PAGES - 1];
  @ ensures on: a->list[s] == l && a->last[l] == s;
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures home_same: HomeSame{Pre,Post}(a);
  @ ensures cur_same: CurSame{Pre,Post}(a);
  @ ensures kept: RoomKept{Pre,Post}(a, s);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ROOMS(a)
  @ ENSURES_RUNS(a)
  @*/
LM_CORE void room_push(struct arena *a, unsigned s, unsigned l);

/* Takes span s off the list l that it is on. */
/*@ requires arena: \valid(a);
  @ requires runs: Runs(a);
  @ requires rooms: Rooms(a);
  @ requires span: 0 < s < ARENA_PAGES && a->list[s] == l;
  @ requires list: 0 < l < LISTS;
  @ assigns a->list[s], a->head[l], a->last[l],
  @   a->next[0 .. ARENA_PAGES - 1], a->prev[0 .. ARENA_PAGES - 1];
  @ ensures off: a->list[s] == 0;
  @ ensures lengths: LengthsSame{Pre,Post}(a);
  @ ensures home_same: HomeSame{Pre,Post}(a);
  @ ensures cur_same: CurSame{Pre,Post}(a);
  @ ensures kept: RoomKept{Pre,Post}(a, s);
  @ ensures bits_same: BitsSame{Pre,Post}(a);
  @ ENSURES_ROOMS(a)
  @ ENSURES_RUNS(a)
  @*/
LM_CORE void room_unlink(struct arena *a, unsigned s, unsigned l);

#endif

/*
 * rooms.c - lists of the spans that have room; see rooms.h.
 */
#include "rooms.h"

/* room_push, as far as the lists go. */
/*@ requires arena: \valid(a);
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
  @*/
static void push(struct arena *a, unsigned s, unsigned l)
{
  unsigned b = a->last[l];
  a->list[s] = l;
  a->next[s] = 0u;
  a->prev[s] = b;
  a->next[b] = s;   /* page 0 is on no list: its links may hold anything */
  a->head[l] = b == 0u ? s : a->head[l];
  a->last[l] = s;
}

LM_CORE void room_push(struct arena *a, unsigned s, unsigned l)
{
  push(a, s, l);
}

/* Lets what is before and what is behind span s on list l pass it by. */
/*@ requires arena: \valid(a);
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
  @*/
static void take_out(struct arena *a, unsigned s, unsigned l)
{
  unsigned p = a->prev[s];
  unsigned n = a->next[s];
  /* Page 0 is on no list: its links take what would be a special case. */
  a->next[p] = n;
  a->prev[n] = p;
  a->head[l] = p == 0u ? n : a->head[l];
  a->last[l] = n == 0u ? p : a->last[l];
  a->list[s] = 0u;
}

LM_CORE void room_unlink(struct arena *a, unsigned s, unsigned l)
{
  take_out(a, s, l);
}

/*
 * spec/rooms.h - what it means that spans with room are on lists.
 * Doubly linked lists by page number, 0 for none; list[s] says which list
 * span s is on.  Every statement is local to a span and its neighbour.
 */
#ifndef LM_SPEC_ROOMS_H
#define LM_SPEC_ROOMS_H
#include "../core/state.h"

/*@ // The head of a list is on it, and first.
  @ predicate RoomHead{L}(struct arena *a) =
  @   \forall integer l; 0 < l < LISTS ==> a->head[l] != 0 ==>
  @   a->head[l] < ARENA_PAGES && a->list[a->head[l]] == l &&
  @   a->prev[a->head[l]] == 0;
  @
  @ // A span is on a list that exists; page 0 is on none.
  @ predicate RoomList{L}(struct arena *a) =
  @   a->list[0] == 0 &&
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->list[s] < LISTS;
  @
  @ // What follows a span is on the same list and knows it is behind.
  @ predicate RoomNext{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   a->list[s] != 0 ==> a->next[s] != 0 ==>
  @   a->next[s] < ARENA_PAGES && a->list[a->next[s]] == a->list[s] &&
  @   a->prev[a->next[s]] == s;
  @
  @ // What a span follows is on the same list and knows it is before.
  @ predicate RoomPrev{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   a->list[s] != 0 ==> a->prev[s] != 0 ==>
  @   a->prev[s] < ARENA_PAGES && a->list[a->prev[s]] == a->list[s] &&
  @   a->next[a->prev[s]] == s;
  @
  @ // A span that follows none is the head of its list.
  @ predicate RoomFirst{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   a->list[s] != 0 ==> a->prev[s] == 0 ==> a->head[a->list[s]] == s;
  @
  @ predicate Rooms{L}(struct arena *a) =
  @   RoomHead(a) && RoomList(a) && RoomNext(a) && RoomPrev(a) &&
  @   RoomFirst(a);
  @
  @ // Every span but s is on the list that it was on.
  @ predicate RoomKept{K,L}(struct arena *a, integer s) =
  @   \forall integer t; 0 <= t < ARENA_PAGES ==> t != s ==>
  @   \at(a->list[t], L) == \at(a->list[t], K);
  @*/

/* The clauses of a contract that say Rooms(a) part by part. */
#define ENSURES_ROOMS(a) \
  ensures room_head: RoomHead(a); \
  ensures room_list: RoomList(a); \
  ensures room_next: RoomNext(a); \
  ensures room_prev: RoomPrev(a); \
  ensures room_first: RoomFirst(a);

#endif

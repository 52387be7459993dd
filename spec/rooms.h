/*
 * spec/rooms.h - what it means that spans with room are on lists.
 * Doubly linked lists by page number, 0 for none; list[s] says which list
 * span s is on.  Every statement is local to a span and its neighbour.
 */
#ifndef LM_SPEC_ROOMS_H
#define LM_SPEC_ROOMS_H
#include "../core/state.h"

/*@ // The head of a list is a page, is on the list, and is first.
  @ predicate RoomHeadPage{L}(struct arena *a) =
  @   \forall integer l; 0 < l < LISTS ==> a->head[l] < ARENA_PAGES;
  @ predicate RoomHead{L}(struct arena *a) =
  @   \forall integer l, s; 0 < l < LISTS ==> 0 < s < ARENA_PAGES ==>
  @   s <= a->head[l] <= s ==> a->list[s] == l;
  @ predicate RoomHeadPrev{L}(struct arena *a) =
  @   \forall integer l, s; 0 < l < LISTS ==> 0 < s < ARENA_PAGES ==>
  @   s <= a->head[l] <= s ==> a->prev[s] == 0;
  @
  @ // A span is on a list that exists; page 0 is on none.
  @ predicate RoomList{L}(struct arena *a) =
  @   a->list[0] == 0 &&
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->list[s] < LISTS;
  @
  @ // What follows a span is a page, is on the same list, and knows it is
  @ // behind.
  @ predicate RoomNextPage{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->list[s] != 0 ==>
  @   a->next[s] < ARENA_PAGES;
  @ predicate RoomNext{L}(struct arena *a) =
  @   \forall integer s, n; 0 <= s < ARENA_PAGES ==> 0 < n < ARENA_PAGES ==>
  @   a->list[s] != 0 ==> n <= a->next[s] <= n ==> a->list[n] == a->list[s];
  @ predicate RoomNextPrev{L}(struct arena *a) =
  @   \forall integer s, n; 0 <= s < ARENA_PAGES ==> 0 < n < ARENA_PAGES ==>
  @   a->list[s] != 0 ==> n <= a->next[s] <= n ==> a->prev[n] == s;
  @
  @ // What a span follows is a page, is on the same list, and knows it is
  @ // before.
  @ predicate RoomPrevPage{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->list[s] != 0 ==>
  @   a->prev[s] < ARENA_PAGES;
  @ predicate RoomPrev{L}(struct arena *a) =
  @   \forall integer s, p; 0 <= s < ARENA_PAGES ==> 0 < p < ARENA_PAGES ==>
  @   a->list[s] != 0 ==> p <= a->prev[s] <= p ==> a->list[p] == a->list[s];
  @ predicate RoomPrevNext{L}(struct arena *a) =
  @   \forall integer s, p; 0 <= s < ARENA_PAGES ==> 0 < p < ARENA_PAGES ==>
  @   a->list[s] != 0 ==> p <= a->prev[s] <= p ==> a->next[p] == s;
  @
  @ // A span that follows none is the head of its list.
  @ predicate RoomFirst{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   a->list[s] != 0 ==> a->prev[s] == 0 ==> a->head[a->list[s]] == s;
  @
  @ // The same of the last: it is a page, is on the list, none follows it; and
  @ // a span that none follows is the last of its list.
  @ predicate RoomLastPage{L}(struct arena *a) =
  @   \forall integer l; 0 < l < LISTS ==> a->last[l] < ARENA_PAGES;
  @ predicate RoomLast{L}(struct arena *a) =
  @   \forall integer l, s; 0 < l < LISTS ==> 0 < s < ARENA_PAGES ==>
  @   s <= a->last[l] <= s ==> a->list[s] == l;
  @ predicate RoomLastNext{L}(struct arena *a) =
  @   \forall integer l, s; 0 < l < LISTS ==> 0 < s < ARENA_PAGES ==>
  @   s <= a->last[l] <= s ==> a->next[s] == 0;
  @ predicate RoomEnd{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==>
  @   a->list[s] != 0 ==> a->next[s] == 0 ==> a->last[a->list[s]] == s;
  @
  @ // A list has a first span just if it has a last.
  @ predicate RoomEnds{L}(struct arena *a) =
  @   \forall integer l; 0 < l < LISTS ==>
  @   (a->head[l] == 0 <==> a->last[l] == 0);
  @
  @ predicate Rooms{L}(struct arena *a) =
  @   RoomHeadPage(a) && RoomHead(a) && RoomHeadPrev(a) && RoomList(a) &&
  @   RoomNextPage(a) && RoomNext(a) && RoomNextPrev(a) &&
  @   RoomPrevPage(a) && RoomPrev(a) && RoomPrevNext(a) && RoomFirst(a) &&
  @   RoomLastPage(a) && RoomLast(a) && RoomLastNext(a) && RoomEnd(a) &&
  @   RoomEnds(a);
  @
  @ // Every span but s is on the list that it was on.
  @ predicate RoomKept{K,L}(struct arena *a, integer s) =
  @   \forall integer t; 0 <= t < ARENA_PAGES ==> t != s ==>
  @   \at(a->list[t], L) == \at(a->list[t], K);
  @*/

/* The clauses of a contract that say Rooms(a) part by part. */
#define ENSURES_ROOMS(a) \
  ensures room_head_page: RoomHeadPage(a); \
  ensures room_head: RoomHead(a); \
  ensures room_head_prev: RoomHeadPrev(a); \
  ensures room_list: RoomList(a); \
  ensures room_next_page: RoomNextPage(a); \
  ensures room_next: RoomNext(a); \
  ensures room_next_prev: RoomNextPrev(a); \
  ensures room_prev_page: RoomPrevPage(a); \
  ensures room_prev: RoomPrev(a); \
  ensures room_prev_next: RoomPrevNext(a); \
  ensures room_first: RoomFirst(a); \
  ensures room_last_page: RoomLastPage(a); \
  ensures room_last: RoomLast(a); \
  ensures room_last_next: RoomLastNext(a); \
  ensures room_end: RoomEnd(a); \
  ensures room_ends: RoomEnds(a);

#endif

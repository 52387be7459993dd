/*
 * spec/lists.h - what it means that spans with room are on lists.
 * Every holder has one list per tag; a span's place says whether it is on the
 * list of its own holder and tag.  Links are page numbers, 0 means none, which
 * no span is called.  Each statement speaks of one span and its neighbour, so
 * that no path has to be followed to see that it holds.
 */
#ifndef LM_SPEC_LISTS_H
#define LM_SPEC_LISTS_H
#include "runs.h"

/*@ // Span s is on the list of its holder and tag.
  @ predicate Listed{L}(struct arena *a, integer s) = a->place[s] == LISTED;
  @
  @ // What is listed is a span with slots, of a holder.
  @ predicate ListPlace{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->place[s] == LISTED ==>
  @   s != 0 && SlotTag(a->tag[s]) && a->holder[s] < HOLDERS;
  @
  @ // The head of a list is on that list, and nothing is before it.
  @ predicate ListHead{L}(struct arena *a) =
  @   \forall integer h, t; 0 <= h < HOLDERS ==> 0 <= t < TAGS ==>
  @   a->head[h][t] != 0 ==>
  @   a->head[h][t] < ARENA_PAGES && a->place[a->head[h][t]] == LISTED &&
  @   a->holder[a->head[h][t]] == h && a->tag[a->head[h][t]] == t &&
  @   a->prev[a->head[h][t]] == 0;
  @
  @ // What follows a span is on the same list, and the span is before it.
  @ predicate ListNext{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->place[s] == LISTED ==>
  @   a->next[s] != 0 ==>
  @   a->next[s] < ARENA_PAGES && a->place[a->next[s]] == LISTED &&
  @   a->holder[a->next[s]] == a->holder[s] &&
  @   a->tag[a->next[s]] == a->tag[s] && a->prev[a->next[s]] == s;
  @
  @ // What is before a span is on the same list, and the span follows it.
  @ predicate ListPrev{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->place[s] == LISTED ==>
  @   a->prev[s] != 0 ==>
  @   a->prev[s] < ARENA_PAGES && a->place[a->prev[s]] == LISTED &&
  @   a->holder[a->prev[s]] == a->holder[s] &&
  @   a->tag[a->prev[s]] == a->tag[s] && a->next[a->prev[s]] == s;
  @
  @ // A span with nothing before it is the head of its list.
  @ predicate ListFirst{L}(struct arena *a) =
  @   \forall integer s; 0 <= s < ARENA_PAGES ==> a->place[s] == LISTED ==>
  @   a->prev[s] == 0 ==> a->head[a->holder[s]][a->tag[s]] == s;
  @
  @ // The lists' invariant.
  @ predicate Lists{L}(struct arena *a) =
  @   ListPlace(a) && ListHead(a) && ListNext(a) && ListPrev(a) &&
  @   ListFirst(a);
  @*/

/* The clauses of a contract that say Lists(a) part by part. */
#define ENSURES_LISTS(a) \
  ensures list_place: ListPlace(a); \
  ensures list_head: ListHead(a); \
  ensures list_next: ListNext(a); \
  ensures list_prev: ListPrev(a); \
  ensures list_first: ListFirst(a);

#endif

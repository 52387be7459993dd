/*
 * threads.c - the workloads of more than one thread; part of workloads.c.
 * Operations are the total of all threads, so that more threads share the
 * same work.
 */
#include <pthread.h>

#define BATCH 64u             /* blocks handed over together */
#define QUEUE_LIMIT 64u       /* batches that may wait */

struct batch {
  struct batch *next;
  struct block block[BATCH];
};

struct queue {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct batch *first;
  unsigned length;
};

struct worker {
  pthread_t thread;
  unsigned number;
  unsigned long ops;
  uint64_t state;
  struct block *blocks;         /* larson, brief: the table it works on */
  struct crowd *crowd;
};

/* Threads that free each other's blocks. */
struct crowd {
  unsigned size;
  pthread_barrier_t sent;
  struct queue *queue;          /* one for each */
};

static struct queue *queues(unsigned n)
{
  struct queue *q = table(n, sizeof *q);
  unsigned i;
  for (i = 0; i < n; i++) {
    pthread_mutex_init(&q[i].lock, NULL);
    pthread_cond_init(&q[i].changed, NULL);
  }
  return q;
}

/* With wait, waits for room; else returns 0 if there is none. */
static int queue_put(struct queue *q, struct batch *b, int wait)
{
  int room;
  pthread_mutex_lock(&q->lock);
  while (q->length == QUEUE_LIMIT && wait) {
    pthread_cond_wait(&q->changed, &q->lock);
  }
  room = q->length < QUEUE_LIMIT;
  if (room) {
    b->next = q->first;
    q->first = b;
    q->length++;
    pthread_cond_signal(&q->changed);
  }
  pthread_mutex_unlock(&q->lock);
  return room;
}

/* All that waits there.  With wait, waits for something. */
static struct batch *queue_take(struct queue *q, int wait)
{
  struct batch *b;
  pthread_mutex_lock(&q->lock);
  while (q->first == NULL && wait) {
    pthread_cond_wait(&q->changed, &q->lock);
  }
  b = q->first;
  q->first = NULL;
  q->length = 0;
  pthread_cond_signal(&q->changed);
  pthread_mutex_unlock(&q->lock);
  return b;
}

static struct batch *batch_new(uint64_t *state)
{
  struct batch *b = malloc(sizeof *b);
  unsigned i;
  if (b == NULL) {
    die("out of memory");
  }
  for (i = 0; i < BATCH; i++) {
    obtain(&b->block[i], mixed_size(state), i);
  }
  return b;
}

/* Frees a list of batches with their blocks, and counts the blocks. */
static unsigned long batches_free(struct batch *b)
{
  unsigned long n = 0;
  while (b != NULL) {
    struct batch *next = b->next;
    release_all(b->block, BATCH);
    free(b);
    b = next;
    n += BATCH;
  }
  return n;
}

static void start(struct worker *w, void *(*body)(void *))
{
  if (pthread_create(&w->thread, NULL, body, w) != 0) {
    die("no thread");
  }
}

static void *consume(void *arg)
{
  struct worker *w = arg;
  unsigned long n = 0;
  while (n < w->ops) {
    n += batches_free(queue_take(w->crowd->queue, 1));
  }
  return NULL;
}

/* One thread allocates, the other frees. */
static void handoff(unsigned long ops, unsigned long unused)
{
  struct crowd crowd;
  struct worker consumer = { .ops = ops, .crowd = &crowd };
  uint64_t state = seeded(0);
  unsigned long n;
  (void)unused;
  crowd.queue = queues(1);
  start(&consumer, consume);
  for (n = 0; n < ops; n += BATCH) {
    queue_put(crowd.queue, batch_new(&state), 1);
  }
  pthread_join(consumer.thread, NULL);
}

/* Another of the crowd at random; oneself if there is no other. */
static unsigned someone(struct worker *w)
{
  unsigned others = w->crowd->size - 1;
  return others == 0 ? 0 : (w->number + 1 + below(&w->state, others)) % w->crowd->size;
}

/* Sends batches to the others and frees what the others sent; what finds no
 * room it frees itself. */
static void *exchange(void *arg)
{
  struct worker *w = arg;
  struct queue *q = w->crowd->queue;
  unsigned long n;
  for (n = 0; n < w->ops; n += BATCH) {
    struct batch *b = batch_new(&w->state);
    if (!queue_put(&q[someone(w)], b, 0)) {
      b->next = NULL;
      batches_free(b);
    }
    batches_free(queue_take(&q[w->number], 0));
  }
  pthread_barrier_wait(&w->crowd->sent);
  batches_free(queue_take(&q[w->number], 0));
  return NULL;
}

static struct worker *workers(unsigned n, unsigned long ops)
{
  struct worker *w = table(n, sizeof *w);
  unsigned i;
  for (i = 0; i < n; i++) {
    w[i].number = i;
    w[i].ops = ops;
    w[i].state = seeded(i);
  }
  return w;
}

static void run(struct worker *w, unsigned n, void *(*body)(void *))
{
  unsigned i;
  for (i = 0; i < n; i++) {
    start(&w[i], body);
  }
  for (i = 0; i < n; i++) {
    pthread_join(w[i].thread, NULL);
  }
}

static void all_to_all(unsigned long ops, unsigned long threads)
{
  unsigned n = (unsigned)threads, i;
  struct worker *w = workers(n, ops / n);
  struct crowd crowd = { .size = n, .queue = queues(n) };
  pthread_barrier_init(&crowd.sent, NULL, n);
  for (i = 0; i < n; i++) {
    w[i].crowd = &crowd;
  }
  run(w, n, exchange);
}

#define GENERATIONS 10u
#define LARSON_LIVE 4096u     /* blocks of a thread */

static void *serve(void *arg)
{
  struct worker *w = arg;
  replace(w->blocks, LARSON_LIVE, w->ops, &w->state, mixed_size);
  return NULL;
}

/* A server: threads replace random blocks of their tables, end, and leave the
 * tables to new ones. */
static void larson(unsigned long ops, unsigned long threads)
{
  unsigned n = (unsigned)threads, i, g;
  struct block *b = table((size_t)n * LARSON_LIVE, sizeof *b);
  struct worker *w = workers(n, ops / n / GENERATIONS);
  for (g = 0; g < GENERATIONS; g++) {
    for (i = 0; i < n; i++) {
      w[i].blocks = b + (size_t)((i + g) % n) * LARSON_LIVE;
    }
    run(w, n, serve);
  }
  release_all(b, (size_t)n * LARSON_LIVE);
}

#define BRIEF_BLOCKS 200u

/* Frees what the thread before it left, allocates, frees half. */
static void *live_briefly(void *arg)
{
  struct worker *w = arg;
  unsigned i;
  release_all(w->blocks, BRIEF_BLOCKS);
  for (i = 0; i < BRIEF_BLOCKS; i++) {
    obtain(&w->blocks[i], mixed_size(&w->state), i);
  }
  for (i = 0; i < BRIEF_BLOCKS; i += 2) {
    release(&w->blocks[i]);
  }
  return NULL;
}

/* Many threads, some at a time; each leaves half of its blocks to the next. */
static void brief(unsigned long ops, unsigned long threads)
{
  unsigned n = (unsigned)threads, i;
  struct block *b = table((size_t)n * BRIEF_BLOCKS, sizeof *b);
  struct worker *w = workers(n, BRIEF_BLOCKS);
  unsigned long done;
  for (i = 0; i < n; i++) {
    w[i].blocks = b + (size_t)i * BRIEF_BLOCKS;
  }
  for (done = 0; done < ops; done += (unsigned long)n * BRIEF_BLOCKS) {
    run(w, n, live_briefly);
  }
  release_all(b, (size_t)n * BRIEF_BLOCKS);
}

/*
 * Ordinary integer code: a linked list, a matrix, a CRC and a state machine.
 *
 * The mix of a well-known embedded benchmark, in short blocks with loads,
 * stores and calls; the program itself is our own.
 */
#ifndef LOOPS
#define LOOPS 11000u
#endif
#include "bench.h"

#define NODES 64
#define SIDE 12
#define TEXT 256

struct node {
  struct node *next;
  u32 value;
};

static struct node nodes[NODES];
static i32 a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];
static char text[TEXT];

static struct node *make_list(u32 seed)
{
  u32 i;

  for (i = 0; i < NODES; i++) {
    nodes[i].value = next_random(&seed) & 0xfff;
    nodes[i].next = i + 1 < NODES ? &nodes[i + 1] : NULL;
  }
  return nodes;
}

static struct node *reverse(struct node *list)
{
  struct node *done = NULL, *next;

  for (; list; list = next) {
    next = list->next;
    list->next = done;
    done = list;
  }
  return done;
}

static __attribute__((noinline)) u32 above(const struct node *list, u32 limit)
{
  u32 found = 0;

  for (; list; list = list->next)
    if (list->value > limit)
      found++;
  return found;
}

static __attribute__((noinline)) u32 list_work(u32 seed)
{
  struct node *list = make_list(seed);
  u32 found = 0, i;

  for (i = 0; i < 24; i++) {
    list = reverse(list);
    found += above(list, i << 7);
  }
  return found;
}

static __attribute__((noinline)) u32 matrix_work(u32 seed)
{
  u32 i, j, k, trace = 0;

  for (i = 0; i < SIDE; i++)
    for (j = 0; j < SIDE; j++) {
      a[i][j] = (i32)(next_random(&seed) & 0xff);
      b[i][j] = (i32)(i * j + seed % 7);
    }
  for (i = 0; i < SIDE; i++)
    for (j = 0; j < SIDE; j++) {
      i32 cell = 0;

#pragma clang loop unroll(disable)
      for (k = 0; k < SIDE; k++)
        cell += a[i][k] * b[k][j];
      c[i][j] = cell;
    }
  for (i = 0; i < SIDE; i++)
    trace += (u32)c[i][i];
  return trace;
}

static __attribute__((noinline)) u16 crc_byte(u16 crc, u8 byte)
{
  u32 bit;

#pragma clang loop unroll(disable)
  for (bit = 0; bit < 8; bit++) {
    int one = (crc ^ byte) & 1;

    crc >>= 1;
    byte >>= 1;
    if (one)
      crc ^= 0xa001;
  }
  return crc;
}

enum state { START, SIGN, INTEGER, FRACTION, WORD, BAD, STATES };

static __attribute__((noinline)) enum state next_state(enum state state, char at)
{
  if (at == ',')
    return START;
  if (at >= '0' && at <= '9')
    return state == FRACTION || state == WORD || state == BAD ? state : INTEGER;
  if (at == '+' || at == '-')
    return state == START ? SIGN : BAD;
  if (at == '.')
    return state == INTEGER || state == START ? FRACTION : BAD;
  return state == START || state == WORD ? WORD : BAD;
}

static __attribute__((noinline)) u32 text_work(u32 seed)
{
  u32 counts[STATES] = {0}, i, sum = 0;
  enum state state = START;
  u16 crc = 0xffff;

  for (i = 0; i < TEXT; i++)
    text[i] = "0123456789+-.,,xy"[next_random(&seed) % 17];
  for (i = 0; i < TEXT; i++) {
    state = next_state(state, text[i]);
    counts[state]++;
    crc = crc_byte(crc, (u8)text[i]);
  }
  for (i = 0; i < STATES; i++)
    sum = sum * 31 + counts[i];
  return sum ^ crc;
}

static u32 work(u32 seed)
{
  return list_work(seed) + matrix_work(seed) * 3 + text_work(seed) * 7;
}

BENCH("coremark", work)

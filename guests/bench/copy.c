/* Copies 8 KiB word by word: mostly loads and stores, short blocks. */
#ifndef LOOPS
#define LOOPS 55000u
#endif
#include "bench.h"

#define WORDS 2048

static u32 from[WORDS], to[WORDS];

static u32 work(u32 seed)
{
  volatile u32 *source = from;
  u32 i;

  from[seed % WORDS] = seed;
#pragma clang loop unroll(disable)
  for (i = 0; i < WORDS; i++)
    to[i] = source[i];
  return to[seed % WORDS] * 33 + to[(seed * 7) % WORDS] + 1;
}

BENCH("copy", work)

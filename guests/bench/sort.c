/* Quicksort of 2048 words, recursive, then a checksum of their order. */
#ifndef LOOPS
#define LOOPS 1600u
#endif
#include "bench.h"

#define WORDS 2048

static u32 words[WORDS];

static void swap(u32 *x, u32 *y)
{
  u32 kept = *x;

  *x = *y;
  *y = kept;
}

static __attribute__((noinline)) void sort(i32 low, i32 high)
{
  u32 pivot = words[(low + high) / 2];
  i32 i = low, j = high;

  while (i <= j) {
    while (words[i] < pivot)
      i++;
    while (words[j] > pivot)
      j--;
    if (i <= j)
      swap(&words[i++], &words[j--]);
  }
  if (low < j)
    sort(low, j);
  if (i < high)
    sort(i, high);
}

static u32 work(u32 seed)
{
  u32 i, sum = 0;

  for (i = 0; i < WORDS; i++)
    words[i] = next_random(&seed);
  sort(0, WORDS - 1);
#pragma clang loop unroll(disable)
  for (i = 0; i < WORDS; i++)
    sum = sum * 33 + words[i];
  return sum;
}

BENCH("sort", work)

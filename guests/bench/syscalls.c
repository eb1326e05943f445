/* Calls that only read a number of the kernel's: the cost of a trap. */
#ifndef LOOPS
#define LOOPS 500000u
#endif
#include "bench.h"

static u32 work(u32 seed)
{
  u64 period = 1;
  u32 level = 1, results;

  results = vp_call1(VP_PARTITION_LOCK_LEVEL, &level);
  results += vp_call1(VP_PARTITION_PERIOD, &period);
  return seed + results + level + (u32)period;
}

BENCH("syscalls", work)

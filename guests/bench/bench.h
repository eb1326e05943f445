/* A benchmark: work() repeated LOOPS times, then one line and power off. */
#ifndef BENCH_H
#define BENCH_H

#include "vpok_pok.h"

#define BENCH(NAME, WORK)                                \
  int main(void)                                         \
  {                                                      \
    u32 sum = 0, loop;                                   \
                                                         \
    for (loop = 0; loop < LOOPS; loop++)                 \
      sum = WORK(sum + loop);                            \
    vp_printf("%s %u loops, checksum %08x\n", NAME, LOOPS, sum); \
    vp_shutdown();                                       \
    return 0;                                            \
  }

/* Numbers that depend on all that went before (Numerical Recipes' constants). */
static inline u32 next_random(u32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

#endif

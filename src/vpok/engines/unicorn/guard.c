/*
 * The guard: what runs before an instruction that is dangerous with certain
 * values in two registers.
 *
 * It stops the guest before such an instruction; the engine decides. Shipped
 * like the meter, as guard-*.bin.
 */
typedef unsigned long long u64;
typedef unsigned int u32;

struct guard {
  const u32 *first; /* low halves of two registers */
  const u32 *second;
  u32 bad_first; /* what they must not be at once */
  u32 bad_second;
  u64 stopped; /* 1: they were */
  int (*stop)(void *uc);
};

void hook(void *uc, u64 pc, u32 size, struct guard *g)
{
  (void)pc;
  (void)size;
  if (*g->first == g->bad_first && *g->second == g->bad_second) {
    g->stopped = 1;
    g->stop(uc);
  }
}

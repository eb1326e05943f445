/*
 * The block meter: what runs at the start of every translated block.
 *
 * It charges the block's instructions to a budget and stops the guest before
 * a block that does not fit. The number of instructions of a block (or more
 * than any budget, for a block that must not run here) comes from `miss` the
 * first time it is seen, and is kept in a direct-mapped table by (pc, size).
 *
 * The wheel ships this function as position-independent machine code
 * (meter-*.bin, made by `python -m vpok.engines.unicorn.build_meter`), so it
 * calls nothing but what the structure points to.
 */
typedef unsigned long long u64;
typedef long long s64;
typedef unsigned int u32;

enum { SLOTS = 16384 };

struct slot {
  u64 pc;
  u32 size;
  u32 cost;
};

struct meter {
  s64 budget;        /* instructions left */
  struct slot *slot; /* the block that was reached last */
  u64 stopped;       /* 1: it was not started, nor charged */
  int (*stop)(void *uc);
  void (*miss)(void *uc, u64 pc, u32 size, struct slot *slot);
  struct slot table[SLOTS];
};

void hook(void *uc, u64 pc, u32 size, struct meter *m)
{
  struct slot *slot = &m->table[(pc ^ (pc >> 14)) & (SLOTS - 1)];
  s64 left;

  if (slot->pc != pc || slot->size != size)
    m->miss(uc, pc, size, slot);
  m->slot = slot;
  left = m->budget - (s64)slot->cost;
  if (left < 0) {
    m->stopped = 1;
    m->stop(uc);
    return;
  }
  m->budget = left;
}

/*
 * Two vCPUs in turn on one processor: each waits for the other's interrupt,
 * and answers it.
 */
#include "vpok_sdk.h"

#define ROUNDS 1000

static _Alignas(16) char stack[8192];
static volatile uint64_t heard[2];
static vpok_shared_page *pages[2];

static void on_ball(long number, struct vpok_frame *frame)
{
  (void)frame;
  heard[number]++; /* each vCPU has a number of its own */
}

/* Checked with interrupts disabled: none can come between that and the wait. */
static void hear(uint32_t me, uint64_t count)
{
  vpok_disable(pages[me]);
  while (heard[me] < count) {
    vpok_vcpu_block(VPOK_FOREVER);
    vpok_disable(pages[me]);
  }
}

static void pong(uint64_t rounds, vpok_shared_page *page)
{
  pages[1] = page;
  vpok_must("register", vpok_irq_register(1, on_ball));
  vpok_irq_send(0, 0); /* ready */
  for (uint64_t round = 1; round <= rounds; round++) {
    hear(1, round);
    vpok_irq_send(0, 0);
  }
}

int main(vpok_shared_page *page)
{
  int64_t start, took;

  pages[0] = page;
  vpok_must("register", vpok_irq_register(0, on_ball));
  vpok_must("start", vpok_start(1, pong, stack + sizeof stack, ROUNDS));
  hear(0, 1);
  start = vpok_time();
  for (uint64_t round = 1; round <= ROUNDS; round++) {
    vpok_irq_send(1, 1);
    hear(0, round + 1);
  }
  took = vpok_time() - start;
  vpok_printf("%u rounds: %lu there, %lu back, %ld ns a round\n", ROUNDS, heard[1], heard[0] - 1,
              took / ROUNDS);
  vpok_module_shutdown();
  return 0;
}

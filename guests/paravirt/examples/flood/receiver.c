/* Counts what arrives; the rest of a flood is an overrun, in vpok's summary. */
#include "vpok_sdk.h"

static uint64_t received;

static void on_bell(long number, struct vpok_frame *frame)
{
  (void)number;
  (void)frame;
  received++;
}

int main(vpok_shared_page *shared)
{
  uint64_t told = 0;

  vpok_must("register", vpok_irq_register(0, on_bell));
  for (;;) {
    vpok_vcpu_block(VPOK_FOREVER); /* returns after the last handler */
    vpok_disable(shared);
    vpok_printf("received %lu at %lu ms\n", received - told, shared->time / 1000000);
    told = received;
  }
}

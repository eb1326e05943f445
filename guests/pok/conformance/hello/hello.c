/* The smallest partition: says hello and switches the machine off. */
#include "vpok_pok.h"

int main(void)
{
  u8 self = 7;

  vp_call1(VP_PARTITION_ID, &self);
  vp_printf("Hello from partition %u.\n", self);
  vp_shutdown();
  return 0;
}

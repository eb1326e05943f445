/* Sends more notifications than its neighbour counts, and then none at all. */
#include "vpok_sdk.h"

#define FRAME 100000000l /* ns */

static const uint64_t sizes[] = {1, 100, 255, 1000};

int main(vpok_shared_page *shared)
{
  int64_t bell = vpok_must("bell", vpok_notification_id("bell", 4));

  (void)shared;
  for (uint32_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
    vpok_vcpu_block((int64_t)(n + 1) * FRAME); /* the receiver registers in the first one */
    for (uint64_t sent = 0; sent < sizes[n]; sent++)
      vpok_must("notify", vpok_notify((uint32_t)bell));
    vpok_printf("sent %lu\n", sizes[n]);
  }
  return 0;
}

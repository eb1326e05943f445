/* The other partition: it runs in all of its windows. */
#include "vpok_sdk.h"

int main(vpok_shared_page *shared)
{
  (void)shared;
  for (volatile uint64_t n = 0;; n++)
    ;
}

/* Flush at every window: the ports of the partition whose window ends. */
#include "relay.h"

int main(void)
{
  start("a", "a_in", "a_out", 5 * MS);
  return 0;
}

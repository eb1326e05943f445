/* Flush by period: at the first window's end at or after each multiple of it. */
#include "relay.h"

int main(void)
{
  start("a", "a_in", "a_out", 5 * MS);
  return 0;
}

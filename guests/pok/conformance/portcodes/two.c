/* Owns the ports that are not the first partition's; never gets to run. */
#include "vpok_show.h"

int main(void)
{
  vp_printf("not reached\n");
  return 0;
}

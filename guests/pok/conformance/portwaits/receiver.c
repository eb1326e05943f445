/* Two receivers on one port, the more urgent first; another port never gets data. */
#include "vpok_show.h"

static u8 port, never;

static void receive(const char *name, u32 maximum)
{
  char text[9] = {0};
  u32 length = 99;
  u32 result = vp_queueing_receive(port, 400 * MS, maximum, text, &length);

  vp_printf("%s: %u, %u bytes %s\n", name, result, length, text);
}

static void urgent(void)
{
  for (;;)
    receive("urgent", 5);
}

static void patient(void)
{
  for (;;)
    receive("patient", 8);
}

static void disappointed(void)
{
  u32 length = 99;
  char text[8];

  vp_wait_period();
  vp_printf("disappointed waits\n");
  vp_printf("disappointed: %u\n", vp_queueing_receive(never, 3 * MS / 2, 8, text, &length));
  vp_stop_self();
}

int main(void)
{
  SHOW(vp_queueing_create("in", 8, VP_IN, VP_FIFO, &port));
  SHOW(vp_queueing_create("never", 8, VP_IN, VP_FIFO, &never));
  THREAD(.entry = urgent, .priority = 20);
  THREAD(.entry = patient, .priority = 10);
  THREAD(.entry = disappointed, .priority = 30, .period = 50 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}

/*
 * Receives what has come in parts of several sizes. The second destination is
 * emptied only at the end: what arrives while it is full is lost.
 */
#include "vpok_show.h"

static u8 fast, slow;

static void receive(const char *name, u8 port, u32 maximum)
{
  char text[17];
  u32 length = 99, result;

  memset(text, '?', sizeof text);
  result = vp_queueing_receive(port, 0, maximum, text, &length);
  text[16] = 0;
  vp_printf("  %s, up to %u: %u, %u bytes \"%s\" %c\n", name, maximum, result, length, text,
            text[maximum] ? text[maximum] : '0');
}

static void receiver(void)
{
  u32 frame;

  for (frame = 1;; frame++) {
    vp_printf("receiver frame %u\n", frame);
    receive("fast", fast, 3);
    receive("fast", fast, 15);
    receive("fast", fast, 1);
    if (frame == 8) {
      receive("slow", slow, 15);
      receive("slow", slow, 15);
    }
    vp_wait_period();
  }
}

int main(void)
{
  vp_printf("create: %u\n", vp_queueing_create("fast", 16, VP_IN, VP_FIFO, &fast));
  vp_printf("create: %u\n", vp_queueing_create("slow", 8, VP_IN, VP_FIFO, &slow));
  THREAD(.entry = receiver, .priority = 5, .period = 20 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}

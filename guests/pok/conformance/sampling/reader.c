/* Reads two destinations of one source: 15.5 ms fresh, and one created late. */
#include "vpok_show.h"

static u8 fresh, late;

static void read(const char *name, u8 port)
{
  u32 message[2] = {7, 7}, length = 99, result;
  i32 valid = 99;

  result = vp_sampling_read(port, message, &length, &valid);
  vp_printf("  %s: %u, %u bytes, valid %d: %u %u\n", name, result, length, valid, message[0],
            message[1]);
}

static void status(u8 port)
{
  struct vp_sampling_status s;

  vp_call2(VP_SAMPLING_STATUS, port, &s);
  vp_printf("  status: valid %d\n", s.validity);
}

static void reader(void)
{
  u32 i;

  for (i = 0;; i++) {
    vp_printf("read %u\n", i);
    read("fresh", fresh);
    read("late", late);
    if (i == 6)
      vp_printf("  create late: %u\n", vp_sampling_create("late", 8, VP_IN, 0, &late));
    if (i % 5 == 0)
      status(fresh);
    vp_wait_period();
  }
}

int main(void)
{
  vp_printf("create fresh: %u\n", vp_sampling_create("fresh", 8, VP_IN, 15500000, &fresh));
  late = 3;
  THREAD(.entry = reader, .priority = 5, .period = 5 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}

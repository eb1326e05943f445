/*
 * With one partition there is no slot switch, so no data ever moves: a full
 * port stays full, and a wait ends only by its timeout (2 t + timeout).
 */
#include "vpok_show.h"

static u8 out, in, sample_out, sample_in;

static void waiter(void)
{
  u8 data[8];
  u32 length = 99;
  i32 valid;

  vp_wait_period(); /* 10 ms */
  SHOW(vp_queueing_send(out, data, 8, 0));
  SHOW(vp_queueing_send(out, data, 1, 0));
  SHOW(vp_queueing_send(out, data, 1, 3 * MS / 2)); /* until 21.5 ms */
  vp_wait_period();
  SHOW(vp_sampling_write(sample_out, data, 4));
  SHOW(vp_queueing_receive(in, 3 * MS / 2, 8, data, &length));
  vp_printf("length %u\n", length);
  SHOW(vp_sampling_read(sample_in, data, &length, &valid));
  vp_shutdown();
}

int main(void)
{
  SHOW(vp_queueing_create("out", 8, VP_OUT, VP_FIFO, &out));
  SHOW(vp_queueing_create("in", 8, VP_IN, VP_FIFO, &in));
  SHOW(vp_sampling_create("sample_out", 4, VP_OUT, 0, &sample_out));
  SHOW(vp_sampling_create("sample_in", 4, VP_IN, 0, &sample_in));
  THREAD(.entry = waiter, .priority = 5, .period = 10 * MS);
  THREAD(.entry = burn, .priority = 1, .period = 7 * MS, .capacity = 3);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}

/*
 * Ports: what creation, look-up and operations answer, right and wrong.
 *
 * The kernel has no `debug`, so that a partition error is not fatal.
 */
#include "vpok_show.h"

#define SIZE 0x10000u /* the partition's */
#define SAMPLING_IN 1 /* numbers as in config.yaml */
#define QUEUEING_IN 3
#define VIRTUAL 4
#define ABSENT 12 /* one beyond the ports, the first number that is refused */

static u8 id;
static u8 data[64];
static u32 length;
static i32 valid;

static u32 sampling(const char *name, u32 size, u32 direction)
{
  id = 99;
  return vp_sampling_create(name, size, direction, 2000000000, &id);
}

static u32 queueing(const char *name, u32 size, u32 direction, u32 discipline)
{
  id = 99;
  return vp_queueing_create(name, size, direction, discipline, &id);
}

#define SHOW_ID(call) (SHOW(call), vp_printf("  id %u\n", id))

static void before_creation(void)
{
  SHOW(vp_sampling_write(0, data, 4));
  SHOW(vp_sampling_read(SAMPLING_IN, data, &length, &valid));
  SHOW(vp_call2(VP_SAMPLING_STATUS, 0, data));
  SHOW(vp_queueing_send(2, data, 4, 0));
  SHOW(vp_queueing_receive(QUEUEING_IN, 0, 4, data, &length));
  SHOW(vp_call2(VP_QUEUEING_STATUS, 2, data));
}

static void creation(void)
{
  SHOW_ID(sampling("s_out", 513, VP_OUT));
  SHOW_ID(sampling("s_out", 8, 0));
  SHOW_ID(sampling("s_out", 8, 3));
  SHOW_ID(sampling("s_other", 8, VP_IN));
  SHOW_ID(sampling("nowhere", 8, VP_IN));
  SHOW_ID(sampling("q_out", 8, VP_OUT));
  SHOW_ID(sampling("s_out", 8, VP_OUT));
  SHOW_ID(sampling("s_out", 8, VP_OUT));
  SHOW_ID(sampling("s_out", 16, VP_IN));
  SHOW_ID(sampling("s_in", 12, VP_IN));
  SHOW_ID(queueing("q_out", 8, VP_OUT, VP_PRIORITY));
  SHOW_ID(queueing("q_out", 513, 9, VP_PRIORITY));
  SHOW_ID(queueing("q_out", 513, VP_OUT, VP_FIFO));
  SHOW_ID(queueing("q_out", 8, 3, VP_FIFO));
  SHOW_ID(queueing("s_out", 8, VP_OUT, VP_FIFO));
  SHOW_ID(queueing("q_other", 8, VP_OUT, VP_FIFO));
  SHOW_ID(queueing("q_out", 8, VP_OUT, VP_FIFO));
  SHOW_ID(queueing("q_out", 8, VP_OUT, VP_FIFO));
  SHOW_ID(queueing("q_in", 16, VP_IN, VP_FIFO));
}

/* 1024 bytes in all; 44 are taken. */
static void storage(void)
{
  SHOW_ID(sampling("big_1", 512, VP_OUT));
  SHOW_ID(queueing("big_2", 469, VP_IN, VP_FIFO));
  SHOW_ID(queueing("big_2", 468, VP_IN, VP_FIFO));
  SHOW_ID(sampling("big_3", 1, VP_IN));
  SHOW_ID(sampling("big_3", 0, VP_IN));
}

static void look_up(const char *name)
{
  id = 99;
  vp_printf("%s: sampling %u", name, vp_call2(VP_SAMPLING_ID, name, &id));
  vp_printf(" (%u), queueing %u", id, vp_call2(VP_QUEUEING_ID, name, &id));
  vp_printf(" (%u), virtual %u", id, vp_call2(VP_VIRTUAL_CREATE, name, &id));
  vp_printf(" (%u)\n", id);
}

static void names(void)
{
  look_up("s_out");
  look_up("q_in");
  look_up("v_out");
  look_up("s_other");
  look_up("q_other");
  look_up("v_other");
  look_up("nowhere");
  look_up("s_ou");
  look_up("");
  memcpy((char *)SIZE - 8, "s_out\0\0", 8);
  SHOW(vp_call2(VP_SAMPLING_ID, SIZE - 8, &id)); /* the longest name and its end: 8 bytes */
  SHOW(vp_call2(VP_SAMPLING_ID, SIZE - 7, &id));
  SHOW(vp_call2(VP_SAMPLING_ID, "s_out", SIZE));
}

static void sampling_calls(void)
{
  SHOW(vp_sampling_write(ABSENT + 1, data, 4));
  SHOW(vp_sampling_write(5, data, 4));
  SHOW(vp_sampling_write(0, data, 9));
  SHOW(vp_sampling_write(0, data, 0x104)); /* 8 bits: 4 */
  SHOW(vp_sampling_write(SAMPLING_IN, data, 4));
  SHOW(vp_sampling_write(0, (void *)0, 4));
  SHOW(vp_sampling_write(0, (void *)(SIZE - 3), 4));
  SHOW(vp_sampling_write(0, data, 0));
  SHOW(vp_sampling_write(0, data, 8));
  SHOW(vp_sampling_write(2, data, 8)); /* a queueing port: taken all the same */
  SHOW(vp_sampling_read(ABSENT + 1, data, &length, &valid));
  SHOW(vp_sampling_read(5, data, &length, &valid));
  SHOW(vp_sampling_read(0, data, &length, &valid));
  SHOW(vp_sampling_read(QUEUEING_IN, data, &length, &valid));
  length = 99, valid = 99;
  SHOW(vp_sampling_read(SAMPLING_IN, data, &length, &valid));
  vp_printf("length %u valid %d\n", length, valid);
  SHOW(vp_sampling_read(SAMPLING_IN, data, (u32 *)(SIZE - 3), &valid));
  SHOW(vp_sampling_read(SAMPLING_IN, data, &length, (i32 *)(SIZE - 3)));
}

static void queueing_calls(void)
{
  SHOW(vp_queueing_send(ABSENT + 1, data, 4, 0));
  SHOW(vp_queueing_send(6, data, 4, 0));
  SHOW(vp_queueing_send(2, data, 0, 0));
  SHOW(vp_queueing_send(6, data, 0, 0));
  SHOW(vp_queueing_send(2, data, 9, 0));
  SHOW(vp_queueing_send(QUEUEING_IN, data, 4, 0));
  SHOW(vp_queueing_send(0, data, 4, 0));
  SHOW(vp_queueing_send(SAMPLING_IN, data, 4, 0));
  SHOW(vp_queueing_send(2, (void *)(SIZE - 3), 4, 0));
  SHOW(vp_queueing_send(2, data, 8, 0)); /* full since the write above */
  SHOW(vp_queueing_receive(ABSENT + 1, 0, 4, data, &length));
  SHOW(vp_queueing_receive(6, 0, 4, data, &length));
  SHOW(vp_queueing_receive(QUEUEING_IN, 0, 0, data, &length));
  SHOW(vp_queueing_receive(2, 0, 4, data, &length));
  SHOW(vp_queueing_receive(SAMPLING_IN, 0, 4, data, &length));
  SHOW(vp_queueing_receive(QUEUEING_IN, 0, 4, (void *)(SIZE - 3), &length));
  SHOW(vp_queueing_receive(QUEUEING_IN, 0, 4, data, (u32 *)(SIZE - 3)));
  length = 99, data[0] = data[16] = 99;
  SHOW(vp_queueing_receive(QUEUEING_IN, 0, 64, data, &length));
  vp_printf("length %u data %u ... %u\n", length, data[0], data[16]);
}

static void statuses(void)
{
  struct vp_sampling_status s = {9, 9, 9, 9};
  struct vp_queueing_status q = {9, 9, 9};

  SHOW(vp_call2(VP_SAMPLING_STATUS, 0, &s));
  vp_printf("size %u direction %u refresh %llu valid %d\n", s.size, s.direction, s.refresh,
            s.validity);
  SHOW(vp_call2(VP_SAMPLING_STATUS, SAMPLING_IN, &s));
  vp_printf("size %u direction %u refresh %llu valid %d\n", s.size, s.direction, s.refresh,
            s.validity); /* never received, and still fresh */
  SHOW(vp_call2(VP_SAMPLING_STATUS, 2, &s));
  SHOW(vp_call2(VP_SAMPLING_STATUS, 5, &s));
  SHOW(vp_call2(VP_SAMPLING_STATUS, ABSENT + 1, &s));
  SHOW(vp_call2(VP_SAMPLING_STATUS, 0, SIZE - 19));
  SHOW(vp_call2(VP_QUEUEING_STATUS, QUEUEING_IN, &q));
  vp_printf("size %u direction %u waiting %u\n", q.size, q.direction, q.waiting);
  SHOW(vp_call2(VP_QUEUEING_STATUS, 0, &q));
  SHOW(vp_call2(VP_QUEUEING_STATUS, 6, &q));
  SHOW(vp_call2(VP_QUEUEING_STATUS, ABSENT + 1, &q));
  SHOW(vp_call2(VP_QUEUEING_STATUS, 2, SIZE - 7));
}

static void virtual_ports(void)
{
  u32 value = 99;
  u8 byte = 99;

  SHOW(vp_call2(VP_VIRTUAL_NB_DESTINATIONS, VIRTUAL, &value));
  vp_printf("destinations %u\n", value);
  SHOW(vp_call3(VP_VIRTUAL_DESTINATION, VIRTUAL, 0, &value));
  vp_printf("destination %u\n", value);
  SHOW(vp_call3(VP_VIRTUAL_DESTINATION, VIRTUAL, 1, &value));
  vp_printf("destination %u\n", value);
  SHOW(vp_call3(VP_VIRTUAL_DESTINATION, VIRTUAL, 3, &value));
  SHOW(vp_call2(VP_VIRTUAL_GET_GLOBAL, VIRTUAL, &byte));
  vp_printf("global %u\n", byte);
  SHOW(vp_call2(VP_VIRTUAL_NB_DESTINATIONS, 0, &value));
  SHOW(vp_call2(VP_VIRTUAL_NB_DESTINATIONS, 7, &value));
  SHOW(vp_call2(VP_VIRTUAL_NB_DESTINATIONS, ABSENT, &value));
  SHOW(vp_call3(VP_VIRTUAL_DESTINATION, 0, 0, &value));
  SHOW(vp_call3(VP_VIRTUAL_DESTINATION, 7, 0, &value));
  SHOW(vp_call3(VP_VIRTUAL_DESTINATION, ABSENT, 0, &value));
  SHOW(vp_call2(VP_VIRTUAL_GET_GLOBAL, 0, &byte));
  SHOW(vp_call2(VP_VIRTUAL_GET_GLOBAL, 7, &byte));
  SHOW(vp_call2(VP_VIRTUAL_GET_GLOBAL, ABSENT, &byte));
  SHOW(vp_call2(VP_VIRTUAL_NODE, 7, &value));
  SHOW(vp_call2(VP_VIRTUAL_NODE, 7, SIZE - 3));
  SHOW(vp_call3(VP_VIRTUAL_DESTINATION, VIRTUAL, 0, SIZE - 3));
}

int main(void)
{
  before_creation();
  creation();
  storage();
  names();
  sampling_calls();
  queueing_calls();
  statuses();
  virtual_ports();
  vp_shutdown();
  return 0;
}

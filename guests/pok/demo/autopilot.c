/*
 * Autopilot: climb to 10,000 ft and stay there.
 *
 * Two periodic threads under rate-monotonic scheduling: the control law each
 * frame, and a slower monitor that reports how it is doing.
 */
#include "flight.h"

static const char *const MODES[] = {"CLIMB", "CAPTURE", "HOLD", "STALE DATA"};

static u8 air_data_port, elevator_port, commands_port;
static u32 steps, stale;

static i32 clamp(i32 value, i32 limit)
{
  if (value > limit)
    return limit;
  return value < -limit ? -limit : value;
}

static u32 choose_mode(i32 error_ft, i32 valid)
{
  if (!valid)
    return STALE;
  if (error_ft > 200)
    return CLIMB;
  return clamp(error_ft, 25) == error_ft ? HOLD : CAPTURE;
}

static void announce(const struct command *command)
{
  vp_printf("mode %s, climb %d ft/min\n", MODES[command->mode], command->climb_fpm);
  vp_queueing_send(commands_port, command, sizeof *command, 0);
}

/* Steer by what is known; without fresh data, keep the last command. */
static void step(struct command *last)
{
  struct air_data data;
  struct command next = *last;
  u32 size;
  i32 valid;

  if (vp_sampling_read(air_data_port, &data, &size, &valid) != VP_OK)
    return;
  steps++;
  next.mode = choose_mode(TARGET_FT - data.altitude_ft, valid);
  if (valid)
    next.climb_fpm = clamp((TARGET_FT - data.altitude_ft) * 6, 1500);
  else
    stale++;
  vp_sampling_write(elevator_port, &next.climb_fpm, sizeof next.climb_fpm);
  if (next.mode != last->mode)
    announce(&next);
  *last = next;
}

static void control(void)
{
  struct command last = {~0u, 0};

  for (;;) {
    step(&last);
    vp_wait_period();
  }
}

static void monitor(void)
{
  for (;;) {
    vp_printf("monitor: %u control steps, %u without fresh data\n", steps, stale);
    vp_wait_period();
  }
}

int main(void)
{
  vp_must("air_data_ap", vp_sampling_create("air_data_ap", 12, VP_IN, 2 * FRAME, &air_data_port));
  vp_must("elevator", vp_sampling_create("elevator", 4, VP_OUT, 0, &elevator_port));
  vp_must("commands", vp_queueing_create("commands", 128, VP_OUT, VP_FIFO, &commands_port));
  THREAD(.entry = control, .priority = 20, .period = FRAME);
  THREAD(.entry = monitor, .priority = 10, .period = 8 * FRAME);
  vp_printf("autopilot ready, target %d ft\n", TARGET_FT);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}

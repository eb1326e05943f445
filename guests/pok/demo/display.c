/*
 * Display: shows the autopilot's commands and the mean climb rate.
 *
 * The trend thread has a bug that testing missed: it divides by the number of
 * samples since its last look. When the sensor freezes that is zero; the
 * partition's error handler restarts the thread and the others never notice.
 */
#include "flight.h"

#define FRAMES 30
#define TREND 2 /* its index in this partition: main, screen, trend */

static const char *const MODES[] = {"CLIMB", "CAPTURE", "HOLD", "CHECK SENSORS"};
static const char *const ERRORS[] = {"application error", "division by zero", "illegal request",
                                     "stack overflow",    "memory violation", "hardware fault"};

static u8 commands_port, air_data_port;
static u32 messages, faults;

static void show_commands(void)
{
  struct command command;
  u32 size;

  while (vp_queueing_receive(commands_port, 0, sizeof command, &command, &size) == VP_OK) {
    messages++;
    vp_printf("*** %s *** (%d ft/min)\n", MODES[command.mode], command.climb_fpm);
  }
}

static void screen(void)
{
  u32 frame;

  for (frame = 1; frame < FRAMES; frame++) {
    show_commands();
    vp_wait_period();
  }
  vp_printf("end of flight: %u messages shown, %u fault%s handled\n", messages, faults,
            faults == 1 ? "" : "s");
  vp_shutdown();
}

static int look(struct air_data *data)
{
  u32 size;
  i32 valid;

  return vp_sampling_read(air_data_port, data, &size, &valid) == VP_OK;
}

static void trend(void)
{
  struct air_data now, before;

  while (!look(&before))
    vp_wait_period();
  for (;;) {
    vp_wait_period();
    look(&now);
    vp_printf("%5d ft, mean climb %5d ft/min\n", now.altitude_ft,
              (now.altitude_ft - before.altitude_ft) * 60 / (i32)(now.number - before.number));
    before = now;
  }
}

static void report(const struct vp_error *error)
{
  faults++;
  vp_printf("error handler: %s in the %s thread, restarting it\n", ERRORS[error->kind - 11],
            error->thread == TREND ? "trend" : "screen");
  vp_thread_restart(error->thread);
}

/* Runs once when it is created, with nothing to get, then at each error. */
static void handler(void)
{
  struct vp_error error;

  for (;;) {
    if (vp_error_get(&error) == VP_OK)
      report(&error);
    vp_stop_self();
  }
}

int main(void)
{
  vp_must("commands_in", vp_queueing_create("commands_in", 128, VP_IN, VP_FIFO, &commands_port));
  vp_must("air_data_fd", vp_sampling_create("air_data_fd", 12, VP_IN, 2 * FRAME, &air_data_port));
  THREAD(.entry = screen, .priority = 20, .period = FRAME);
  THREAD(.entry = trend, .priority = 10, .period = 2 * FRAME);
  vp_must("error handler", vp_error_handler(handler));
  vp_printf("display ready\n");
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}

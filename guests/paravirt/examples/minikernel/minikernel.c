/*
 * A preemptive kernel on one vCPU.
 *
 * Tasks have priorities; equals take turns, a tick each. Every switch is an
 * interrupt: the timer's, or one that the kernel sends to itself when a task
 * waits or wakes another. Its handler stores the frame that it got as the
 * task's, and returns with the frame of whichever task is to run - so frames are
 * left in another order than they were made in.
 */
#include "vpok_sdk.h"

enum { TICK, SWITCH }; /* interrupts */
enum { READY, SLEEPING, WAITING, FINISHED };

#define MS 1000000ul
#define PERIOD MS
#define STACK 8192
#define TASKS 6
#define TRACE 128

struct semaphore {
  int count;
};

struct task {
  const char *name;
  int priority;
  int state;
  uint64_t wake;              /* SLEEPING: until then */
  struct semaphore *waits;    /* WAITING: for this */
  struct vpok_frame *frame;   /* where it goes on */
  uint64_t turn;              /* when it got its last turn */
  uint64_t turns;
};

static struct task tasks[TASKS];
static _Alignas(64) char stacks[TASKS][STACK];
static uint32_t count;
static struct task *current;
static vpok_shared_page *shared;
static uint64_t turn, ticks;

static struct {
  uint64_t time;
  const char *name;
  const char *why;
} trace[TRACE];
static uint32_t traced;

static struct semaphore items, results;

/* --- switching ----------------------------------------------------------- */

/* The most urgent task that is ready; of equals, who waits longest. */
static struct task *pick(void)
{
  struct task *best = 0;

  for (struct task *task = tasks; task < tasks + count; task++)
    if (task->state == READY
        && (!best || task->priority > best->priority
            || (task->priority == best->priority && task->turn < best->turn)))
      best = task;
  return best;
}

static void note(const struct task *task, const char *why)
{
  if (traced == TRACE)
    return;
  trace[traced].time = shared->time;
  trace[traced].name = task->name;
  trace[traced++].why = why;
}

/* Leave the handler for a task; its frame is wherever it was interrupted. */
static _Noreturn void resume(struct task *task, const char *why)
{
  if (task != current) {
    note(task, why);
    task->turns++;
  }
  task->turn = ++turn;
  current = task;
  vpok_irq_return(task->frame);
  for (;;) /* no frame of ours is refused */
    vpok_must("return", -VPOK_EFAULT);
}

static void on_tick(long number, struct vpok_frame *frame)
{
  (void)number;
  current->frame = frame;
  ticks++;
  for (struct task *task = tasks; task < tasks + count; task++)
    if (task->state == SLEEPING && task->wake <= shared->time)
      task->state = READY;
  resume(pick(), "tick");
}

static void on_switch(long number, struct vpok_frame *frame)
{
  (void)number;
  current->frame = frame;
  resume(pick(), "wait or wake");
}

/* --- what tasks call ------------------------------------------------------ */

/* Let the kernel choose again. Interrupts are disabled; `enabled` says whether they were. */
static void reschedule(uint32_t enabled)
{
  vpok_irq_send(shared->vcpu, SWITCH);
  vpok_restore(shared, enabled);
}

static void sleep(uint64_t ns)
{
  uint32_t enabled = vpok_disable(shared);

  current->wake = (uint64_t)vpok_time() + ns;
  current->state = SLEEPING;
  reschedule(enabled);
}

static void wait(struct semaphore *semaphore)
{
  uint32_t enabled = vpok_disable(shared);

  if (semaphore->count > 0) {
    semaphore->count--;
    vpok_restore(shared, enabled);
    return;
  }
  current->waits = semaphore;
  current->state = WAITING;
  reschedule(enabled);
}

/* The most urgent waiter gets it directly. */
static void signal(struct semaphore *semaphore)
{
  uint32_t enabled = vpok_disable(shared);
  struct task *best = 0;

  for (struct task *task = tasks; task < tasks + count; task++)
    if (task->state == WAITING && task->waits == semaphore
        && (!best || task->priority > best->priority))
      best = task;
  if (!best) {
    semaphore->count++;
    vpok_restore(shared, enabled);
    return;
  }
  best->state = READY;
  reschedule(enabled);
}

static _Noreturn void finish(void)
{
  signal(&results);
  vpok_disable(shared);
  current->state = FINISHED;
  reschedule(1);
  for (;;)
    vpok_must("a finished task runs", -VPOK_EPERM);
}

static void spawn(const char *name, int priority, void (*function)(uint64_t), uint64_t arg)
{
  struct task *task = &tasks[count];
  char *top = stacks[count] + STACK;

  count++;
  *task = (struct task){.name = name, .priority = priority, .state = READY};
  task->frame = (struct vpok_frame *)(top - sizeof(struct vpok_frame));
  vpok_frame_build(task->frame, function, task->frame, arg);
}

/* --- the tasks ----------------------------------------------------------- */

static void idle(uint64_t arg)
{
  (void)arg;
  for (;;)
    vpok_vcpu_block(VPOK_FOREVER);
}

/* Compute with every register there is, and get interrupted. */
static void work(uint64_t seed)
{
  uint64_t changed = 0;
  double sum = 0;

  for (uint64_t round = 1; round <= 8; round++) {
    changed |= vpok_survive(seed + round, 40000);
    sum += (double)round / 2;
  }
  vpok_printf("%s: registers %s, sum %d\n", current->name, changed ? "CHANGED" : "kept", (int)sum);
  finish();
}

static void produce(uint64_t number)
{
  for (uint64_t n = 0; n < number; n++) {
    sleep(3 * MS);
    signal(&items);
  }
  finish();
}

static void consume(uint64_t number)
{
  for (uint64_t n = 1; n <= number; n++) {
    wait(&items);
    vpok_printf("consumer: item %lu at %lu ms\n", n, shared->time / MS);
  }
  finish();
}

static void report(uint64_t number)
{
  while (number--)
    wait(&results);
  vpok_timer_cancel(TICK);
  for (uint32_t n = 0; n < traced; n++)
    vpok_printf("%6lu us  %-8s  %s\n", trace[n].time / 1000, trace[n].name, trace[n].why);
  for (struct task *task = tasks; task < tasks + count; task++)
    vpok_printf("%-8s  %lu turns\n", task->name, task->turns);
  vpok_printf("%lu ticks\n", ticks);
  vpok_module_shutdown();
  vpok_halt();
}

int main(vpok_shared_page *page)
{
  shared = page;
  spawn("idle", 0, idle, 0);
  spawn("worker a", 1, work, 1000);
  spawn("worker b", 1, work, 2000);
  spawn("producer", 2, produce, 5);
  spawn("consumer", 3, consume, 5);
  spawn("report", 4, report, 4);
  vpok_must("register", vpok_irq_register(TICK, on_tick));
  vpok_must("register", vpok_irq_register(SWITCH, on_switch));
  vpok_must("timer", vpok_timer_periodic(TICK, vpok_time() + (int64_t)PERIOD, PERIOD));
  resume(pick(), "start");
}

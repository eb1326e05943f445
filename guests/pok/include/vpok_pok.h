/*
 * The POK partition ABI (x86-32), as a guest sees it.
 *
 * A call is `int 0x2a` with EAX = number and EBX = offset of a 24-byte block
 * { count, argument 1 ... 5 }; EAX returns the result, nothing else changes.
 * Numbers, layouts and error values are the interface; the code is our own.
 */
#ifndef VPOK_POK_H
#define VPOK_POK_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;

/* Call numbers. */
enum {
  VP_CONSOLE_WRITE = 10,
  VP_CONSOLE_READ = 11,
  VP_GET_TICK = 20,
  VP_THREAD_CREATE = 50,
  VP_THREAD_SLEEP_UNTIL = 51,
  VP_THREAD_SLEEP = 52,
  VP_THREAD_SUSPEND = 53,
  VP_THREAD_RESTART = 54,
  VP_THREAD_STOP = 55,
  VP_THREAD_PERIOD = 56,
  VP_THREAD_STOP_SELF = 57,
  VP_THREAD_ID = 58,
  VP_THREAD_STATUS = 59,
  VP_THREAD_SET_PRIORITY = 60,
  VP_THREAD_RESUME = 61,
  VP_THREAD_SUSPEND_TARGET = 62,
  VP_THREAD_DELAYED_START = 65,
  VP_SAMPLING_ID = 101,
  VP_SAMPLING_READ = 102,
  VP_SAMPLING_STATUS = 103,
  VP_SAMPLING_WRITE = 104,
  VP_SAMPLING_CREATE = 105,
  VP_QUEUEING_CREATE = 110,
  VP_QUEUEING_SEND = 111,
  VP_QUEUEING_RECEIVE = 112,
  VP_QUEUEING_ID = 113,
  VP_QUEUEING_STATUS = 114,
  VP_VIRTUAL_CREATE = 150,
  VP_VIRTUAL_NB_DESTINATIONS = 151,
  VP_VIRTUAL_DESTINATION = 152,
  VP_VIRTUAL_GET_GLOBAL = 153,
  VP_VIRTUAL_NODE = 154,
  VP_LOCK_CREATE = 201,
  VP_LOCK_OPERATION = 202,
  VP_ERROR_HANDLER_CREATE = 301,
  VP_ERROR_RAISE = 303,
  VP_ERROR_GET = 304,
  VP_PARTITION_SET_MODE = 404,
  VP_PARTITION_ID = 405,
  VP_PARTITION_PERIOD = 406,
  VP_PARTITION_DURATION = 407,
  VP_PARTITION_LOCK_LEVEL = 408,
  VP_PARTITION_MODE = 409,
  VP_PARTITION_START_CONDITION = 410,
  VP_SHUTDOWN = 707,
};

/* Results. */
enum {
  VP_OK = 0,
  VP_EINVAL = 1,
  VP_UNAVAILABLE = 2,
  VP_PARAM = 3,
  VP_TOOMANY = 5,
  VP_EXISTS = 7,
  VP_THREAD = 49,
  VP_THREAD_ATTR = 50,
  VP_TIMEOUT = 250,
  VP_MODE = 251,
  VP_PORT = 301,
  VP_NOT_FOUND = 302,
  VP_DIRECTION = 303,
  VP_SIZE = 304,
  VP_DISCIPLINE = 305,
  VP_EMPTY = 308,
  VP_KIND = 309,
  VP_FULL = 311,
  VP_LOCK_UNAVAILABLE = 500,
  VP_LOCK_KIND = 502,
  VP_LOCK_POLICY = 503,
  VP_PARTITION_MODE_REFUSED = 601,
};

/* Thread states and partition modes. */
enum { VP_STOPPED, VP_RUNNABLE, VP_WAITING, VP_LOCKED, VP_WAIT_ACTIVATION, VP_DELAYED };
enum {
  VP_MODE_COLD = 1,
  VP_MODE_WARM,
  VP_MODE_NORMAL,
  VP_MODE_IDLE,
  VP_MODE_RESTART,
  VP_MODE_STOPPED,
};

/* Lock objects and ports. */
enum { VP_MUTEX = 1, VP_SEMAPHORE, VP_EVENT };
enum { VP_FIFO, VP_PRIORITY };
enum { VP_LOCK = 1, VP_UNLOCK, VP_WAIT, VP_SIGNAL, VP_BROADCAST };
enum { VP_IN = 1, VP_OUT };

/* What an error handler can be told. */
enum {
  VP_ERROR_APPLICATION = 11,
  VP_ERROR_NUMERIC = 12,
  VP_ERROR_ILLEGAL = 13,
  VP_ERROR_STACK = 14,
  VP_ERROR_MEMORY = 15,
  VP_ERROR_HARDWARE = 16,
};

/* Attributes at creation, and what VP_THREAD_STATUS fills. */
struct vp_thread {
  u8 priority; /* larger is more urgent */
  u8 affinity; /* index into the partition's processors */
  void (*entry)(void);
  u64 period;   /* ns; 0: aperiodic */
  u64 deadline; /* ns */
  u64 capacity; /* elections, not ns; 0: unlimited */
  u32 stack;    /* ignored, always 8192 */
  u32 state;
};

struct vp_lock_attr {
  u32 kind;
  u32 policy;
  u32 discipline;
  u16 initial;
  u16 maximum;
};

struct vp_lock_op {
  u32 operation;
  u32 kind;
  u32 lock_kind; /* never read */
  u64 timeout;   /* ns; 0: for ever */
};

struct vp_error {
  u8 kind;
  u32 thread; /* relative to the partition */
  u32 address;
  char message[250];
  u32 size;
};

struct vp_sampling_status {
  u32 size;
  u8 direction;
  u64 refresh; /* ns */
  i32 validity;
};

struct vp_queueing_status {
  u32 size;
  u8 direction;
  u8 waiting;
};

_Static_assert(sizeof(struct vp_thread) == 40, "thread attributes");
_Static_assert(sizeof(struct vp_lock_attr) == 16, "lock attributes");
_Static_assert(sizeof(struct vp_lock_op) == 20, "lock operation");
_Static_assert(sizeof(struct vp_error) == 268, "error status");
_Static_assert(sizeof(struct vp_sampling_status) == 20, "sampling status");
_Static_assert(sizeof(struct vp_queueing_status) == 8, "queueing status");

/* One call; the block lives on the caller's stack. */
static inline u32 vp_call(u32 number, u32 count, u32 a, u32 b, u32 c, u32 d, u32 e)
{
  u32 block[6] = {count, a, b, c, d, e};
  u32 result;

  __asm__ volatile("int $0x2a" : "=a"(result) : "a"(number), "b"(block) : "memory");
  return result;
}

/* An argument: a pointer or a number, both 32 bits wide. */
#define VP_ARG(value) ((u32)(value))
#define vp_call0(n) vp_call((n), 0, 0, 0, 0, 0, 0)
#define vp_call1(n, a) vp_call((n), 1, VP_ARG(a), 0, 0, 0, 0)
#define vp_call2(n, a, b) vp_call((n), 2, VP_ARG(a), VP_ARG(b), 0, 0, 0)
#define vp_call3(n, a, b, c) vp_call((n), 3, VP_ARG(a), VP_ARG(b), VP_ARG(c), 0, 0)
#define vp_call4(n, a, b, c, d) \
  vp_call((n), 4, VP_ARG(a), VP_ARG(b), VP_ARG(c), VP_ARG(d), 0)
#define vp_call5(n, a, b, c, d, e) \
  vp_call((n), 5, VP_ARG(a), VP_ARG(b), VP_ARG(c), VP_ARG(d), VP_ARG(e))

/* Threads. */
static inline u32 vp_thread_create(u32 *id, const struct vp_thread *attr)
{
  return vp_call2(VP_THREAD_CREATE, id, attr);
}
static inline u32 vp_sleep_us(u32 us) { return vp_call2(VP_THREAD_SLEEP, us, 0); }
static inline u32 vp_wait_period(void) { return vp_call0(VP_THREAD_PERIOD); }
static inline u32 vp_suspend(void) { return vp_call0(VP_THREAD_SUSPEND); }
static inline u32 vp_stop_self(void) { return vp_call0(VP_THREAD_STOP_SELF); }
static inline u32 vp_resume(u32 id) { return vp_call1(VP_THREAD_RESUME, id); }
static inline u32 vp_suspend_target(u32 id) { return vp_call1(VP_THREAD_SUSPEND_TARGET, id); }
static inline u32 vp_delayed_start(u32 id, u32 us)
{
  return vp_call2(VP_THREAD_DELAYED_START, id, us);
}
static inline u32 vp_set_priority(u32 id, u32 priority)
{
  return vp_call2(VP_THREAD_SET_PRIORITY, id, priority);
}
static inline u32 vp_thread_status(u32 id, struct vp_thread *out)
{
  return vp_call2(VP_THREAD_STATUS, id, out);
}
static inline u32 vp_thread_stop(u32 index) { return vp_call1(VP_THREAD_STOP, index); }
static inline u32 vp_thread_restart(u32 index) { return vp_call1(VP_THREAD_RESTART, index); }

/* Lock objects; the kind in a request must be the object's kind. */
static inline u32 vp_lock_create(u8 *id, const struct vp_lock_attr *attr)
{
  return vp_call2(VP_LOCK_CREATE, id, attr);
}
static inline u32 vp_lock_operation(u32 id, u32 kind, u32 operation, u64 timeout)
{
  struct vp_lock_op op = {operation, kind, 0, timeout};

  return vp_call2(VP_LOCK_OPERATION, id, &op);
}

/* Ports. */
static inline u32 vp_sampling_create(const char *name, u32 size, u32 direction, u32 refresh, u8 *id)
{
  return vp_call5(VP_SAMPLING_CREATE, name, size, direction, refresh, id);
}
static inline u32 vp_sampling_write(u32 id, const void *data, u32 size)
{
  return vp_call3(VP_SAMPLING_WRITE, id, data, size);
}
static inline u32 vp_sampling_read(u32 id, void *data, u32 *size, i32 *valid)
{
  return vp_call4(VP_SAMPLING_READ, id, data, size, valid);
}
static inline u32 vp_queueing_create(const char *name, u32 size, u32 direction, u32 discipline,
                                     u8 *id)
{
  return vp_call5(VP_QUEUEING_CREATE, name, size, direction, discipline, id);
}
static inline u32 vp_queueing_send(u32 id, const void *data, u32 size, u32 timeout)
{
  return vp_call4(VP_QUEUEING_SEND, id, data, size, timeout);
}
static inline u32 vp_queueing_receive(u32 id, u32 timeout, u32 maximum, void *data, u32 *size)
{
  return vp_call5(VP_QUEUEING_RECEIVE, id, timeout, maximum, data, size);
}

/* Errors, partition, machine. */
static inline u32 vp_error_handler(void (*entry)(void))
{
  return vp_call2(VP_ERROR_HANDLER_CREATE, 8192, entry);
}
static inline u32 vp_error_raise(const char *text, u32 size)
{
  return vp_call2(VP_ERROR_RAISE, text, size);
}
static inline u32 vp_error_get(struct vp_error *out) { return vp_call1(VP_ERROR_GET, out); }
static inline u32 vp_set_mode(u32 mode) { return vp_call1(VP_PARTITION_SET_MODE, mode); }
static inline void vp_shutdown(void) { vp_call0(VP_SHUTDOWN); }

/* lib/: a line of output is one console write, so that it stays in one piece. */
void vp_thread_end(void); /* where a thread function returns to */
u32 vp_write(const char *text, u32 size);
u32 vp_divide(u64 *value, u32 by); /* in place; returns the remainder */
void vp_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
size_t strlen(const char *text);

/* lib/easy.c: the common cases in one line each; they say what failed and stop. */
u32 vp_thread(struct vp_thread attr);
u8 vp_lock_object(struct vp_lock_attr attr);
#define THREAD(...) vp_thread((struct vp_thread){__VA_ARGS__})
#define SEMAPHORE(initial, maximum) \
  vp_lock_object((struct vp_lock_attr){VP_SEMAPHORE, 0, VP_FIFO, (initial), (maximum)})
#define MUTEX(discipline) vp_lock_object((struct vp_lock_attr){VP_MUTEX, 0, (discipline), 0, 0})
#define EVENT() vp_lock_object((struct vp_lock_attr){VP_EVENT, 0, 0, 0, 0})
void vp_must(const char *what, u32 result);

#endif

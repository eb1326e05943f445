/*
 * The paravirtual ABI of vpok, version 1.1, as a guest sees it.
 *
 * Made by `vpok abi --header`; docs/reference/abi.md says what it all means.
 */
#ifndef VPOK_H
#define VPOK_H

#include <stddef.h>
#include <stdint.h>

#define VPOK_VERSION 0x10001 /* major << 16 | minor */
#define VPOK_PAGE 4096 /* bytes */
#define VPOK_INTERRUPTS 64 /* of a vCPU; 0 is served first */
#define VPOK_MAX_DEPTH 16 /* of nested frames */
#define VPOK_MAX_PENDING 255 /* occurrences, unless configured */
#define VPOK_MAX_TEXT 4096 /* bytes of a console call */
#define VPOK_MAX_NAME 64 /* bytes of a name */
#define VPOK_FRAME_ALIGNMENT 64 /* bytes */
#define VPOK_CALL_OFFSET 0 /* in the hypercall page: do a call */
#define VPOK_RETURN_OFFSET 64 /* there: the end of a handler */
#define VPOK_FOREVER (-1) /* no limit */

/* A result is 0 or more, or one of these negated. */
enum {
  VPOK_EPERM = 1, /* the configuration does not allow it */
  VPOK_ENOENT = 2, /* there is no such name */
  VPOK_EAGAIN = 11, /* nothing is there, or no room, at the moment */
  VPOK_EFAULT = 14, /* an address is not in the partition's memory */
  VPOK_EBUSY = 16, /* it is in use already */
  VPOK_EEXIST = 17, /* it is registered already */
  VPOK_ENODEV = 19, /* it is not registered */
  VPOK_EINVAL = 22, /* an argument makes no sense */
  VPOK_ENOSYS = 38, /* there is no such call */
  VPOK_EMSGSIZE = 90, /* too long, or no room for the whole message */
};

/* Numbers of the calls. */
enum {
  VPOK_ABI_VERSION = 0,
  VPOK_VCPU_SELF = 1,
  VPOK_VCPU_UP = 2,
  VPOK_VCPU_DOWN = 3,
  VPOK_VCPU_RESET = 4,
  VPOK_VCPU_YIELD = 5,
  VPOK_VCPU_BLOCK = 6,
  VPOK_VCPU_INFO = 7,
  VPOK_VCPU_AFFINITY_GET = 8,
  VPOK_VCPU_AFFINITY_SET = 9,
  VPOK_VCPU_PARAMETER_GET = 10,
  VPOK_VCPU_PARAMETER_SET = 11,
  VPOK_IRQ_REGISTER = 16,
  VPOK_IRQ_UNREGISTER = 17,
  VPOK_IRQ_MASK = 18,
  VPOK_IRQ_UNMASK = 19,
  VPOK_IRQ_SEND = 20,
  VPOK_IRQ_RETURN = 21,
  VPOK_IRQ_DELIVER = 22,
  VPOK_IRQ_ACK = 23,
  VPOK_FAULT_REGISTER = 24,
  VPOK_NOTIFICATION_ID = 25,
  VPOK_NOTIFY = 26,
  VPOK_TIME = 32,
  VPOK_TIMER_SET = 33,
  VPOK_TIMER_PERIODIC = 34,
  VPOK_TIMER_CANCEL = 35,
  VPOK_CONSOLE_WRITE = 48,
  VPOK_CONSOLE_READ = 49,
  VPOK_PORT_ID = 56,
  VPOK_PORT_SEND = 57,
  VPOK_PORT_RECEIVE = 58,
  VPOK_PORT_STATUS = 59,
  VPOK_PORT_BIND = 60,
  VPOK_PARTITION_MODE = 64,
  VPOK_PARTITION_SET_MODE = 65,
  VPOK_MODULE_SHUTDOWN = 66,
  VPOK_PLAN_ID = 67,
  VPOK_PLAN_REQUEST = 68,
  VPOK_PLAN_STATUS = 69,
  VPOK_HEALTH_RAISE = 72,
};

/* Modes of a partition; the two starts of a shared page. */
enum {
  VPOK_MODE_IDLE = 0,
  VPOK_MODE_COLD_START = 1,
  VPOK_MODE_WARM_START = 2,
  VPOK_MODE_NORMAL = 3,
};

/* States of a vCPU. */
enum {
  VPOK_STATE_RUNNING = 0,
  VPOK_STATE_RUNNABLE = 1,
  VPOK_STATE_BLOCKED = 2,
  VPOK_STATE_OFFLINE = 3,
};

/* Kinds of ports. */
enum {
  VPOK_PORT_SAMPLING = 0,
  VPOK_PORT_QUEUEING = 1,
};

/* Directions of ports. */
enum {
  VPOK_DIRECTION_IN = 0,
  VPOK_DIRECTION_OUT = 1,
};

/* Kinds of frames. */
enum {
  VPOK_FRAME_INTERRUPT = 0,
  VPOK_FRAME_FAULT = 1,
};

/* What ended VCPU_BLOCK. */
enum {
  VPOK_WAKE_INTERRUPT = 0,
  VPOK_WAKE_INSTANT = 1,
};

/*
 * One page per vCPU. `time`, `exec` and `steal` are as of the last entry: a
 * switch to the vCPU, the return of a call, a delivery.
 */
struct vpok_shared {
  uint32_t version; /* of this ABI */
  uint32_t enable; /* the guest's: not 0: interrupt me */
  uint64_t pending; /* bit n: n is pending, unmasked */
  uint32_t depth; /* frames that are not returned from */
  int32_t serving; /* the interrupt in hand, or -1 */
  uint64_t time; /* ns of module time */
  uint64_t exec; /* ns that this vCPU has run */
  uint64_t steal; /* ns that it was kept from running */
  uint32_t partition; /* index of its partition */
  uint32_t vcpu; /* its index in the partition */
  uint32_t vcpus; /* how many the partition has */
  uint32_t start; /* 1 cold, 2 warm */
  uint64_t memory; /* bytes of the partition's memory */
  uint64_t hypercall; /* address of the hypercall page */
  uint64_t clock; /* instructions per second */
  uint8_t reserved_88[4008];
};
_Static_assert(offsetof(struct vpok_shared, version) == 0, "vpok");
_Static_assert(offsetof(struct vpok_shared, enable) == 4, "vpok");
_Static_assert(offsetof(struct vpok_shared, pending) == 8, "vpok");
_Static_assert(offsetof(struct vpok_shared, depth) == 16, "vpok");
_Static_assert(offsetof(struct vpok_shared, serving) == 20, "vpok");
_Static_assert(offsetof(struct vpok_shared, time) == 24, "vpok");
_Static_assert(offsetof(struct vpok_shared, exec) == 32, "vpok");
_Static_assert(offsetof(struct vpok_shared, steal) == 40, "vpok");
_Static_assert(offsetof(struct vpok_shared, partition) == 48, "vpok");
_Static_assert(offsetof(struct vpok_shared, vcpu) == 52, "vpok");
_Static_assert(offsetof(struct vpok_shared, vcpus) == 56, "vpok");
_Static_assert(offsetof(struct vpok_shared, start) == 60, "vpok");
_Static_assert(offsetof(struct vpok_shared, memory) == 64, "vpok");
_Static_assert(offsetof(struct vpok_shared, hypercall) == 72, "vpok");
_Static_assert(offsetof(struct vpok_shared, clock) == 80, "vpok");
_Static_assert(sizeof(struct vpok_shared) == 4096, "vpok");

/*
 * A runstate record, as in Xen.
 */
struct vpok_runstate {
  uint32_t state; /* 0 running, 1 runnable, 2 blocked, 3 offline */
  int32_t processor; /* of the partition's, where it ran last; -1 */
  uint64_t since; /* ns of module time */
  uint64_t total[4]; /* ns in each state */
};
_Static_assert(offsetof(struct vpok_runstate, state) == 0, "vpok");
_Static_assert(offsetof(struct vpok_runstate, processor) == 4, "vpok");
_Static_assert(offsetof(struct vpok_runstate, since) == 8, "vpok");
_Static_assert(offsetof(struct vpok_runstate, total) == 16, "vpok");
_Static_assert(sizeof(struct vpok_runstate) == 48, "vpok");

/*
 * The state of a port.
 */
struct vpok_port {
  uint32_t kind; /* 0 sampling, 1 queueing */
  uint32_t direction; /* 0 in, 1 out */
  uint64_t size; /* bytes that it holds */
  uint64_t used; /* bytes that are in it */
  int64_t age; /* ns since data arrived; -1: never */
};
_Static_assert(offsetof(struct vpok_port, kind) == 0, "vpok");
_Static_assert(offsetof(struct vpok_port, direction) == 4, "vpok");
_Static_assert(offsetof(struct vpok_port, size) == 8, "vpok");
_Static_assert(offsetof(struct vpok_port, used) == 16, "vpok");
_Static_assert(offsetof(struct vpok_port, age) == 24, "vpok");
_Static_assert(sizeof(struct vpok_port) == 32, "vpok");

/*
 * What plans the module goes by, as the configuration counts them.
 */
struct vpok_plan {
  uint32_t current; /* the plan in force */
  uint32_t next; /* the one for the next major frame */
  uint64_t switched; /* ns: the last switch; 0: none */
};
_Static_assert(offsetof(struct vpok_plan, current) == 0, "vpok");
_Static_assert(offsetof(struct vpok_plan, next) == 4, "vpok");
_Static_assert(offsetof(struct vpok_plan, switched) == 8, "vpok");
_Static_assert(sizeof(struct vpok_plan) == 16, "vpok");

#if defined(__x86_64__)
/*
 * What was interrupted, on its own stack, below the red zone.
 */
struct vpok_frame {
  uint64_t number; /* the interrupt; a fault's cause */
  uint32_t kind; /* 0 interrupt, 1 fault */
  uint32_t enable; /* to restore */
  uint32_t depth; /* to restore */
  int32_t serving; /* to restore */
  uint64_t address; /* of a fault's access */
  uint8_t reserved_32[32];
  uint64_t rax; /* register */
  uint64_t rcx; /* register */
  uint64_t rdx; /* register */
  uint64_t rbx; /* register */
  uint64_t rsp; /* register */
  uint64_t rbp; /* register */
  uint64_t rsi; /* register */
  uint64_t rdi; /* register */
  uint64_t r8; /* register */
  uint64_t r9; /* register */
  uint64_t r10; /* register */
  uint64_t r11; /* register */
  uint64_t r12; /* register */
  uint64_t r13; /* register */
  uint64_t r14; /* register */
  uint64_t r15; /* register */
  uint64_t rip; /* register */
  uint64_t rflags; /* register */
  uint8_t reserved_208[48];
  uint8_t fxsave[512]; /* as of FXSAVE64 */
};
_Static_assert(offsetof(struct vpok_frame, number) == 0, "vpok");
_Static_assert(offsetof(struct vpok_frame, kind) == 8, "vpok");
_Static_assert(offsetof(struct vpok_frame, enable) == 12, "vpok");
_Static_assert(offsetof(struct vpok_frame, depth) == 16, "vpok");
_Static_assert(offsetof(struct vpok_frame, serving) == 20, "vpok");
_Static_assert(offsetof(struct vpok_frame, address) == 24, "vpok");
_Static_assert(offsetof(struct vpok_frame, rax) == 64, "vpok");
_Static_assert(offsetof(struct vpok_frame, rcx) == 72, "vpok");
_Static_assert(offsetof(struct vpok_frame, rdx) == 80, "vpok");
_Static_assert(offsetof(struct vpok_frame, rbx) == 88, "vpok");
_Static_assert(offsetof(struct vpok_frame, rsp) == 96, "vpok");
_Static_assert(offsetof(struct vpok_frame, rbp) == 104, "vpok");
_Static_assert(offsetof(struct vpok_frame, rsi) == 112, "vpok");
_Static_assert(offsetof(struct vpok_frame, rdi) == 120, "vpok");
_Static_assert(offsetof(struct vpok_frame, r8) == 128, "vpok");
_Static_assert(offsetof(struct vpok_frame, r9) == 136, "vpok");
_Static_assert(offsetof(struct vpok_frame, r10) == 144, "vpok");
_Static_assert(offsetof(struct vpok_frame, r11) == 152, "vpok");
_Static_assert(offsetof(struct vpok_frame, r12) == 160, "vpok");
_Static_assert(offsetof(struct vpok_frame, r13) == 168, "vpok");
_Static_assert(offsetof(struct vpok_frame, r14) == 176, "vpok");
_Static_assert(offsetof(struct vpok_frame, r15) == 184, "vpok");
_Static_assert(offsetof(struct vpok_frame, rip) == 192, "vpok");
_Static_assert(offsetof(struct vpok_frame, rflags) == 200, "vpok");
_Static_assert(offsetof(struct vpok_frame, fxsave) == 256, "vpok");
_Static_assert(sizeof(struct vpok_frame) == 768, "vpok");
#elif defined(__riscv)
/*
 * What was interrupted, on its own stack.
 */
struct vpok_frame {
  uint64_t number; /* the interrupt; a fault's cause */
  uint32_t kind; /* 0 interrupt, 1 fault */
  uint32_t enable; /* to restore */
  uint32_t depth; /* to restore */
  int32_t serving; /* to restore */
  uint64_t address; /* of a fault's access */
  uint8_t reserved_32[32];
  uint64_t pc; /* register */
  uint64_t x[31]; /* x1 to x31 */
  uint64_t f[32]; /* f0 to f31 */
  uint64_t fcsr; /* register */
  uint8_t reserved_584[56];
};
_Static_assert(offsetof(struct vpok_frame, number) == 0, "vpok");
_Static_assert(offsetof(struct vpok_frame, kind) == 8, "vpok");
_Static_assert(offsetof(struct vpok_frame, enable) == 12, "vpok");
_Static_assert(offsetof(struct vpok_frame, depth) == 16, "vpok");
_Static_assert(offsetof(struct vpok_frame, serving) == 20, "vpok");
_Static_assert(offsetof(struct vpok_frame, address) == 24, "vpok");
_Static_assert(offsetof(struct vpok_frame, pc) == 64, "vpok");
_Static_assert(offsetof(struct vpok_frame, x) == 72, "vpok");
_Static_assert(offsetof(struct vpok_frame, f) == 320, "vpok");
_Static_assert(offsetof(struct vpok_frame, fcsr) == 576, "vpok");
_Static_assert(sizeof(struct vpok_frame) == 640, "vpok");
#else
#error "vpok: no such ISA"
#endif

struct vpok_frame;

/* What vpok calls. It may end as a C function does, or with IRQ_RETURN. */
typedef void vpok_handler(long number, struct vpok_frame *frame);

/* The hypercall page; the start-up code keeps its address here. */
extern char *vpok_page;

/* Do a call; a negative result is an error. */
static inline int64_t vpok_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                                uint64_t e, uint64_t f)
{
#if defined(__x86_64__)
  register uint64_t r10 __asm__("r10") = d;
  register uint64_t r8 __asm__("r8") = e;
  register uint64_t r9 __asm__("r9") = f;
  int64_t result;

  /* The return address must not fall into the red zone. */
  __asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
                   "call *%[page]\n\t"
                   "leaq 128(%%rsp), %%rsp"
                   : "=a"(result)
                   : [page] "r"(vpok_page), "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10),
                     "r"(r8), "r"(r9)
                   : "memory");
  return result;
#elif defined(__riscv)
  register uint64_t a7 __asm__("a7") = number;
  register uint64_t a0 __asm__("a0") = a;
  register uint64_t a1 __asm__("a1") = b;
  register uint64_t a2 __asm__("a2") = c;
  register uint64_t a3 __asm__("a3") = d;
  register uint64_t a4 __asm__("a4") = e;
  register uint64_t a5 __asm__("a5") = f;

  __asm__ volatile("jalr ra, 0(%[page])"
                   : "+r"(a0)
                   : [page] "r"(vpok_page), "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                   : "ra", "memory");
  return (int64_t)a0;
#else
#error "vpok: no such ISA"
#endif
}

static inline int64_t vpok_abi_version(void)
{
  return vpok_call(VPOK_ABI_VERSION, 0, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_vcpu_self(void)
{
  return vpok_call(VPOK_VCPU_SELF, 0, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_vcpu_up(uint32_t vcpu, void *entry, void *stack, uint64_t arg)
{
  return vpok_call(VPOK_VCPU_UP, (uint64_t)vcpu, (uint64_t)entry, (uint64_t)stack, (uint64_t)arg, 0, 0);
}

static inline int64_t vpok_vcpu_down(uint32_t vcpu)
{
  return vpok_call(VPOK_VCPU_DOWN, (uint64_t)vcpu, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_vcpu_reset(uint32_t vcpu)
{
  return vpok_call(VPOK_VCPU_RESET, (uint64_t)vcpu, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_vcpu_yield(void)
{
  return vpok_call(VPOK_VCPU_YIELD, 0, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_vcpu_block(int64_t until)
{
  return vpok_call(VPOK_VCPU_BLOCK, (uint64_t)until, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_vcpu_info(uint32_t vcpu, struct vpok_runstate *record)
{
  return vpok_call(VPOK_VCPU_INFO, (uint64_t)vcpu, (uint64_t)record, 0, 0, 0, 0);
}

static inline int64_t vpok_vcpu_affinity_get(uint32_t vcpu)
{
  return vpok_call(VPOK_VCPU_AFFINITY_GET, (uint64_t)vcpu, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_vcpu_affinity_set(uint32_t vcpu, uint64_t processors)
{
  return vpok_call(VPOK_VCPU_AFFINITY_SET, (uint64_t)vcpu, (uint64_t)processors, 0, 0, 0, 0);
}

static inline int64_t vpok_vcpu_parameter_get(uint32_t vcpu, const char *name, uint64_t length)
{
  return vpok_call(VPOK_VCPU_PARAMETER_GET, (uint64_t)vcpu, (uint64_t)name, (uint64_t)length, 0, 0, 0);
}

static inline int64_t vpok_vcpu_parameter_set(uint32_t vcpu, const char *name, uint64_t length, uint64_t value)
{
  return vpok_call(VPOK_VCPU_PARAMETER_SET, (uint64_t)vcpu, (uint64_t)name, (uint64_t)length, (uint64_t)value, 0, 0);
}

static inline int64_t vpok_irq_register(uint32_t number, vpok_handler *handler)
{
  return vpok_call(VPOK_IRQ_REGISTER, (uint64_t)number, (uint64_t)handler, 0, 0, 0, 0);
}

static inline int64_t vpok_irq_unregister(uint32_t number)
{
  return vpok_call(VPOK_IRQ_UNREGISTER, (uint64_t)number, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_irq_mask(uint32_t number)
{
  return vpok_call(VPOK_IRQ_MASK, (uint64_t)number, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_irq_unmask(uint32_t number)
{
  return vpok_call(VPOK_IRQ_UNMASK, (uint64_t)number, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_irq_send(uint32_t vcpu, uint32_t number)
{
  return vpok_call(VPOK_IRQ_SEND, (uint64_t)vcpu, (uint64_t)number, 0, 0, 0, 0);
}

static inline int64_t vpok_irq_return(struct vpok_frame *frame)
{
  return vpok_call(VPOK_IRQ_RETURN, (uint64_t)frame, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_irq_deliver(void)
{
  return vpok_call(VPOK_IRQ_DELIVER, 0, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_irq_ack(uint32_t number)
{
  return vpok_call(VPOK_IRQ_ACK, (uint64_t)number, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_fault_register(vpok_handler *handler)
{
  return vpok_call(VPOK_FAULT_REGISTER, (uint64_t)handler, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_notification_id(const char *name, uint64_t length)
{
  return vpok_call(VPOK_NOTIFICATION_ID, (uint64_t)name, (uint64_t)length, 0, 0, 0, 0);
}

static inline int64_t vpok_notify(uint32_t notification)
{
  return vpok_call(VPOK_NOTIFY, (uint64_t)notification, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_time(void)
{
  return vpok_call(VPOK_TIME, 0, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_timer_set(uint32_t number, int64_t when)
{
  return vpok_call(VPOK_TIMER_SET, (uint64_t)number, (uint64_t)when, 0, 0, 0, 0);
}

static inline int64_t vpok_timer_periodic(uint32_t number, int64_t first, int64_t period)
{
  return vpok_call(VPOK_TIMER_PERIODIC, (uint64_t)number, (uint64_t)first, (uint64_t)period, 0, 0, 0);
}

static inline int64_t vpok_timer_cancel(uint32_t number)
{
  return vpok_call(VPOK_TIMER_CANCEL, (uint64_t)number, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_console_write(const void *data, uint64_t length)
{
  return vpok_call(VPOK_CONSOLE_WRITE, (uint64_t)data, (uint64_t)length, 0, 0, 0, 0);
}

static inline int64_t vpok_console_read(void *buffer, uint64_t length)
{
  return vpok_call(VPOK_CONSOLE_READ, (uint64_t)buffer, (uint64_t)length, 0, 0, 0, 0);
}

static inline int64_t vpok_port_id(const char *name, uint64_t length)
{
  return vpok_call(VPOK_PORT_ID, (uint64_t)name, (uint64_t)length, 0, 0, 0, 0);
}

static inline int64_t vpok_port_send(uint32_t port, const void *data, uint64_t length)
{
  return vpok_call(VPOK_PORT_SEND, (uint64_t)port, (uint64_t)data, (uint64_t)length, 0, 0, 0);
}

static inline int64_t vpok_port_receive(uint32_t port, void *buffer, uint64_t length)
{
  return vpok_call(VPOK_PORT_RECEIVE, (uint64_t)port, (uint64_t)buffer, (uint64_t)length, 0, 0, 0);
}

static inline int64_t vpok_port_status(uint32_t port, struct vpok_port *record)
{
  return vpok_call(VPOK_PORT_STATUS, (uint64_t)port, (uint64_t)record, 0, 0, 0, 0);
}

static inline int64_t vpok_port_bind(uint32_t port, uint32_t number)
{
  return vpok_call(VPOK_PORT_BIND, (uint64_t)port, (uint64_t)number, 0, 0, 0, 0);
}

static inline int64_t vpok_partition_mode(void)
{
  return vpok_call(VPOK_PARTITION_MODE, 0, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_partition_set_mode(uint32_t mode)
{
  return vpok_call(VPOK_PARTITION_SET_MODE, (uint64_t)mode, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_module_shutdown(void)
{
  return vpok_call(VPOK_MODULE_SHUTDOWN, 0, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_plan_id(const char *name, uint64_t length)
{
  return vpok_call(VPOK_PLAN_ID, (uint64_t)name, (uint64_t)length, 0, 0, 0, 0);
}

static inline int64_t vpok_plan_request(uint32_t plan)
{
  return vpok_call(VPOK_PLAN_REQUEST, (uint64_t)plan, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_plan_status(struct vpok_plan *record)
{
  return vpok_call(VPOK_PLAN_STATUS, (uint64_t)record, 0, 0, 0, 0, 0);
}

static inline int64_t vpok_health_raise(uint64_t code, const char *text, uint64_t length)
{
  return vpok_call(VPOK_HEALTH_RAISE, (uint64_t)code, (uint64_t)text, (uint64_t)length, 0, 0, 0);
}

#endif

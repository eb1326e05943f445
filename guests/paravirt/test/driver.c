/*
 * A guest that does what its host says: the tests write commands into its
 * memory between two runs, and read what came of them.
 *
 * Everything is at fixed addresses (all zero at a start), i being a vCPU:
 *
 *   0x40000 + 0x400 * i    struct mailbox
 *   0x50000 + 0x10000 * i  struct log
 *
 * vCPU 0 serves its mailbox from the start, the others after START. A command
 * is posted by writing its fields and then one more into `go`; it has begun when
 * `seen` equals `go`, and is over when `done` does: a call that does not return
 * (IRQ_RETURN, VCPU_DOWN) never is. A command that faults (after FAULTS) is
 * over with result -1000 - cause. Needs 1 MiB for four vCPUs.
 */
#include "vpok_sdk.h"

#define VCPUS 4
#define STACK 0x8000
#define ENTRIES 2040
#define FAULT_BEHAVIOUR VPOK_INTERRUPTS /* what faults do: after the interrupts */

enum command {
  CALL,     /* result = hypercall(number, a) */
  REGISTER, /* IRQ_REGISTER(a0) of the handler below */
  FAULTS,   /* FAULT_REGISTER of it */
  START,    /* VCPU_UP(a0), to serve its mailbox */
  ENABLE,   /* enable, and ask for what is pending */
  DISABLE,  /* result = what enable was */
  SURVIVE,  /* result = vpok_survive(a0, a1) */
  LOAD,     /* result = the word at a0 */
  STORE,    /* the word at a0 = a1 */
  JUMP,     /* call the function at a0 with a1 */
  SPIN,     /* count a0 down */
  FRAME,    /* build a frame at a0 that serves the mailbox on a stack ending at a1 */
  SET,      /* enable = a0, without asking for anything */
};

/* What a handler does after logging. */
enum behaviour {
  RETURN,   /* return */
  NEST,     /* enable, then return */
  HOLD,     /* wait for `release`, then return */
  NESTHOLD, /* enable, wait for `release`, return */
  RETURN_TO, /* IRQ_RETURN(`frame`), and return if it is refused */
  DOWN,     /* take its vCPU down */
  AGAIN,    /* IRQ_SEND of itself, then return */
  SERVE,    /* serve the mailbox, as deep as it is; a CALL of IRQ_RETURN ends it */
};

enum event { ENTERED, LEAVING, REFUSED };

struct mailbox {
  uint32_t go;       /* 0x00 */
  uint32_t done;     /* 0x04 */
  uint32_t command;  /* 0x08 enum command */
  uint32_t idle;     /* 0x0c while there is none: 0 spin, 1 VCPU_BLOCK, 2 VCPU_YIELD */
  uint64_t number;   /* 0x10 of the call */
  uint64_t a[6];     /* 0x18 */
  int64_t result;    /* 0x48 */
  uint64_t time;     /* 0x50 of the shared page, when it was done */
  uint32_t release;  /* 0x58 */
  uint32_t idles;    /* 0x5c how often the loop found nothing to do */
  uint64_t frame;    /* 0x60 of RETURN_TO */
  uint32_t seen;     /* 0x68 */
  uint32_t reserved[5];
  uint32_t behaviour[VPOK_INTERRUPTS + 1]; /* 0x80 enum behaviour */
};

struct entry {
  uint32_t event; /* enum event */
  uint32_t number;
  uint32_t kind;  /* of the frame */
  uint32_t depth; /* of the shared page */
  uint64_t time;  /* likewise */
  uint64_t frame; /* its address */
};

struct log {
  uint64_t count; /* of entries ever written; the last ENTRIES are kept */
  uint64_t reserved[7];
  struct entry entries[ENTRIES];
};

_Static_assert(offsetof(struct mailbox, a) == 0x18, "driver");
_Static_assert(offsetof(struct mailbox, result) == 0x48, "driver");
_Static_assert(offsetof(struct mailbox, frame) == 0x60, "driver");
_Static_assert(offsetof(struct mailbox, seen) == 0x68, "driver");
_Static_assert(offsetof(struct mailbox, behaviour) == 0x80, "driver");
_Static_assert(sizeof(struct mailbox) <= 0x400, "driver");
_Static_assert(sizeof(struct entry) == 32, "driver");
_Static_assert(sizeof(struct log) <= 0x10000, "driver");

static _Alignas(64) char stacks[VCPUS][STACK];

static volatile struct mailbox *mailbox(uint32_t vcpu)
{
  return (volatile struct mailbox *)(0x40000ul + 0x400ul * vcpu);
}

static void note(uint32_t vcpu, enum event event, long number, const struct vpok_frame *frame)
{
  volatile struct log *log = (volatile struct log *)(0x50000ul + 0x10000ul * vcpu);
  volatile struct entry *entry = &log->entries[log->count % ENTRIES];
  vpok_shared_page *shared = vpok_shared_of(vcpu);

  entry->event = event;
  entry->number = (uint32_t)number;
  entry->kind = frame->kind;
  entry->depth = shared->depth;
  entry->time = shared->time;
  entry->frame = (uintptr_t)frame;
  log->count++;
}

static void serve(uint64_t arg, vpok_shared_page *shared);

static void serve_again(uint64_t vcpu)
{
  serve(0, vpok_shared_of((uint32_t)vcpu));
  vpok_halt();
}

/* --- handlers ------------------------------------------------------------- */

static void finish(volatile struct mailbox *box, vpok_shared_page *shared, int64_t result)
{
  box->result = result;
  box->time = shared->time;
  box->done = box->seen;
}

static void behave(uint32_t behaviour, volatile struct mailbox *box, uint32_t vcpu, long number,
                   const struct vpok_frame *frame)
{
  vpok_shared_page *shared = vpok_shared_of(vcpu);

  if (behaviour == NEST || behaviour == NESTHOLD)
    vpok_enable(shared);
  if (behaviour == HOLD || behaviour == NESTHOLD)
    while (!box->release)
      ;
  if (behaviour == RETURN_TO) {
    vpok_irq_return((struct vpok_frame *)box->frame);
    note(vcpu, REFUSED, number, frame);
  }
  if (behaviour == DOWN)
    vpok_vcpu_down(vcpu);
  if (behaviour == AGAIN)
    vpok_irq_send(vcpu, (uint32_t)number);
  if (behaviour == SERVE)
    serve(0, shared);
}

static void on_interrupt(long number, struct vpok_frame *frame)
{
  uint32_t vcpu = vpok_this_vcpu();
  volatile struct mailbox *box = mailbox(vcpu);

  note(vcpu, ENTERED, number, frame);
  behave(box->behaviour[number], box, vcpu, number, frame);
  note(vcpu, LEAVING, number, frame);
}

/* Where a vCPU's stack ends. */
static char *top(uint32_t vcpu)
{
  uint32_t vcpus = vpok_shared_of(0)->vcpus;

  return vcpu ? stacks[vcpu % VCPUS] + STACK : vpok_page - VPOK_PAGE * (uint64_t)vcpus;
}

/* The command that faulted is over; the next ones have its stack. */
static void on_fault(long number, struct vpok_frame *frame)
{
  uint32_t vcpu = vpok_this_vcpu();
  volatile struct mailbox *box = mailbox(vcpu);
  uint32_t enable = frame->enable, depth = frame->depth;
  int32_t serving = frame->serving;

  note(vcpu, ENTERED, number, frame);
  behave(box->behaviour[FAULT_BEHAVIOUR], box, vcpu, number, frame);
  note(vcpu, LEAVING, number, frame);
  finish(box, vpok_shared_of(vcpu), -1000 - number);
  vpok_frame_build(frame, serve_again, depth ? (char *)frame : top(vcpu), vcpu);
  frame->enable = enable;
  frame->depth = depth;
  frame->serving = serving;
}

/* --- commands ------------------------------------------------------------- */

static int64_t obey(volatile struct mailbox *box, vpok_shared_page *shared)
{
  uint64_t a0 = box->a[0], a1 = box->a[1];

  switch ((enum command)box->command) {
  case CALL:
    return vpok_call(box->number, a0, a1, box->a[2], box->a[3], box->a[4], box->a[5]);
  case REGISTER:
    return vpok_call(VPOK_IRQ_REGISTER, a0, (uintptr_t)on_interrupt, 0, 0, 0, 0);
  case FAULTS:
    return vpok_fault_register(on_fault);
  case START:
    return vpok_start((uint32_t)a0, serve, top((uint32_t)a0), 0);
  case ENABLE:
    vpok_enable(shared);
    return 0;
  case DISABLE:
    return vpok_disable(shared);
  case SURVIVE:
    return (int64_t)vpok_survive(a0, a1);
  case LOAD:
    return *(volatile int64_t *)a0;
  case STORE:
    *(volatile uint64_t *)a0 = a1;
    return 0;
  case JUMP:
    ((void (*)(uint64_t))a0)(a1);
    return 0;
  case SPIN:
    while (a0--)
      __asm__ volatile("");
    return 0;
  case FRAME:
    vpok_frame_build((struct vpok_frame *)a0, serve_again, (void *)a1, shared->vcpu);
    return 0;
  case SET:
    shared->enable = (uint32_t)a0;
    return 0;
  }
  return -VPOK_ENOSYS;
}

/* Serve the mailbox of this vCPU, for ever. */
static void serve(uint64_t arg, vpok_shared_page *shared)
{
  volatile struct mailbox *box = mailbox(shared->vcpu);

  (void)arg;
  for (;;) {
    uint32_t go = box->go;

    if (go != box->seen && go == box->go) { /* no handler has served it in between */
      box->seen = go;
      finish(box, shared, obey(box, shared));
    } else {
      box->idles++;
      if (box->idle == 1)
        vpok_vcpu_block(VPOK_FOREVER);
      else if (box->idle == 2)
        vpok_vcpu_yield();
    }
  }
}

int main(vpok_shared_page *shared)
{
  serve(0, shared);
  return 0;
}

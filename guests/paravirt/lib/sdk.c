/* vCPUs, frames and errors. */
#include "vpok_sdk.h"

char *vpok_page;

void vpok_up(void); /* start.S */

int64_t vpok_start(uint32_t vcpu, vpok_function *function, void *top, uint64_t arg)
{
  uint64_t *stack = (uint64_t *)((uintptr_t)top & ~(uintptr_t)15) - 2;

  stack[0] = (uint64_t)(uintptr_t)function;
  stack[1] = arg;
  return vpok_vcpu_up(vcpu, (void *)(uintptr_t)vpok_up, stack, arg);
}

void vpok_frame_build(struct vpok_frame *frame, void (*function)(uint64_t), void *top,
                      uint64_t arg)
{
  uint64_t stack = (uint64_t)(uintptr_t)top & ~(uint64_t)15;

  memset(frame, 0, sizeof *frame);
  frame->enable = 1;
  frame->serving = -1;
#if defined(__x86_64__)
  frame->rip = (uint64_t)(uintptr_t)function;
  frame->rsp = stack - 8; /* as after a call */
  frame->rdi = arg;
  frame->fxsave[0] = 0x7f; /* x87 control word 0x37f: */
  frame->fxsave[1] = 0x03; /* no exception traps */
  frame->fxsave[24] = 0x80; /* MXCSR 0x1f80: */
  frame->fxsave[25] = 0x1f; /* likewise */
#else
  frame->pc = (uint64_t)(uintptr_t)function;
  frame->x[1] = stack; /* sp: x[0] is x1 */
  frame->x[9] = arg;   /* a0 is x10 */
#endif
}

const char *vpok_error(int64_t result)
{
  switch (-result) {
  case VPOK_EPERM:
    return "EPERM";
  case VPOK_ENOENT:
    return "ENOENT";
  case VPOK_EAGAIN:
    return "EAGAIN";
  case VPOK_EFAULT:
    return "EFAULT";
  case VPOK_EBUSY:
    return "EBUSY";
  case VPOK_EEXIST:
    return "EEXIST";
  case VPOK_ENODEV:
    return "ENODEV";
  case VPOK_EINVAL:
    return "EINVAL";
  case VPOK_ENOSYS:
    return "ENOSYS";
  case VPOK_EMSGSIZE:
    return "EMSGSIZE";
  default:
    return result < 0 ? "E?" : "ok";
  }
}

int64_t vpok_must(const char *what, int64_t result)
{
  if (result >= 0)
    return result;
  vpok_printf("%s: %s\n", what, vpok_error(result));
  vpok_halt();
}

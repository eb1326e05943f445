/*
 * The SDK: what nearly every guest of the paravirtual ABI needs.
 *
 * A program has `int main(vpok_shared_page *shared)`, run by vCPU 0 with
 * interrupts disabled; when it returns, its vCPU goes down.
 */
#ifndef VPOK_SDK_H
#define VPOK_SDK_H

#include "vpok.h"

/* vpok writes to it behind the compiler's back. */
typedef volatile struct vpok_shared vpok_shared_page;

/* What a vCPU starts with. */
typedef void vpok_function(uint64_t arg, vpok_shared_page *shared);

/* The shared page of a vCPU of this partition. */
static inline vpok_shared_page *vpok_shared_of(uint32_t vcpu)
{
  return (vpok_shared_page *)(vpok_page - VPOK_PAGE * (1 + (int64_t)vcpu));
}

/* Who runs this: the index of the vCPU, and its shared page. */
static inline uint32_t vpok_this_vcpu(void) { return vpok_vcpu_self() & 0xffff; }
static inline vpok_shared_page *vpok_this(void) { return vpok_shared_of(vpok_this_vcpu()); }

/*
 * Let this vCPU be interrupted. What came before cannot see the store, so what
 * is pending by then is asked for.
 */
static inline void vpok_enable(vpok_shared_page *shared)
{
  __asm__ volatile("" : : : "memory");
  shared->enable = 1;
  if (shared->pending)
    vpok_irq_deliver();
}

/* Keep interrupts away; return what vpok_restore takes. */
static inline uint32_t vpok_disable(vpok_shared_page *shared)
{
  uint32_t enabled = shared->enable;

  shared->enable = 0;
  __asm__ volatile("" : : : "memory");
  return enabled;
}

static inline void vpok_restore(vpok_shared_page *shared, uint32_t enabled)
{
  if (enabled)
    vpok_enable(shared);
}

/* Start another vCPU: function(arg, its shared page), on the stack that ends at `top`. */
int64_t vpok_start(uint32_t vcpu, vpok_function *function, void *top, uint64_t arg);

/* Take the calling vCPU down for good. */
_Noreturn void vpok_halt(void);

/*
 * Build a frame by hand: IRQ_RETURN of it runs function(arg) with interrupts
 * enabled, on the stack that ends at `top`. The function must not return.
 */
void vpok_frame_build(struct vpok_frame *frame, void (*function)(uint64_t), void *top,
                      uint64_t arg);

/*
 * Fill all registers with values made of `seed`, count `spins` (at least 1)
 * down, and return 0 if none has changed meanwhile.
 */
uint64_t vpok_survive(uint64_t seed, uint64_t spins);

/* d i u x c s p, l and ll, a width, - and 0; up to 256 bytes are one console write. */
__attribute__((format(printf, 1, 2))) void vpok_printf(const char *format, ...);

/* Return what is not negative; else say what was refused, and halt. */
int64_t vpok_must(const char *what, int64_t result);

/* "EINVAL" for -22; "ok" for what is no error. */
const char *vpok_error(int64_t result);

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

#endif

/*
 * Where vCPUs start, and where they end.
 *
 * _start    vCPU 0, from the ELF entry: main(its shared page)
 * vpok_up   the others: function(argument, shared page), both from the stack
 *           that vpok_start prepared
 *
 * At a start, argument 1 is the shared page and argument 2 the hypercall page;
 * the stack pointer is aligned to 16. Whatever returns takes its vCPU down.
 */
#define VCPU_SELF 1
#define VCPU_DOWN 3

        .section .text.start, "ax"
        .globl  _start, vpok_up, vpok_halt

#if defined(__x86_64__)

_start:
        movq    %rdx, vpok_page(%rip)
        movq    %rsi, %rdi
        call    main
        call    vpok_halt

vpok_up:
        popq    %rax                    /* function */
        popq    %rdi                    /* argument */
        call    *%rax

vpok_halt:
        movl    $VCPU_SELF, %eax
        call    *vpok_page(%rip)
        movzwl  %ax, %edi
        movl    $VCPU_DOWN, %eax
        call    *vpok_page(%rip)
        ud2

#elif defined(__riscv)

_start:
        lla     t0, vpok_page
        sd      a2, 0(t0)
        mv      a0, a1
        call    main
        j       vpok_halt

vpok_up:
        ld      t0, 0(sp)               /* function */
        ld      a0, 8(sp)               /* argument */
        addi    sp, sp, 16
        jalr    t0

vpok_halt:
        lla     t0, vpok_page
        ld      s0, 0(t0)
        li      a7, VCPU_SELF
        jalr    s0
        slli    a0, a0, 48              /* the vCPU is in the low 16 bits */
        srli    a0, a0, 48
        li      a7, VCPU_DOWN
        jalr    s0
        unimp

#endif

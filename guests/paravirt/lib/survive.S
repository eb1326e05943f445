/*
 * uint64_t vpok_survive(uint64_t seed, uint64_t spins)
 *
 * Gives every register a value of its own (seed + its number), spins, and
 * returns 0 if all have kept it. An interrupt meanwhile must not show, whatever
 * its handler does. All integer registers but the stack pointer, and all of
 * XMM0 to 15 (the low half) or f0 to f31.
 */
        .section .text.survive, "ax"
        .globl  vpok_survive

vpok_survive:

#if defined(__x86_64__)

        .macro  fill n, reg
        leaq    \n(%rdi), %\reg
        .endm
        .macro  check n, reg
        subq    $\n, %\reg
        subq    8(%rsp), %\reg
        orq     %\reg, (%rsp)
        .endm
        .macro  fill_xmm n
        leaq    \n(%rdi), %rax
        movq    %rax, %xmm\n
        .endm
        .macro  check_xmm n
        movq    %xmm\n, %rax
        check   \n, rax
        .endm
        /* rdi comes last: the others are made of it. */
        .macro  integers what
        \what   0, rax
        \what   1, rcx
        \what   2, rdx
        \what   3, rbx
        \what   5, rbp
        \what   6, rsi
        \what   8, r8
        \what   9, r9
        \what   10, r10
        \what   11, r11
        \what   12, r12
        \what   13, r13
        \what   14, r14
        \what   15, r15
        \what   7, rdi
        .endm
        .macro  vectors what
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        \what   \n
        .endr
        .endm

        .irp    reg, rbx, rbp, r12, r13, r14, r15
        pushq   %\reg
        .endr
        pushq   %rsi                    /* 16(%rsp): spins */
        pushq   %rdi                    /*  8(%rsp): seed */
        pushq   $0                      /*   (%rsp): what has changed */
        vectors fill_xmm
        integers fill
1:      decq    16(%rsp)
        jnz     1b
        integers check
        vectors check_xmm
        popq    %rax
        addq    $16, %rsp
        .irp    reg, r15, r14, r13, r12, rbp, rbx
        popq    %\reg
        .endr
        ret

#elif defined(__riscv)

        /* 0(sp): x0 to x31; 256: f0 to f31; 512: seed; 520 and on: the caller's. */
        .macro  integers what
        .irp    n, 1, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18
        \what   \n
        .endr
        .irp    n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 10
        \what   \n
        .endr
        .endm
        .macro  floats what
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        \what   \n
        .endr
        .irp    n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        \what   \n
        .endr
        .endm
        .macro  callers what, fwhat
        .set    at, 520
        .irp    reg, ra, gp, tp, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11
        \what   \reg, at(sp)
        .set    at, at + 8
        .endr
        .irp    reg, fs0, fs1, fs2, fs3, fs4, fs5, fs6, fs7, fs8, fs9, fs10, fs11
        \fwhat  \reg, at(sp)
        .set    at, at + 8
        .endr
        .endm
        .macro  fill n
        addi    x\n, a0, \n
        .endm
        .macro  keep n
        sd      x\n, 8 * \n(sp)
        .endm
        .macro  fill_float n
        addi    t0, a0, \n
        fmv.d.x f\n, t0
        .endm
        .macro  keep_float n
        fsd     f\n, 256 + 8 * \n(sp)
        .endm

        addi    sp, sp, -736
        callers sd, fsd
        sd      a0, 512(sp)
        mv      t6, a1                  /* x31 counts; nothing else is free */
        floats  fill_float
        integers fill
1:      addi    t6, t6, -1
        bnez    t6, 1b
        integers keep
        floats  keep_float

        ld      a1, 512(sp)
        sd      a1, 0(sp)               /* x0, sp and t6 took no part */
        addi    t0, a1, 2
        sd      t0, 16(sp)
        addi    t0, a1, 31
        sd      t0, 248(sp)
        li      a0, 0
        li      t1, 0
2:      slli    t2, t1, 3               /* for t1 in 0 to 63 */
        add     t2, t2, sp
        ld      t3, 0(t2)
        andi    t4, t1, 31
        sub     t3, t3, a1
        sub     t3, t3, t4
        or      a0, a0, t3
        addi    t1, t1, 1
        li      t5, 64
        bne     t1, t5, 2b
        callers ld, fld
        addi    sp, sp, 736
        ret

#endif

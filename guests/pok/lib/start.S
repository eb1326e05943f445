/*
 * Start-up code of a partition.
 *
 * A thread function that returns finds 0 on its fresh stack and lands at
 * offset 0, so this must be the first code of the image: it stops the thread.
 * The partition's main thread starts at _start with an empty stack.
 */
        .section .text.start, "ax"
        .globl  vp_thread_end

vp_thread_end:
        pushl   $0
        movl    %esp, %ebx
1:      movl    $57, %eax               /* VP_THREAD_STOP_SELF */
        int     $0x2a
        jmp     1b

        .weak   _start
_start:
        xorl    %ebp, %ebp
        call    main
        jmp     vp_thread_end

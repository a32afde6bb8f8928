/*
 * The switch between fiber stacks: x86-64 (System V) and aarch64 (AAPCS64).
 *
 *   void io_stack_switch(void **ret_left, void *to)
 *       Push what a callee must keep, store the stack pointer in *ret_left, and go on at `to`.
 *   io_stack_enter
 *       Where a new stack starts: the entry function and its argument lie in callee-saved
 *       registers that the first switch pops.
 *
 * Floating point control words are not kept: nobody changes them. This file has no
 * shadow-stack property note, so the linker turns shadow stacks off for whatever it is
 * linked into: a stack switch with `ret` would not survive them.
 */
#if defined(__x86_64__)

        .text
        .globl  io_stack_switch
        .hidden io_stack_switch
        .type   io_stack_switch, @function
        .p2align 4
io_stack_switch:
        .cfi_startproc
        endbr64
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        ret
        .cfi_endproc
        .size   io_stack_switch, . - io_stack_switch

        .globl  io_stack_enter
        .hidden io_stack_enter
        .type   io_stack_enter, @function
        .p2align 4
io_stack_enter:
        .cfi_startproc
        .cfi_undefined rip              /* backtraces end here */
        endbr64
        subq    $8, %rsp                /* at 8 modulo 16 here, as after a call */
        movq    %r12, %rdi
        call    *%r13
        ud2
        .cfi_endproc
        .size   io_stack_enter, . - io_stack_enter

#elif defined(__aarch64__)

        .text
        .globl  io_stack_switch
        .hidden io_stack_switch
        .type   io_stack_switch, %function
        .p2align 4
io_stack_switch:
        .cfi_startproc
        sub     sp, sp, #160
        stp     x19, x20, [sp, #0]
        stp     x21, x22, [sp, #16]
        stp     x23, x24, [sp, #32]
        stp     x25, x26, [sp, #48]
        stp     x27, x28, [sp, #64]
        stp     x29, x30, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mov     x9, sp
        str     x9, [x0]
        mov     sp, x1
        ldp     x19, x20, [sp, #0]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #160
        ret
        .cfi_endproc
        .size   io_stack_switch, . - io_stack_switch

        .globl  io_stack_enter
        .hidden io_stack_enter
        .type   io_stack_enter, %function
        .p2align 4
io_stack_enter:
        .cfi_startproc
        .cfi_undefined x30
        mov     x0, x19
        blr     x20
        brk     #1
        .cfi_endproc
        .size   io_stack_enter, . - io_stack_enter

#endif

        .section .note.GNU-stack, "", %progbits

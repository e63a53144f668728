/* system_calls.h - system calls that fail, or do less than was asked, when the trouble strikes.
 *
 * system_calls.c has functions of the names of libc's. Where it is linked into a program, or loaded
 * before the libraries of one (LD_PRELOAD), all of its libraries call these; libc itself does not.
 * In a program that is called ddblock, DDBLOCK_TORTURE_CALL = "NAME K COUNT ERROR" arms it from
 * the start: "connect 1 1 111". ERROR 0 stands for doing less. When it strikes, a byte goes to the
 * file DDBLOCK_TORTURE_MARK. */
#ifndef TEST_TORTURE_SYSTEM_CALLS_H
#define TEST_TORTURE_SYSTEM_CALLS_H

#include <stddef.h>

/* A call and a way in which it goes wrong. */
struct mishap {
    const char *call;
    int error; /* an errno; 0: a read or a write of one byte, a connection that is closed */
};

/* All that a caller must reckon with; the last one has no call. */
extern const struct mishap mishaps[];

/* Which mishap happens when the trouble strikes; NULL: none. */
void system_calls_choose(const struct mishap *mishap);

#endif

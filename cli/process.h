/* process.h - other processes, told apart from later ones that have the same number. */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* "UUID time:[NUMBER]" takes 58. */
enum { BOOT_TEXT_SIZE = 80 };

/* Writes to which boot of the system, and which time namespace, boot_clock_ms belongs; "unknown" for
 * a boot that the system does not tell. Returns target, which has BOOT_TEXT_SIZE bytes. */
char *boot_text(char *target);

/* The clock that counts suspend, in milliseconds since the boot. */
int64_t boot_clock_ms(void);

/* A process of this boot: its number may come again, with its start it does not. */
struct process {
    pid_t pid;      /* 0: none */
    uint64_t start; /* in ticks since the boot; 0: unknown */
};

/* The process that has the number now; its start is 0 if none has. */
struct process process_of(pid_t pid);

/* A descriptor that becomes readable when the process ends; -1: it has ended. */
int process_open(const struct process *process);

/* Asks the process behind the descriptor to end. */
bool process_signal(int fd, int signal);

#endif

/* waiting.h - the line that tells, on a terminal, whom we wait for. */
#ifndef CLI_WAITING_H
#define CLI_WAITING_H

#include <ddblock/ddblock.h>
#include <stdbool.h>
#include <stddef.h>

struct waiting {
    bool on_terminal; /* the line is wanted, and there is a terminal for it */
    bool line_stands; /* on the terminal, to be cleared */
    bool holder_seen;
    ddblock_info holder; /* as last seen */
    int64_t holder_since_ms;
    int64_t started_ms; /* both on CLOCK_BOOTTIME */
};

/* With line, if standard error is a terminal, a line is shown. */
void waiting_init(struct waiting *waiting, bool line);

/* Looks whom the lock waits for and shows it: on a terminal as a line that is written over,
 * verbosely as a message for each new holder. */
void waiting_show(struct waiting *waiting, ddblock_lock *lock, const char *shown);

/* Clears the line, if there is one. */
void waiting_clear(struct waiting *waiting);

/* How long it has been since waiting_init. */
int64_t waiting_ms(const struct waiting *waiting);

/* Writes who has the lock: "alice@host (token 7)". The owner is escaped. Returns target. */
char *holder_text(char *target, size_t size, const ddblock_info *holder);

/* Cuts the text so that it takes fewer than columns columns of a terminal. A character that
 * is not ASCII counts for two, the most that one takes. Returns text. */
char *fit_columns(char *text, size_t columns);

#endif

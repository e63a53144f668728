/* findings.h - telling what an examination has found. */
#ifndef STORE_FINDINGS_H
#define STORE_FINDINGS_H

#include "ddblock/ddblock.h"

struct findings {
    ddblock_finding_function found; /* NULL: nobody wants to know each */
    void *user;
    ddblock_error first_bad; /* status OK: nothing was bad */
};

/* Tells one, with a formatted message; status is DDBLOCK_OK but for a bad one. */
void findings_tell(struct findings *findings, ddblock_mark mark, ddblock_status status,
                   const char *topic, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Tells a bad one from an error. */
void findings_tell_error(struct findings *findings, const char *topic, const ddblock_error *error);

/* The outcome of the examination. */
ddblock_status findings_end(const struct findings *findings, ddblock_error *error);

#endif

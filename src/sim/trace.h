/* trace.h - writes a history down, for people and as a digest. */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stdio.h>

#include "sim/history.h"

/* Zeroed, it writes nothing and only digests. */
struct trace {
    FILE *file;
    uint64_t digest;
};

void trace_event(struct trace *trace, const struct history_event *event);

#endif

/* resource.h - writes to the fenced resource of scripts/chaos (resource.js), from C. */
#ifndef TEST_CHAOS_RESOURCE_H
#define TEST_CHAOS_RESOURCE_H

#include <stdbool.h>
#include <stdint.h>

/* Returns a connection to the resource on that port of this machine; ends the process with
 * status 3 if there is none: the run is over then. */
int resource_connect(const char *port);

/* Tries a write with a fencing token, as acquisition number of who. Returns whether the resource
 * accepted it; ends the process if it does not answer. */
bool resource_write(int resource, const char *lock, const char *who, int number, uint64_t token);

#endif

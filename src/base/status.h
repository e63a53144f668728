/* status.h - filling in a caller's error. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include "ddblock/ddblock.h"

/* Sets *error, if there is one, to the status and a formatted sentence, cut to fit at a
 * character of UTF-8. Returns the status, so that it can stand in a return. */
ddblock_status status_set(ddblock_error *error, ddblock_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* True if the same request may succeed later. */
static inline int status_is_retryable(ddblock_status status)
{
    return ddblock_status_class(status) == DDBLOCK_CLASS_RETRY;
}

#endif

/* status.c - statuses as text, and filling in a caller's error. */
#include "base/status.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

const char *ddblock_status_name(ddblock_status status)
{
    switch (status) {
#define STATUS_NAME(name, number, class_, text)                                                    \
    case DDBLOCK_##name:                                                                           \
        return #name;
        DDBLOCK_STATUS_MAP(STATUS_NAME)
#undef STATUS_NAME
    }
    return "UNKNOWN";
}

const char *ddblock_status_text(ddblock_status status)
{
    switch (status) {
#define STATUS_TEXT(name, number, class_, text)                                                    \
    case DDBLOCK_##name:                                                                           \
        return text;
        DDBLOCK_STATUS_MAP(STATUS_TEXT)
#undef STATUS_TEXT
    }
    return "unknown status";
}

ddblock_class ddblock_status_class(ddblock_status status)
{
    switch (status) {
#define STATUS_CLASS(name, number, class_, text)                                                   \
    case DDBLOCK_##name:                                                                           \
        return DDBLOCK_CLASS_##class_;
        DDBLOCK_STATUS_MAP(STATUS_CLASS)
#undef STATUS_CLASS
    }
    return DDBLOCK_CLASS_BUG;
}

ddblock_status status_set(ddblock_error *error, ddblock_status status, const char *format, ...)
{
    va_list arguments;

    assert(status != DDBLOCK_OK);
    if (error == NULL) {
        return status;
    }
    error->status = status;
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
    text_trim_utf8(error->message);
    return status;
}

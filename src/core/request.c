/* request.c - what the protocol asks of a store. */
#include "core/request.h"

bool request_is_write(enum request_kind kind)
{
    return kind != REQUEST_NONE && kind != REQUEST_READ && kind != REQUEST_READ_LATEST &&
           kind != REQUEST_LIST;
}

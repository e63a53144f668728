/* history.c - names for what can be seen. */
#include "sim/history.h"

const char *write_name(enum write_kind write)
{
    static const char *const names[WRITE_KINDS] = {
        [WRITE_NONE] = "read",       [WRITE_ACQUIRE] = "acquire", [WRITE_TAKE_OVER] = "take over",
        [WRITE_RENEW] = "renew",     [WRITE_RELEASE] = "release", [WRITE_BREAK] = "break",
        [WRITE_DELETE] = "deletion", [WRITE_SPOIL] = "spoiling",
    };

    assert(write >= 0 && write < WRITE_KINDS);
    return names[write];
}

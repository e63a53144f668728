/* number.c - whole numbers in options. */
#include "number.h"

#include <errno.h>
#include <inttypes.h>

#include "escape.h"
#include "exit.h"

ddblock_status number_parse(const char *option, const char *text, int64_t low, int64_t high,
                            int64_t *ret_number, ddblock_error *error)
{
    char shown[ESCAPED_SIZE];
    char *end = NULL;
    intmax_t number;

    errno = 0;
    number = strtoimax(text, &end, 10);
    /* strtoimax also takes blanks and signs. */
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < low ||
        number > high) {
        return usage_error(error, "%s: \"%s\" is no whole number between %" PRId64 " and %" PRId64,
                           option, escape_string(shown, sizeof(shown), text), low, high);
    }
    *ret_number = number;
    return DDBLOCK_OK;
}

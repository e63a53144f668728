/* number.h - whole numbers in options. */
#ifndef CLI_NUMBER_H
#define CLI_NUMBER_H

#include <ddblock/ddblock.h>

/* Reads decimal digits, low … high. Returns DDBLOCK_OK, or DDBLOCK_INVALID with a sentence that
 * names the option. */
ddblock_status number_parse(const char *option, const char *text, int64_t low, int64_t high,
                            int64_t *ret_number, ddblock_error *error);

#endif

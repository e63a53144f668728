/* dynamodb_table_options.h - the options for making a table, checked. */
#ifndef STORE_DYNAMODB_TABLE_OPTIONS_H
#define STORE_DYNAMODB_TABLE_OPTIONS_H

#include "store/dynamodb_options.h"

/* Copies the options (NULL: the defaults) of a program built with this or another version of the
 * header, and checks them; tags and progress_user stay the program's.
 *
 * Returns DDBLOCK_INVALID with a sentence that names the option and its bounds. */
ddblock_status dynamodb_table_options_read(const ddblock_table_options *given,
                                           const struct dynamodb_table *table,
                                           ddblock_table_options *ret_options,
                                           ddblock_error *error);

#endif

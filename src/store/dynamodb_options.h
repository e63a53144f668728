/* dynamodb_options.h - the options of a DynamoDB store, checked and owned. */
#ifndef STORE_DYNAMODB_OPTIONS_H
#define STORE_DYNAMODB_OPTIONS_H

#include <stdbool.h>

#include "ddblock/ddblock.h"

/* API reference, CreateTable: TableName has up to 1024 characters, for it may be an ARN; a
 * name in one has up to 255. AttributeName of a key: 1 to 255. */
enum { TABLE_REFERENCE_SIZE_MAX = 1024, TABLE_NAME_SIZE_MAX = 255, KEY_NAME_SIZE_MAX = 255 };

/* The lock table and the names of its keys. */
struct dynamodb_table {
    char name[TABLE_REFERENCE_SIZE_MAX + 1]; /* or its ARN; needs no escaping */
    char partition_key[KEY_NAME_SIZE_MAX + 1];
    char sort_key[KEY_NAME_SIZE_MAX + 1]; /* "": the table has none */
};

static inline bool dynamodb_table_has_sort_key(const struct dynamodb_table *table)
{
    return table->sort_key[0] != '\0';
}

/* Copies the options of a program built with this or another version of the header, with the
 * defaults of those about the table filled in, and checks these.
 *
 * Returns DDBLOCK_INVALID with a sentence that names the option and its bounds. */
ddblock_status dynamodb_options_read(const ddblock_dynamodb_options *given,
                                     ddblock_dynamodb_options *ret_options,
                                     struct dynamodb_table *ret_table, ddblock_error *error);

#endif

/* table.h - what the commands about tables share. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <ddblock/ddblock.h>
#include <stdbool.h>

#include "place.h"

/* "You cannot have more than 50 tags per resource" (DynamoDB developer guide, tagging). */
enum { TAGS_MAX = 50 };

/* What a table is to be. */
struct table_request {
    struct place place; /* its table is NAME */
    bool deletion_protection;
    bool point_in_time_recovery;
    ddblock_tag tags[TAGS_MAX]; /* the keys belong to the request */
    size_t tag_count;
};

/* Reads options and NAME. *ret_help tells that --help was among them. */
ddblock_status table_request_parse(struct table_request *request, struct options *options,
                                   bool *ret_help, ddblock_error *error);

void table_request_finish(struct table_request *request);

int table_create(int argc, char **argv);
int table_check(int argc, char **argv);
int table_template(int argc, char **argv);

#endif

/* table_description.h - what DescribeTable and DescribeTimeToLive say of a table. */
#ifndef WIRE_TABLE_DESCRIPTION_H
#define WIRE_TABLE_DESCRIPTION_H

#include "base/bytes.h"

/* AttributeName: 1 to 255 bytes of UTF-8. */
enum { TABLE_KEY_NAME_SIZE_MAX = 255 };

struct table_key {
    char name[TABLE_KEY_NAME_SIZE_MAX + 1]; /* "": there is none */
    char type;                              /* 'S', 'N' or 'B'; 0: it does not say */
};

struct table_description {
    char status[32]; /* "ACTIVE" */
    struct table_key partition;
    struct table_key sort;
    bool on_demand;
    int64_t write_units; /* provisioned, a second; -1: it does not say */
    bool replicated;     /* a global table */
    char replica[32];    /* the region of one of the others; "": it does not say */
    bool strong;         /* of a global table: its consistency */
};

/* Reads the description under "Table" in a body, a valid JSON object. False if there is none. */
bool table_description_read(struct bytes body, struct table_description *ret_description);

struct table_ttl {
    bool enabled; /* or about to be */
    char attribute[TABLE_KEY_NAME_SIZE_MAX + 1];
};

/* Reads the answer to DescribeTimeToLive. False if it is none. */
bool table_ttl_read(struct bytes body, struct table_ttl *ret_ttl);

#endif

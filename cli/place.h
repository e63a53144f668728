/* place.h - where locks are and which one is meant: the options that all commands share. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include <ddblock/ddblock.h>
#include <stdbool.h>

#include "escape.h"
#include "key.h"
#include "options.h"

enum {
    PLACE_TABLE = OPTIONS_PLACE,
    PLACE_FILE,
    PLACE_REGION,
    PLACE_ENDPOINT,
    PLACE_PROFILE,
    PLACE_CA_FILE,
    PLACE_PARTITION_KEY,
    PLACE_SORT_KEY,
    PLACE_SORT,
};

/* Entries of a table of options; a macro each, since a table is one initializer. */
/* clang-format off */
#define PLACE_REGION_ENTRY \
    {PLACE_REGION, 0, "region", "REGION", \
     "default: AWS_REGION, then AWS_DEFAULT_REGION, then\nthe profile's"}
#define PLACE_ENDPOINT_ENTRY \
    {PLACE_ENDPOINT, 0, "endpoint", "URL", \
     "default: AWS_ENDPOINT_URL_DYNAMODB, then\nAWS_ENDPOINT_URL, then the profile's, then the\nregion's own"}
#define PLACE_PROFILE_ENTRY \
    {PLACE_PROFILE, 0, "profile", "NAME", \
     "of AWS's shared files, for credentials and region;\ndefault: AWS_PROFILE"}
#define PLACE_CA_FILE_ENTRY \
    {PLACE_CA_FILE, 0, "ca-file", "PATH", \
     "certificates to trust, as PEM; default AWS_CA_BUNDLE,\nthen the system's"}
#define PLACE_PARTITION_KEY_ENTRY \
    {PLACE_PARTITION_KEY, 0, "partition-key", "NAME[:S|N|B]", \
     "name and type of the partition key; default id:S"}
#define PLACE_SORT_KEY_ENTRY \
    {PLACE_SORT_KEY, 0, "sort-key", "NAME[:S|N|B]", \
     "name and type of the sort key; default: there is none"}
#define PLACE_WHERE_ENTRIES \
    {PLACE_TABLE, 0, "table", "NAME", "the lock table in DynamoDB, or"}, \
    {PLACE_FILE, 0, "file", "PATH", "the lock file on this machine: one of the two is needed"}, \
    PLACE_REGION_ENTRY, PLACE_PROFILE_ENTRY, PLACE_ENDPOINT_ENTRY, PLACE_CA_FILE_ENTRY, \
    PLACE_PARTITION_KEY_ENTRY, PLACE_SORT_KEY_ENTRY
#define PLACE_ENTRIES \
    PLACE_WHERE_ENTRIES, \
    {PLACE_SORT, 0, "sort", "VALUE", "the lock's sort key value, where there is a sort key"}
/* clang-format on */

/* How keys are given, for the help of the commands. */
#define PLACE_KEY_HELP                                                                             \
    "LOCK and the value of --sort are text for a key of type S, decimal for N, base64 for\n"       \
    "B. Options stand before LOCK.\n"

/* Two escaped values, and quotes. */
enum { PLACE_SHOWN_SIZE = 2 * ESCAPED_SIZE + 16 };

/* The strings belong to the sources of the options. */
struct place {
    const char *table;
    const char *file;
    const char *region;
    const char *endpoint;
    const char *profile;
    const char *ca_file;
    enum options_source where_source;   /* of table and file */
    enum options_source network_source; /* the strongest of what belongs to a table alone */
    struct key_spec partition;
    struct key_spec sort; /* type DDBLOCK_KEY_NONE: there is none */
    const char *sort_value;
    const char *lock;             /* as given */
    char shown[PLACE_SHOWN_SIZE]; /* the lock, for people: quoted, escaped, with its sort value */
    struct key_value partition_value;
    struct key_value sort_key_value;
};

/* The members that are plain text, under the names of their options; the last has none. */
struct place_text {
    const char *name;
    size_t offset;
};
extern const struct place_text place_texts[];
const char *place_text(const struct place *place, const struct place_text *text);
void place_set_text(struct place *place, const struct place_text *text, const char *value);

void place_init(struct place *place);

/* Takes the option that was taken last, if its id is of the above; *ret_taken is false for
 * others. */
ddblock_status place_set(struct place *place, const struct options *options, int id,
                         const char *value, bool *ret_taken, ddblock_error *error);

/* Checks that it is clear where the locks are: in a table or in a file. */
ddblock_status place_check_where(const struct place *place, ddblock_error *error);

/* Takes LOCK and checks that the options fit together. */
ddblock_status place_complete(struct place *place, const char *lock, ddblock_error *error);

/* Takes an option of a command's own. */
typedef ddblock_status (*place_take_function)(void *user, int id, const char *value,
                                              ddblock_error *error);

/* Takes all options: those of a place, and with take those that are the command's own (NULL: it
 * has none). *ret_help tells that --help was among them, and nothing else was taken. */
ddblock_status place_take(struct place *place, struct options *options, place_take_function take,
                          void *user, bool *ret_help, ddblock_error *error);

/* As place_take, with LOCK after the options and nothing after it. */
ddblock_status place_parse(struct place *place, struct options *options, place_take_function take,
                           void *user, bool *ret_help, ddblock_error *error);

/* The id of the lock; it points into the place. */
ddblock_id place_id(const struct place *place);

/* The options of the table, for the library. */
ddblock_dynamodb_options place_dynamodb_options(const struct place *place);

/* Opens the store, for those who only look: a file that is not there is not made, but an error. */
ddblock_status place_open_to_look(const struct place *place, ddblock_store **ret_store,
                                  ddblock_error *error);

/* Opens the store; log may be NULL. */
ddblock_status place_open(const struct place *place, ddblock_log_function log,
                          ddblock_store **ret_store, ddblock_error *error);

#endif

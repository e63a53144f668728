/* place.c - where locks are and which one is meant. */
#include "place.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "exit.h"

const struct place_text place_texts[] = {
    {"table", offsetof(struct place, table)},
    {"file", offsetof(struct place, file)},
    {"region", offsetof(struct place, region)},
    {"endpoint", offsetof(struct place, endpoint)},
    {"profile", offsetof(struct place, profile)},
    {"ca-file", offsetof(struct place, ca_file)},
    {NULL, 0},
};

const char *place_text(const struct place *place, const struct place_text *text)
{
    return *(const char *const *)((const char *)place + text->offset);
}

void place_set_text(struct place *place, const struct place_text *text, const char *value)
{
    *(const char **)((char *)place + text->offset) = value;
}

void place_init(struct place *place)
{
    memset(place, 0, sizeof(*place));
    (void)snprintf(place->partition.name, sizeof(place->partition.name), "id");
    place->partition.type = DDBLOCK_KEY_STRING;
}

/* An empty value is refused rather than taken for none: it is mostly a variable of a script
 * that was not set. */
static ddblock_status set_text(const char *option, const char **target, const char *value,
                               ddblock_error *error)
{
    if (value[0] == '\0') {
        return usage_error(error, "%s: the value is empty", option);
    }
    *target = value;
    return DDBLOCK_OK;
}

/* --table or --file: one from a stronger source replaces the other. */
static ddblock_status set_where(struct place *place, enum options_source source, int id,
                                const char *value, ddblock_error *error)
{
    if (source > place->where_source) {
        place->table = NULL;
        place->file = NULL;
    }
    place->where_source = source;
    return id == PLACE_TABLE ? set_text("--table", &place->table, value, error)
                             : set_text("--file", &place->file, value, error);
}

ddblock_status place_set(struct place *place, const struct options *options, int id,
                         const char *value, bool *ret_taken, ddblock_error *error)
{
    *ret_taken = true;
    switch (id) {
    case PLACE_TABLE:
    case PLACE_FILE:
        return set_where(place, options->source, id, value, error);
    case PLACE_REGION:
        place->network_source = options->source;
        return set_text("--region", &place->region, value, error);
    case PLACE_ENDPOINT:
        place->network_source = options->source;
        return set_text("--endpoint", &place->endpoint, value, error);
    case PLACE_PROFILE:
        place->network_source = options->source;
        return set_text("--profile", &place->profile, value, error);
    case PLACE_CA_FILE:
        place->network_source = options->source;
        return set_text("--ca-file", &place->ca_file, value, error);
    case PLACE_PARTITION_KEY:
        return key_spec_parse("--partition-key", value, &place->partition, error);
    case PLACE_SORT_KEY:
        return key_spec_parse("--sort-key", value, &place->sort, error);
    case PLACE_SORT:
        place->sort_value = value; /* a foreign item may well have "" there */
        return DDBLOCK_OK;
    default:
        *ret_taken = false;
        return DDBLOCK_OK;
    }
}

ddblock_status place_check_where(const struct place *place, ddblock_error *error)
{
    if (place->table == NULL && place->file == NULL) {
        return usage_error(error, "where are the locks? Give --table NAME or --file PATH");
    }
    if (place->table != NULL && place->file != NULL) {
        return usage_error(error, "--table and --file exclude each other: give one of them");
    }
    if (place->file != NULL && place->network_source >= place->where_source) {
        return usage_error(error,
                           "--region, --profile, --endpoint and --ca-file belong to --table, "
                           "not to --file");
    }
    return DDBLOCK_OK;
}

static ddblock_status check(const struct place *place, ddblock_error *error)
{
    ddblock_status status = place_check_where(place, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    if (place->sort.type != DDBLOCK_KEY_NONE && place->sort_value == NULL) {
        return usage_error(error, "--sort-key needs the lock's value for it too: --sort VALUE");
    }
    if (place->sort.type == DDBLOCK_KEY_NONE && place->sort_value != NULL) {
        return usage_error(error, "--sort needs the name of the sort key too: --sort-key NAME");
    }
    return DDBLOCK_OK;
}

ddblock_status place_complete(struct place *place, const char *lock, ddblock_error *error)
{
    char shown[ESCAPED_SIZE];
    char shown_sort[ESCAPED_SIZE];
    ddblock_status status;

    status = check(place, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    place->lock = lock;
    (void)escape_string(shown, sizeof(shown), lock);
    (void)snprintf(place->shown, sizeof(place->shown), "\"%s\"", shown);
    status = key_value_parse("LOCK", place->partition.type, lock, &place->partition_value, error);
    if (status != DDBLOCK_OK || place->sort_value == NULL) {
        return status;
    }
    (void)escape_string(shown_sort, sizeof(shown_sort), place->sort_value);
    (void)snprintf(place->shown, sizeof(place->shown), "\"%s\" (\"%s\")", shown, shown_sort);
    return key_value_parse("--sort", place->sort.type, place->sort_value, &place->sort_key_value,
                           error);
}

ddblock_status place_take(struct place *place, struct options *options, place_take_function take,
                          void *user, bool *ret_help, ddblock_error *error)
{
    const char *value = NULL;
    bool taken = false;
    int id;

    place_init(place);
    while ((id = options_next(options, &value, error)) != OPTIONS_END) {
        ddblock_status status;

        if (id == OPTIONS_WRONG) {
            return DDBLOCK_INVALID;
        }
        if (id == OPTION_HELP) {
            *ret_help = true;
            return DDBLOCK_OK;
        }
        status = place_set(place, options, id, value, &taken, error);
        if (status == DDBLOCK_OK && !taken) {
            status = take(user, id, value, error);
        }
        if (status != DDBLOCK_OK) {
            return status;
        }
    }
    return DDBLOCK_OK;
}

ddblock_status place_parse(struct place *place, struct options *options, place_take_function take,
                           void *user, bool *ret_help, ddblock_error *error)
{
    ddblock_status status = place_take(place, options, take, user, ret_help, error);

    if (status != DDBLOCK_OK || *ret_help) {
        return status;
    }
    if (options->next == options->argc) {
        return usage_error(error, "which lock? Give its name after the options");
    }
    if (options->next + 1 < options->argc) {
        return usage_error(error, "one LOCK only, with the options before it");
    }
    return place_complete(place, options->argv[options->next], error);
}

ddblock_id place_id(const struct place *place)
{
    ddblock_id id = {.partition = place->partition_value.key};

    if (place->sort_value != NULL) {
        id.sort = place->sort_key_value.key;
    }
    return id;
}

ddblock_dynamodb_options place_dynamodb_options(const struct place *place)
{
    ddblock_dynamodb_options options;

    ddblock_dynamodb_options_init(&options);
    options.lock_table = place->table;
    options.partition_key = place->partition.name;
    options.sort_key = place->sort.type != DDBLOCK_KEY_NONE ? place->sort.name : NULL;
    options.region = place->region;
    options.endpoint = place->endpoint;
    options.profile = place->profile;
    options.ca_file = place->ca_file;
    return options;
}

ddblock_status place_open_to_look(const struct place *place, ddblock_store **ret_store,
                                  ddblock_error *error)
{
    char shown[ESCAPED_SIZE];

    if (place->file != NULL && access(place->file, F_OK) != 0 && errno == ENOENT) {
        return error_set(error, DDBLOCK_NO_TABLE,
                         "there is no file of locks \"%s\"; \"run\" and \"acquire\" make one",
                         escape_string(shown, sizeof(shown), place->file));
    }
    return place_open(place, NULL, ret_store, error);
}

ddblock_status place_open(const struct place *place, ddblock_log_function log,
                          ddblock_store **ret_store, ddblock_error *error)
{
    if (place->table != NULL) {
        ddblock_dynamodb_options options = place_dynamodb_options(place);

        options.log = log;
        return ddblock_store_open_dynamodb(&options, ret_store, error);
    } else {
        ddblock_file_options options;

        ddblock_file_options_init(&options);
        options.path = place->file;
        options.log = log;
        return ddblock_store_open_file(&options, ret_store, error);
    }
}

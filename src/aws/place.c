/* place.c - where DynamoDB is and how it is reached. */
#include "aws/place.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"

enum { CA_FILE_SIZE_MAX = 4096 /* PATH_MAX */ };

static ddblock_status no_memory(ddblock_error *error)
{
    return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
}

void aws_place_finish(struct aws_place *place)
{
    free(place->endpoint_text);
    free(place->ca_file);
    *place = (struct aws_place){0};
}

static ddblock_status find_ca_file(struct aws_place *place, const struct lookup *lookup,
                                   ddblock_error *error)
{
    struct found found = {lookup->options->ca_file, "the option ca_file"};

    if (found.value == NULL) {
        found = lookup_find(lookup, "AWS_CA_BUNDLE", "ca_bundle");
    }
    if (found.value == NULL) {
        return DDBLOCK_OK;
    }
    if (found.value[0] == '\0' || strlen(found.value) >= CA_FILE_SIZE_MAX) {
        return status_set(error, DDBLOCK_INVALID,
                          "the name of a file of CA certificates in %s is empty or too long",
                          found.from);
    }
    place->ca_file = strdup(found.value);
    return place->ca_file != NULL ? DDBLOCK_OK : no_memory(error);
}

static ddblock_status find_tries(struct aws_place *place, const struct lookup *lookup,
                                 ddblock_error *error)
{
    struct found found = lookup_find(lookup, "AWS_MAX_ATTEMPTS", "max_attempts");
    size_t size = found.value != NULL ? strlen(found.value) : 0;

    if (found.value == NULL) {
        return DDBLOCK_OK;
    }
    if (size > 3 || strspn(found.value, "0123456789") != size || atoi(found.value) < 1) {
        return lookup_wrong(&found, "1 to 999", error);
    }
    place->tries = (uint32_t)atoi(found.value);
    return DDBLOCK_OK;
}

static ddblock_status find_endpoint(struct aws_place *place, const struct lookup *lookup,
                                    ddblock_error *error)
{
    struct endpoint_settings *endpoint = &place->endpoint;
    ddblock_status status = endpoint_look_up(lookup, endpoint, error);

    if (status == DDBLOCK_OK) {
        status = region_find(lookup, endpoint->configured.value != NULL, &place->region, error);
    }
    if (status != DDBLOCK_OK || endpoint->configured.value == NULL) {
        return status;
    }
    place->endpoint_text = strdup(endpoint->configured.value);
    endpoint->configured.value = place->endpoint_text;
    return place->endpoint_text != NULL ? DDBLOCK_OK : no_memory(error);
}

ddblock_status aws_place_find(const struct aws_settings *settings,
                              const ddblock_dynamodb_options *options,
                              const struct environment *environment, struct aws_place *ret_place,
                              ddblock_error *error)
{
    struct aws_place place = {0};
    struct aws_config *config = NULL;
    struct lookup lookup = {
        .options = options,
        .environment = environment,
        .profile = aws_settings_profile(settings),
    };
    ddblock_status status = aws_config_load(settings, &config, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    lookup.config = config;
    status = find_endpoint(&place, &lookup, error);
    if (status == DDBLOCK_OK) {
        status = find_ca_file(&place, &lookup, error);
    }
    if (status == DDBLOCK_OK) {
        status = find_tries(&place, &lookup, error);
    }
    aws_config_destroy(config);
    if (status == DDBLOCK_OK) {
        *ret_place = place;
    } else {
        aws_place_finish(&place);
    }
    return status;
}

/* lookup.c - where a setting is looked for. */
#include "aws/lookup.h"

#include <stdio.h>
#include <strings.h>

#include "base/status.h"
#include "base/text.h"

struct found lookup_find(const struct lookup *lookup, const char *variable, const char *key)
{
    struct found found = {0};

    if (variable != NULL) {
        found.value = environment_get(lookup->environment, variable);
        (void)snprintf(found.from, sizeof(found.from), "%s", variable);
    }
    if (found.value == NULL && key != NULL) {
        found.value = aws_config_profile(lookup->config, lookup->profile, key);
        (void)snprintf(found.from, sizeof(found.from), "%s of the profile", key);
    }
    return found;
}

struct found lookup_profile_endpoint(const struct lookup *lookup)
{
    return (struct found){aws_config_endpoint(lookup->config, lookup->profile, "dynamodb"),
                          "endpoint_url of the profile"};
}

ddblock_status lookup_wrong(const struct found *found, const char *right, ddblock_error *error)
{
    char escaped[64];

    return status_set(error, DDBLOCK_INVALID, "%s is \"%s\", but must be %s", found->from,
                      text_escape(escaped, sizeof(escaped), bytes_from_string(found->value)),
                      right);
}

ddblock_status lookup_switch(const struct lookup *lookup, const char *variable, const char *key,
                             bool *ret_on, ddblock_error *error)
{
    struct found found = lookup_find(lookup, variable, key);

    if (found.value == NULL || strcasecmp(found.value, "false") == 0) {
        *ret_on = false;
        return DDBLOCK_OK;
    }
    if (strcasecmp(found.value, "true") == 0) {
        *ret_on = true;
        return DDBLOCK_OK;
    }
    return lookup_wrong(&found, "true or false", error);
}

/* region.c - which AWS region. */
#include "aws/region.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"

bool region_is_valid(const char *text)
{
    size_t size = strnlen(text, REGION_SIZE_MAX + 1);

    return size >= 1 && size <= REGION_SIZE_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

ddblock_status region_find(const struct lookup *lookup, bool has_endpoint,
                           struct region *ret_region, ddblock_error *error)
{
    struct found region = {lookup->options->region, "the option region"};
    char escaped[64];

    if (region.value == NULL) {
        region = lookup_find(lookup, "AWS_REGION", NULL);
    }
    if (region.value == NULL) {
        region = lookup_find(lookup, "AWS_DEFAULT_REGION", "region");
    }
    if (region.value == NULL && has_endpoint) {
        region = (struct found){"us-east-1", "no setting: the endpoint is given"};
    }
    if (region.value == NULL) {
        return status_set(error, DDBLOCK_INVALID,
                          "no region: give the option region, or set AWS_REGION or "
                          "AWS_DEFAULT_REGION, or region in the profile, to \"eu-west-1\" say");
    }
    if (!region_is_valid(region.value)) {
        return status_set(error, DDBLOCK_INVALID,
                          "%s is \"%s\", which is no region; one looks like \"eu-west-1\"",
                          region.from,
                          text_escape(escaped, sizeof(escaped), bytes_from_string(region.value)));
    }
    text_copy(ret_region->name, sizeof(ret_region->name), bytes_from_string(region.value));
    text_copy(ret_region->from, sizeof(ret_region->from), bytes_from_string(region.from));
    return DDBLOCK_OK;
}

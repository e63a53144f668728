/* region.c - which AWS region. */
#include "aws/region.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"

#define REGION_WITH_ENDPOINT "us-east-1"

static bool is_region(const char *text)
{
    size_t size = strnlen(text, REGION_SIZE_MAX + 1);

    return size >= 1 && size <= REGION_SIZE_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

ddblock_status region_find(const ddblock_dynamodb_options *options,
                           const struct environment *environment, bool has_endpoint,
                           char ret_region[REGION_SIZE_MAX + 1], ddblock_error *error)
{
    const char *from = "the option region";
    const char *region = options->region;
    char escaped[64];

    if (region == NULL) {
        from = "AWS_REGION";
        region = environment_get(environment, from);
    }
    if (region == NULL) {
        from = "AWS_DEFAULT_REGION";
        region = environment_get(environment, from);
    }
    if (region == NULL && has_endpoint) {
        region = REGION_WITH_ENDPOINT;
    }
    if (region == NULL) {
        return status_set(error, DDBLOCK_INVALID,
                          "no region: give the option region, or set AWS_REGION or "
                          "AWS_DEFAULT_REGION, to \"eu-west-1\" say");
    }
    if (!is_region(region)) {
        return status_set(error, DDBLOCK_INVALID,
                          "%s is \"%s\", which is no region; one looks like \"eu-west-1\"", from,
                          text_escape(escaped, sizeof(escaped), bytes_from_string(region)));
    }
    text_copy(ret_region, REGION_SIZE_MAX + 1, bytes_from_string(region));
    return DDBLOCK_OK;
}

/* dynamodb_table_options.c - the options for making a table. */
#include "store/dynamodb_table_options.h"

#include "base/status.h"
#include "base/text.h"

/* API reference, Tag: keys have 1 to 128 characters, values 0 to 256; "You cannot have more than
 * 50 tags per resource" (developer guide, tagging). A character of UTF-8 has up to 4 bytes;
 * DynamoDB itself counts them. */
enum { TAGS_MAX = 50, TAG_KEY_BYTES_MAX = 4 * 128, TAG_VALUE_BYTES_MAX = 4 * 256 };

static bool is_key_type(ddblock_key_type type)
{
    return type == DDBLOCK_KEY_STRING || type == DDBLOCK_KEY_NUMBER || type == DDBLOCK_KEY_BINARY;
}

static bool is_text(const char *text, size_t least, size_t most)
{
    size_t size = text != NULL ? strnlen(text, most + 1) : 0;

    return text != NULL && size >= least && size <= most && text_is_utf8(bytes_from_string(text));
}

static ddblock_status check_tags(const ddblock_table_options *options, ddblock_error *error)
{
    if (options->tag_count > TAGS_MAX || (options->tag_count > 0 && options->tags == NULL)) {
        return status_set(error, DDBLOCK_INVALID, "tag_count must be 0 to %d, with tags", TAGS_MAX);
    }
    for (size_t i = 0; i < options->tag_count; i++) {
        const ddblock_tag *tag = &options->tags[i];

        if (!is_text(tag->key, 1, TAG_KEY_BYTES_MAX) ||
            !is_text(tag->value, 0, TAG_VALUE_BYTES_MAX)) {
            return status_set(error, DDBLOCK_INVALID,
                              "tags must be UTF-8: keys of 1 to 128 characters, values of at most "
                              "256");
        }
    }
    return DDBLOCK_OK;
}

static ddblock_status check(const ddblock_table_options *options,
                            const struct dynamodb_table *table, ddblock_error *error)
{
    if (!is_key_type(options->partition_type)) {
        return status_set(error, DDBLOCK_INVALID,
                          "partition_type must be DDBLOCK_KEY_STRING, _NUMBER or _BINARY");
    }
    if (dynamodb_table_has_sort_key(table) ? !is_key_type(options->sort_type)
                                           : options->sort_type != DDBLOCK_KEY_NONE) {
        return status_set(error, DDBLOCK_INVALID,
                          "sort_type must be DDBLOCK_KEY_STRING, _NUMBER or _BINARY if the options "
                          "name a sort_key, and DDBLOCK_KEY_NONE if they do not");
    }
    if (options->timeout_ms < 0) {
        return status_set(error, DDBLOCK_INVALID,
                          "timeout_ms must be 0 or more, or DDBLOCK_FOREVER");
    }
    return check_tags(options, error);
}

ddblock_status dynamodb_table_options_read(const ddblock_table_options *given,
                                           const struct dynamodb_table *table,
                                           ddblock_table_options *ret_options, ddblock_error *error)
{
    ddblock_table_options options;
    ddblock_status status;

    ddblock_table_options_init(&options);
    if (given != NULL && given->size < sizeof(given->size)) {
        return status_set(error, DDBLOCK_INVALID,
                          "the options must be set up by ddblock_table_options_init");
    }
    if (given != NULL) {
        memcpy(&options, given, given->size < sizeof(options) ? given->size : sizeof(options));
        options.size = sizeof(options);
    }
    status = check(&options, table, error);
    if (status == DDBLOCK_OK) {
        *ret_options = options;
    }
    return status;
}

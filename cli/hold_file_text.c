/* hold_file_text.c - what stands in a hold file. */
#include "hold_file_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exit.h"
#include "number.h"

static const char *const state_names[] = {
    [HOLD_HELD] = "held",
    [HOLD_LOST] = "lost",
    [HOLD_RELEASED] = "released",
    [HOLD_IN_DOUBT] = "doubt",
};

enum { STATES = sizeof(state_names) / sizeof(state_names[0]) };

void hold_state_write(char *line, enum hold_state state, int64_t deadline_ms)
{
    (void)snprintf(line, HOLD_STATE_LINE_SIZE,
                   HOLD_STATE_NAME "%-8s %020" PRId64 " %-8s %020" PRId64 "\n", state_names[state],
                   deadline_ms, state_names[state], deadline_ms);
}

bool hold_state_read(const char *value, enum hold_state *ret_state, int64_t *ret_deadline_ms)
{
    char names[2][9] = {"", ""};
    int64_t deadlines[2] = {0, 0};

    /* 20 digits at most, and 19 of them count. */
    if (sscanf(value, "%8s %20" SCNd64 " %8s %20" SCNd64, names[0], &deadlines[0], names[1],
               &deadlines[1]) != 4 ||
        strcmp(names[0], names[1]) != 0 || deadlines[0] != deadlines[1] || deadlines[0] < 0) {
        return false;
    }
    for (size_t i = 0; i < STATES; i++) {
        if (strcmp(names[0], state_names[i]) == 0) {
            *ret_state = (enum hold_state)i;
            *ret_deadline_ms = deadlines[0];
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ writing */

/* Text that grows; too long is seen at the end. */
struct writer {
    char *text;
    size_t size;
    size_t used;
};

static void add(struct writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct writer *writer, const char *format, ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    if (writer->used < writer->size) {
        size =
            vsnprintf(writer->text + writer->used, writer->size - writer->used, format, arguments);
        writer->used += size > 0 ? (size_t)size : 0;
    }
    va_end(arguments);
}

/* A line, if there is a value. */
static void add_value(struct writer *writer, const char *name, const char *value)
{
    if (value == NULL) {
        return;
    }
    add(writer, "%s = ", name);
    for (; *value != '\0'; value++) {
        unsigned char byte = (unsigned char)*value;

        add(writer, byte <= ' ' || byte == '%' || byte == 0x7F ? "%%%02X" : "%c", byte);
    }
    add(writer, "\n");
}

static void add_key(struct writer *writer, const char *name, const struct key_spec *key)
{
    char text[KEY_NAME_BYTES_MAX + 3];

    if (key->type != DDBLOCK_KEY_NONE) {
        (void)snprintf(text, sizeof(text), "%s:%c", key->name, (char)key->type);
        add_value(writer, name, text);
    }
}

size_t hold_text_write(const struct hold_file *file, char *target, size_t size)
{
    const struct place *place = &file->place;
    struct writer writer = {.text = target, .size = size};
    char line[HOLD_STATE_LINE_SIZE];

    hold_state_write(line, file->state, file->deadline_ms);
    add(&writer, "%s", line);
    add(&writer,
        "# A lock that ddblock holds. Who can read this file may be able to release it.\n");
    add(&writer, "boot = %s\nholder = %d\nholder-start = %" PRIu64 "\ntoken = %" PRIu64 "\n",
        file->boot, (int)file->holder.pid, file->holder.start, file->token);
    add(&writer, "fail-closed = %s\nlease = %" PRId64 "\ndrift-ppm = %" PRId64 "\n",
        file->client.kind == DDBLOCK_FAIL_CLOSED ? "yes" : "no", file->client.lease_duration_ms,
        file->client.drift_ppm);
    add_value(&writer, "export", file->export[0] != '\0' ? file->export : NULL);
    for (const struct place_text *text = place_texts; text->name != NULL; text++) {
        add_value(&writer, text->name, place_text(place, text));
    }
    add_key(&writer, "partition-key", &place->partition);
    add_key(&writer, "sort-key", &place->sort);
    add_value(&writer, "sort", place->sort_value);
    add_value(&writer, "lock", place->lock);
    return writer.used < size ? writer.used : 0;
}

/* ------------------------------------------------------------------ reading */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes a value where it stands. False: it is not what add_value writes. */
static bool decode(char *text)
{
    char *target = text;

    for (; *text != '\0'; text++) {
        int high;
        int low;

        if (*text != '%') {
            *target++ = *text;
            continue;
        }
        high = hex_value(text[1]);
        low = high >= 0 ? hex_value(text[2]) : -1;
        if (low < 0) {
            return false;
        }
        *target = (char)(high * 16 + low);
        if (*target++ == '\0') {
            return false;
        }
        text += 2;
    }
    *target = '\0';
    return true;
}

static bool read_number(const struct hold_file *file, const char *name, int64_t high,
                        int64_t *ret_number)
{
    const char *value = config_value(&file->config, name);

    return value != NULL && number_parse(name, value, 0, high, ret_number, NULL) == DDBLOCK_OK;
}

/* The numbers and short words. False: one is missing or wrong. */
static bool read_head(struct hold_file *file)
{
    const char *state = config_value(&file->config, "state");
    const char *boot = config_value(&file->config, "boot");
    const char *closed = config_value(&file->config, "fail-closed");
    const char *export = config_value(&file->config, "export");
    int64_t pid = 0;
    int64_t start = 0;
    int64_t token = 0;

    if (state == NULL || boot == NULL || closed == NULL || strlen(boot) >= sizeof(file->boot) ||
        (export != NULL && strlen(export) >= sizeof(file->export)) ||
        !hold_state_read(state, &file->state, &file->deadline_ms) ||
        !read_number(file, "holder", INT32_MAX, &pid) ||
        !read_number(file, "holder-start", INT64_MAX, &start) ||
        !read_number(file, "token", INT64_MAX, &token) ||
        !read_number(file, "lease", INT32_MAX, &file->client.lease_duration_ms) ||
        !read_number(file, "drift-ppm", INT32_MAX, &file->client.drift_ppm)) {
        return false;
    }
    (void)snprintf(file->boot, sizeof(file->boot), "%s", boot);
    (void)snprintf(file->export, sizeof(file->export), "%s", export != NULL ? export : "");
    file->client.kind = strcmp(closed, "yes") == 0 ? DDBLOCK_FAIL_CLOSED : DDBLOCK_FAIL_OPEN;
    file->client.heartbeat_period_ms = 0;
    file->holder = (struct process){.pid = (pid_t)pid, .start = (uint64_t)start};
    file->token = (uint64_t)token;
    return true;
}

static ddblock_status read_place(struct hold_file *file, ddblock_error *error)
{
    const char *partition = config_value(&file->config, "partition-key");
    const char *sort = config_value(&file->config, "sort-key");
    const char *lock = config_value(&file->config, "lock");
    struct place *place = &file->place;
    ddblock_status status = DDBLOCK_OK;

    for (const struct place_text *text = place_texts; text->name != NULL; text++) {
        place_set_text(place, text, config_value(&file->config, text->name));
    }
    place->where_source = OPTIONS_FROM_LINE;
    place->sort_value = config_value(&file->config, "sort");
    if (partition == NULL || lock == NULL) {
        return usage_error(error, "it is no hold file");
    }
    status = key_spec_parse("partition-key", partition, &place->partition, error);
    if (status == DDBLOCK_OK && sort != NULL) {
        status = key_spec_parse("sort-key", sort, &place->sort, error);
    }
    return status == DDBLOCK_OK ? place_complete(place, lock, error) : status;
}

ddblock_status hold_text_read(struct hold_file *file, ddblock_error *error)
{
    for (size_t i = 0; i < file->config.count; i++) {
        /* The entries point into the config's own text. */
        if (!decode(file->config.text + (file->config.entries[i].value - file->config.text))) {
            return usage_error(error, "it is no hold file");
        }
    }
    if (!read_head(file)) {
        return usage_error(error, "it is no hold file");
    }
    return read_place(file, error);
}

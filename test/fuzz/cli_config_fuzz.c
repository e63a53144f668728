/* cli_config_fuzz.c - any bytes as a configuration file, and as a hold file: what is taken from a
 * hold file is read the same after it was written. */
#include "fuzz.h"

#include "hold_file_text.h"

static struct hold_file file;
static struct hold_file again;
static char text[HOLD_TEXT_SIZE];

static bool read_file(struct hold_file *target, struct bytes bytes)
{
    ddblock_error error = {0};

    hold_file_init(target, "/hold");
    memcpy(target->config.text, bytes.data, bytes.size);
    if (config_parse(&target->config, bytes.size, &error) != DDBLOCK_OK) {
        assert(error.status == DDBLOCK_INVALID && error.message[0] != '\0');
        return false;
    }
    for (size_t i = 0; i < target->config.count; i++) {
        const struct config_entry *entry = &target->config.entries[i];

        assert(entry->name[0] != '\0' && entry->line > 0);
        assert(config_value(&target->config, entry->name) == entry->value);
    }
    if (hold_text_read(target, &error) != DDBLOCK_OK) {
        assert(error.message[0] != '\0');
        return false;
    }
    return true;
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check_same(void)
{
    assert(again.state == file.state && again.deadline_ms == file.deadline_ms);
    assert(again.token == file.token && again.client.kind == file.client.kind);
    assert(again.client.lease_duration_ms == file.client.lease_duration_ms);
    assert(again.client.drift_ppm == file.client.drift_ppm);
    assert(again.holder.pid == file.holder.pid && again.holder.start == file.holder.start);
    assert(strcmp(again.boot, file.boot) == 0 && strcmp(again.export, file.export) == 0);
    for (const struct place_text *member = place_texts; member->name != NULL; member++) {
        assert(same_text(place_text(&again.place, member), place_text(&file.place, member)));
    }
    assert(same_text(again.place.sort_value, file.place.sort_value));
    assert(strcmp(again.place.lock, file.place.lock) == 0);
    assert(again.place.partition.type == file.place.partition.type);
    assert(strcmp(again.place.partition.name, file.place.partition.name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t written;

    if (size == 0 || size > CONFIG_BYTES_MAX || !read_file(&file, bytes_from(data, size))) {
        return 0;
    }
    assert(file.deadline_ms >= 0);
    written = hold_text_write(&file, text, sizeof(text));
    if (written > 0) { /* values of any length can be read, but are never written */
        assert(read_file(&again, bytes_from(text, written)));
        check_same();
    }
    return 0;
}

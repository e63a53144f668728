/* cli_duration_fuzz.c - any text as a duration, a whole number and the name of a key. */
#include "fuzz.h"

#include <inttypes.h>
#include <stdio.h>

#include "duration.h"
#include "key.h"
#include "number.h"

static void check_refused(const ddblock_error *error)
{
    assert(error->status == DDBLOCK_INVALID && strncmp(error->message, "--x", 3) == 0);
}

static void read_duration(const char *text)
{
    ddblock_error error = {0};
    char plain[DURATION_TEXT_SIZE];
    int64_t again = -1;
    int64_t ms = -1;

    if (duration_parse("--x", text, &ms, &error) != DDBLOCK_OK) {
        assert(ms == -1);
        check_refused(&error);
        return;
    }
    assert(ms >= 0 && ms <= DURATION_MS_MAX);
    (void)snprintf(plain, sizeof(plain), "%" PRId64 "ms", ms);
    assert(duration_parse("--x", plain, &again, NULL) == DDBLOCK_OK && again == ms);
    assert(strlen(duration_text(plain, ms)) < DURATION_TEXT_SIZE);
}

static void read_number(const char *text)
{
    ddblock_error error = {0};
    char plain[DURATION_TEXT_SIZE];
    int64_t number = -1;

    if (number_parse("--x", text, 3, INT64_MAX, &number, &error) != DDBLOCK_OK) {
        assert(number == -1);
        check_refused(&error);
        return;
    }
    assert(number >= 3);
    (void)snprintf(plain, sizeof(plain), "%" PRId64, number);
    assert(strcmp(plain, text + strspn(text, "0")) == 0);
}

static void read_key(const char *text)
{
    struct key_spec spec = {0};
    struct key_spec again = {0};
    ddblock_error error = {0};
    char plain[KEY_NAME_BYTES_MAX + 3];

    if (key_spec_parse("--x", text, &spec, &error) != DDBLOCK_OK) {
        check_refused(&error);
        return;
    }
    (void)snprintf(plain, sizeof(plain), "%s:%c", spec.name, (char)spec.type);
    assert(key_spec_parse("--x", plain, &again, NULL) == DDBLOCK_OK);
    assert(strcmp(spec.name, again.name) == 0 && spec.type == again.type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(bytes_from(data, size));

    read_duration(text);
    read_number(text);
    read_key(text);
    free(text);
    return 0;
}

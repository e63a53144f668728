/* cli_base64_fuzz.c - any text as base64, by the library and by the tool, which has its own: they
 * take the same, and write back what they took. */
#include "fuzz.h"

#include "key.h"
#include "key_base64.h"
#include "wire/base64.h"

enum { CAPACITY = 64 };

static void check_written(const char *text, const uint8_t *bytes, size_t size)
{
    char plain[KEY_TEXT_SIZE];
    struct buffer again;

    buffer_init(&again, 2 * CAPACITY);
    base64_append(&again, bytes_from(bytes, size));
    assert(strcmp(buffer_string(&again), text) == 0);
    assert(key_base64_encode(plain, bytes, size) == strlen(text) && strcmp(plain, text) == 0);
    buffer_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_string(bytes_from(data, size));
    uint8_t ours[CAPACITY];
    uint8_t theirs[CAPACITY];
    size_t our_size = 0;
    size_t their_size = 0;
    bool taken = base64_decode(bytes_from_string(text), ours, sizeof(ours), &our_size);

    assert(key_base64_decode(text, theirs, sizeof(theirs), &their_size) == taken);
    if (taken) {
        assert(bytes_equal(bytes_from(ours, our_size), bytes_from(theirs, their_size)));
        check_written(text, ours, our_size);
    }
    free(text);
    return 0;
}

/* cli_escape_fuzz.c - any bytes made safe to print, by the library and by the tool. The first says
 * how much room there is. */
#include "fuzz.h"

#include "base/text.h"
#include "escape.h"
#include "json.h"
#include "wire/json_text.h"

enum { ROOM_LEAST = 8, ROOM_MAX = ROOM_LEAST + 255 };

/* One line of harmless characters. */
static void check_harmless(const char *text, size_t room)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t left = strlen(text);
    uint32_t character = 0;

    assert(left < room && text_is_utf8(bytes_from_string(text)));
    while (left > 0) {
        size_t length = utf8_decode(at, left, &character);

        assert(length > 0 && length <= left && utf8_is_harmless(character));
        at += length;
        left -= length;
    }
}

/* A JSON string, and the bytes themselves where they are text and fit. */
static void check_json(struct bytes bytes, char *room, size_t room_size)
{
    uint8_t again[ROOM_MAX];
    size_t size = json_quote(room, room_size, bytes.data, bytes.size);
    size_t again_size = 0;
    bool is_whole = false;

    assert(size < room_size && strlen(room) == size);
    assert(json_text_is_valid(bytes_from(room, size)));
    assert(json_text_string(bytes_from(room, size), again, sizeof(again), &again_size, &is_whole));
    assert(is_whole);
    if (text_is_utf8(bytes)) {
        assert(again_size <= bytes.size);
        assert(again_size == 0 || memcmp(again, bytes.data, again_size) == 0);
        assert(again_size == bytes.size || size + 12 + 1 > room_size); /* the longest: a pair */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_from(data, size);
    size_t room = (size_t)ROOM_LEAST + fuzz_take(&input);
    char *target = malloc(room);

    if (target == NULL) {
        abort();
    }
    check_harmless(text_escape(target, room, input), room);
    check_harmless(escape_bytes(target, room, input.data, input.size), room);
    check_json(input, target, room);
    free(target);
    return 0;
}

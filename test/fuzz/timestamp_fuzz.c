/* timestamp_fuzz.c - any bytes as an instant. */
#include "fuzz.h"

#include "wire/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TIMESTAMP_SIZE];
    int64_t ms = -1;
    int64_t again = -1;

    if (!timestamp_parse(bytes_from(data, size), &ms)) {
        assert(ms == -1);
        return 0;
    }
    assert(ms >= 0);
    /* Hours west of the end of 9999 it may be 10000 already, which has no text. */
    if (timestamp_write(ms, text)) {
        assert(timestamp_parse(bytes_from_string(text), &again) && again == ms - ms % 1000);
    } else {
        assert(ms >= INT64_C(253402300800000));
    }
    return 0;
}

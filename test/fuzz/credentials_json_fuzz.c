/* credentials_json_fuzz.c - any bytes as the JSON of credentials; the first says of what kind. */
#include "fuzz.h"

#include "aws/credentials_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct credentials *credentials = NULL;
    ddblock_error error = {0};

    if (size == 0) {
        return 0;
    }
    if (credentials_json_read(bytes_from(data + 1, size - 1),
                              (enum credentials_json_kind)(data[0] % 3), "a test", &credentials,
                              &error) == DDBLOCK_OK) {
        assert(strlen(credentials->access_key_id) > 0);
        assert(strpbrk(credentials->secret_access_key, " \r\n") == NULL);
        assert(credentials->expires_unix_ms >= -1);
    } else {
        assert(credentials == NULL && error.status != DDBLOCK_OK);
    }
    credentials_destroy(credentials);
    return 0;
}

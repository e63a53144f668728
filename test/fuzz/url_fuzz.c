/* url_fuzz.c - any text as an endpoint, and as the URI of a container's credentials. */
#include "fuzz.h"

#include "aws/container_endpoint.h"

/* What is taken as an endpoint must be one when it is written out, too. */
static void check(const struct url *url)
{
    struct url again;

    assert(url_parse(bytes_from_string(url->origin), &again) == NULL);
    assert(strcmp(again.origin, url->origin) == 0 && again.port == url->port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct container_endpoint endpoint;
    struct url url;
    char *text = malloc(size + 1);

    if (text == NULL) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (url_parse(bytes_from(data, size), &url) == NULL) {
        check(&url);
    }
    if (container_endpoint_full(text, &endpoint) == NULL) {
        check(&endpoint.url);
        assert(endpoint.path[0] == '/');
    }
    (void)container_endpoint_relative(text, &endpoint);
    free(text);
    return 0;
}

/* container_endpoint_test.c - where a container's credentials are to be had. */
#include "support/testing.h"

#include "aws/container_endpoint.h"

static void relative(void **state)
{
    struct container_endpoint endpoint;

    (void)state;
    assert_null(container_endpoint_relative("/v2/credentials/uuid?x=1", &endpoint));
    assert_string_equal(endpoint.url.origin, "http://169.254.170.2");
    assert_string_equal(endpoint.path, "/v2/credentials/uuid?x=1");
    assert_non_null(container_endpoint_relative("@evil.example/", &endpoint));
    assert_non_null(container_endpoint_relative("", &endpoint));
    assert_non_null(container_endpoint_relative("/a b", &endpoint));
    assert_non_null(container_endpoint_relative("/a\r\nX: y", &endpoint));
    assert_non_null(container_endpoint_relative("/a#b", &endpoint));
    assert_string_equal(endpoint.path, "/v2/credentials/uuid?x=1");
}

static void full(void **state)
{
    static const struct {
        const char *uri;
        const char *origin;
        const char *path;
    } good[] = {
        {"http://169.254.170.23/v1/credentials", "http://169.254.170.23", "/v1/credentials"},
        {"http://169.254.170.2", "http://169.254.170.2", "/"},
        {"http://[fd00:ec2::23]/v1", "http://[fd00:ec2::23]", "/v1"},
        {"http://[FD00:0EC2:0::23]:80/v1", "http://[fd00:0ec2:0::23]", "/v1"},
        {"http://localhost:8080/get?a=/b", "http://localhost:8080", "/get?a=/b"},
        {"http://127.1.2.3:9?x", "http://127.1.2.3:9", "/?x"},
        {"http://[::1]/", "http://[::1]", "/"},
        {"https://example.com/x", "https://example.com", "/x"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct container_endpoint endpoint;
        const char *reason = container_endpoint_full(good[i].uri, &endpoint);

        if (reason != NULL) {
            fail_msg("%s %s", good[i].uri, reason);
        }
        assert_string_equal(endpoint.url.origin, good[i].origin);
        assert_string_equal(endpoint.path, good[i].path);
    }
}

static void full_but_not_to_be_trusted(void **state)
{
    static const char *const bad[] = {
        "",
        "/v2/x",
        "169.254.170.2/x",
        "ftp://127.0.0.1/",
        "http://example.com/",
        "http://169.254.170.3/",
        "http://169.254.169.254/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://128.0.0.1/",
        "http://[::2]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fd00:ec2::254]/",
        "http://127.0.0.1@example.com/",
        "http://example.com#@127.0.0.1/",
        "http://example.com\\@127.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nX: y",
        "https://",
        "https://user:password@example.com/",
    };
    char longest[CONTAINER_PATH_SIZE_MAX + 32] = "http://127.0.0.1/";
    struct container_endpoint endpoint;
    size_t size = strlen(longest);

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (container_endpoint_full(bad[i], &endpoint) == NULL) {
            fail_msg("%s", bad[i]);
        }
    }
    memset(longest + size, 'a', CONTAINER_PATH_SIZE_MAX - 1);
    assert_null(container_endpoint_full(longest, &endpoint));
    longest[size + CONTAINER_PATH_SIZE_MAX - 1] = 'a';
    assert_non_null(container_endpoint_full(longest, &endpoint));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relative),
        cmocka_unit_test(full),
        cmocka_unit_test(full_but_not_to_be_trusted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* url_test.c - which endpoint URLs are taken, what comes of them, and which are refused. */
#include "support/testing.h"

#include "wire/url.h"

static struct url parsed(const char *text)
{
    struct url url = {0};
    const char *reason = url_parse(bytes_from_string(text), &url);

    if (reason != NULL) {
        fail_msg("%s %s", text, reason);
    }
    return url;
}

static void a_name_without_a_port(void **state)
{
    struct url url = parsed("https://dynamodb.eu-west-1.amazonaws.com");

    (void)state;
    assert_true(url.tls);
    assert_int_equal(url.port, 443);
    assert_string_equal(url.host, "dynamodb.eu-west-1.amazonaws.com");
    assert_string_equal(url.authority, "dynamodb.eu-west-1.amazonaws.com");
    assert_string_equal(url.origin, "https://dynamodb.eu-west-1.amazonaws.com");
}

static void a_port_of_its_own_stays_in_the_host_header(void **state)
{
    struct url url = parsed("HTTP://LocalHost:8000/");

    (void)state;
    assert_false(url.tls);
    assert_int_equal(url.port, 8000);
    assert_string_equal(url.host, "localhost");
    assert_string_equal(url.authority, "localhost:8000");
    assert_string_equal(url.origin, "http://localhost:8000");
}

static void the_default_port_leaves_the_host_header(void **state)
{
    (void)state;
    assert_string_equal(parsed("http://a:80").authority, "a");
    assert_string_equal(parsed("https://a:443/").authority, "a");
    assert_string_equal(parsed("http://a:443").authority, "a:443");
    assert_string_equal(parsed("https://a:80").authority, "a:80");
    assert_int_equal(parsed("https://a:65535").port, 65535);
    assert_int_equal(parsed("https://a:1").port, 1);
}

static void addresses(void **state)
{
    struct url url = parsed("http://[::1]:8000");

    (void)state;
    assert_string_equal(url.host, "::1");
    assert_string_equal(url.authority, "[::1]:8000");
    assert_string_equal(url.origin, "http://[::1]:8000");
    assert_string_equal(parsed("https://[FD00::2]").authority, "[fd00::2]");
    assert_string_equal(parsed("http://127.0.0.1:4567").authority, "127.0.0.1:4567");
    assert_string_equal(parsed("http://dynamo_local-1.x").host, "dynamo_local-1.x");
}

static void what_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "localhost:8000",
        "ftp://a",
        "https:/a",
        "https://",
        "https:///",
        "https://:8000",
        "https://user@a",
        "https://user:password@a",
        "https://a/path",
        "https://a//",
        "https://a/?q",
        "https://a?q",
        "https://a#f",
        "https://a b",
        " https://a",
        "https://a ",
        "https://a\r\nX-Evil: 1",
        "https://a\n",
        "https://a\t",
        "https://a\x7f",
        "https://\xc3\xa4",
        "https://a%20b",
        "https://a\\b",
        "https://a:",
        "https://a:/",
        "https://a:0",
        "https://a:08",
        "https://a:65536",
        "https://a:123456",
        "https://a:-1",
        "https://a:8x",
        "https://a:80:80",
        "https://.a",
        "https://a..b",
        "https://a.",
        "https://127.1",
        "https://1",
        "https://256.1.1.1",
        "https://0x7f.0x1",
        "https://1.2.3.4.5",
        "https://[::1",
        "https://[]",
        "https://[::g]",
        "https://[::1%25eth0]",
        "https://[1.2.3.4]",
        "https://[::1]x",
        "https://::1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct url url = {.port = 7};

        if (url_parse(bytes_from_string(wrong[i]), &url) == NULL) {
            fail_msg("taken: \"%s\"", wrong[i]);
        }
        assert_int_equal(url.port, 7);
    }
}

static void a_nul_is_refused(void **state)
{
    struct url url;

    (void)state;
    assert_non_null(url_parse(bytes_from("https://a\0b", 11), &url));
    assert_non_null(url_parse(bytes_from(NULL, 0), &url));
}

static void lengths(void **state)
{
    char text[URL_SIZE_MAX + 2];
    char host[URL_HOST_SIZE_MAX + 2];
    struct url url;

    (void)state;
    memset(host, 'a', sizeof(host));
    for (size_t i = 50; i < sizeof(host); i += 50) {
        host[i] = '.';
    }
    (void)snprintf(text, sizeof(text), "https://%.*s:12345", URL_HOST_SIZE_MAX, host);
    assert_int_equal(strlen(parsed(text).authority), URL_HOST_SIZE_MAX + 6);
    (void)snprintf(text, sizeof(text), "https://%.*s", URL_HOST_SIZE_MAX + 1, host);
    assert_non_null(url_parse(bytes_from_string(text), &url));
    (void)snprintf(text, sizeof(text), "https://%064d", 0);
    assert_non_null(url_parse(bytes_from_string(text), &url));
    memset(text, 'a', sizeof(text));
    assert_string_equal(url_parse(bytes_from(text, sizeof(text) - 1), &url),
                        "is longer than 2048 characters");
}

static void the_reason_quotes_nothing(void **state)
{
    struct url url;
    const char *reason = url_parse(bytes_from_string("https://me:hunter2@a"), &url);

    (void)state;
    assert_non_null(reason);
    assert_null(strstr(reason, "hunter2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_without_a_port),
        cmocka_unit_test(a_port_of_its_own_stays_in_the_host_header),
        cmocka_unit_test(the_default_port_leaves_the_host_header),
        cmocka_unit_test(addresses),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(lengths),
        cmocka_unit_test(the_reason_quotes_nothing),
    };

    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}

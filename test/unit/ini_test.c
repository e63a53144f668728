/* ini_test.c - the text of AWS's shared files. */
#include "support/testing.h"

#include "wire/ini.h"

static struct ini *parse(const char *text)
{
    struct ini *ini = NULL;
    ddblock_error error = {0};

    if (ini_parse(bytes_from_string(text), &ini, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return ini;
}

/* Expects one value; NULL: none. */
static void expect(const char *text, const char *section, const char *key, const char *subkey,
                   const char *value)
{
    struct ini *ini = parse(text);
    const char *got = ini_get(ini, section, key, subkey);

    if (value == NULL) {
        assert_null(got);
    } else {
        assert_non_null(got);
        assert_string_equal(got, value);
    }
    ini_destroy(ini);
}

static void expect_wrong(const char *text, const char *message)
{
    struct ini *ini = NULL;
    ddblock_error error = {0};

    assert_int_equal(ini_parse(bytes_from_string(text), &ini, &error), DDBLOCK_INVALID);
    assert_null(ini);
    assert_string_equal(error.message, message);
}

static void sections(void **state)
{
    struct ini *ini = parse("[default]\n[profile x]\n[ profile  \ty ] # c\n[profile 'a b']\n"
                            "[profile \"c\"]\n[sso-session s];c\n");

    (void)state;
    assert_true(ini_has_section(ini, "default"));
    assert_true(ini_has_section(ini, "profile x"));
    assert_true(ini_has_section(ini, "profile y"));
    assert_true(ini_has_section(ini, "profile a b"));
    assert_true(ini_has_section(ini, "profile c"));
    assert_true(ini_has_section(ini, "sso-session s"));
    assert_false(ini_has_section(ini, "profile"));
    assert_false(ini_has_section(ini, "x"));
    assert_false(ini_has_section(NULL, "x"));
    assert_null(ini_get(NULL, "x", "y", NULL));
    ini_destroy(ini);
    ini_destroy(NULL);
}

static void values(void **state)
{
    (void)state;
    expect("[s]\nk = v\n", "s", "k", NULL, "v");
    expect("[s]\nk=v", "s", "k", NULL, "v");
    expect("[s]\r\n\tK  =  v w \t\r\n", "s", "k", NULL, "v w");
    expect("[s]\nk = a=b\n", "s", "k", NULL, "a=b");
    expect("[s]\nk =\n", "s", "k", NULL, "");
    expect("[s]\nk = v\n", "t", "k", NULL, NULL);
    expect("[s]\nk = v\n", "s", "kk", NULL, NULL);
    expect("", "s", "k", NULL, NULL);
}

static void the_last_of_several_counts(void **state)
{
    (void)state;
    expect("[s]\nk = 1\nk = 2\n", "s", "k", NULL, "2");
    expect("[s]\nk = 1\n[t]\nk = 3\n[s]\nk = 2\n", "s", "k", NULL, "2");
}

static void comments(void **state)
{
    (void)state;
    expect("# c\n; c\n[s]\n  # c\nk = v\n", "s", "k", NULL, "v");
    expect("[s]\nk = v # c\n", "s", "k", NULL, "v");
    expect("[s]\nk = v\t;c # d\n", "s", "k", NULL, "v");
    expect("[s]\nk = v#no;no\n", "s", "k", NULL, "v#no;no");
    expect("[s]\nk = # c\n", "s", "k", NULL, "");
}

static void indented_lines(void **state)
{
    (void)state;
    expect("[s]\nk = a\n b\n  c # d\n", "s", "k", NULL, "a\nb\nc");
    /* In a section that is indented as a whole, nothing continues anything. */
    expect("[s]\n  k = a\n  l = b\n", "s", "l", NULL, "b");
    expect("[s]\n  k = a\n l = b\n", "s", "l", NULL, "b");
    expect("[s]\nk = a\n[t]\n  l = b\n", "t", "l", NULL, "b");
}

static void nested_properties(void **state)
{
    static const char text[] = "[services x]\ndynamodb =\n  endpoint_url = http://a\n\n  other=b\n"
                               "sts = # c\n\tendpoint_url = http://c\nlast = d\n";

    (void)state;
    expect(text, "services x", "dynamodb", "endpoint_url", "http://a");
    expect(text, "services x", "dynamodb", "OTHER", "b");
    expect(text, "services x", "sts", "endpoint_url", "http://c");
    expect(text, "services x", "sts", "other", NULL);
    expect(text, "services x", "endpoint_url", NULL, NULL);
    expect(text, "services x", "dynamodb", NULL, "");
    expect(text, "services x", "last", NULL, "d");
}

static void mistakes_are_told_by_their_line(void **state)
{
    (void)state;
    expect_wrong("\n\nk = v\n", "line 3 stands before the first section");
    expect_wrong("[s\n", "line 1 is no whole section header, \"[name]\"");
    expect_wrong("[s] x\n", "line 1 is no whole section header, \"[name]\"");
    expect_wrong("[]\n", "line 1 is a section without a name");
    expect_wrong("[s]\nsecret\n",
                 "line 2 is neither a section, \"[name]\", nor a property, \"key = value\"");
    expect_wrong("[s]\n= secret\n",
                 "line 2 is neither a section, \"[name]\", nor a property, \"key = value\"");
    expect_wrong("[s]\nk =\n  secret\n", "line 3 is no nested property, \"key = value\"");
}

static void nul_and_size(void **state)
{
    static char large[INI_SIZE_MAX + 1];
    struct ini *ini = NULL;
    ddblock_error error = {0};

    (void)state;
    assert_int_equal(ini_parse(bytes_from("[s]\nk = a\0b", 11), &ini, &error), DDBLOCK_INVALID);
    assert_string_equal(error.message, "line 2 holds a NUL");
    memset(large, '\n', sizeof(large));
    assert_int_equal(ini_parse(bytes_from(large, sizeof(large)), &ini, &error), DDBLOCK_INVALID);
    assert_string_equal(error.message, "is larger than 1 MiB");
    assert_int_equal(ini_parse(bytes_from(large, INI_SIZE_MAX), &ini, &error), DDBLOCK_OK);
    ini_destroy(ini);
}

/* The shortest lines, each with a section's and a property's strings, fit the room for them. */
static void many_short_lines(void **state)
{
    static char text[600000];
    struct ini *ini;

    (void)state;
    for (size_t i = 0; i + 8 < sizeof(text); i += 8) {
        memcpy(text + i, "[a]\nb=\n\n", 8);
    }
    text[sizeof(text) - 8] = '\0';
    ini = parse(text);
    assert_string_equal(ini_get(ini, "a", "b", NULL), "");
    ini_destroy(ini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections),
        cmocka_unit_test(values),
        cmocka_unit_test(the_last_of_several_counts),
        cmocka_unit_test(comments),
        cmocka_unit_test(indented_lines),
        cmocka_unit_test(nested_properties),
        cmocka_unit_test(mistakes_are_told_by_their_line),
        cmocka_unit_test(nul_and_size),
        cmocka_unit_test(many_short_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

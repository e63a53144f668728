/* cli_json_test.c - text as JSON, whatever the text is. */
#include "support/testing.h"

#include <jansson.h>
#include <unistd.h>

#include "json.h"
#include "message.h"

static const char *json(const char *text)
{
    static char target[512];
    size_t size = json_quote(target, sizeof(target), text, strlen(text));

    assert_int_equal(size, strlen(target));
    return target;
}

static void text_is_quoted_and_escaped(void **state)
{
    (void)state;
    assert_string_equal(json(""), "\"\"");
    assert_string_equal(json("a b/c 'd'"), "\"a b/c 'd'\"");
    assert_string_equal(json("\"\\\n\t\033\x7F"), "\"\\\"\\\\\\u000A\\u0009\\u001B\\u007F\"");
    assert_string_equal(json("\xC3\xA9\xF0\x9F\x94\x92"), "\"\xC3\xA9\xF0\x9F\x94\x92\"");
    assert_string_equal(json("\xE2\x80\xAE"), "\"\\u202E\"");
    assert_string_equal(json("a\xFFz\xC3"), "\"a\\uFFFDz\\uFFFD\"");
}

static void what_does_not_fit_is_left_out_whole(void **state)
{
    char target[12];

    (void)state;
    assert_int_equal(json_quote(target, sizeof(target), "123456789", 9), 11);
    assert_string_equal(target, "\"123456789\"");
    assert_int_equal(json_quote(target, sizeof(target), "1234567890", 10), 11);
    assert_string_equal(target, "\"123456789\"");
    assert_int_equal(json_quote(target, sizeof(target), "1234\n", 5), 6);
    assert_string_equal(target, "\"1234\"");
    assert_int_equal(json_quote(target, 3, "x", 1), 2);
    assert_string_equal(target, "\"\"");
}

/* Says it with these options; returns the line as it was written. */
static json_t *said(const struct message_options *options, const char *sentence)
{
    int saved = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    json_error_t error;
    json_t *value;

    assert_non_null(file);
    assert_true(saved >= 0);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    message_setup(options);
    say("%s", sentence);
    message_setup(&(struct message_options){0});
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    assert_int_equal(close(saved), 0);
    rewind(file);
    value = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(value);
    assert_int_equal(fclose(file), 0);
    return value;
}

static const char *field(const json_t *value, const char *name)
{
    return json_string_value(json_object_get(value, name));
}

static void a_line_is_an_object(void **state)
{
    struct message_options options = {.json = true, .lock = "a\"\n\xFF", .sort = ""};
    json_t *value;

    (void)state;
    message_set_token(9007199254740991);
    value = said(&options, "it \"went\" wrong");
    assert_string_equal(field(value, "event"), "error");
    assert_string_equal(field(value, "lock"), "a\"\n\xEF\xBF\xBD");
    assert_string_equal(field(value, "sort"), "");
    assert_string_equal(field(value, "message"), "it \"went\" wrong");
    assert_true(json_integer_value(json_object_get(value, "token")) == 9007199254740991);
    assert_int_equal(strlen(field(value, "time")), 24);
    json_decref(value);
    message_set_token(0);
    value = said(&(struct message_options){.json = true}, "");
    assert_int_equal(json_object_size(value), 3);
    json_decref(value);
}

static void the_longest_names_stay_json(void **state)
{
    static char lock[100000];
    static char sentence[100000];
    struct message_options options = {.json = true, .lock = lock, .sort = lock};
    json_t *value;

    (void)state;
    memset(lock, 1, 2048);
    memset(sentence, 2, sizeof(sentence) - 1);
    value = said(&options, sentence);
    assert_int_equal(strlen(field(value, "lock")), 2048);
    assert_true(strlen(field(value, "sort")) >= 1024);
    assert_int_equal(strlen(field(value, "message")), 4095);
    json_decref(value);
    memset(lock, 1, sizeof(lock) - 1); /* which no store would take */
    json_decref(said(&options, sentence));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_quoted_and_escaped),
        cmocka_unit_test(what_does_not_fit_is_left_out_whole),
        cmocka_unit_test(a_line_is_an_object),
        cmocka_unit_test(the_longest_names_stay_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* xml_field_test.c - the text of one element in a small XML document. */
#include "support/testing.h"

#include "wire/xml_field.h"

/* Expects the text of <b> in <a>; NULL: there is none. */
static void expect(const char *document, const char *text)
{
    struct buffer target;
    bool found;

    buffer_init(&target, 16);
    found = xml_field(bytes_from_string(document), "a", "b", &target);
    if (text == NULL) {
        assert_false(found);
    } else {
        assert_true(found);
        assert_string_equal(buffer_string(&target), text);
    }
    buffer_finish(&target);
}

static void found(void **state)
{
    (void)state;
    expect("<a><b>x</b></a>", "x");
    expect(
        "<?xml version=\"1.0\"?>\n<!-- <a><b>no</b></a> -->\n<r>\n <a x='1>2' >\n  <b y=\"/\">x y"
        "</b>\n </a>\n</r>",
        "x y");
    expect("<b>no</b><a><c><b>no</b></c><b/><b>x</b><b>no</b></a>", "x");
    expect("<a><b></b></a>", "");
    expect("<a><b>&lt;&gt;&amp;&quot;&apos;&#65;&#x4a;&#x4A;</b>", "<>&\"'AJJ");
    expect("<a><b>0123456789abcdef</b>", "0123456789abcdef");
}

static void not_found(void **state)
{
    (void)state;
    expect("", NULL);
    expect("x", NULL);
    expect("<", NULL);
    expect("<a", NULL);
    expect("<a><b", NULL);
    expect("<a><b>", NULL);
    expect("<a><b>x", NULL);
    expect("<a><b>x<c/></b></a>", NULL);
    expect("<a><b>x<", NULL);
    expect("<a/><b>x</b>", NULL);
    expect("<a></a><b>x</b>", NULL);
    expect("<a></c><b>x</b></a>", NULL);
    expect("</a><a><b>x</b></a>", NULL);
    expect("<a><><b>x</b></a>", NULL);
    expect("<a><!DOCTYPE x><b>x</b></a>", NULL);
    expect("<a><!-- <b>x</b></a>", NULL);
    expect("<a><b>0123456789abcdefg</b>", NULL);
    expect("<a x='><b>x</b></a>", NULL);
}

static void entities_that_are_none(void **state)
{
    static const char *const entities[] = {
        "&", "&;", "&x;", "&#;", "&#x;", "&#0;", "&#128;", "&#xG;", "&#1A;", "&#99999999999999;",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        char document[64];

        snprintf(document, sizeof(document), "<a><b>%s</b></a>", entities[i]);
        expect(document, NULL);
    }
}

static void sixteen_deep_and_no_more(void **state)
{
    char document[512] = "";

    (void)state;
    for (int i = 0; i < 14; i++) {
        strcat(document, "<c>");
    }
    strcat(document, "<a><b>x</b>");
    expect(document, "x");
    memmove(document + 3, document, strlen(document) + 1);
    memcpy(document, "<c>", 3);
    expect(document, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found),
        cmocka_unit_test(not_found),
        cmocka_unit_test(entities_that_are_none),
        cmocka_unit_test(sixteen_deep_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

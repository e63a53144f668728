/* cli_view_test.c - the picture of "watch", and the looks that it shows. */
#include "support/testing.h"

#include <poll.h>
#include <stdlib.h>

#include "reader.h"
#include "view.h"

enum { NOW_MS = 1000000 };

static void add(struct listing *listing, const char *name, ddblock_item_kind kind, int64_t age_ms)
{
    ddblock_id id = ddblock_id_string(name);
    ddblock_info info = {.kind = kind, .lease_duration_ms = 10000, .owner = "al\033"};

    info.fencing_token = kind == DDBLOCK_ITEM_FAIL_CLOSED ? 0 : 7;
    assert_int_equal(listing_add(listing, &id, &info, NULL, NULL), DDBLOCK_OK);
    listing->locks[listing->count - 1].seen_ms = NOW_MS - age_ms;
}

/* Draws, and takes out what steers the terminal but for colours. */
static char *draw(const struct view *view, size_t rows, size_t columns)
{
    size_t size = 0;
    size_t used = 0;
    char *text = view_draw(view, (struct screen_size){rows, columns}, NOW_MS, 0, &size);

    assert_non_null(text);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\r' || strncmp(text + i, "\033[K", 3) == 0 ||
            strncmp(text + i, "\033[H", 3) == 0) {
            i += text[i] == '\r' ? 0 : 2;
            continue;
        }
        text[used++] = text[i];
    }
    text[used] = '\0';
    return text;
}

static void the_picture_at_80_columns(void **state)
{
    struct listing locks = {0};
    struct view view = {.where = "table", .looked = true, .locks = &locks};
    char *text;

    (void)state;
    add(&locks, "closed", DDBLOCK_ITEM_FAIL_CLOSED, 0);
    add(&locks, "free", DDBLOCK_ITEM_RELEASED, 0);
    add(&locks, "half", DDBLOCK_ITEM_FAIL_OPEN, 5000);
    add(&locks, "over", DDBLOCK_ITEM_FAIL_OPEN, 70000);
    locks.locks[3].stale = true;
    view_add_change(&view, 1000, "one");
    view_add_change(&view, 2000, "two");
    text = draw(&view, 14, 80);
    assert_string_equal(
        text, "00:00:00  2 held, 1 stale, 1 free  table                                        \n"
              "LOCK              STATE          TOKEN  LAST HEARTBEAT SEEN     HOLDER          \n"
              "closed            fail-closed           sends none              al\\x1B          \n"
              "half              held               7  #####.....         5 s  al\\x1B          \n"
              "over              stale              7  ##########  1 min 10 s  al\\x1B          \n"
              "free              free               7                                          \n"
              "\n"
              "\n"
              "\n"
              "LAST CHANGES                                                                    \n"
              "00:00:02  two                                                                   \n"
              "00:00:01  one                                                                   \n"
              "\n"
              "q quits                                                                         ");
    free(text);
    listing_finish(&locks);
}

static void colour_is_left_out_where_it_is_not_wanted(void **state)
{
    struct listing locks = {0};
    struct view view = {.where = "table", .looked = true, .locks = &locks};
    char *text;

    (void)state;
    add(&locks, "held", DDBLOCK_ITEM_FAIL_OPEN, 0);
    text = draw(&view, 24, 80);
    assert_null(strchr(text, '\033'));
    free(text);
    view.colour = true;
    text = draw(&view, 24, 80);
    assert_non_null(strstr(text, "\033[32mheld"));
    free(text);
    listing_finish(&locks);
}

static void every_size_has_its_rows(void **state)
{
    struct listing locks = {0};
    struct view view = {.where = "table", .looked = true, .locks = &locks};

    (void)state;
    for (int i = 0; i < 40; i++) {
        char name[24];

        (void)snprintf(name, sizeof(name), "lock-%02d", i);
        add(&locks, name, DDBLOCK_ITEM_FAIL_OPEN, i * 1000);
    }
    for (size_t rows = 1; rows < 60; rows++) {
        for (size_t columns = 1; columns < 130; columns += 13) {
            char *text = draw(&view, rows, columns);
            size_t newlines = 0;

            for (const char *c = text; *c != '\0'; c++) {
                newlines += *c == '\n' ? 1 : 0;
            }
            assert_true(newlines < rows || newlines == 1);
            free(text);
        }
    }
    listing_finish(&locks);
}

static void keys_move_within_what_there_is(void **state)
{
    struct listing locks = {0};
    struct view view = {.where = "table", .looked = true, .locks = &locks};
    struct screen_size size = {12, 80}; /* four locks, and a row that tells which */
    static const struct {
        int key;
        size_t top;
    } steps[] = {{SCREEN_UP, 0},        {SCREEN_DOWN, 1},  {'j', 2},           {'k', 1},
                 {SCREEN_PAGE_DOWN, 5}, {' ', 6},          {'j', 6},           {SCREEN_PAGE_UP, 2},
                 {SCREEN_END, 6},       {'x', 6},          {'g', 0},           {'G', 6},
                 {SCREEN_HOME, 0},      {SCREEN_OTHER, 0}, {SCREEN_PAGE_UP, 0}};

    (void)state;
    view_scroll(&view, size, SCREEN_DOWN); /* of nothing */
    assert_int_equal(view.top, 0);
    for (int i = 0; i < 10; i++) {
        char name[24];

        (void)snprintf(name, sizeof(name), "lock-%d", i);
        add(&locks, name, DDBLOCK_ITEM_RELEASED, 0);
    }
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        view_scroll(&view, size, steps[i].key);
        assert_int_equal(view.top, steps[i].top);
    }
    view_scroll(&view, size, 'G');
    listing_cut(&locks, 2); /* they have gone: what is left is shown */
    {
        char *text = draw(&view, size.rows, size.columns);

        assert_non_null(strstr(text, "lock-0 "));
        free(text);
    }
    listing_finish(&locks);
}

static void a_reader_looks_again_and_again(void **state)
{
    struct reader reader;
    struct listing wanted = {0};
    struct look look = {0};
    ddblock_store *store = NULL;
    ddblock_info unknown = {0};
    ddblock_id id = ddblock_id_string("build");

    (void)state;
    assert_int_equal(ddblock_store_open_memory(&store, NULL), DDBLOCK_OK);
    assert_int_equal(listing_add(&wanted, &id, &unknown, NULL, NULL), DDBLOCK_OK);
    assert_int_equal(reader_start(&reader, store, &wanted, 1, NULL), DDBLOCK_OK);
    for (int i = 0; i < 3; i++) {
        struct pollfd fd = {.fd = reader.fd, .events = POLLIN};

        assert_int_equal(poll(&fd, 1, 20000), 1);
        assert_true(reader_take(&reader, &look));
        assert_int_equal(look.error.status, DDBLOCK_OK);
        assert_int_equal(look.locks.count, 1);
        assert_int_equal(look.locks.locks[0].info.kind, DDBLOCK_ITEM_ABSENT);
        listing_finish(&look.locks);
    }
    assert_true(reader_stop(&reader));
    listing_finish(&wanted);
    ddblock_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_picture_at_80_columns),
        cmocka_unit_test(colour_is_left_out_where_it_is_not_wanted),
        cmocka_unit_test(every_size_has_its_rows),
        cmocka_unit_test(keys_move_within_what_there_is),
        cmocka_unit_test(a_reader_looks_again_and_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

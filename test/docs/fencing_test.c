/* fencing_test.c - docs/fencing.md shows the fence as it is, and its SQL for SQLite does what it
 * says. */
#include "support/testing.h"

#include <jansson.h>
#include <sqlite3.h>

#include "store/dynamodb_fence.h"

static const char *page;

static void read_page(void)
{
    static char text[65536];
    FILE *file = fopen(DDBLOCK_SOURCE_DIR "/docs/fencing.md", "r");
    size_t size;

    assert_non_null(file);
    size = fread(text, 1, sizeof(text) - 1, file);
    assert_in_range(size, 1, sizeof(text) - 2);
    text[size] = '\0';
    assert_int_equal(fclose(file), 0);
    page = text;
}

/* The block in this language with this number, from 0, under the heading. To be freed. */
static char *block_in(const char *language, const char *heading, int number)
{
    char fence[32];
    const char *start = strstr(page, heading);
    const char *end;

    snprintf(fence, sizeof(fence), "\n```%s\n", language);
    assert_non_null(start);
    for (int i = 0; i <= number; i++) {
        start = strstr(start, fence);
        assert_non_null(start);
        start += strlen(fence);
    }
    end = strstr(start, "\n```\n");
    assert_non_null(end);
    return strndup(start, (size_t)(end - start));
}

static char *block(const char *heading, int number)
{
    return block_in("sql", heading, number);
}

static void the_fence_of_dynamodb(void **state)
{
    struct dynamodb_table table = {.name = "locks", .partition_key = "id"};
    struct lock_id id = {.partition = {DDBLOCK_KEY_STRING, bytes_from_string("report")}};
    struct buffer texts;
    char *shown;
    json_t *expected;
    json_t *element;

    (void)state;
    read_page();
    shown = block_in("json", "## The resource is in DynamoDB", 0);
    expected = json_loads(shown, 0, NULL);
    buffer_init(&texts, 4096);
    assert_int_equal(dynamodb_fence_write(&table, &id, 7, &texts, NULL), DDBLOCK_OK);
    element = json_loads(buffer_string(&texts), 0, NULL); /* the first of the texts */
    assert_non_null(expected);
    assert_true(json_equal(element, expected));
    json_decref(element);
    json_decref(expected);
    buffer_finish(&texts);
    free(shown);
}

static void run(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
}

static void bind_text(sqlite3_stmt *statement, const char *name, const char *text)
{
    int parameter = sqlite3_bind_parameter_index(statement, name);

    assert_true(parameter > 0);
    assert_int_equal(sqlite3_bind_text(statement, parameter, text, -1, SQLITE_STATIC), SQLITE_OK);
}

static void bind_token(sqlite3_stmt *statement, sqlite3_int64 token)
{
    int parameter = sqlite3_bind_parameter_index(statement, ":token");

    assert_true(parameter > 0);
    assert_int_equal(sqlite3_bind_int64(statement, parameter, token), SQLITE_OK);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    return statement;
}

static int step(sqlite3 *db, sqlite3_stmt *statement)
{
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    return sqlite3_changes(db);
}

/* A transaction as the page has it. Returns 1 if it was committed. */
static int write_fenced(sqlite3 *db, const char *lock, sqlite3_int64 token)
{
    char *sql = block("### SQLite", 1);
    sqlite3_stmt *fence;
    int changed;

    run(db, "BEGIN IMMEDIATE");
    fence = prepare(db, sql);
    bind_text(fence, ":lock", lock);
    bind_token(fence, token);
    changed = step(db, fence);
    run(db, "INSERT INTO writes VALUES (1)");
    run(db, changed == 1 ? "COMMIT" : "ROLLBACK");
    free(sql);
    return changed;
}

static void the_fence_of_sqlite(void **state)
{
    static const struct {
        const char *lock;
        sqlite3_int64 token;
        int committed;
    } writes[] = {
        {"a", 1, 1},
        {"a", 1, 1},
        {"a", 3, 1},
        {"a", 1, 0},
        {"a", 2, 0},
        {"b", 1, 1},
        {"a", 3, 1},
        {"a", 9007199254740991, 1},
        {"a", 9007199254740990, 0},
    };
    sqlite3 *db = NULL;
    char *schema;
    int committed = 0;
    sqlite3_stmt *count;

    (void)state;
    read_page();
    schema = block("### SQLite", 0);
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    run(db, schema);
    run(db, "CREATE TABLE writes (one INTEGER)");
    for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
        if (write_fenced(db, writes[i].lock, writes[i].token) != writes[i].committed) {
            fail_msg("write %zu", i);
        }
        committed += writes[i].committed;
    }
    count = prepare(db, "SELECT count(*) FROM writes");
    assert_int_equal(sqlite3_step(count), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(count, 0), committed);
    assert_int_equal(sqlite3_finalize(count), SQLITE_OK);
    free(schema);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void the_row_that_has_the_token(void **state)
{
    static const sqlite3_int64 tokens[][2] = {{5, 1}, {5, 1}, {4, 0}, {6, 1}, {5, 0}};
    sqlite3 *db = NULL;
    char *sql;

    (void)state;
    read_page();
    sql = block("### One row alone", 0);
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    run(db, "CREATE TABLE reports (id TEXT PRIMARY KEY, content TEXT, token INTEGER NOT NULL);"
            "INSERT INTO reports VALUES ('x', 'old', 0), ('y', 'old', 0)");
    for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        sqlite3_stmt *update = prepare(db, sql);

        bind_text(update, ":id", "x");
        bind_text(update, ":content", "new");
        bind_token(update, tokens[i][0]);
        assert_int_equal(step(db, update), tokens[i][1]);
    }
    free(sql);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fence_of_dynamodb),
        cmocka_unit_test(the_fence_of_sqlite),
        cmocka_unit_test(the_row_that_has_the_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* grant_text_test.c - a lock that is handed over, as text. */
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/grant_text.h"
#include "support/testing.h"

static struct machine_grant grant_with(size_t guids)
{
    struct machine_grant grant = {
        .kind = DDBLOCK_FAIL_OPEN,
        .lease_ms = 10000,
        .token = TOKEN_MAX,
        .deadline = {INT64_C(1234567890123456789)},
        .ghosts_until = {17},
        .mine_count = guids,
    };

    for (size_t i = 0; i < guids; i++) {
        memset(grant.mine[i].guid.bytes, (int)(0xF0 + i), GUID_SIZE);
        grant.mine[i].sent.ns = (int64_t)i * 1000;
        grant.mine[i].in_doubt = i % 2 == 1;
    }
    return grant;
}

/* The text of the grant, on boot 1, 2, 3, … To be finished. */
static struct buffer written(const struct machine_grant *grant)
{
    struct boot_id boot = {{1, 2, 3}};
    struct buffer text;

    assert_true(grant_text_reserve(&text));
    grant_text_write(grant, &boot, &text);
    return text;
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    for (size_t guids = 1; guids <= GUIDS_MAX; guids++) {
        struct machine_grant grant = grant_with(guids);
        struct machine_grant read = {0};
        struct boot_id boot = {0};
        struct buffer text = written(&grant);

        assert_true(text.size < GRANT_TEXT_SIZE);
        assert_true(grant_text_read(buffer_string(&text), &read, &boot));
        assert_int_equal(boot.bytes[2], 3);
        assert_int_equal(read.kind, grant.kind);
        assert_int_equal(read.lease_ms, grant.lease_ms);
        assert_true(read.token == grant.token);
        assert_true(read.deadline.ns == grant.deadline.ns);
        assert_true(read.ghosts_until.ns == grant.ghosts_until.ns);
        assert_int_equal(read.mine_count, guids);
        for (size_t i = 0; i < guids; i++) {
            assert_memory_equal(read.mine[i].guid.bytes, grant.mine[i].guid.bytes, GUID_SIZE);
            assert_true(read.mine[i].sent.ns == grant.mine[i].sent.ns);
            assert_int_equal(read.mine[i].in_doubt, grant.mine[i].in_doubt);
        }
        buffer_finish(&text);
    }
}

static void expect_no_grant(const char *text)
{
    struct machine_grant grant = {.token = 5};
    struct boot_id boot = {{9}};

    assert_false(grant_text_read(text, &grant, &boot));
    assert_true(grant.token == 5);
    assert_int_equal(boot.bytes[0], 9);
}

/* Each letter changed, each length: nothing else is taken, and nothing is read beyond the end. */
static void anything_else_is_refused(void **state)
{
    struct machine_grant grant = grant_with(2);
    struct buffer text = written(&grant);
    char *copy = strdup(buffer_string(&text));

    (void)state;
    assert_non_null(copy);
    for (size_t i = 0; i < text.size; i++) {
        char letter = copy[i];

        copy[i] = letter == 'A' ? 'B' : 'A';
        expect_no_grant(copy);
        copy[i] = '\0';
        expect_no_grant(copy);
        copy[i] = letter;
    }
    expect_no_grant("");
    expect_no_grant("no base64!");
    free(copy);
    buffer_finish(&text);
}

/* A text that was made up with care, its sum right. */
static void what_no_lock_can_be_is_refused(void **state)
{
    struct machine_grant grant = grant_with(1);
    struct buffer text;

    (void)state;
    grant.token = 0;
    text = written(&grant);
    expect_no_grant(buffer_string(&text));
    buffer_finish(&text);
    grant = grant_with(1);
    grant.deadline = INSTANT_NEVER;
    text = written(&grant);
    expect_no_grant(buffer_string(&text));
    buffer_finish(&text);
    grant = grant_with(1);
    grant.kind = DDBLOCK_FAIL_CLOSED;
    text = written(&grant);
    expect_no_grant(buffer_string(&text));
    buffer_finish(&text);
}

static void the_boot_has_an_id(void **state)
{
    struct boot_id one = {0};
    struct boot_id other = {0};
    struct boot_id none = {0};

    (void)state;
    assert_true(boot_id_read(&one));
    assert_true(boot_id_read(&other));
    assert_memory_equal(one.bytes, other.bytes, BOOT_ID_SIZE);
    assert_memory_not_equal(one.bytes, none.bytes, BOOT_ID_SIZE);
}

/* Its clock may be set otherwise, so what was exported here is not to be believed there. */
static void another_time_namespace_is_another_boot(void **state)
{
    struct boot_id ours = {0};
    pid_t child;
    int ended = 0;

    (void)state;
    assert_true(boot_id_read(&ours));
    child = fork();
    if (child == 0) {
        struct boot_id theirs = {0};
        pid_t inside;

        if (unshare(CLONE_NEWTIME) != 0) {
            _exit(2); /* not allowed */
        }
        inside = fork(); /* the children are in it, not who made it: unshare(2) */
        if (inside == 0) {
            _exit(!boot_id_read(&theirs) || memcmp(ours.bytes, theirs.bytes, BOOT_ID_SIZE) == 0);
        }
        _exit(waitpid(inside, &ended, 0) != inside || ended != 0);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    if (WEXITSTATUS(ended) == 2) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(ended), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(what_no_lock_can_be_is_refused),
        cmocka_unit_test(the_boot_has_an_id),
        cmocka_unit_test(another_time_namespace_is_another_boot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* provider_test.c - getting keys on a thread of its own. */
#include "support/testing.h"

#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/provider.h"
#include "support/fake_source.h"

struct world {
    struct fake_source *source;
    struct provider *provider;
    sem_t changes;
};

static void count_change(void *user)
{
    (void)sem_post(user);
}

static void world_open(struct world *w)
{
    w->source = fake_source_create();
    w->provider = provider_create(fake_source_base(w->source));
    assert_non_null(w->provider);
    assert_int_equal(sem_init(&w->changes, 0, 0), 0);
    provider_notify(w->provider, count_change, &w->changes);
}

static void world_close(struct world *w)
{
    provider_destroy(w->provider, false);
    (void)sem_destroy(&w->changes);
}

static void await_change(struct world *w)
{
    while (sem_wait(&w->changes) != 0) {
    }
}

/* Keys with this id have come. */
static void expect_keys(struct world *w, const char *access_key_id)
{
    struct credentials *credentials = NULL;
    ddblock_error failure = {0};

    assert_int_equal(provider_hear(w->provider, &credentials, &failure), PROVIDER_KEYS);
    assert_string_equal(credentials->access_key_id, access_key_id);
    credentials_destroy(credentials);
    assert_int_equal(provider_hear(w->provider, &credentials, &failure), PROVIDER_NOTHING);
}

static void nothing_is_asked_before_somebody_needs_keys(void **state)
{
    struct world w;
    struct credentials *credentials = NULL;
    ddblock_error failure = {0};

    (void)state;
    world_open(&w);
    assert_false(provider_is_asked(w.provider));
    assert_int_equal(provider_hear(w.provider, &credentials, &failure), PROVIDER_NOTHING);
    assert_int_equal(fake_source_asked(w.source), 0);
    world_close(&w);
    provider_destroy(NULL, false);
    assert_null(provider_create(NULL));
}

static void one_asking_serves_all_who_want(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    fake_source_hold(w.source, true);
    fake_source_give(w.source, "FIRST", -1, NULL);
    for (int i = 0; i < 5; i++) {
        provider_ask(w.provider);
        assert_true(provider_is_asked(w.provider));
    }
    fake_source_hold(w.source, false);
    await_change(&w);
    assert_false(provider_is_asked(w.provider));
    assert_int_equal(fake_source_asked(w.source), 1);
    assert_int_equal(fake_source_most_at_once(w.source), 1);
    expect_keys(&w, "FIRST");
    world_close(&w);
}

static void a_failure_is_told_and_asking_tries_again(void **state)
{
    struct world w;
    struct credentials *credentials = NULL;
    ddblock_error failure = {0};

    (void)state;
    world_open(&w);
    fake_source_refuse(w.source, DDBLOCK_UNAVAILABLE, "the service is down");
    fake_source_give(w.source, "SECOND", -1, NULL);
    provider_ask(w.provider);
    await_change(&w);
    assert_int_equal(provider_hear(w.provider, &credentials, &failure), PROVIDER_FAILURE);
    assert_int_equal(failure.status, DDBLOCK_UNAVAILABLE);
    assert_string_equal(failure.message, "the service is down");
    provider_ask(w.provider);
    await_change(&w);
    expect_keys(&w, "SECOND");
    world_close(&w);
}

static void a_refusal_of_keys_just_given_does_not_ask_again(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    fake_source_give(w.source, "FIRST", -1, NULL);
    provider_ask(w.provider);
    await_change(&w);
    assert_false(provider_force(w.provider));
    assert_int_equal(fake_source_asked(w.source), 1);
    expect_keys(&w, "FIRST");
    world_close(&w);
}

/* Keys that nobody fetched are given up for newer ones. */
static void only_the_newest_keys_are_kept(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    fake_source_give(w.source, "FIRST", -1, NULL);
    fake_source_give(w.source, "SECOND", -1, NULL);
    provider_ask(w.provider);
    await_change(&w);
    provider_ask(w.provider);
    await_change(&w);
    expect_keys(&w, "SECOND");
    world_close(&w);
}

static void closing_waits_for_a_source_that_is_being_asked(void **state)
{
    struct world w;

    (void)state;
    world_open(&w);
    fake_source_hold(w.source, true);
    fake_source_give(w.source, "FIRST", 3600 * 1000, NULL);
    provider_ask(w.provider);
    while (fake_source_asked(w.source) == 0) {
        (void)usleep(1000);
    }
    fake_source_hold(w.source, false);
    world_close(&w); /* the sanitizers tell of what is left, or touched too late */
}

static void in_a_forked_child_it_can_be_freed(void **state)
{
    struct world w;
    int status = 0;
    pid_t pid;

    (void)state;
    world_open(&w);
    fake_source_hold(w.source, true);
    fake_source_give(w.source, "FIRST", -1, NULL);
    provider_ask(w.provider);
    while (fake_source_asked(w.source) == 0) {
        (void)usleep(1000);
    }
    pid = fork();
    if (pid == 0) {
        provider_destroy(w.provider, true);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    fake_source_hold(w.source, false);
    await_change(&w);
    expect_keys(&w, "FIRST");
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_asked_before_somebody_needs_keys),
        cmocka_unit_test(one_asking_serves_all_who_want),
        cmocka_unit_test(a_failure_is_told_and_asking_tries_again),
        cmocka_unit_test(a_refusal_of_keys_just_given_does_not_ask_again),
        cmocka_unit_test(only_the_newest_keys_are_kept),
        cmocka_unit_test(closing_waits_for_a_source_that_is_being_asked),
        cmocka_unit_test(in_a_forked_child_it_can_be_freed),
    };

    return cmocka_run_group_tests_name("provider", tests, NULL, NULL);
}

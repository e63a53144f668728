/* metrics_test.c - what is counted: whole lives of locks on a store that answers when told, with a
 * time that stands still, and the text that Prometheus reads. */
#include "engine/still.h"

#include <ctype.h>

static ddblock_metrics before; /* as they were told last */

static int set_up(void **state)
{
    metrics_init(&before);
    return still_set_up(state);
}

static ddblock_metrics metrics_of(struct fixture *f)
{
    ddblock_metrics metrics;

    memset(&metrics, 0xff, sizeof(metrics));
    assert_int_equal(ddblock_store_metrics(&f->engine, &metrics), DDBLOCK_OK);
    return metrics;
}

static uint64_t count_of(const ddblock_histogram *histogram)
{
    uint64_t count = 0;

    for (size_t i = 0; i < DDBLOCK_HISTOGRAM_BUCKETS; i++) {
        count += histogram->buckets[i];
    }
    return count;
}

/* All counters in one line, those that are 0 left out, so that a story sees each that moved. */
static const char *moved(struct fixture *f)
{
#define FIELD(name)                                                                                \
    {                                                                                              \
#name, offsetof(ddblock_metrics, name)                                                     \
    }
    static const struct {
        const char *name;
        size_t offset;
    } fields[] = {
        FIELD(acquisitions),
        FIELD(acquired_fresh),
        FIELD(acquired_released),
        FIELD(acquired_taken_over),
        FIELD(not_acquired),
        FIELD(acquisitions_cancelled),
        FIELD(acquisitions_failed),
        FIELD(at_risk),
        FIELD(lost_lease_ended),
        FIELD(lost_taken),
        FIELD(lost_broken),
        FIELD(lost_gone),
        FIELD(released),
        FIELD(releases_in_doubt),
        FIELD(releases_failed),
        FIELD(heartbeats_withheld),
        FIELD(requests_acquire),
        FIELD(requests_take_over),
        FIELD(requests_renew),
        FIELD(requests_release),
        FIELD(requests_read),
        FIELD(requests_read_latest),
        FIELD(requests_break),
        FIELD(requests_list),
        FIELD(requests_refused),
        FIELD(requests_in_doubt),
        FIELD(requests_failed),
        FIELD(requests_throttled),
        FIELD(requests_retried),
        FIELD(requests_unsent),
        FIELD(write_units),
        FIELD(read_half_units),
    };
#undef FIELD
    static char text[1024];
    ddblock_metrics now = metrics_of(f);
    size_t size = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        uint64_t was = *(const uint64_t *)((const char *)&before + fields[i].offset);
        uint64_t is = *(const uint64_t *)((const char *)&now + fields[i].offset);

        if (is != was) {
            size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%s %llu",
                                     size > 0 ? ", " : "", fields[i].name,
                                     (unsigned long long)(is - was));
        }
    }
    before = now;
    return text;
}

static void a_life_is_counted(void **state)
{
    struct fixture *f = *state;
    struct ddblock_lock *lock = start(f);
    ddblock_metrics metrics = metrics_of(f);

    assert_true(metrics.heartbeat_margin_min_us == UINT64_MAX);
    fake_host_pass_ms(&f->host, 20);
    carry_out_all(f);
    assert_string_equal(moved(f), "acquisitions 1, acquired_fresh 1, requests_acquire 1, "
                                  "write_units 1");
    fake_host_pass_ms(&f->host, 3400); /* the heartbeat is due, at the latest */
    turn(f);
    fake_host_pass_ms(&f->host, 30);
    carry_out_all(f);
    assert_string_equal(moved(f), "requests_renew 1, write_units 1");
    assert_int_equal(release(f, lock), DDBLOCK_OK);
    assert_string_equal(moved(f), "released 1, requests_release 1, write_units 1");

    metrics = metrics_of(f);
    assert_int_equal(count_of(&metrics.wait), 1);
    assert_int_equal(metrics.wait.sum_us, 20000);
    assert_int_equal(count_of(&metrics.heartbeat), 1);
    assert_int_equal(metrics.heartbeat.sum_us, 30000);
    assert_int_equal(count_of(&metrics.hold), 1);
    assert_int_equal(metrics.hold.sum_us, 3430000);
    /* 10 s of lease, less the margin of 10 ms, from when it was sent. */
    assert_int_equal(metrics.heartbeat_margin_min_us, (10000 - 10 - 20 - 3400 - 30) * 1000);
}

static void releases_and_take_overs_are_told_apart(void **state)
{
    struct fixture *f = *state;
    struct ddblock_lock *lock = acquire(f);

    assert_int_equal(release(f, lock), DDBLOCK_OK);
    (void)moved(f);
    lock = acquire(f);
    assert_string_equal(moved(f), "acquisitions 1, acquired_released 1, requests_acquire 1, "
                                  "write_units 1");
    assert_int_equal(release(f, lock), DDBLOCK_OK);
    (void)moved(f);
    f->fake.record.lease_ms = 300; /* somebody held it, and died */
    lock = start_with(f, f->client,
                      (struct machine_patience){.by_time = true, .limit = DURATION_FOREVER});
    carry_out_all(f);
    fake_host_pass_ms(&f->host, 300);
    carry_out_all(f);
    assert_string_equal(moved(f), "acquisitions 1, acquired_taken_over 1, requests_acquire 1, "
                                  "requests_take_over 1, requests_refused 1, write_units 2");
    assert_int_equal(release(f, lock), DDBLOCK_OK);
}

static void acquisitions_that_end_without_the_lock(void **state)
{
    struct fixture *f = *state;
    struct ddblock_client *other;
    ddblock_client_options options;
    struct ddblock_lock *held = acquire(f);
    struct ddblock_lock *lock;

    ddblock_client_options_init(&options);
    other = open_client(f, &options);
    (void)moved(f);
    lock = start_with(f, other, (struct machine_patience){.by_time = true});
    carry_out_all(f);
    assert_string_equal(moved(f), "acquisitions 1, not_acquired 1, requests_acquire 1, "
                                  "requests_refused 1, write_units 1");
    assert_int_equal(release(f, lock), DDBLOCK_OK);

    lock = start_with(f, f->client, (struct machine_patience){.by_time = true}); /* in line */
    carry_out_all(f);
    assert_string_equal(moved(f), "acquisitions 1, not_acquired 1");
    assert_int_equal(release(f, lock), DDBLOCK_OK);

    lock =
        start_with(f, other, (struct machine_patience){.by_time = true, .limit = DURATION_FOREVER});
    carry_out_all(f);
    fake_host_pass_ms(&f->host, 320);
    carry_out_all(f); /* a poll */
    lock_cancel(lock);
    carry_out_all(f);
    assert_string_equal(moved(f), "acquisitions 1, acquisitions_cancelled 1, requests_acquire 1, "
                                  "requests_read 1, requests_refused 1, write_units 1, "
                                  "read_half_units 1");
    assert_int_equal(release(f, lock), DDBLOCK_OK);

    lock = start_with(f, other, (struct machine_patience){.by_time = true});
    fake_store_reply(&f->fake, 0,
                     (struct outcome){.kind = OUTCOME_FAILED, .status = DDBLOCK_DENIED});
    carry_out_all(f);
    assert_string_equal(moved(f), "acquisitions 1, acquisitions_failed 1, requests_acquire 1, "
                                  "requests_failed 1, write_units 1");
    assert_int_equal(release(f, lock), DDBLOCK_OK);
    assert_int_equal(release(f, held), DDBLOCK_OK);
    client_release(other);
}

static void losses_are_counted_by_their_cause(void **state)
{
    struct fixture *f = *state;
    struct ddblock_lock *lock = acquire(f);
    ddblock_metrics metrics;

    (void)moved(f);
    f->fake.record.guid.bytes[40] ^= 1; /* somebody else's */
    f->fake.record.token = 2;
    fake_host_pass_ms(&f->host, 3400);
    carry_out_all(f);
    assert_string_equal(moved(f), "lost_taken 1, requests_renew 1, requests_refused 1, "
                                  "write_units 1");
    assert_int_equal(release(f, lock), DDBLOCK_LOST);
    assert_string_equal(moved(f), "");

    f->fake.record.lease_ms = 1;
    lock = acquire(f);
    (void)moved(f);
    f->fake.record.lease_ms = 1;
    fake_host_pass_ms(&f->host, 3400);
    carry_out_all(f);
    assert_string_equal(moved(f), "lost_broken 1, requests_renew 1, requests_refused 1, "
                                  "write_units 1");
    assert_int_equal(release(f, lock), DDBLOCK_LOST);

    lock = acquire(f);
    (void)moved(f);
    f->fake.record = (struct record){.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};
    assert_int_equal(release(f, lock), DDBLOCK_LOST); /* which tells it */
    assert_string_equal(moved(f), "lost_gone 1, requests_release 1, requests_refused 1, "
                                  "write_units 1");

    lock = acquire(f);
    (void)moved(f);
    fake_host_pass_ms(&f->host, 9000);
    turn(f);
    fake_host_pass_ms(&f->host, 1000);
    turn(f);
    assert_string_equal(moved(f), "at_risk 1, lost_lease_ended 1, requests_renew 1, "
                                  "write_units 1");
    fake_store_lose(&f->fake, 0);
    assert_int_equal(release(f, lock), DDBLOCK_LOST);
    assert_string_equal(moved(f), "requests_release 1, requests_in_doubt 1, write_units 1");
    metrics = metrics_of(f);
    assert_int_equal(count_of(&metrics.hold), 4);
    assert_int_equal(count_of(&metrics.wait), 4);
    assert_int_equal(count_of(&metrics.heartbeat), 0);
}

static void failures_doubts_and_retries(void **state)
{
    struct fixture *f = *state;
    struct ddblock_lock *lock = acquire(f);

    (void)moved(f);
    fake_host_pass_ms(&f->host, 3400);
    turn(f);
    fake_store_reply(&f->fake, 0,
                     (struct outcome){.kind = OUTCOME_FAILED, .status = DDBLOCK_THROTTLED});
    turn(f);
    fake_host_pass_ms(&f->host, 1000);
    turn(f);
    fake_store_lose(&f->fake, 0);
    turn(f);
    fake_host_pass_ms(&f->host, 2000);
    carry_out_all(f);
    assert_string_equal(moved(f), "requests_renew 3, requests_in_doubt 1, requests_failed 1, "
                                  "requests_throttled 1, requests_retried 2, write_units 3");

    lock_release_start(lock);
    turn(f);
    while (!lock->answered) {
        while (f->fake.sent_count > 0) {
            fake_store_lose(&f->fake, 0);
        }
        fake_host_pass_ms(&f->host, 1000);
        turn(f);
    }
    assert_int_equal(lock_release(lock, NULL), DDBLOCK_IN_DOUBT);
    assert_int_equal(metrics_of(f).releases_in_doubt, 1);
    assert_true(metrics_of(f).requests_retried > 4);

    f->fake.record.lease_ms = 1;
    lock = acquire(f);
    (void)moved(f);
    lock_release_start(lock);
    turn(f);
    fake_store_reply(&f->fake, 0,
                     (struct outcome){.kind = OUTCOME_FAILED, .status = DDBLOCK_DENIED});
    turn(f);
    assert_int_equal(lock_release(lock, NULL), DDBLOCK_DENIED);
    assert_string_equal(moved(f), "releases_failed 1, requests_release 1, requests_failed 1, "
                                  "write_units 1");
}

static void what_is_not_sent_is_counted_as_such(void **state)
{
    struct fixture *f = *state;
    struct ddblock_lock *locks[CAPACITY + 1];

    for (size_t i = 0; i < CAPACITY + 1; i++) {
        char name[] = {(char)('a' + i), '\0'};
        ddblock_id id = ddblock_id_string(name);
        struct machine_patience patience = {.by_time = true, .limit = DURATION_FOREVER};

        assert_int_equal(lock_start(f->client, &id, &patience, NULL, false, &locks[i], NULL),
                         DDBLOCK_OK);
    }
    turn(f);
    fake_host_pass_ms(&f->host, 6000);
    fake_store_lose(&f->fake, 0);
    turn(f);
    assert_string_equal(moved(f), "acquisitions 3, requests_acquire 2, requests_in_doubt 1, "
                                  "requests_unsent 1, write_units 2");
    carry_out_all(f);
    for (size_t i = 0; i < CAPACITY + 1; i++) {
        (void)release(f, locks[i]);
    }
}

static void withheld_heartbeats_are_counted(void **state)
{
    struct fixture *f = *state;
    struct ddblock_client *client;
    ddblock_client_options options;
    struct ddblock_lock *lock;

    ddblock_client_options_init(&options);
    options.max_hold_ms = 1000;
    client = open_client(f, &options);
    lock = start_with(f, client, (struct machine_patience){.by_time = true});
    carry_out_all(f);
    (void)moved(f);
    fake_host_pass_ms(&f->host, 3400);
    carry_out_all(f);
    assert_string_equal(moved(f), "heartbeats_withheld 1");
    assert_int_equal(release(f, lock), DDBLOCK_OK);
    client_release(client);
}

/* A look, a break and a list, on a store with a thread of its own. */
static void errands_are_counted(void **state)
{
    ddblock_id id = ddblock_id_string("lock");
    ddblock_store *store = NULL;
    ddblock_client *client = NULL;
    ddblock_lock *lock = NULL;
    ddblock_list *list = NULL;
    const ddblock_list_entry *entry = NULL;
    ddblock_info info;
    ddblock_metrics metrics;

    (void)state;
    assert_int_equal(ddblock_store_open_memory(&store, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_client_open(store, NULL, &client, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_acquire(client, &id, NULL, &lock, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_show(store, &id, &info, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_break(store, &id, &info, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_list_open(store, NULL, &list, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_list_next(list, &entry, NULL), DDBLOCK_OK);
    ddblock_list_close(list);
    assert_int_equal(ddblock_store_metrics(store, &metrics), DDBLOCK_OK);
    assert_int_equal(metrics.acquisitions, 1);
    assert_int_equal(metrics.requests_list, 1);
    assert_int_equal(metrics.requests_read_latest, 1);
    assert_int_equal(metrics.requests_break, 1);
    assert_int_equal(metrics.write_units, 2);
    assert_int_equal(metrics.read_half_units, 2);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_LOST);
    assert_int_equal(ddblock_store_metrics(store, &metrics), DDBLOCK_OK);
    assert_int_equal(metrics.lost_broken, 1);
    assert_int_equal(ddblock_store_metrics(NULL, &metrics), DDBLOCK_INVALID);
    assert_int_equal(ddblock_store_metrics(store, NULL), DDBLOCK_INVALID);
    ddblock_client_close(client);
    ddblock_store_close(store);
}

/* ------------------------------------------------------------------ buckets */

/* A lock that is held for so long falls into the bucket. */
static void expect_bucket(void **state, int64_t us, size_t bucket)
{
    struct fixture *f = NULL;
    struct ddblock_lock *lock;
    ddblock_metrics metrics;

    (void)state;
    assert_int_equal(still_set_up((void **)&f), 0);
    lock = start(f);
    f->host.now.ns += us * 1000;
    /* Fail-open ones of ten seconds could not be waited for so long: what counts is the time. */
    lock->machine.deadline = INSTANT_NEVER;
    lock->machine.config.lease_ms = LEASE_MAX_MS;
    carry_out_all(f);
    metrics = metrics_of(f);
    assert_int_equal(metrics.wait.sum_us, us);
    assert_int_equal(metrics.wait.buckets[bucket], 1);
    assert_int_equal(count_of(&metrics.wait), 1);
    lock_cancel(lock);
    assert_int_equal(release(f, lock), DDBLOCK_OK);
    assert_int_equal(still_tear_down((void **)&f), 0);
}

static void buckets_double(void **state)
{
    expect_bucket(state, 0, 0);
    expect_bucket(state, 64, 0);
    expect_bucket(state, 65, 1);
    expect_bucket(state, 128, 1);
    expect_bucket(state, 129, 2);
    expect_bucket(state, 1000000, 14); /* 2^20 µs is just above a second */
    expect_bucket(state, INT64_C(64) << 24, 24);
    expect_bucket(state, (INT64_C(64) << 24) + 1, 25);
}

/* ------------------------------------------------------------------ Prometheus */

static bool is_name(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!isalpha((unsigned char)text[i]) && text[i] != '_' &&
            (i == 0 || !isdigit((unsigned char)text[i]))) {
            return false;
        }
    }
    return size > 0;
}

/* What a sample may be called after "# TYPE name type". */
static bool belongs_to(const char *sample, size_t size, const char *name, const char *type)
{
    static const char *const endings[] = {"_bucket", "_sum", "_count"};
    size_t length = strlen(name);

    if (strcmp(type, "histogram") != 0) {
        return size == length && memcmp(sample, name, size) == 0;
    }
    for (size_t i = 0; i < 3; i++) {
        if (size == length + strlen(endings[i]) && memcmp(sample, name, length) == 0 &&
            memcmp(sample + length, endings[i], strlen(endings[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* The value behind a sample's name and labels, which must be well-formed: {name="value"}. */
static double sample_value(const char *rest)
{
    char *end = NULL;
    double value;

    if (*rest == '{') {
        const char *label = ++rest;

        rest += strcspn(rest, "=");
        assert_true(is_name(label, (size_t)(rest - label)));
        assert_memory_equal(rest, "=\"", 2);
        rest += 2;
        rest += strcspn(rest, "\"\\\n");
        assert_memory_equal(rest, "\"}", 2);
        rest += 2;
    }
    assert_int_equal(*rest, ' ');
    value = strtod(rest + 1, &end);
    assert_int_equal(*end, '\0');
    assert_true(value >= 0);
    return value;
}

/* Reads the text by the grammar of the format; how many samples there are. Buckets must rise, and
 * the last be the count. */
static unsigned check_text(char *text)
{
    char name[128] = "";
    char type[16] = "";
    char helped[128] = "";
    unsigned samples = 0;
    double bucket = 0;
    char *next = text;

    while (*next != '\0') {
        char *line = next;
        size_t size = strcspn(line, "\n");

        assert_int_equal(line[size], '\n'); /* also the last one */
        line[size] = '\0';
        next = line + size + 1;
        if (sscanf(line, "# HELP %127s", helped) == 1) {
            assert_true(strlen(line) > strlen("# HELP ") + strlen(helped) + 1);
            assert_string_not_equal(helped, name); /* each family once */
        } else if (line[0] == '#') {
            assert_int_equal(sscanf(line, "# TYPE %127s %15s", name, type), 2);
            assert_string_equal(name, helped);
            assert_true(is_name(name, strlen(name)));
            assert_true(strncmp(name, "ddblock_", 8) == 0);
            assert_true(strcmp(type, "counter") != 0 || strstr(name, "_total") != NULL);
            bucket = 0;
        } else {
            size_t length = strcspn(line, "{ ");
            double value = sample_value(line + length);

            assert_true(belongs_to(line, length, name, type));
            if (strstr(line, "_bucket{le=\"") != NULL) {
                assert_true(value >= bucket);
                bucket = value;
            } else if (strcmp(type, "histogram") == 0 && strstr(line, "_count ") != NULL) {
                assert_true(value == bucket);
            }
            samples++;
        }
    }
    return samples;
}

static void prometheus_can_read_it(void **state)
{
    enum { COUNTERS = 33, HISTOGRAMS = 3 };
    struct fixture *f = *state;
    struct ddblock_lock *lock = acquire(f);
    ddblock_metrics metrics;
    char *text;
    size_t size;

    fake_host_pass_ms(&f->host, 3400);
    carry_out_all(f);
    assert_int_equal(release(f, lock), DDBLOCK_OK);
    metrics = metrics_of(f);
    metrics.read_half_units = 3;
    size = ddblock_metrics_prometheus(&metrics, NULL, 0);
    text = malloc(size);
    assert_int_equal(ddblock_metrics_prometheus(&metrics, text, size), size);
    assert_int_equal(strlen(text), size - 1);
    assert_non_null(strstr(text, "# TYPE ddblock_acquired_total counter\n"
                                 "ddblock_acquired_total{origin=\"fresh\"} 1\n"
                                 "ddblock_acquired_total{origin=\"released\"} 0\n"));
    assert_non_null(strstr(text, "\nddblock_requests_total{kind=\"renew\"} 1\n"));
    assert_non_null(strstr(text, "\nddblock_write_units_total 3\n"));
    assert_non_null(strstr(text, "\nddblock_read_units_total 1.5\n"));
    assert_non_null(strstr(text, "\nddblock_heartbeat_margin_least_seconds 6.590000\n"));
    assert_non_null(strstr(text, "\nddblock_hold_seconds_bucket{le=\"2.097152\"} 0\n"
                                 "ddblock_hold_seconds_bucket{le=\"4.194304\"} 1\n"));
    assert_non_null(strstr(text, "\nddblock_hold_seconds_bucket{le=\"+Inf\"} 1\n"
                                 "ddblock_hold_seconds_sum 3.400000\n"
                                 "ddblock_hold_seconds_count 1\n"));
    assert_non_null(strstr(text, "\nddblock_wait_seconds_bucket{le=\"0.000064\"} 1\n"));
    assert_int_equal(check_text(text), COUNTERS + HISTOGRAMS * (DDBLOCK_HISTOGRAM_BUCKETS + 2));
    free(text);
}

/* The largest numbers fit, and a buffer that is too small is not overrun. */
static void it_is_cut_to_the_buffer(void **state)
{
    ddblock_metrics metrics;
    char *whole;
    size_t size;

    (void)state;
    memset(&metrics, 0xff, sizeof(metrics));
    size = ddblock_metrics_prometheus(&metrics, NULL, 0);
    whole = malloc(size);
    (void)ddblock_metrics_prometheus(&metrics, whole, size);
    assert_non_null(strstr(whole, "\nddblock_acquisitions_total 18446744073709551615\n"));
    assert_non_null(strstr(whole, "\nddblock_heartbeat_margin_least_seconds +Inf\n"));
    for (size_t small = 1; small < size; small += small < 300 ? 1 : 97) {
        char *text = malloc(small);

        assert_int_equal(ddblock_metrics_prometheus(&metrics, text, small), size);
        assert_int_equal(strlen(text), small - 1);
        assert_memory_equal(text, whole, small - 1);
        free(text);
    }
    free(whole);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, still_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_life_is_counted),
        TEST(releases_and_take_overs_are_told_apart),
        TEST(acquisitions_that_end_without_the_lock),
        TEST(losses_are_counted_by_their_cause),
        TEST(failures_doubts_and_retries),
        TEST(what_is_not_sent_is_counted_as_such),
        TEST(withheld_heartbeats_are_counted),
        cmocka_unit_test(errands_are_counted),
        cmocka_unit_test(buckets_double),
        TEST(prometheus_can_read_it),
        cmocka_unit_test(it_is_cut_to_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

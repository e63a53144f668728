/* store_contract_list.c - lists of locks, page by page. */
#include "support/store_contract.h"

#include "base/random.h"

enum { LISTED_MAX = 4000 };

/* Everything that a list had, over all its pages. */
struct listed {
    struct page_entry *entries;
    size_t count;
    size_t pages;
};

/* What happens between two pages. */
typedef void between_pages(struct contract *contract, void *context, size_t page);

struct query {
    ddblock_key_type types[2]; /* of the store's ids */
    ddblock_key partition;     /* NONE: all */
    ddblock_key prefix;        /* NONE: all */
    size_t limit;
    between_pages *between;
    void *context;
};

static struct lock_key key_from(ddblock_key key)
{
    return (struct lock_key){key.type, bytes_from(key.data, key.size)};
}

static void listed_add(struct listed *listed, struct page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        assert_true(listed->count < LISTED_MAX);
        listed->entries[listed->count] = page->entries[i];
        page->entries[i].id = NULL; /* it is the list's now */
        listed->count++;
    }
    listed->pages++;
}

static struct listed list_all(struct contract *contract, const struct query *query)
{
    struct store *store = contract_store(contract, query->types[0], query->types[1]);
    struct listed listed = {.entries = calloc(LISTED_MAX, sizeof(struct page_entry))};
    struct page page = {0};

    assert_non_null(listed.entries);
    assert_true(page_init(&page, query->limit));
    page.partition = key_from(query->partition);
    page.prefix = key_from(query->prefix);
    while (!page.is_last) {
        contract_fill(store, &page);
        listed_add(&listed, &page);
        if (query->between != NULL) {
            query->between(contract, query->context, listed.pages);
        }
    }
    page_finish(&page);
    return listed;
}

static void listed_finish(struct listed *listed)
{
    for (size_t i = 0; i < listed->count; i++) {
        lock_id_destroy(listed->entries[i].id);
    }
    free(listed->entries);
}

/* How often the id is in the list, and the record that it has there. */
static size_t times_listed(const struct listed *listed, const struct lock_id *id,
                           struct record *ret_record)
{
    size_t times = 0;

    for (size_t i = 0; i < listed->count; i++) {
        if (lock_id_compare(listed->entries[i].id, id) == 0) {
            times++;
            if (ret_record != NULL) {
                *ret_record = listed->entries[i].record;
            }
        }
    }
    return times;
}

static void expect_no_doubles(const struct listed *listed)
{
    for (size_t i = 0; i < listed->count; i++) {
        assert_int_equal(times_listed(listed, listed->entries[i].id, NULL), 1);
    }
}

static void make_lock(struct contract *contract, ddblock_key partition, ddblock_key sort)
{
    struct lock_id *id = contract_id_from(partition, sort);
    struct request ask = contract_request(REQUEST_ACQUIRE);
    struct store *store = contract_store(contract, partition.type, sort.type);
    enum outcome_kind outcome = contract_ask(contract, store, id, &ask).outcome.kind;

    /* Other cases may have made it. */
    assert_true(outcome == OUTCOME_APPLIED || outcome == OUTCOME_REFUSED);
    lock_id_destroy(id);
}

/* A text that no other case begins its ids with. */
static const char *unique(char text[32])
{
    uint64_t number = 0;

    assert_true(random_fill(&number, sizeof(number)));
    snprintf(text, 32, "list-%016llx", (unsigned long long)number);
    return text;
}

static ddblock_key string_key(char text[64], const char *head, size_t number)
{
    snprintf(text, 64, "%s/%zu", head, number);
    return ddblock_key_string(text);
}

static void what_is_not_there_is_not_listed(void **state)
{
    char head[32];
    struct query query = {
        .types = {DDBLOCK_KEY_STRING, DDBLOCK_KEY_STRING},
        .partition = ddblock_key_string(unique(head)),
        .limit = 10,
    };
    struct listed listed = list_all(*state, &query);

    assert_int_equal(listed.count, 0);
    assert_int_equal(listed.pages, 1);
    listed_finish(&listed);
    query.prefix = query.partition;
    query.partition = (ddblock_key){0};
    listed = list_all(*state, &query);
    assert_int_equal(listed.count, 0);
    listed_finish(&listed);
}

static void a_scan_has_every_lock_once(void **state)
{
    static const size_t limits[] = {1, 7, 10, 1000};
    enum { LOCKS = 20 };
    struct contract *contract = *state;
    struct lock_id *ids[LOCKS];

    for (size_t i = 0; i < LOCKS; i++) {
        ids[i] = contract_id();
        (void)contract_hold(contract, ids[i], i % 2 ? REQUEST_ACQUIRE : REQUEST_ACQUIRE_CLOSED);
    }
    for (size_t l = 0; l < sizeof(limits) / sizeof(limits[0]); l++) {
        struct query query = {.types = {DDBLOCK_KEY_STRING}, .limit = limits[l]};
        struct listed listed = list_all(contract, &query);

        assert_true(listed.pages >= LOCKS / limits[l]);
        assert_true(listed.count >= LOCKS);
        expect_no_doubles(&listed);
        for (size_t i = 0; i < LOCKS; i++) {
            struct record seen = contract_look(contract, ids[i]);
            struct record record;

            assert_int_equal(times_listed(&listed, ids[i], &record), 1);
            expect_same_record(&record, &seen);
        }
        listed_finish(&listed);
    }
    for (size_t i = 0; i < LOCKS; i++) {
        lock_id_destroy(ids[i]);
    }
}

/* Released locks and fail-closed ones too, each as a look shows it; deleted ones not. */
static void each_is_listed_as_it_is(void **state)
{
    struct contract *contract = *state;
    struct query query = {.types = {DDBLOCK_KEY_STRING}, .limit = 100};
    struct lock_id *ids[] = {contract_id(), contract_id(), contract_id(), contract_id()};
    struct guid mine;
    struct request ask;
    struct listed listed;

    (void)contract_hold(contract, ids[0], REQUEST_ACQUIRE);
    (void)contract_hold(contract, ids[1], REQUEST_ACQUIRE_CLOSED);
    mine = contract_hold(contract, ids[2], REQUEST_ACQUIRE);
    ask = contract_request_mine(REQUEST_RELEASE, &mine);
    (void)contract_expect(contract, ids[2], &ask, OUTCOME_APPLIED);
    mine = contract_hold(contract, ids[3], REQUEST_ACQUIRE_CLOSED);
    ask = contract_request_mine(REQUEST_RELEASE_CLOSED, &mine);
    (void)contract_expect(contract, ids[3], &ask, OUTCOME_APPLIED);

    listed = list_all(contract, &query);
    for (size_t i = 0; i < 4; i++) {
        struct record seen = contract_look(contract, ids[i]);
        struct record record = {0};

        assert_int_equal(times_listed(&listed, ids[i], &record), i < 3 ? 1 : 0);
        if (i < 3) {
            expect_same_record(&record, &seen);
        }
        lock_id_destroy(ids[i]);
    }
    listed_finish(&listed);
}

/* Three keys of a type, of which the first two begin with the same three bytes. */
static ddblock_key sample(ddblock_key_type type, size_t which)
{
    static const char *const strings[] = {"\x01\"\\ \xF0\x9F\x94\x92", "\x01\"\\", "%_'; --"};
    static const char *const numbers[] = {"-12345678901234567890123456789012345678", "-123",
                                          "1E-130"};
    static const char binaries[3][4] = {"\0\xFF\x80\n", "\0\xFF\x80\r", "\0\xFF\0\n"};

    switch (type) {
    case DDBLOCK_KEY_STRING:
        return ddblock_key_string(strings[which]);
    case DDBLOCK_KEY_NUMBER:
        return ddblock_key_number(numbers[which]);
    case DDBLOCK_KEY_BINARY:
        return ddblock_key_binary(binaries[which], sizeof(binaries[which]));
    case DDBLOCK_KEY_NONE:
        break;
    }
    return (ddblock_key){0};
}

/* Nine locks of these types, listed whole and by partition, in pages of two. */
static void expect_types(struct contract *contract, ddblock_key_type partition,
                         ddblock_key_type sort)
{
    struct query query = {.types = {partition, sort}, .limit = 2};
    size_t sorts = sort == DDBLOCK_KEY_NONE ? 1 : 3;
    struct listed all;

    for (size_t i = 0; i < 3 * sorts; i++) {
        make_lock(contract, sample(partition, i / sorts), sample(sort, i % sorts));
    }
    all = list_all(contract, &query);
    expect_no_doubles(&all);
    for (size_t i = 0; i < 3; i++) {
        struct listed part;

        query.partition = sample(partition, i);
        part = list_all(contract, &query);
        expect_no_doubles(&part);
        for (size_t j = 0; j < part.count; j++) {
            struct lock_key key = key_from(query.partition);

            assert_true(lock_key_equal(&part.entries[j].id->partition, &key));
        }
        for (size_t j = 0; j < sorts; j++) {
            struct lock_id *id = contract_id_from(sample(partition, i), sample(sort, j));

            assert_int_equal(times_listed(&all, id, NULL), 1);
            assert_int_equal(times_listed(&part, id, NULL), 1);
            lock_id_destroy(id);
        }
        listed_finish(&part);
    }
    listed_finish(&all);
}

static void ids_of_every_type(void **state)
{
    static const ddblock_key_type types[] = {DDBLOCK_KEY_STRING, DDBLOCK_KEY_NUMBER,
                                             DDBLOCK_KEY_BINARY, DDBLOCK_KEY_NONE};

    for (size_t p = 0; p < 3; p++) {
        for (size_t s = 0; s < 4; s++) {
            expect_types(*state, types[p], types[s]);
        }
    }
}

static void the_longest_ids_are_where_a_page_ends(void **state)
{
    struct contract *contract = *state;
    static const ddblock_key_type types[] = {DDBLOCK_KEY_STRING, DDBLOCK_KEY_BINARY};
    char bytes[PARTITION_KEY_SIZE_MAX];

    memset(bytes, '\1', sizeof(bytes));
    for (size_t t = 0; t < 2; t++) {
        ddblock_key partition = {.type = types[t], .data = bytes, .size = sizeof(bytes)};
        ddblock_key sort = {.type = types[t], .data = bytes, .size = SORT_KEY_SIZE_MAX};
        struct query query = {
            .types = {types[t], types[t]},
            .partition = partition,
            .prefix = {.type = types[t], .data = bytes, .size = SORT_KEY_SIZE_MAX - 1},
            .limit = 1,
        };
        struct listed listed;

        make_lock(contract, partition, sort);
        sort.size--;
        make_lock(contract, partition, sort);
        listed = list_all(contract, &query);
        assert_int_equal(listed.count, 2);
        expect_no_doubles(&listed);
        listed_finish(&listed);
    }
}

static size_t count_listed(struct contract *contract, ddblock_key_type sort, ddblock_key partition,
                           ddblock_key prefix)
{
    ddblock_key_type type = partition.type != DDBLOCK_KEY_NONE ? partition.type : prefix.type;
    struct query query = {
        .types = {type, sort},
        .partition = partition,
        .prefix = prefix,
        .limit = 2,
    };
    struct listed listed = list_all(contract, &query);
    size_t count = listed.count;

    expect_no_doubles(&listed);
    listed_finish(&listed);
    return count;
}

static void prefixes(void **state)
{
    struct contract *contract = *state;
    const ddblock_key none = {0};
    char head[32];
    char text[64];

    (void)unique(head);
    make_lock(contract, ddblock_key_string(head), ddblock_key_string("a"));
    for (size_t i = 0; i < 5; i++) {
        make_lock(contract, string_key(text, head, 10 + i), ddblock_key_string("a"));
        make_lock(contract, ddblock_key_string(head), string_key(text, "b", 10 + i));
    }
    assert_int_equal(count_listed(contract, 'S', none, ddblock_key_string(head)), 11);
    snprintf(text, sizeof(text), "%s/", head);
    assert_int_equal(count_listed(contract, 'S', none, ddblock_key_string(text)), 5);
    snprintf(text, sizeof(text), "%s/14", head);
    assert_int_equal(count_listed(contract, 'S', none, ddblock_key_string(text)), 1);
    assert_int_equal(count_listed(contract, 'S', ddblock_key_string(head), none), 6);
    assert_int_equal(count_listed(contract, 'S', ddblock_key_string(head), ddblock_key_string("b")),
                     5);
    assert_int_equal(count_listed(contract, 'S', ddblock_key_string(head), ddblock_key_string("a")),
                     1);
    assert_int_equal(count_listed(contract, 'S', ddblock_key_string(head), ddblock_key_string("c")),
                     0);

    make_lock(contract, ddblock_key_binary("\0\xFF\x80\xFFzz", 6), none);
    make_lock(contract, ddblock_key_binary("\0\xFF\x80\xFFz", 5), none);
    assert_int_equal(
        count_listed(contract, DDBLOCK_KEY_NONE, none, ddblock_key_binary("\0\xFF\x80\xFFz", 5)),
        2);
}

struct churn {
    char head[32];
    size_t steps;
};

/* Between two pages one lock goes, that at the end of the page in the stores that have an order,
 * and two come, before and behind. */
static void churn(struct contract *contract, void *context, size_t page)
{
    struct churn *c = context;
    char text[64];
    struct lock_id *gone =
        contract_id_from(ddblock_key_string(c->head), string_key(text, "m-gone", 3 * page));
    struct request ask = contract_request(REQUEST_BREAK_CLOSED);
    struct store *store = contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_STRING);
    struct request look = contract_request(REQUEST_READ_LATEST);

    ask.observed = contract_ask(contract, store, gone, &look).outcome.record.guid;
    (void)contract_ask(contract, store, gone, &ask);
    lock_id_destroy(gone);
    make_lock(contract, ddblock_key_string(c->head), string_key(text, "a-new", page));
    make_lock(contract, ddblock_key_string(c->head), string_key(text, "z-new", page));
    c->steps++;
}

/* What stands all the while comes once. A page that ended at a lock that is gone is no trap. */
static void changes_between_pages(void **state)
{
    enum { LOCKS = 9 };
    struct contract *contract = *state;
    struct store *store = contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_STRING);
    struct churn c = {0};
    char text[64];
    struct query query = {
        .types = {DDBLOCK_KEY_STRING, DDBLOCK_KEY_STRING},
        .partition = ddblock_key_string(unique(c.head)),
        .limit = 3,
        .between = churn,
        .context = &c,
    };
    struct listed listed;

    for (size_t i = 1; i <= LOCKS; i++) {
        struct lock_id *gone = contract_id_from(query.partition, string_key(text, "m-gone", i));
        struct request ask = contract_request(REQUEST_ACQUIRE_CLOSED);

        assert_int_equal(contract_ask(contract, store, gone, &ask).outcome.kind, OUTCOME_APPLIED);
        lock_id_destroy(gone);
        make_lock(contract, query.partition, string_key(text, "m-stays", i));
    }
    /* Those that come behind would never end it. */
    query.prefix = ddblock_key_string("m-");
    listed = list_all(contract, &query);
    expect_no_doubles(&listed);
    for (size_t i = 1; i <= LOCKS; i++) {
        struct lock_id *id = contract_id_from(query.partition, string_key(text, "m-stays", i));

        assert_int_equal(times_listed(&listed, id, NULL), 1);
        lock_id_destroy(id);
    }
    assert_true(c.steps >= 4);
    listed_finish(&listed);
}

const struct CMUnitTest contract_list_cases[] = {
    cmocka_unit_test(what_is_not_there_is_not_listed),
    cmocka_unit_test(a_scan_has_every_lock_once),
    cmocka_unit_test(each_is_listed_as_it_is),
    cmocka_unit_test(ids_of_every_type),
    cmocka_unit_test(the_longest_ids_are_where_a_page_ends),
    cmocka_unit_test(prefixes),
    cmocka_unit_test(changes_between_pages),
};

const size_t contract_list_count = sizeof(contract_list_cases) / sizeof(contract_list_cases[0]);

/* memory_store_test.c - the contract of a store, in memory. */
#include "support/store_contract.h"

#include "store/stores.h"

static struct store *open_memory(struct contract *contract, ddblock_key_type partition,
                                 ddblock_key_type sort)
{
    struct store *store = NULL;

    (void)contract;
    (void)partition;
    (void)sort;
    assert_int_equal(store_memory_open(&store, NULL), DDBLOCK_OK);
    return store;
}

static void many_locks(void **state)
{
    enum { LOCKS = 3000 };
    struct contract *contract = *state;
    struct lock_id *ids[LOCKS];

    for (size_t i = 0; i < LOCKS; i++) {
        ids[i] = contract_id();
        (void)contract_hold(contract, ids[i], i % 2 ? REQUEST_ACQUIRE : REQUEST_ACQUIRE_CLOSED);
    }
    for (size_t i = 0; i < LOCKS; i++) {
        struct record record = contract_look(contract, ids[i]);

        assert_int_equal(record.kind, i % 2 ? RECORD_FAIL_OPEN : RECORD_FAIL_CLOSED);
        if (i % 2 == 0) {
            struct request ask = contract_request_observed(REQUEST_BREAK_CLOSED, &record);

            (void)contract_expect(contract, ids[i], &ask, OUTCOME_APPLIED);
        }
    }
    for (size_t i = 0; i < LOCKS; i++) {
        assert_int_equal(contract_look(contract, ids[i]).kind,
                         i % 2 ? RECORD_FAIL_OPEN : RECORD_ABSENT);
        lock_id_destroy(ids[i]);
    }
}

/* Only a hand-made item has our guid and is of the other kind. */
static void releases_mind_the_kind(void **state)
{
    struct contract *contract = *state;
    struct lock_id *open = contract_id();
    struct lock_id *closed = contract_id();
    struct guid mine = contract_hold(contract, open, REQUEST_ACQUIRE);
    struct request ask = contract_request_mine(REQUEST_RELEASE_CLOSED, &mine);

    contract_expect_refused(contract, open, &ask, RECORD_FAIL_OPEN);
    mine = contract_hold(contract, closed, REQUEST_ACQUIRE_CLOSED);
    ask = contract_request_mine(REQUEST_RELEASE, &mine);
    contract_expect_refused(contract, closed, &ask, RECORD_FAIL_CLOSED);
    lock_id_destroy(open);
    lock_id_destroy(closed);
}

int main(void)
{
    struct contract contract = {.name = "memory", .open = open_memory};
    const struct CMUnitTest extra[] = {
        cmocka_unit_test(many_locks),
        cmocka_unit_test(releases_mind_the_kind),
    };

    return contract_run(&contract, extra, sizeof(extra) / sizeof(extra[0]));
}

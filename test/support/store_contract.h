/* store_contract.h - what every store must do, as cases that run on any of them. */
#ifndef TEST_SUPPORT_STORE_CONTRACT_H
#define TEST_SUPPORT_STORE_CONTRACT_H

#include "store/store.h"
#include "support/testing.h"

/* The store under test. The state of every case points to one. */
struct contract {
    const char *name;
    /* Opens a store for ids of these key types; the suite destroys it. May skip(). */
    struct store *(*open)(struct contract *contract, ddblock_key_type partition,
                          ddblock_key_type sort);
    void *context;        /* the test file's own */
    bool refuses_blindly; /* a refusal may come without the record */
    bool no_empty_sort;   /* an empty sort key is an error */
    struct store *stores[3][4];
};

/* A reply, kept. */
struct answer {
    struct outcome outcome;
    char message[256];
};

/* Runs the whole suite, and the extra cases, on the store. Returns what main returns. */
int contract_run(struct contract *contract, const struct CMUnitTest *extra, size_t extra_count);

/* The store for ids of these types, opened at its first use. */
struct store *contract_store(struct contract *contract, ddblock_key_type partition,
                             ddblock_key_type sort);

/* An id that no other call gave, of type string; to be destroyed. */
struct lock_id *contract_id(void);

struct lock_id *contract_id_from(ddblock_key partition, ddblock_key sort);

/* A request with a fresh guid, a lease of 10 s, the wall clock, and a minute's time. */
struct request contract_request(enum request_kind kind);

/* The same of one that names a guid as its own. */
struct request contract_request_mine(enum request_kind kind, const struct guid *mine);

/* The same of one that names what was observed. */
struct request contract_request_observed(enum request_kind kind, const struct record *observed);

/* Submits, waits for the reply and returns it. A refusal without its record is followed by a
 * look, where the contract allows it. */
struct answer contract_ask(struct contract *contract, struct store *store, const struct lock_id *id,
                           const struct request *ask);

/* The same on the store for plain ids, owner "tester"; fails unless the outcome is of this kind. */
struct outcome contract_expect(struct contract *contract, const struct lock_id *id,
                               const struct request *ask, enum outcome_kind expected);

/* What stands there now. */
struct record contract_look(struct contract *contract, const struct lock_id *id);

/* The guid of a fresh acquisition that went well. */
struct guid contract_hold(struct contract *contract, const struct lock_id *id,
                          enum request_kind kind);

void expect_same_record(const struct record *a, const struct record *b);

/* The request is refused, with this kind of record, and changes nothing. */
void contract_expect_refused(struct contract *contract, const struct lock_id *id,
                             const struct request *ask, enum record_kind stands);

/* Fills the page, which begins where it ended. */
void contract_fill(struct store *store, struct page *page);

/* The cases, in four lists. */
extern const struct CMUnitTest contract_open_cases[];
extern const size_t contract_open_count;
extern const struct CMUnitTest contract_closed_cases[];
extern const size_t contract_closed_count;
extern const struct CMUnitTest contract_id_cases[];
extern const size_t contract_id_count;
extern const struct CMUnitTest contract_list_cases[];
extern const size_t contract_list_count;

#endif

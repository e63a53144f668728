/* dynamodb.c - a store in a DynamoDB table.
 *
 * Each request has a slot from its submit to its reply. A request that could not be sent at all
 * waits in its slot, with the reason, to be taken like any other reply. */
#include "store/dynamodb.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "store/dynamodb_outcome.h"
#include "store/dynamodb_request.h"
#include "store/stores.h"

/* The largest body has two keys of 3 KiB, an owner of 255 bytes, both of which JSON may write
 * six times as long, and seven guids of 88 characters. */
enum { BODY_SIZE_MAX = 32 * 1024 };

/* From 4 minutes on the AWS SDKs take a refusal for the fault of the clock: a request must reach
 * AWS within 5 minutes of its time stamp. */
enum { CLOCK_SKEW_MIN_MS = 4 * 60 * 1000 };

struct slot {
    struct slot *next; /* in the free or in the unsent list */
    uint64_t tag;
    enum request_kind kind;
    int64_t skew_ms;       /* by how much the signature's clock was corrected */
    ddblock_status status; /* of an unsent request: why */
    char message[sizeof(((struct store_reply *)NULL)->message)];
};

struct dynamodb_store {
    struct store store;
    struct dynamodb_table table;
    struct dynamodb_link link;
    struct buffer body;
    int64_t skew_ms; /* DynamoDB's wall clock less ours, as far as we know */
    struct store_reply reply;
    struct slot *free_slots;
    struct slot *unsent_first;
    struct slot *unsent_last;
    struct slot slots[]; /* the tag over HTTP is the index */
};

static struct dynamodb_store *store_of(struct store *store)
{
    return (struct dynamodb_store *)store; /* its first member */
}

static void slot_free(struct dynamodb_store *self, struct slot *slot)
{
    slot->next = self->free_slots;
    self->free_slots = slot;
}

/* Takes a slot for a request that is about to be signed. */
static struct slot *slot_take(struct dynamodb_store *self, const struct store_request *request)
{
    struct slot *slot = self->free_slots;

    assert(slot != NULL); /* never more than capacity: store.h */
    self->free_slots = slot->next;
    slot->next = NULL;
    slot->tag = request->tag;
    slot->kind = request->ask->kind;
    slot->skew_ms = self->skew_ms;
    return slot;
}

/* Known not to have been sent: a failure, never a doubt. */
static void unsent_append(struct dynamodb_store *self, struct slot *slot, ddblock_status status,
                          const ddblock_error *error)
{
    slot->status = status;
    text_copy(slot->message, sizeof(slot->message), bytes_from_string(error->message));
    if (self->unsent_first == NULL) {
        self->unsent_first = slot;
    } else {
        self->unsent_last->next = slot;
    }
    self->unsent_last = slot;
}

static void submit(struct store *store, const struct store_request *request)
{
    struct dynamodb_store *self = store_of(store);
    struct http_client *client = self->link.client;
    struct slot *slot = slot_take(self, request);
    struct http_request http = {
        .tag = (uint64_t)(slot - self->slots),
        .give_up_at = request->ask->give_up_at,
    };
    ddblock_error error = {0};
    ddblock_status status;

    buffer_clear(&self->body);
    status = dynamodb_request_write(&self->table, request, &self->body, &error);
    if (status == DDBLOCK_OK) {
        http.body = buffer_bytes(&self->body);
        status = aws_session_sign(self->link.session, dynamodb_request_target(slot->kind),
                                  http.body, &http.headers, &error);
    }
    if (status != DDBLOCK_OK) {
        unsent_append(self, slot, status, &error);
        return;
    }
    client->operations->submit(client, &http);
}

/* A reply that is there already is not waited for. */
static void wait(struct store *store, struct instant until)
{
    struct dynamodb_store *self = store_of(store);

    if (self->unsent_first == NULL) {
        self->link.client->operations->wait(self->link.client, until);
    }
}

static const struct store_reply *take_unsent(struct dynamodb_store *self)
{
    struct slot *slot = self->unsent_first;

    self->unsent_first = slot->next;
    self->reply = (struct store_reply){
        .tag = slot->tag,
        .outcome = {.kind = OUTCOME_FAILED, .status = slot->status},
    };
    text_copy(self->reply.message, sizeof(self->reply.message), bytes_from_string(slot->message));
    slot_free(self, slot);
    return &self->reply;
}

/* DynamoDB's clock counts for signatures; leases never look at it. */
static void learn_date(struct dynamodb_store *self, int64_t date_unix_ms)
{
    if (date_unix_ms < 0) {
        return;
    }
    aws_session_learn_date(self->link.session, date_unix_ms);
    self->skew_ms = date_unix_ms - clock_wall_ms();
}

/* True if a request signed with that correction deserves another try with the present one. */
static bool skew_has_changed(const struct dynamodb_store *self, int64_t skew_ms)
{
    int64_t difference;

    return __builtin_sub_overflow(self->skew_ms, skew_ms, &difference) ||
           difference >= CLOCK_SKEW_MIN_MS || difference <= -CLOCK_SKEW_MIN_MS;
}

static const struct store_reply *take_reply(struct store *store)
{
    struct dynamodb_store *self = store_of(store);
    struct http_client *client = self->link.client;
    struct dynamodb_question question = {.table = &self->table};
    const struct http_reply *http;
    struct slot *slot;

    if (self->unsent_first != NULL) {
        return take_unsent(self);
    }
    http = client->operations->take_reply(client);
    if (http == NULL) {
        return NULL;
    }
    assert(http->tag < store->capacity);
    slot = &self->slots[http->tag];
    learn_date(self, http->date_unix_ms);
    question.kind = slot->kind;
    question.clock_corrected = skew_has_changed(self, slot->skew_ms);
    self->reply.tag = slot->tag;
    dynamodb_outcome_read(&question, http, &self->reply);
    slot_free(self, slot);
    return &self->reply;
}

static void wake(struct store *store)
{
    struct http_client *client = store_of(store)->link.client;

    client->operations->wake(client);
}

static void destroy(struct store *store, bool forked)
{
    struct dynamodb_store *self = store_of(store);

    dynamodb_link_close(&self->link, forked);
    buffer_finish(&self->body);
    free(self);
}

static const struct store_operations OPERATIONS = {
    .submit = submit,
    .wait = wait,
    .take_reply = take_reply,
    .wake = wake,
    .destroy = destroy,
};

ddblock_status dynamodb_store_create(const struct dynamodb_table *table,
                                     const struct dynamodb_link *link, size_t capacity,
                                     struct store **ret_store, ddblock_error *error)
{
    struct dynamodb_store *self;

    assert(capacity > 0);
    self = calloc(1, sizeof(*self) + capacity * sizeof(self->slots[0]));
    if (self == NULL) {
        return status_set(error, DDBLOCK_NO_MEMORY, "no memory for a store");
    }
    self->store = (struct store){.operations = &OPERATIONS, .capacity = capacity};
    self->table = *table;
    self->link = *link;
    buffer_init(&self->body, BODY_SIZE_MAX);
    for (size_t i = capacity; i > 0; i--) {
        slot_free(self, &self->slots[i - 1]);
    }
    *ret_store = &self->store;
    return DDBLOCK_OK;
}

ddblock_status store_dynamodb_open(const ddblock_dynamodb_options *given, struct store **ret_store,
                                   ddblock_error *error)
{
    ddblock_dynamodb_options options = {0};
    struct dynamodb_table table = {0};
    struct dynamodb_link link = {0};
    ddblock_status status;

    status = dynamodb_options_read(given, &options, &table, error);
    if (status == DDBLOCK_OK) {
        status = dynamodb_link_open(&options, &link, error);
    }
    if (status == DDBLOCK_OK) {
        status = dynamodb_store_create(&table, &link, options.max_connections, ret_store, error);
    }
    if (status != DDBLOCK_OK) {
        dynamodb_link_close(&link, false);
    }
    return status;
}

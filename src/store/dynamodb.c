/* dynamodb.c - a store in a DynamoDB table.
 *
 * Each request has a slot from its submit to its reply. While there are no keys to sign it with it
 * is parked there: it was not sent. One that could not be sent at all waits in its slot,
 * with the reason, to be taken like any other reply. */
#include "store/dynamodb.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "store/dynamodb_outcome.h"
#include "store/dynamodb_page.h"
#include "store/dynamodb_request.h"
#include "store/stores.h"
#include "wire/dynamodb_body.h"

/* The largest body is that of a list: the id where the page before ended, a partition key and a
 * prefix, of 3 KiB each pair, which JSON may write six times as long. A lock's has one id, an owner
 * of 255 bytes, and seven guids of 88 characters. */
enum { BODY_SIZE_MAX = 64 * 1024 };

struct slot {
    struct slot *next;            /* in the list that it is in */
    struct store_request request; /* its ask is the one below */
    struct request ask;
    bool asks_keys;        /* it failed, and what is under way asks for the table's keys */
    uint64_t generation;   /* of the keys that it was signed with */
    int64_t skew_ms;       /* by how much the signature's clock was corrected */
    ddblock_status status; /* of an unsent request: why */
    char message[STORE_MESSAGE_SIZE];
};

struct slot_queue {
    struct slot *first;
    struct slot *last;
};

struct dynamodb_store {
    struct store store;
    struct dynamodb_table table;
    struct dynamodb_link link;
    struct buffer body;
    struct store_reply reply;
    struct slot *free_slots;
    struct slot_queue unsent; /* failed before they were sent */
    struct slot_queue parked; /* waiting for keys */
    struct slot slots[];      /* the tag over HTTP is the index */
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
    slot->request = *request;
    slot->ask = *request->ask;
    slot->request.ask = &slot->ask;
    slot->asks_keys = false;
    return slot;
}

static void queue_add(struct slot_queue *queue, struct slot *slot)
{
    slot->next = NULL;
    if (queue->first == NULL) {
        queue->first = slot;
    } else {
        queue->last->next = slot;
    }
    queue->last = slot;
}

static struct slot *queue_take(struct slot_queue *queue)
{
    struct slot *slot = queue->first;

    if (slot != NULL) {
        queue->first = slot->next;
    }
    return slot;
}

static void fail_unsent(struct dynamodb_store *self, struct slot *slot, ddblock_status status,
                        const char *message)
{
    slot->status = status;
    text_copy(slot->message, sizeof(slot->message), bytes_from_string(message));
    queue_add(&self->unsent, slot);
}

static void send(struct dynamodb_store *self, struct slot *slot)
{
    struct http_client *client = self->link.client;
    struct aws_session *session = self->link.session;
    struct http_request http = {
        .tag = (uint64_t)(slot - self->slots),
        .url = aws_session_url(session),
        .reply_size_max = slot->ask.kind == REQUEST_LIST ? DYNAMODB_PAGE_SIZE_MAX : 0,
        .give_up_at = slot->ask.give_up_at,
    };
    ddblock_error error = {0};
    ddblock_status status;

    buffer_clear(&self->body);
    status = dynamodb_request_write(&self->table, &slot->request, &self->body, &error);
    if (status == DDBLOCK_OK) {
        http.body = buffer_bytes(&self->body);
        status =
            aws_session_sign(session, dynamodb_request_target(slot->ask.kind, slot->request.page),
                             http.body, &http.headers, &error);
    }
    if (status != DDBLOCK_OK) {
        fail_unsent(self, slot, status, error.message);
        return;
    }
    slot->generation = aws_session_generation(session);
    slot->skew_ms = aws_session_describe(session).skew_ms;
    client->operations->submit(client, &http);
}

static void submit(struct store *store, const struct store_request *request)
{
    struct dynamodb_store *self = store_of(store);
    struct slot *slot = slot_take(self, request);

    if (aws_session_state(self->link.session, NULL) == AWS_READY) {
        send(self, slot);
    } else {
        aws_session_ask(self->link.session);
        queue_add(&self->parked, slot);
    }
}

/* Sends or fails what is parked, if it is clear by now which. Returns when to look again at the
 * latest. */
static struct instant settle_parked(struct dynamodb_store *self)
{
    struct instant next = INSTANT_NEVER;
    ddblock_error error = {0};
    enum aws_state state = AWS_WAITING;
    struct slot_queue parked = self->parked;
    struct slot *slot;

    if (parked.first != NULL) {
        state = aws_session_state(self->link.session, &error);
    }
    self->parked = (struct slot_queue){0};
    while ((slot = queue_take(&parked)) != NULL) {
        if (state == AWS_FAILED) {
            fail_unsent(self, slot, error.status, error.message);
        } else if (!instant_before(clock_now(), slot->ask.give_up_at)) {
            fail_unsent(self, slot, DDBLOCK_UNAVAILABLE,
                        "the source of the credentials did not answer in the time there was");
        } else if (state == AWS_READY) {
            send(self, slot);
        } else {
            next = instant_min(next, slot->ask.give_up_at);
            queue_add(&self->parked, slot);
        }
    }
    return next;
}

static void wait(struct store *store, struct instant until)
{
    struct dynamodb_store *self = store_of(store);

    until = instant_min(until, settle_parked(self));
    if (self->unsent.first == NULL) {
        self->link.client->operations->wait(self->link.client, until);
        (void)settle_parked(self);
    }
}

static const struct store_reply *take_unsent(struct dynamodb_store *self)
{
    struct slot *slot = queue_take(&self->unsent);

    self->reply = (struct store_reply){
        .tag = slot->request.tag,
        .outcome = {.kind = OUTCOME_FAILED, .status = slot->status},
    };
    text_copy(self->reply.message, sizeof(self->reply.message), bytes_from_string(slot->message));
    slot_free(self, slot);
    return &self->reply;
}

/* Asks for the keys of a table that are not those of a lock, to tell both. False if that cannot be
 * sent. It only reads. */
static bool ask_keys(struct dynamodb_store *self, struct slot *slot)
{
    struct http_client *client = self->link.client;
    struct http_request http = {
        .tag = (uint64_t)(slot - self->slots),
        .url = aws_session_url(self->link.session),
        .give_up_at = slot->ask.give_up_at,
    };
    struct dynamodb_body body = {0};
    bool ok;

    buffer_clear(&self->body);
    dynamodb_body_init(&body, self->table.name);
    ok = dynamodb_body_write(&body, &self->body);
    dynamodb_body_finish(&body);
    http.body = buffer_bytes(&self->body);
    if (!ok || aws_session_sign(self->link.session, DYNAMODB_TARGET "DescribeTable", http.body,
                                &http.headers, NULL) != DDBLOCK_OK) {
        return false;
    }
    slot->asks_keys = true;
    text_copy(slot->message, sizeof(slot->message), bytes_from_string(self->reply.message));
    client->operations->submit(client, &http);
    return true;
}

/* The types of the keys that a request is about; 0 where it is about those of any type. */
static void types_asked(const struct store_request *request, char *ret_partition, char *ret_sort)
{
    const struct page *page = request->page;

    if (request->ask->kind != REQUEST_LIST) {
        *ret_partition = (char)request->id->partition.type;
        *ret_sort = (char)request->id->sort.type;
    } else if (page->partition.type != DDBLOCK_KEY_NONE) {
        *ret_partition = (char)page->partition.type;
        *ret_sort = (char)page->prefix.type;
    } else {
        *ret_partition = (char)page->prefix.type;
        *ret_sort = 0;
    }
}

/* The answer to ask_keys(): the failure stays, its sentence may become a better one. */
static void read_keys(struct dynamodb_store *self, const struct slot *slot,
                      const struct http_reply *http)
{
    char partition_type = 0;
    char sort_type = 0;
    struct table_description description = {0};
    struct dynamodb_reply answer = {0};
    ddblock_error error = {0};

    self->reply.outcome = (struct outcome){.kind = OUTCOME_FAILED, .status = DDBLOCK_WRONG_SCHEMA};
    text_copy(self->reply.message, sizeof(self->reply.message), bytes_from_string(slot->message));
    if (http->result == HTTP_REPLIED && http->status == 200 &&
        dynamodb_reply_read(http->body, &answer) &&
        table_description_read(http->body, &description)) {
        types_asked(&slot->request, &partition_type, &sort_type);
        (void)dynamodb_fault_explain_keys(&self->table, &description, partition_type, sort_type,
                                          &error);
        text_copy(self->reply.message, sizeof(self->reply.message),
                  bytes_from_string(error.message));
    }
}

/* AWS does not take the keys. Where others are to be had, the request is tried again with them. */
static void refuse_keys(struct dynamodb_store *self, const struct slot *slot)
{
    struct aws_description aws = aws_session_describe(self->link.session);

    if (aws_session_keys_refused(self->link.session, slot->generation)) {
        self->reply.outcome.status = DDBLOCK_UNAVAILABLE;
        (void)snprintf(self->reply.message, sizeof(self->reply.message),
                       "DynamoDB does not take the keys from %.200s any more; others are being "
                       "fetched",
                       aws.keys_from != NULL ? aws.keys_from : "their source");
    }
}

/* Makes the reply of a slot. False if there is none yet. */
static bool read_answer(struct dynamodb_store *self, struct slot *slot,
                        const struct http_reply *http)
{
    struct aws_session *session = self->link.session;
    struct dynamodb_question question = {
        .kind = slot->ask.kind,
        .page = slot->request.page,
        .scene = {.table = &self->table, .aws = aws_session_describe(session)},
    };

    types_asked(&slot->request, &question.scene.partition_type, &question.scene.sort_type);
    aws_session_learn_date(session, http->date_unix_ms);
    question.clock_corrected = aws_session_skew_differs(session, slot->skew_ms);
    self->reply.tag = slot->request.tag;
    if (slot->asks_keys) {
        read_keys(self, slot, http);
        return true;
    }
    dynamodb_outcome_read(&question, http, &self->reply);
    if (question.keys_refused) {
        refuse_keys(self, slot);
    }
    return self->reply.outcome.kind != OUTCOME_FAILED ||
           self->reply.outcome.status != DDBLOCK_WRONG_SCHEMA || slot->ask.urgent ||
           !ask_keys(self, slot);
}

static const struct store_reply *take_reply(struct store *store)
{
    struct dynamodb_store *self = store_of(store);
    struct http_client *client = self->link.client;
    const struct http_reply *http;

    if (self->unsent.first != NULL) {
        return take_unsent(self);
    }
    while ((http = client->operations->take_reply(client)) != NULL) {
        struct slot *slot = &self->slots[http->tag];

        assert(http->tag < store->capacity);
        if (read_answer(self, slot, http)) {
            slot_free(self, slot);
            return &self->reply;
        }
    }
    return NULL;
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
    self->store = (struct store){
        .operations = &OPERATIONS,
        .capacity = capacity,
        .tries = aws_session_tries(link->session),
    };
    self->table = *table;
    self->link = *link;
    buffer_init(&self->body, BODY_SIZE_MAX);
    for (size_t i = capacity; i > 0; i--) {
        slot_free(self, &self->slots[i - 1]);
    }
    *ret_store = &self->store;
    return DDBLOCK_OK;
}

const struct dynamodb_table *dynamodb_store_table(const struct store *store)
{
    return store->operations == &OPERATIONS ? &((const struct dynamodb_store *)store)->table : NULL;
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

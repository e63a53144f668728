/* dynamodb_outcome.c - a reply over HTTP as an outcome for the protocol. */
#include "store/dynamodb_outcome.h"

#include <stdio.h>

#include "base/text.h"
#include "store/dynamodb_fault.h"
#include "store/dynamodb_page.h"
#include "store/dynamodb_record.h"
#include "store/dynamodb_request.h"
#include "wire/crc32.h"

static void fail(struct store_reply *reply, ddblock_status status, const char *message)
{
    reply->outcome = (struct outcome){.kind = OUTCOME_FAILED, .status = status};
    text_copy(reply->message, sizeof(reply->message), bytes_from_string(message));
}

/* There is no usable answer: a write may have been carried out, a read has just failed. */
static void doubt(enum request_kind kind, struct store_reply *reply, ddblock_status status,
                  const char *message)
{
    fail(reply, status, message);
    if (request_is_write(kind)) {
        reply->outcome.kind = OUTCOME_IN_DOUBT;
    }
}

/* Something answered, but not in DynamoDB's words: a proxy, a login page, a reply cut or garbled.
 */
static void doubt_body(const struct dynamodb_question *question, const struct http_reply *http,
                       struct store_reply *reply)
{
    char message[128];

    (void)snprintf(message, sizeof(message), "the answer to %s (HTTP %d) is not one of DynamoDB's",
                   dynamodb_request_operation(question->kind, question->page), http->status);
    doubt(question->kind, reply, DDBLOCK_UNAVAILABLE, message);
}

/* A 200: carried out, or found. */
static void read_success(const struct dynamodb_question *question, const struct http_reply *http,
                         const struct dynamodb_reply *answer, struct store_reply *reply)
{
    bool is_write = request_is_write(question->kind);
    struct bytes item = {0};

    if (!dynamodb_reply_item(answer, is_write ? "Attributes" : "Item", &item)) {
        doubt_body(question, http, reply);
        return;
    }
    reply->outcome = (struct outcome){.kind = is_write ? OUTCOME_APPLIED : OUTCOME_FOUND};
    if (!is_write) {
        dynamodb_record_read(item, &reply->outcome.record);
    } else if (question->kind == REQUEST_ACQUIRE || question->kind == REQUEST_TAKE_OVER) {
        reply->outcome.token = dynamodb_record_token(item);
    }
}

/* A 200 with a page of a list. */
static void read_page(const struct dynamodb_question *question, const struct http_reply *http,
                      const struct dynamodb_reply *answer, struct store_reply *reply)
{
    ddblock_error error = {0};
    ddblock_status status =
        dynamodb_page_read(question->scene.table, answer, question->page, &error);

    if (status == DDBLOCK_OK) {
        reply->outcome = (struct outcome){.kind = OUTCOME_FOUND};
    } else if (status == DDBLOCK_UNAVAILABLE) {
        doubt_body(question, http, reply);
    } else {
        fail(reply, status, error.message);
    }
}

/* The condition did not hold. */
static void read_refusal(const struct dynamodb_question *question, const struct http_reply *http,
                         const struct dynamodb_reply *answer, struct store_reply *reply)
{
    struct bytes item = {0};

    if (!request_is_write(question->kind) || !dynamodb_reply_item(answer, "Item", &item)) {
        doubt_body(question, http, reply);
        return;
    }
    reply->outcome = (struct outcome){.kind = OUTCOME_REFUSED};
    /* No item: there is none, or the engine is too old to send it. Who needs to know reads. */
    if (item.size > 0) {
        dynamodb_record_read(item, &reply->outcome.record);
    }
}

/* An error that is not a refusal: "An HTTP 400 status code indicates a problem with your request"
 * (DynamoDB guide, "Error handling with DynamoDB"), so nothing was carried out. */
static void read_fault(struct dynamodb_question *question, const struct dynamodb_reply *answer,
                       struct store_reply *reply)
{
    ddblock_error error = {0};
    ddblock_status status;

    if (question->clock_corrected && dynamodb_fault_may_be_clock(answer)) {
        fail(reply, DDBLOCK_UNAVAILABLE,
             "this machine's clock is wrong by minutes; requests are signed by DynamoDB's from "
             "now on");
        return;
    }
    question->keys_refused = dynamodb_fault_is_keys(answer);
    status = dynamodb_fault_explain(answer, &question->scene, &error);
    fail(reply, status, error.message);
}

/* The body of a 200 or a 4xx, which alone tells what became of the request. */
static void read_body(struct dynamodb_question *question, const struct http_reply *http,
                      struct store_reply *reply)
{
    struct dynamodb_reply answer = {0};
    bool is_whole = http->crc32 < 0 || (uint64_t)http->crc32 == crc32_of(http->body);

    if (!is_whole || !dynamodb_reply_read(http->body, &answer)) {
        doubt_body(question, http, reply);
    } else if (http->status == 200 && question->kind == REQUEST_LIST) {
        read_page(question, http, &answer, reply);
    } else if (http->status == 200) {
        read_success(question, http, &answer, reply);
    } else if (answer.code[0] == '\0') {
        doubt_body(question, http, reply);
    } else if (dynamodb_fault_is_refusal(&answer)) {
        read_refusal(question, http, &answer, reply);
    } else {
        read_fault(question, &answer, reply);
    }
}

static void read_replied(struct dynamodb_question *question, const struct http_reply *http,
                         struct store_reply *reply)
{
    char message[128];

    /* "When you receive a status code 500 on a write operation, the operation may have succeeded
     * or failed" (DynamoDB guide, "Error handling with DynamoDB"). */
    if (http->status >= 500) {
        (void)snprintf(message, sizeof(message), "DynamoDB has a fault (HTTP %d at %s)",
                       http->status, dynamodb_request_operation(question->kind, question->page));
        doubt(question->kind, reply, DDBLOCK_UNAVAILABLE, message);
    } else if (http->status == 200 || http->status >= 400) {
        read_body(question, http, reply);
    } else {
        doubt_body(question, http, reply);
    }
}

void dynamodb_outcome_read(struct dynamodb_question *question, const struct http_reply *http,
                           struct store_reply *reply)
{
    reply->message[0] = '\0';
    question->scene.operation = dynamodb_request_operation(question->kind, question->page);
    switch (http->result) {
    case HTTP_REPLIED:
        read_replied(question, http, reply);
        break;
    case HTTP_NOT_SENT:
        fail(reply, http->failure, http->message);
        break;
    case HTTP_IN_DOUBT:
        doubt(question->kind, reply, http->failure, http->message);
        break;
    }
    if (http->result == HTTP_REPLIED && http->retry_after_ms > 0) {
        reply->outcome.retry_after = duration_from_ms(http->retry_after_ms);
    }
}

/* dynamodb_call.c - one operation on the lock table, waited for. */
#include "store/dynamodb_call.h"

#include "base/clock.h"
#include "base/status.h"
#include "store/dynamodb_fault.h"
#include "store/dynamodb_request.h"
#include "wire/crc32.h"

/* One request of these takes well under a second. */
enum { CALL_MS_MAX = 10 * 1000 };

/* Names and key names, each written at most six times as long, twice; conditions. */
enum { BODY_SIZE_MAX = 16 * 1024 };

/* One sending of it. */
struct attempt {
    uint64_t generation; /* of the keys */
    int64_t skew_ms;
    bool may_mend; /* the failure is one that other keys or another date may mend */
    bool by_keys;
};

static ddblock_status await_keys(const struct dynamodb_link *link, struct instant give_up_at,
                                 ddblock_error *error)
{
    ddblock_error failure = {0};
    enum aws_state state;

    aws_session_ask(link->session);
    while ((state = aws_session_state(link->session, &failure)) == AWS_WAITING &&
           instant_before(clock_now(), give_up_at)) {
        link->client->operations->wait(link->client, give_up_at);
    }
    if (state == AWS_FAILED) {
        return status_set(error, failure.status, "%s", failure.message);
    }
    if (state == AWS_WAITING) {
        return status_set(error, DDBLOCK_UNAVAILABLE,
                          "the source of the credentials did not answer in the time there was");
    }
    return DDBLOCK_OK;
}

static ddblock_status explain(struct dynamodb_call *call, struct attempt *attempt,
                              const struct dynamodb_reply *answer, ddblock_error *error)
{
    struct dynamodb_scene scene = {
        .operation = call->target + sizeof(DYNAMODB_TARGET) - 1,
        .table = call->table,
        .aws = aws_session_describe(call->link->session),
    };
    bool clock_corrected = aws_session_skew_differs(call->link->session, attempt->skew_ms);

    attempt->by_keys = dynamodb_fault_is_keys(answer);
    attempt->may_mend =
        attempt->by_keys || (clock_corrected && dynamodb_fault_may_be_clock(answer));
    memcpy(call->code, answer->code, sizeof(call->code));
    return dynamodb_fault_explain(answer, &scene, error);
}

/* Reads the answer: a success only if it is one of DynamoDB's. */
static ddblock_status judge(struct dynamodb_call *call, struct attempt *attempt,
                            const struct http_reply *http, ddblock_error *error)
{
    bool is_whole = http->crc32 < 0 || (uint64_t)http->crc32 == crc32_of(http->body);
    struct dynamodb_reply answer = {0};

    if (http->result != HTTP_REPLIED) {
        return status_set(error, http->failure, "%s", http->message);
    }
    aws_session_learn_date(call->link->session, http->date_unix_ms);
    if (is_whole && http->status < 500 && dynamodb_reply_read(http->body, &answer)) {
        if (http->status == 200) {
            buffer_append(&call->answer, http->body);
            return buffer_ok(&call->answer)
                       ? DDBLOCK_OK
                       : status_set(error, DDBLOCK_NO_MEMORY, "no memory for an answer");
        }
        if (answer.code[0] != '\0') {
            return explain(call, attempt, &answer, error);
        }
    }
    return status_set(error, DDBLOCK_UNAVAILABLE,
                      "no usable answer to %s on table \"%s\" (HTTP %d)",
                      call->target + sizeof(DYNAMODB_TARGET) - 1, call->table->name, http->status);
}

static ddblock_status send_once(struct dynamodb_call *call, struct attempt *attempt,
                                struct bytes body, ddblock_error *error)
{
    struct aws_session *session = call->link->session;
    struct http_client *client = call->link->client;
    struct instant began = clock_now();
    struct http_request request = {
        .body = body,
        .give_up_at = instant_add(began, duration_from_ms(CALL_MS_MAX)),
    };
    const struct http_reply *reply;
    ddblock_status status = await_keys(call->link, request.give_up_at, error);

    if (status == DDBLOCK_OK) {
        status = aws_session_sign(session, call->target, body, &request.headers, error);
    }
    if (status != DDBLOCK_OK) {
        return status;
    }
    attempt->generation = aws_session_generation(session);
    attempt->skew_ms = aws_session_describe(session).skew_ms;
    request.url = aws_session_url(session);
    began = clock_now();
    client->operations->submit(client, &request);
    while ((reply = client->operations->take_reply(client)) == NULL) {
        client->operations->wait(client, request.give_up_at);
    }
    call->took = instant_until(began, clock_now());
    return judge(call, attempt, reply, error);
}

ddblock_status dynamodb_call_send(struct dynamodb_call *call, const struct dynamodb_body *body,
                                  ddblock_error *error)
{
    struct attempt attempt = {0};
    struct buffer text;
    ddblock_status status;

    buffer_init(&text, BODY_SIZE_MAX);
    buffer_init(&call->answer, HTTP_BODY_SIZE_MAX);
    if (!dynamodb_body_write(body, &text)) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "no memory for a request to DynamoDB");
        goto out;
    }
    status = send_once(call, &attempt, buffer_bytes(&text), error);
    if (attempt.by_keys) {
        attempt.may_mend = aws_session_keys_refused(call->link->session, attempt.generation);
    }
    if (attempt.may_mend) {
        status = send_once(call, &attempt, buffer_bytes(&text), error);
    }
out:
    buffer_finish(&text);
    return status;
}

void dynamodb_call_finish(struct dynamodb_call *call)
{
    buffer_finish(&call->answer);
}

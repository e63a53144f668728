/* dynamodb_outcome.h - a reply over HTTP as an outcome for the protocol. */
#ifndef STORE_DYNAMODB_OUTCOME_H
#define STORE_DYNAMODB_OUTCOME_H

#include "net/http.h"
#include "store/dynamodb_fault.h"
#include "store/store.h"

struct dynamodb_question {
    enum request_kind kind;
    struct page *page;           /* of a LIST */
    struct dynamodb_scene scene; /* the operation is that of the kind */
    bool clock_corrected;        /* since it was signed we have learnt that our clock is wrong */
    bool keys_refused;           /* the answer: AWS does not take the keys */
};

/* Reads a reply into the outcome, the message and the page; leaves the tag alone. Whatever does not
 * say clearly what became of a write leaves it in doubt. */
void dynamodb_outcome_read(struct dynamodb_question *question, const struct http_reply *http,
                           struct store_reply *reply);

#endif

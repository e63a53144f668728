/* dynamodb_call.h - a request of the program's own to DynamoDB. Yours will have an SDK for it. */
#ifndef EXAMPLES_DYNAMODB_CALL_H
#define EXAMPLES_DYNAMODB_CALL_H

#include <stddef.h>

/* Sends a request, "PutItem" say, to where the environment says (AWS_REGION, AWS_ACCESS_KEY_ID, …,
 * AWS_ENDPOINT_URL_DYNAMODB). Returns the HTTP status, with the answer, cut to fit; 0: there was
 * none, and nobody knows whether the request was carried out. */
int dynamodb_call(const char *operation, const char *body, char *answer, size_t answer_size);

#endif

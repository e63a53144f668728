/* raw_dynamodb.h - requests to DynamoDB's engines that the library would not make: foreign items.
 *
 * The engines of the tests do not look at signatures. */
#ifndef TEST_SUPPORT_RAW_DYNAMODB_H
#define TEST_SUPPORT_RAW_DYNAMODB_H

#include <stddef.h>

/* The engines keep a set of tables for each key: the one for all tests. */
#define RAW_ACCESS_KEY_ID "AKIDEXAMPLE"
#define RAW_REGION        "us-east-1"

/* Sends one request, "PutItem" say, with this JSON as its body, to an endpoint that begins with
 * "http://" and ends with a port. The test fails unless the answer is a 200, whose body is copied
 * to reply. */
void raw_dynamodb(const char *endpoint, const char *operation, const char *body, char *reply,
                  size_t reply_size);

/* The same with any answer, of which it returns the HTTP status. */
int raw_dynamodb_ask(const char *endpoint, const char *operation, const char *body, char *reply,
                     size_t reply_size);

#endif

/* credentials_case.h - one question for credentials: an environment, files, a server, an answer.
 *
 * Every secret of these tests holds the word s3cr3t; each answer is searched for it, message
 * and log, so that every test is one of secrets as well. */
#ifndef TEST_SUPPORT_CREDENTIALS_CASE_H
#define TEST_SUPPORT_CREDENTIALS_CASE_H

#include "aws/credentials.h"
#include "support/folder.h"
#include "support/http_server.h"

#define MARK      "s3cr3t"
#define KEY       "key/" MARK "+KEY"
#define TOKEN     "token/" MARK "=="
#define FUTURE    "2126-11-25T08:30:00Z"
#define FUTURE_MS INT64_C(4951269000000)

enum { CASE_STEPS_MAX = 16, CASE_VARIABLES_MAX = 32 };

struct credentials_case {
    struct folder folder;
    const char *variables[2 * CASE_VARIABLES_MAX + 1];
    size_t variable_count;
    struct environment environment;
    ddblock_dynamodb_options options;
    struct step steps[CASE_STEPS_MAX];
    char *texts[CASE_STEPS_MAX];
    size_t step_count;
    struct http_server *server;
    char url[64];
    char request[8192]; /* the last that was looked at */
    char log[16384];
    enum credentials_answer answer;
    struct credentials *credentials;
    ddblock_error error;
};

/* Begins with an environment of nothing but a HOME, and no instance metadata service. */
void case_begin(struct credentials_case *c);
void case_end(struct credentials_case *c);

/* Sets a variable, to a value that stays. */
void case_set(struct credentials_case *c, const char *name, const char *value);

/* Writes ~/.aws/config or another file in HOME. */
void case_write(struct credentials_case *c, const char *name, const char *content);

/* What the server is to do next. */
void case_reply(struct credentials_case *c, int status, const char *body);
void case_step(struct credentials_case *c, enum step_kind kind);

/* Starts the server; its URL is in c->url. */
void case_serve(struct credentials_case *c);

/* Asks the chain; may be done again. */
void case_ask(struct credentials_case *c);

/* Asks, and looks at the answer. token may be NULL: none. */
void case_expect_found(struct credentials_case *c, const char *id, const char *key,
                       const char *token, int64_t expires_unix_ms, const char *source);
void case_expect_failed(struct credentials_case *c, ddblock_status status, const char *message);
void case_expect_absent(struct credentials_case *c, const char *part);

/* Looks at the server's request of this number for a part, or its absence. */
void case_expect_request(struct credentials_case *c, size_t index, const char *part);
void case_expect_not_in_request(struct credentials_case *c, size_t index, const char *part);
void case_expect_requests(struct credentials_case *c, size_t count);

#endif

/* credentials_case.c - one question for credentials. */
#include "support/credentials_case.h"

#include "support/fake_environment.h"
#include "support/testing.h"

static void take_log(void *user, ddblock_log_level level, const char *message)
{
    struct credentials_case *c = user;
    size_t size = strlen(c->log);

    (void)level;
    snprintf(c->log + size, sizeof(c->log) - size, "%s\n", message);
}

void case_begin(struct credentials_case *c)
{
    memset(c, 0, sizeof(*c));
    folder_make(&c->folder);
    c->environment = (struct environment){fake_environment_get, c->variables};
    c->options.log = take_log;
    c->options.log_user = c;
    case_set(c, "HOME", c->folder.path);
    case_set(c, "AWS_EC2_METADATA_DISABLED", "true");
}

void case_end(struct credentials_case *c)
{
    http_server_stop(c->server);
    credentials_destroy(c->credentials);
    for (size_t i = 0; i < c->step_count; i++) {
        free(c->texts[i]);
    }
    folder_remove(&c->folder);
}

void case_set(struct credentials_case *c, const char *name, const char *value)
{
    for (size_t i = 0; i < c->variable_count; i++) {
        if (strcmp(c->variables[2 * i], name) == 0) {
            c->variables[2 * i + 1] = value;
            return;
        }
    }
    assert_true(c->variable_count < CASE_VARIABLES_MAX);
    c->variables[2 * c->variable_count] = name;
    c->variables[2 * c->variable_count++ + 1] = value;
}

void case_write(struct credentials_case *c, const char *name, const char *content)
{
    folder_put(&c->folder, name, content, NULL);
}

void case_step(struct credentials_case *c, enum step_kind kind)
{
    assert_true(c->step_count < CASE_STEPS_MAX);
    c->steps[c->step_count++] = (struct step){kind, NULL};
}

void case_reply(struct credentials_case *c, int status, const char *body)
{
    assert_true(c->step_count < CASE_STEPS_MAX);
    assert_true(asprintf(&c->texts[c->step_count], "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%s",
                         status, strlen(body), body) > 0);
    c->steps[c->step_count] = (struct step){STEP_REPLY, c->texts[c->step_count]};
    c->step_count++;
}

void case_serve(struct credentials_case *c)
{
    const struct http_server_options options = {.steps = c->steps, .step_count = c->step_count};

    c->server = http_server_start(&options);
    snprintf(c->url, sizeof(c->url), "http://127.0.0.1:%u", http_server_port(c->server));
}

void case_ask(struct credentials_case *c)
{
    struct credentials_source *chain = credentials_chain_create(&c->options, &c->environment);

    assert_non_null(chain);
    credentials_destroy(c->credentials);
    c->credentials = NULL;
    c->error = (ddblock_error){0};
    c->answer = credentials_source_get(chain, &c->credentials, &c->error);
    credentials_source_destroy(chain);
    assert_null(strstr(c->error.message, MARK));
    assert_null(strstr(c->log, MARK));
}

void case_expect_found(struct credentials_case *c, const char *id, const char *key,
                       const char *token, int64_t expires_unix_ms, const char *source)
{
    case_ask(c);
    if (c->answer != CREDENTIALS_FOUND) {
        fail_msg("%s", c->error.message);
    }
    assert_string_equal(c->credentials->access_key_id, id);
    assert_string_equal(c->credentials->secret_access_key, key);
    if (token == NULL) {
        assert_null(c->credentials->session_token);
    } else {
        assert_non_null(c->credentials->session_token);
        assert_string_equal(c->credentials->session_token, token);
    }
    assert_int_equal(c->credentials->expires_unix_ms, expires_unix_ms);
    assert_string_equal(c->credentials->source, source);
}

void case_expect_failed(struct credentials_case *c, ddblock_status status, const char *message)
{
    case_ask(c);
    assert_int_equal(c->answer, CREDENTIALS_FAILED);
    assert_null(c->credentials);
    if (strstr(c->error.message, message) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", message, c->error.message);
    }
    assert_int_equal(c->error.status, status);
}

void case_expect_absent(struct credentials_case *c, const char *part)
{
    case_ask(c);
    assert_int_equal(c->answer, CREDENTIALS_ABSENT);
    assert_null(c->credentials);
    assert_int_equal(c->error.status, DDBLOCK_NO_CREDENTIALS);
    if (strstr(c->error.message, part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, c->error.message);
    }
}

void case_expect_request(struct credentials_case *c, size_t index, const char *part)
{
    http_server_request(c->server, index, c->request, sizeof(c->request));
    if (strstr(c->request, part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, c->request);
    }
}

void case_expect_not_in_request(struct credentials_case *c, size_t index, const char *part)
{
    http_server_request(c->server, index, c->request, sizeof(c->request));
    assert_null(strstr(c->request, part));
}

void case_expect_requests(struct credentials_case *c, size_t count)
{
    assert_int_equal(http_server_requests(c->server), count);
}

/* memory_test.c - every way to credentials again, with the first allocation of ours failing, the
 * second, and so on: it must end in DDBLOCK_NO_MEMORY or in credentials, and never in another
 * source's. */
#include "support/testing.h"

#include <pthread.h>
#include <stdbool.h>

#include "support/credentials_case.h"

/* The linker has our objects call __wrap_malloc() for malloc() (-Wl,--wrap); libcurl and OpenSSL
 * are left alone. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *data, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *data, size_t size);
char *__wrap_strdup(const char *text);

static __thread bool armed; /* on this thread, not on the server's */
static size_t left;

static bool fails(void)
{
    return armed && left > 0 && --left == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *data, size_t size)
{
    return fails() ? NULL : __real_realloc(data, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

#define STS                                                                                        \
    "<R><AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/r/s</Arn></AssumedRoleUser>"  \
    "<Credentials><AccessKeyId>ID</AccessKeyId><SecretAccessKey>" KEY "</SecretAccessKey>"         \
    "<SessionToken>" TOKEN "</SessionToken><Expiration>" FUTURE "</Expiration></Credentials></R>"
#define JSON                                                                                       \
    "{\"Version\":1,\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"" KEY                             \
    "\",\"Expiration\":\"" FUTURE "\",\"AccountId\":\"111122223333\"}"
#define SSO                                                                                        \
    "{\"roleCredentials\":{\"accessKeyId\":\"ID\",\"secretAccessKey\":\"" KEY                      \
    "\",\"sessionToken\":\"" TOKEN "\",\"expiration\":1795595400000}}"

/* One way to credentials, and what stands at its end for whoever falls through. */
struct way {
    const char *config;
    const char *variable; /* set to the server's URL */
    const char *replies[3];
};

static const struct way ways[] = {
    {"[default]\naws_access_key_id=ID\naws_secret_access_key=" KEY
     "\naws_account_id=111122223333\n",
     "UNUSED",
     {NULL}},
    {"[default]\nrole_arn=r\nsource_profile=b\nexternal_id=e\n[profile b]\naws_access_key_id=B\n"
     "aws_secret_access_key=" KEY "\naws_session_token=" TOKEN "\n",
     "AWS_ENDPOINT_URL",
     {STS}},
    {"[default]\ncredential_process=printf '%s' '" JSON "'\n", "UNUSED", {NULL}},
    {"[default]\nsso_session=s\nsso_account_id=111122223333\nsso_role_name=r\n"
     "[sso-session s]\nsso_start_url=u\nsso_region=eu-west-1\n",
     "AWS_ENDPOINT_URL",
     {"{\"accessToken\":\"" MARK "\",\"expiresIn\":3600}", SSO}},
    {"[default]\nregion=eu-west-1\n", "AWS_CONTAINER_CREDENTIALS_FULL_URI", {JSON}},
    {"[default]\nregion=eu-west-1\n", "AWS_EC2_METADATA_SERVICE_ENDPOINT", {"t", "role", JSON}},
};

/* What an expired token of the session "s" is renewed with. */
static const char cache[] =
    "{\"accessToken\":\"" MARK "\",\"expiresAt\":\"2001-01-01T00:00:00Z\",\"clientId\":\"c\","
    "\"clientSecret\":\"" MARK "\",\"registrationExpiresAt\":\"" FUTURE
    "\",\"refreshToken\":\"" MARK "\"}";

static void prepare(struct credentials_case *c, const struct way *way)
{
    case_begin(c);
    for (size_t i = 0; i < 3 && way->replies[i] != NULL; i++) {
        case_reply(c, 200, way->replies[i]);
    }
    case_serve(c);
    case_write(c, ".aws/config", way->config);
    /* printf %s s | sha1sum */
    case_write(c, ".aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json", cache);
    case_set(c, way->variable, c->url);
    if (strcmp(way->variable, "AWS_EC2_METADATA_SERVICE_ENDPOINT") == 0) {
        case_set(c, "AWS_EC2_METADATA_DISABLED", "false");
    }
}

/* Asks with the k-th allocation failing. False if there were not so many. */
static bool ask_with_failure(const struct way *way, size_t k)
{
    struct credentials_case c;
    struct credentials_source *chain;
    bool reached;

    prepare(&c, way);
    left = k;
    armed = true;
    chain = credentials_chain_create(&c.options, &c.environment);
    if (chain != NULL) {
        c.answer = credentials_source_get(chain, &c.credentials, &c.error);
        if (c.answer != CREDENTIALS_FOUND && c.error.status != DDBLOCK_NO_MEMORY) {
            print_error("allocation %zu of %s: %s\n", k, way->config, c.error.message);
        }
        assert_true(c.answer == CREDENTIALS_FOUND || c.error.status == DDBLOCK_NO_MEMORY);
        assert_true(c.answer != CREDENTIALS_ABSENT);
        assert_true((c.credentials != NULL) == (c.answer == CREDENTIALS_FOUND));
    }
    credentials_source_destroy(chain);
    armed = false;
    reached = left == 0;
    case_end(&c);
    return reached;
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        size_t k = 1;

        while (ask_with_failure(&ways[i], k)) {
            k++;
        }
        assert_true(k > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

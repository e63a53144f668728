/* session.c - who we are for AWS, and where DynamoDB is. */
#include "aws/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "aws/endpoint.h"
#include "aws/provider.h"
#include "aws/region.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/status.h"
#include "wire/sigv4.h"

enum {
    /* Credentials of at most 128 bytes, the scope, four or five names, the signature. */
    AUTHORIZATION_SIZE_MAX = 1024,
    TARGET_SIZE_MAX = 128, /* "DynamoDB_20120810." and the name of an operation */
    HEADERS_MAX = 6,
    CA_FILE_SIZE_MAX = 4096, /* PATH_MAX */
    /* From 4 minutes on the AWS SDKs take a refusal for the fault of the clock: a request must
     * reach AWS within 5 minutes of its time stamp. */
    CLOCK_SKEW_MIN_MS = 4 * 60 * 1000,
};

struct aws_session {
    struct aws_settings *settings;
    struct provider *provider;       /* NULL: the keys were at hand and stay */
    struct credentials *credentials; /* NULL: none yet */
    uint64_t generation;
    bool refused;          /* AWS does not take the keys, and others are being fetched */
    ddblock_error failure; /* why there are no keys; status OK: nobody knows of a reason */
    struct region region;
    struct endpoint_settings endpoint;
    char *endpoint_text; /* what endpoint.configured points to */
    struct url url;
    char *ca_file;
    uint32_t tries;
    struct sigv4 *signer;
    int64_t skew_ms; /* the server's clock minus our wall clock */
    char host_line[sizeof("Host: ") + URL_AUTHORITY_SIZE_MAX];
    char date_line[sizeof("X-Amz-Date: ") + SIGV4_DATE_SIZE];
    char target_line[sizeof("X-Amz-Target: ") + TARGET_SIZE_MAX];
    struct buffer token_line; /* wiped, as every buffer is */
    struct buffer authorization_line;
    const char *headers[HEADERS_MAX + 1];
};

static ddblock_status no_memory(ddblock_error *error)
{
    return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
}

/* Finds the file of CA certificates. */
static ddblock_status find_ca_file(struct aws_session *session, const struct lookup *lookup,
                                   ddblock_error *error)
{
    struct found found = {lookup->options->ca_file, "the option ca_file"};

    if (found.value == NULL) {
        found = lookup_find(lookup, "AWS_CA_BUNDLE", "ca_bundle");
    }
    if (found.value == NULL) {
        return DDBLOCK_OK;
    }
    if (found.value[0] == '\0' || strlen(found.value) >= CA_FILE_SIZE_MAX) {
        return status_set(error, DDBLOCK_INVALID,
                          "the name of a file of CA certificates in %s is empty or too long",
                          found.from);
    }
    session->ca_file = strdup(found.value);
    return session->ca_file != NULL ? DDBLOCK_OK : no_memory(error);
}

static ddblock_status find_tries(struct aws_session *session, const struct lookup *lookup,
                                 ddblock_error *error)
{
    struct found found = lookup_find(lookup, "AWS_MAX_ATTEMPTS", "max_attempts");
    size_t size = found.value != NULL ? strlen(found.value) : 0;

    if (found.value == NULL) {
        return DDBLOCK_OK;
    }
    if (size > 3 || strspn(found.value, "0123456789") != size || atoi(found.value) < 1) {
        return lookup_wrong(&found, "1 to 999", error);
    }
    session->tries = (uint32_t)atoi(found.value);
    return DDBLOCK_OK;
}

static ddblock_status find_endpoint(struct aws_session *session, const struct lookup *lookup,
                                    ddblock_error *error)
{
    struct endpoint_settings *endpoint = &session->endpoint;
    ddblock_status status = endpoint_look_up(lookup, endpoint, error);

    if (status == DDBLOCK_OK) {
        status = region_find(lookup, endpoint->configured.value != NULL, &session->region, error);
    }
    if (status != DDBLOCK_OK || endpoint->configured.value == NULL) {
        return status;
    }
    session->endpoint_text = strdup(endpoint->configured.value);
    endpoint->configured.value = session->endpoint_text;
    return session->endpoint_text != NULL ? DDBLOCK_OK : no_memory(error);
}

/* Reads the settings. */
static ddblock_status look_up(struct aws_session *session, const ddblock_dynamodb_options *options,
                              const struct environment *environment, ddblock_error *error)
{
    struct aws_config *config = NULL;
    struct lookup lookup = {.options = options, .environment = environment};
    ddblock_status status;

    session->settings = aws_settings_create(options, environment);
    if (session->settings == NULL) {
        return no_memory(error);
    }
    status = aws_config_load(session->settings, &config, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    lookup.config = config;
    lookup.profile = aws_settings_profile(session->settings);
    status = find_endpoint(session, &lookup, error);
    if (status == DDBLOCK_OK) {
        status = find_ca_file(session, &lookup, error);
    }
    if (status == DDBLOCK_OK) {
        status = find_tries(session, &lookup, error);
    }
    aws_config_destroy(config);
    return status;
}

/* Where requests go with these keys. */
static ddblock_status set_url(struct aws_session *session, const struct credentials *credentials,
                              ddblock_error *error)
{
    struct url url = {0};
    ddblock_status status =
        endpoint_find(&session->endpoint, session->region.name,
                      credentials != NULL ? credentials->account_id : NULL, &url, error);

    if (status == DDBLOCK_OK) {
        session->url = url;
        (void)snprintf(session->host_line, sizeof(session->host_line), "Host: %s", url.authority);
    }
    return status;
}

/* Takes keys over and uses them from now on; on failure they are gone. */
static ddblock_status install(struct aws_session *session, struct credentials *credentials,
                              ddblock_error *error)
{
    ddblock_status status = set_url(session, credentials, error);

    if (status != DDBLOCK_OK) {
        credentials_destroy(credentials);
        return status;
    }
    buffer_clear(&session->token_line);
    if (credentials->session_token != NULL) {
        buffer_append_format(&session->token_line, "X-Amz-Security-Token: %s",
                             credentials->session_token);
    }
    if (!buffer_ok(&session->token_line)) {
        credentials_destroy(credentials);
        credentials_destroy(session->credentials); /* their token is gone */
        session->credentials = NULL;
        return no_memory(error);
    }
    credentials_destroy(session->credentials);
    session->credentials = credentials;
    session->generation++;
    session->refused = false;
    session->failure.status = DDBLOCK_OK;
    return DDBLOCK_OK;
}

/* Keys that are at hand, in the options or the environment, are used without any thread. Half a
 * pair there is a mistake that shows at once. */
static ddblock_status take_at_hand(struct aws_session *session, ddblock_error *error)
{
    const ddblock_dynamodb_options *options = &session->settings->options;
    struct credentials_source *sources[] = {
        credentials_options_create(options),
        credentials_environment_create(&session->settings->environment),
    };
    struct credentials *credentials = NULL;
    enum credentials_answer answer = CREDENTIALS_ABSENT;
    ddblock_error failure = {0};
    ddblock_status status = DDBLOCK_OK;

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        bool asked = i == 0 || (options->profile == NULL && options->credentials == NULL);

        if (sources[i] == NULL) {
            status = no_memory(error);
        } else if (status == DDBLOCK_OK && asked && answer == CREDENTIALS_ABSENT) {
            answer = credentials_source_get(sources[i], &credentials, &failure);
        }
        credentials_source_destroy(sources[i]);
    }
    if (status == DDBLOCK_OK && answer == CREDENTIALS_FAILED) {
        return status_set(error, failure.status, "%s", failure.message);
    }
    if (credentials != NULL && status == DDBLOCK_OK) {
        return install(session, credentials, error);
    }
    credentials_destroy(credentials);
    return status;
}

static ddblock_status prepare_keys(struct aws_session *session, struct credentials_source *source,
                                   ddblock_error *error)
{
    ddblock_status status = DDBLOCK_OK;

    session->signer = sigv4_create();
    buffer_init(&session->authorization_line, AUTHORIZATION_SIZE_MAX);
    buffer_init(&session->token_line, CREDENTIALS_TOKEN_SIZE_MAX + 64);
    if (source == NULL) {
        status = take_at_hand(session, error);
    }
    if (status == DDBLOCK_OK && session->credentials == NULL) {
        session->provider = provider_create(
            source != NULL ? source
                           : credentials_chain_create(&session->settings->options,
                                                      &session->settings->environment));
        source = NULL;
        if (session->provider == NULL) {
            status = no_memory(error);
        }
    }
    credentials_source_destroy(source);
    if (status == DDBLOCK_OK && session->signer == NULL) {
        status = no_memory(error);
    }
    return status;
}

ddblock_status aws_session_open_in(const ddblock_dynamodb_options *options,
                                   const struct environment *environment,
                                   struct credentials_source *source,
                                   struct aws_session **ret_session, ddblock_error *error)
{
    struct aws_session *session = calloc(1, sizeof(*session));
    ddblock_status status = session != NULL ? DDBLOCK_OK : no_memory(error);

    if (status == DDBLOCK_OK) {
        status = look_up(session, options, environment, error);
    }
    if (status == DDBLOCK_OK && (session->endpoint.account_mode != ENDPOINT_ACCOUNT_REQUIRED ||
                                 session->endpoint.configured.value != NULL)) {
        status =
            set_url(session, NULL, error); /* the region's own, as long as no account is known */
    }
    if (status == DDBLOCK_OK) {
        status = prepare_keys(session, source, error);
        source = NULL;
    }
    if (status == DDBLOCK_OK) {
        *ret_session = session;
        session = NULL; /* now the caller's */
    }
    credentials_source_destroy(source);
    aws_session_destroy(session, false);
    return status;
}

ddblock_status aws_session_open(const ddblock_dynamodb_options *options,
                                struct aws_session **ret_session, ddblock_error *error)
{
    return aws_session_open_in(options, &environment_of_process, NULL, ret_session, error);
}

void aws_session_destroy(struct aws_session *session, bool forked)
{
    if (session == NULL) {
        return;
    }
    provider_destroy(session->provider, forked);
    credentials_destroy(session->credentials);
    aws_settings_destroy(session->settings);
    sigv4_destroy(session->signer);
    buffer_finish(&session->token_line);
    buffer_finish(&session->authorization_line);
    free(session->endpoint_text);
    free(session->ca_file);
    free(session);
}

void aws_session_notify(struct aws_session *session, void (*changed)(void *user), void *user)
{
    if (session->provider != NULL) {
        provider_notify(session->provider, changed, user);
    }
}

void aws_session_ask(struct aws_session *session)
{
    if (session->provider != NULL && session->credentials == NULL) {
        session->failure.status = DDBLOCK_OK;
        provider_ask(session->provider);
    }
}

/* Takes what the provider has got. */
static void hear(struct aws_session *session)
{
    struct credentials *credentials = NULL;
    ddblock_error failure = {0};

    switch (provider_hear(session->provider, &credentials, &failure)) {
    case PROVIDER_NOTHING:
        return;
    case PROVIDER_KEYS:
        if (install(session, credentials, &session->failure) == DDBLOCK_OK) {
            aws_settings_log(session->settings, DDBLOCK_LOG_INFO, "keys from %s, for %s",
                             session->credentials->source, session->url.origin);
        } else {
            aws_settings_log(session->settings, DDBLOCK_LOG_WARNING, "new keys are of no use: %s",
                             session->failure.message);
        }
        return;
    case PROVIDER_FAILURE:
        session->failure = failure;
        session->refused = false; /* the old ones are kept and tried */
        aws_settings_log(session->settings, DDBLOCK_LOG_WARNING, "no new keys: %s",
                         failure.message);
        return;
    }
}

enum aws_state aws_session_state(struct aws_session *session, ddblock_error *error)
{
    bool asked;

    if (session->provider == NULL) {
        return AWS_READY;
    }
    asked = provider_is_asked(session->provider); /* first: what it says then will be heard */
    hear(session);
    if (session->credentials != NULL && !(session->refused && asked)) {
        return AWS_READY;
    }
    if (session->failure.status != DDBLOCK_OK && !asked) {
        (void)status_set(error, session->failure.status, "%s", session->failure.message);
        return AWS_FAILED;
    }
    return AWS_WAITING;
}

uint64_t aws_session_generation(const struct aws_session *session)
{
    return session->generation;
}

bool aws_session_keys_refused(struct aws_session *session, uint64_t generation)
{
    if (session->provider == NULL) {
        return false;
    }
    if (generation == session->generation && !session->refused) {
        session->refused = provider_force(session->provider);
    }
    return generation != session->generation || session->refused;
}

const char *aws_session_url(const struct aws_session *session)
{
    return session->url.origin;
}

const char *aws_session_ca_file(const struct aws_session *session)
{
    return session->ca_file;
}

uint32_t aws_session_tries(const struct aws_session *session)
{
    return session->tries;
}

struct aws_description aws_session_describe(const struct aws_session *session)
{
    const struct credentials *credentials = session->credentials;
    struct aws_description description = {
        .region = session->region.name,
        .region_from = session->region.from,
        .endpoint_from = session->endpoint.configured.value != NULL
                             ? session->endpoint.configured.from
                             : "the region",
        .partition = endpoint_partition(session->region.name),
        .keys_expire_unix_ms = -1,
        .skew_ms = session->skew_ms,
    };

    if (credentials != NULL) {
        description.account_id = credentials->account_id;
        description.keys_from = credentials->source;
        description.keys_expire_unix_ms = credentials->expires_unix_ms;
    }
    return description;
}

void aws_session_learn_date(struct aws_session *session, int64_t date_unix_ms)
{
    int64_t skew_ms;

    if (date_unix_ms >= 0 && !__builtin_sub_overflow(date_unix_ms, clock_wall_ms(), &skew_ms)) {
        session->skew_ms = skew_ms;
    }
}

bool aws_session_skew_differs(const struct aws_session *session, int64_t skew_ms)
{
    int64_t difference;

    return __builtin_sub_overflow(session->skew_ms, skew_ms, &difference) ||
           difference >= CLOCK_SKEW_MIN_MS || difference <= -CLOCK_SKEW_MIN_MS;
}

/* The time to sign with; our own where the corrected one is none. */
static bool signing_date(const struct aws_session *session, char ret_date[SIGV4_DATE_SIZE])
{
    int64_t wall_ms = clock_wall_ms();
    int64_t corrected_ms;

    return (!__builtin_add_overflow(wall_ms, session->skew_ms, &corrected_ms) &&
            sigv4_date(corrected_ms, ret_date)) ||
           sigv4_date(wall_ms, ret_date);
}

static void list_headers(struct aws_session *session)
{
    size_t count = 0;

    session->headers[count++] = "Content-Type: " SIGV4_CONTENT_TYPE;
    session->headers[count++] = session->host_line;
    session->headers[count++] = session->date_line;
    if (session->token_line.size > 0) {
        session->headers[count++] = buffer_string(&session->token_line);
    }
    session->headers[count++] = session->target_line;
    session->headers[count++] = buffer_string(&session->authorization_line);
    session->headers[count] = NULL;
    assert(count <= HEADERS_MAX);
}

ddblock_status aws_session_sign(struct aws_session *session, const char *target, struct bytes body,
                                const char *const **ret_headers, ddblock_error *error)
{
    const struct sigv4_identity identity = {
        .access_key_id = session->credentials->access_key_id,
        .secret_access_key = session->credentials->secret_access_key,
        .session_token = session->credentials->session_token,
        .region = session->region.name,
        .service = "dynamodb",
    };
    char date[SIGV4_DATE_SIZE];
    struct sigv4_request request = {session->url.authority, target, date, body, NULL};

    assert(strlen(target) <= TARGET_SIZE_MAX);
    if (!signing_date(session, date)) {
        return status_set(error, DDBLOCK_INTERNAL, "the wall clock of this machine is before 1970");
    }
    (void)snprintf(session->date_line, sizeof(session->date_line), "X-Amz-Date: %s", date);
    (void)snprintf(session->target_line, sizeof(session->target_line), "X-Amz-Target: %s", target);
    buffer_clear(&session->authorization_line);
    buffer_append_string(&session->authorization_line, "Authorization: ");
    if (!sigv4_authorization(session->signer, &identity, &request, &session->authorization_line)) {
        return no_memory(error);
    }
    list_headers(session);
    *ret_headers = session->headers;
    return DDBLOCK_OK;
}

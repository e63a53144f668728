/* session.c - who we are for AWS, and where DynamoDB is. */
#include "aws/session.h"

#include <assert.h>
#include <stdlib.h>

#include "aws/place.h"
#include "aws/provider.h"
#include "aws/request_headers.h"
#include "base/status.h"

struct aws_session {
    struct aws_settings *settings;
    struct provider *provider;       /* NULL: the keys were at hand and stay */
    struct credentials *credentials; /* NULL: none yet */
    uint64_t generation;
    bool refused;          /* AWS does not take the keys, and others are being fetched */
    ddblock_error failure; /* why there are no keys; status OK: nobody knows of a reason */
    struct aws_place place;
    struct url url;
    struct request_headers headers;
};

static ddblock_status no_memory(ddblock_error *error)
{
    (void)status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    return DDBLOCK_NO_MEMORY;
}

/* Where requests go with these keys. */
static ddblock_status set_url(struct aws_session *session, const struct credentials *credentials,
                              ddblock_error *error)
{
    struct url url = {0};
    ddblock_status status =
        endpoint_find(&session->place.endpoint, session->place.region.name,
                      credentials != NULL ? credentials->account_id : NULL, &url, error);

    if (status == DDBLOCK_OK) {
        session->url = url;
    }
    return status;
}

/* As long as no keys and so no account are known: the region's own. */
static ddblock_status set_first_url(struct aws_session *session, ddblock_error *error)
{
    struct endpoint_settings settings = session->place.endpoint;
    ddblock_status status;

    settings.account_mode = ENDPOINT_ACCOUNT_DISABLED;
    status = endpoint_find(&settings, session->place.region.name, NULL, &session->url, error);
    if (status == DDBLOCK_OK) {
        aws_settings_log(
            session->settings, DDBLOCK_LOG_INFO, "region %s (from %s), endpoint %s (from %s)",
            session->place.region.name, session->place.region.from, session->url.origin,
            settings.configured.value != NULL ? settings.configured.from : "the region");
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
    credentials_destroy(session->credentials);
    session->credentials = credentials;
    session->generation++;
    session->refused = false;
    session->failure.status = DDBLOCK_OK;
    aws_settings_log(session->settings, DDBLOCK_LOG_INFO, "keys from %s, for %s",
                     credentials->source, session->url.origin);
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
    ddblock_status status = request_headers_init(&session->headers) ? DDBLOCK_OK : no_memory(error);

    if (status == DDBLOCK_OK && source == NULL) {
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
        session->settings = aws_settings_create(options, environment);
        status = session->settings != NULL ? aws_place_find(session->settings, options, environment,
                                                            &session->place, error)
                                           : no_memory(error);
    }
    if (status == DDBLOCK_OK) {
        status = set_first_url(session, error);
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
    request_headers_finish(&session->headers);
    aws_place_finish(&session->place);
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
        if (install(session, credentials, &session->failure) != DDBLOCK_OK) {
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
    return session->place.ca_file;
}

uint32_t aws_session_tries(const struct aws_session *session)
{
    return session->place.tries;
}

struct aws_description aws_session_describe(const struct aws_session *session)
{
    const struct credentials *credentials = session->credentials;
    struct aws_description description = {
        .region = session->place.region.name,
        .region_from = session->place.region.from,
        .endpoint_from = session->place.endpoint.configured.value != NULL
                             ? session->place.endpoint.configured.from
                             : "the region",
        .partition = endpoint_partition(session->place.region.name),
        .keys_expire_unix_ms = -1,
        .skew_ms = session->headers.skew_ms,
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
    request_headers_learn_date(&session->headers, date_unix_ms);
}

bool aws_session_skew_differs(const struct aws_session *session, int64_t skew_ms)
{
    return request_headers_skew_differs(&session->headers, skew_ms);
}

ddblock_status aws_session_sign(struct aws_session *session, const char *target, struct bytes body,
                                const char *const **ret_headers, ddblock_error *error)
{
    const struct request_place place = {&session->url, session->place.region.name};
    ddblock_status status;

    assert(session->credentials != NULL);
    status =
        request_headers_sign(&session->headers, &place, session->credentials, target, body, error);
    if (status == DDBLOCK_OK) {
        *ret_headers = session->headers.lines;
    }
    return status;
}

/* dynamodb_doctor.c - examining the lock table and the way to it. */
#include "store/dynamodb_doctor.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "store/dynamodb_fault.h"
#include "store/dynamodb_probe.h"
#include "store/dynamodb_request.h"

enum {
    /* From here on somebody should set the clock: requests are refused from five minutes on, and
     * what people read is wrong. */
    CLOCK_NOTE_MS = 30 * 1000,
    /* A heartbeat that takes longer leaves a short lease little room. */
    ROUND_TRIP_NOTE_MS = 500,
};

struct doctor {
    const struct dynamodb_link *link;
    const struct dynamodb_table *table;
    struct findings *findings;
    struct table_description description;
    bool described;
    struct duration first_took; /* with connecting */
};

#define GOOD(doctor, topic, ...)                                                                   \
    findings_tell((doctor)->findings, DDBLOCK_MARK_GOOD, DDBLOCK_OK, topic, __VA_ARGS__)
#define NOTE(doctor, topic, ...)                                                                   \
    findings_tell((doctor)->findings, DDBLOCK_MARK_NOTE, DDBLOCK_OK, topic, __VA_ARGS__)
#define BAD(doctor, status, topic, ...)                                                            \
    findings_tell((doctor)->findings, DDBLOCK_MARK_BAD, status, topic, __VA_ARGS__)

static bool is_denied_action(const struct dynamodb_call *call)
{
    return strncmp(call->code, "AccessDenied", 12) == 0;
}

/* Asks for a description of the table, the first request of all. */
static ddblock_status ask(struct doctor *doctor, struct dynamodb_call *call, ddblock_error *error)
{
    struct dynamodb_body body = {0};
    ddblock_status status;

    dynamodb_body_init(&body, doctor->table->name);
    status = dynamodb_call_send(call, &body, error);
    dynamodb_body_finish(&body);
    return status;
}

static void tell_endpoint(const struct doctor *doctor)
{
    struct aws_description aws = aws_session_describe(doctor->link->session);
    const char *url = aws_session_url(doctor->link->session);
    const char *ca_file = aws_session_ca_file(doctor->link->session);
    bool is_told = ca_file != NULL && strncmp(url, "https:", 6) == 0;

    GOOD(doctor, "region", "%s, from %s", aws.region, aws.region_from);
    GOOD(doctor, "endpoint", "%s, from %s%s%s", url, aws.endpoint_from,
         is_told ? "; trusted are the certificates in " : "", is_told ? ca_file : "");
}

static void tell_keys(const struct doctor *doctor)
{
    struct aws_description aws = aws_session_describe(doctor->link->session);
    int64_t left_s = (aws.keys_expire_unix_ms - clock_wall_ms()) / 1000;

    if (aws.keys_expire_unix_ms < 0) {
        GOOD(doctor, "credentials", "from %s; they do not expire", aws.keys_from);
    } else if (left_s <= 0) {
        NOTE(doctor, "credentials", "from %s, by which they expired %" PRId64 " s ago",
             aws.keys_from, -left_s);
    } else {
        GOOD(doctor, "credentials",
             "from %s; they expire in %" PRId64 " s, and are fetched anew "
             "before",
             aws.keys_from, left_s);
    }
}

/* True if AWS can be asked about the table: there are keys, it can be reached, and knows them. */
static bool examine_way(struct doctor *doctor)
{
    struct dynamodb_call call = {
        .link = doctor->link, .table = doctor->table, .target = DYNAMODB_TARGET "DescribeTable"};
    ddblock_error error = {0};
    ddblock_status status = ask(doctor, &call, &error);
    bool has_keys = aws_session_describe(doctor->link->session).keys_from != NULL;
    bool known = status != DDBLOCK_DENIED || is_denied_action(&call);

    doctor->first_took = call.took;
    tell_endpoint(doctor);
    if (!has_keys || !known) {
        findings_tell_error(doctor->findings, "credentials", &error);
    } else {
        tell_keys(doctor);
    }
    if (has_keys && status != DDBLOCK_OK && call.code[0] == '\0') {
        findings_tell_error(doctor->findings, "connection", &error);
    }
    if (status == DDBLOCK_OK) {
        doctor->described =
            table_description_read(buffer_bytes(&call.answer), &doctor->description);
    } else if (has_keys && known && !is_denied_action(&call) && call.code[0] != '\0') {
        findings_tell_error(doctor->findings, "table", &error);
    } else if (has_keys && is_denied_action(&call)) {
        NOTE(doctor, "table", "its keys, billing and replicas cannot be looked at: %s",
             error.message);
    }
    dynamodb_call_finish(&call);
    return doctor->described || (has_keys && is_denied_action(&call));
}

static void examine_clock(const struct doctor *doctor)
{
    int64_t skew_ms = aws_session_describe(doctor->link->session).skew_ms;
    int64_t size_ms = skew_ms < 0 ? -skew_ms : skew_ms;

    if (size_ms < CLOCK_NOTE_MS) {
        GOOD(doctor, "clock", "within %" PRId64 " s of DynamoDB's", size_ms / 1000 + 1);
    } else {
        NOTE(doctor, "clock",
             "%" PRId64 " s %s DynamoDB's: set it. Requests are signed by DynamoDB's clock and "
             "leases do not depend on it, but the times that people read are wrong, and "
             "trust_local_time is unsafe",
             size_ms / 1000, skew_ms < 0 ? "ahead of" : "behind");
    }
}

static void examine_keys(const struct doctor *doctor)
{
    const struct table_description *there = &doctor->description;
    ddblock_error error = {0};

    if (strcmp(there->partition.name, doctor->table->partition_key) == 0 &&
        strcmp(there->sort.name, doctor->table->sort_key) == 0) {
        char sort_type[] = " and ?";

        sort_type[sizeof(sort_type) - 2] = there->sort.type != 0 ? there->sort.type : '?';
        GOOD(doctor, "keys", "as the options name them, of type %c%s",
             there->partition.type != 0 ? there->partition.type : '?',
             there->sort.name[0] != '\0' ? sort_type : "");
        return;
    }
    (void)dynamodb_fault_explain_keys(doctor->table, there, 0, 0, &error);
    findings_tell_error(doctor->findings, "keys", &error);
}

static void examine_table(const struct doctor *doctor)
{
    const struct table_description *there = &doctor->description;
    char status[64];
    char replica[64];

    (void)text_escape(status, sizeof(status), bytes_from_string(there->status));
    (void)text_escape(replica, sizeof(replica), bytes_from_string(there->replica));
    if (strcmp(there->status, "ACTIVE") == 0 || strcmp(there->status, "UPDATING") == 0) {
        GOOD(doctor, "table", "\"%s\" is there and %s", doctor->table->name, status);
    } else {
        BAD(doctor, DDBLOCK_UNAVAILABLE, "table", "\"%s\" is %s: wait until it is ACTIVE",
            doctor->table->name, status);
    }
    examine_keys(doctor);
    if (there->on_demand || there->write_units <= 0) {
        GOOD(doctor, "billing", "on demand");
    } else {
        NOTE(doctor, "billing",
             "provisioned, %" PRId64 " writes a second: where that is exceeded, heartbeats are "
             "throttled and locks can be lost. On-demand billing has no such limit",
             there->write_units);
    }
    if (!there->replicated) {
        GOOD(doctor, "replicas", "none");
    } else if (there->strong) {
        GOOD(doctor, "replicas", "%s and others, strongly consistent", replica);
    } else {
        BAD(doctor, DDBLOCK_INVALID, "replicas",
            "a global table (%s) that is not strongly consistent gives one lock to two holders: "
            "use a table of one region, or multi-Region strong consistency",
            replica);
    }
}

/* TTL deletes items, and a deleted item starts its tokens at 1 again. */
static void examine_ttl(const struct doctor *doctor)
{
    static const char *const own[] = {"fencingToken", "leaseDurationMs", "lockAcquiredTimeUnixMs"};
    struct dynamodb_call call = {.link = doctor->link,
                                 .table = doctor->table,
                                 .target = DYNAMODB_TARGET "DescribeTimeToLive"};
    struct table_ttl ttl = {0};
    ddblock_error error = {0};
    ddblock_status status;
    char attribute[64];
    bool is_own = false;
    struct dynamodb_body body = {0};

    dynamodb_body_init(&body, doctor->table->name);
    status = dynamodb_call_send(&call, &body, &error);
    dynamodb_body_finish(&body);
    if (status == DDBLOCK_OK && table_ttl_read(buffer_bytes(&call.answer), &ttl)) {
        for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
            is_own = is_own || strcmp(ttl.attribute, own[i]) == 0;
        }
    }
    (void)text_escape(attribute, sizeof(attribute), bytes_from_string(ttl.attribute));
    if (status != DDBLOCK_OK) {
        NOTE(doctor, "ttl", "cannot be looked at: %s", error.message);
    } else if (!ttl.enabled) {
        GOOD(doctor, "ttl", "off");
    } else if (is_own) {
        BAD(doctor, DDBLOCK_INVALID, "ttl",
            "it is on, by the locks' own attribute %s, and can delete locks, whose fencing tokens "
            "then start at 1 again: switch it off",
            attribute);
    } else {
        NOTE(doctor, "ttl",
             "it is on, by the attribute %s: it would delete a lock's item that had it, and its "
             "fencing tokens would start at 1 again. Ours have not; better switch it off",
             attribute);
    }
    dynamodb_call_finish(&call);
}

/* What each permission is for. */
static const struct action {
    const char *target;
    bool open;   /* locks that fail open need it */
    bool closed; /* those that fail closed do */
} ACTIONS[] = {
    {DYNAMODB_TARGET "GetItem", true, true},
    {DYNAMODB_TARGET "UpdateItem", true, false},
    {DYNAMODB_TARGET "PutItem", false, true},
    {DYNAMODB_TARGET "DeleteItem", false, true},
};

static void tell_round_trip(const struct doctor *doctor, struct duration took)
{
    int64_t ms = duration_to_ms(took);

    if (ms < ROUND_TRIP_NOTE_MS) {
        GOOD(doctor, "connection", "a request takes %" PRId64 " ms, the first one %" PRId64 " ms",
             ms, duration_to_ms(doctor->first_took));
    } else {
        NOTE(doctor, "connection",
             "a request takes %" PRId64 " ms: leases should be many times that", ms);
    }
}

static void examine_permission(const struct doctor *doctor, const struct action *action,
                               const struct probe_key *key)
{
    const char *operation = action->target + sizeof(DYNAMODB_TARGET) - 1;
    struct dynamodb_call call = {
        .link = doctor->link, .table = doctor->table, .target = action->target};
    ddblock_error error = {0};
    ddblock_status status = dynamodb_probe(&call, key, &error);

    if (strcmp(operation, "GetItem") == 0 && (status == DDBLOCK_OK || call.code[0] != '\0')) {
        tell_round_trip(doctor, call.took);
    }
    if (status == DDBLOCK_OK) {
        GOOD(doctor, "permission", "%s", operation);
    } else if (status == DDBLOCK_DENIED && !action->open) {
        NOTE(doctor, "permission", "%s is needed for locks that fail closed only, and: %s",
             operation, error.message);
    } else {
        findings_tell_error(doctor->findings, "permission", &error);
    }
    dynamodb_call_finish(&call);
}

/* Without a description the types are guesses, and a wrong guess is refused like a wrong key. */
static void examine_permissions(const struct doctor *doctor)
{
    const struct table_description *there = &doctor->description;
    struct probe_key key = {'S', 'S'};

    if (doctor->described) {
        key.partition_type = there->partition.type != 0 ? there->partition.type : 'S';
        key.sort_type = there->sort.type != 0 ? there->sort.type : 'S';
        if (strcmp(there->partition.name, doctor->table->partition_key) != 0 ||
            strcmp(there->sort.name, doctor->table->sort_key) != 0) {
            NOTE(doctor, "permission", "cannot be tried without the table's keys");
            return;
        }
    }
    for (size_t i = 0; i < sizeof(ACTIONS) / sizeof(ACTIONS[0]); i++) {
        examine_permission(doctor, &ACTIONS[i], &key);
    }
}

void dynamodb_examine(const struct dynamodb_link *link, const struct dynamodb_table *table,
                      struct findings *findings)
{
    struct doctor doctor = {.link = link, .table = table, .findings = findings};

    if (!examine_way(&doctor)) {
        return;
    }
    examine_clock(&doctor);
    if (doctor.described) {
        examine_table(&doctor);
    }
    examine_ttl(&doctor);
    examine_permissions(&doctor);
}

ddblock_status ddblock_table_examine(const ddblock_dynamodb_options *options,
                                     ddblock_finding_function found, void *user,
                                     ddblock_error *error)
{
    struct findings findings = {.found = found, .user = user};
    ddblock_dynamodb_options checked = {0};
    struct dynamodb_table table = {0};
    struct dynamodb_link link = {0};
    ddblock_error wrong = {0};

    if (dynamodb_options_read(options, &checked, &table, &wrong) != DDBLOCK_OK ||
        dynamodb_link_open(&checked, &link, &wrong) != DDBLOCK_OK) {
        findings_tell_error(
            &findings, wrong.status == DDBLOCK_NO_CREDENTIALS ? "credentials" : "settings", &wrong);
    } else {
        dynamodb_examine(&link, &table, &findings);
    }
    dynamodb_link_close(&link, false);
    return findings_end(&findings, error);
}

/* narrator.c - how the world's trace names things. */
#include "trace/narrator.h"

#include "support/testing.h"

void line_add(struct line *line, const char *format, ...)
{
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(line->text + line->size, sizeof(line->text) - line->size, format, arguments);
    va_end(arguments);
    assert_true(size >= 0 && (size_t)size < sizeof(line->text) - line->size);
    line->size += (size_t)size;
}

/* Guids of the world's machines are a letter and a number; others are text. */
static void add_guid(struct line *line, const struct foreign_guid *guid)
{
    if (guid->type == 'B') {
        line_add(line, "%c%u", guid->bytes[0], guid->bytes[1] + 256U * guid->bytes[2]);
    } else {
        line_add(line, "%.*s", guid->size, (const char *)guid->bytes);
    }
}

static void add_own_guid(struct line *line, const struct guid *guid)
{
    struct foreign_guid foreign = foreign_guid_from(guid);

    add_guid(line, &foreign);
}

void line_add_record(struct line *line, const struct record *record)
{
    switch (record->kind) {
    case RECORD_ABSENT:
        line_add(line, "nothing");
        break;
    case RECORD_FAIL_OPEN:
        add_guid(line, &record->guid);
        line_add(line, "/%llu", (unsigned long long)record->token);
        if (record_is_released(record)) {
            line_add(line, " released");
        } else {
            line_add(line, " for %lld", (long long)record->lease_ms);
        }
        break;
    case RECORD_FAIL_CLOSED:
        add_guid(line, &record->guid);
        line_add(line, " closed");
        break;
    case RECORD_BAD:
        line_add(line, "a bad item");
        break;
    case RECORD_UNKNOWN:
        line_add(line, "something");
        break;
    }
}

static void add_mine(struct line *line, const struct request *request)
{
    for (size_t i = 0; i < request->mine_count; i++) {
        line_add(line, " ");
        add_own_guid(line, &request->mine[i]);
    }
}

void line_add_request(struct line *line, const struct request *request)
{
    static const char *const names[REQUEST_KINDS] = {
        [REQUEST_ACQUIRE] = "ACQUIRE",    [REQUEST_TAKE_OVER] = "TAKE OVER",
        [REQUEST_RENEW] = "RENEW",        [REQUEST_RELEASE] = "RELEASE",
        [REQUEST_ACQUIRE_CLOSED] = "PUT", [REQUEST_RELEASE_CLOSED] = "DELETE",
        [REQUEST_READ] = "READ",          [REQUEST_READ_LATEST] = "READ LATEST",
        [REQUEST_BREAK] = "BREAK",        [REQUEST_BREAK_CLOSED] = "BREAK",
    };

    line_add(line, "%s", names[request->kind]);
    if (request->kind == REQUEST_ACQUIRE || request->kind == REQUEST_TAKE_OVER ||
        request->kind == REQUEST_RENEW || request->kind == REQUEST_ACQUIRE_CLOSED) {
        line_add(line, " ");
        add_own_guid(line, &request->fresh);
    }
    if (request->kind == REQUEST_TAKE_OVER) {
        line_add(line, " of ");
        add_guid(line, &request->observed);
        line_add(line, "/%llu", (unsigned long long)request->observed_token);
    }
    if (request->kind == REQUEST_RENEW) {
        line_add(line, " of");
    }
    add_mine(line, request);
}

static void add_outcome(struct line *line, const struct outcome *outcome)
{
    switch (outcome->kind) {
    case OUTCOME_APPLIED:
        line_add(line, "applied");
        break;
    case OUTCOME_FOUND:
        line_add(line, "found ");
        line_add_record(line, &outcome->record);
        break;
    case OUTCOME_REFUSED:
        line_add(line, "refused by ");
        line_add_record(line, &outcome->record);
        break;
    case OUTCOME_IN_DOUBT:
        line_add(line, "no reply");
        break;
    case OUTCOME_FAILED:
        line_add(line, "failed: %s", ddblock_status_name(outcome->status));
        break;
    }
}

void line_add_event(struct line *line, const struct event *event)
{
    static const char *const names[] = {
        [EVENT_ACQUIRE] = "acquire", [EVENT_QUEUE] = "queue",     [EVENT_RENEW] = "renew",
        [EVENT_CANCEL] = "cancel",   [EVENT_RELEASE] = "release", [EVENT_HAND_OVER] = "hand over",
        [EVENT_TICK] = "tick",       [EVENT_REPLY] = "",
    };

    line_add(line, "%s", names[event->kind]);
    if (event->kind == EVENT_REPLY) {
        add_outcome(line, event->outcome);
    }
}

void line_add_notice(struct line *line, const struct machine *machine,
                     const struct effects *effects)
{
    static const char *const losses[] = {
        [LOSS_NONE] = "none",   [LOSS_LEASE_ENDED] = "its lease ended",
        [LOSS_TAKEN] = "taken", [LOSS_BROKEN] = "broken",
        [LOSS_GONE] = "gone",
    };

    switch (effects->notice) {
    case NOTICE_NONE:
        return;
    case NOTICE_ACQUIRED:
        line_add(line, " -> acquired token %llu", (unsigned long long)machine->token);
        break;
    case NOTICE_NOT_ACQUIRED:
        line_add(line, " -> not acquired: %s", ddblock_status_name(effects->status));
        break;
    case NOTICE_AT_RISK:
        line_add(line, " -> at risk");
        break;
    case NOTICE_RENEWED:
        line_add(line, " -> no longer at risk");
        break;
    case NOTICE_LOST:
        line_add(line, " -> lost: %s", losses[machine->loss]);
        break;
    case NOTICE_HANDED_OVER:
        line_add(line, " -> handed over");
        break;
    case NOTICE_RELEASED:
        line_add(line, " -> released: %s", ddblock_status_name(effects->status));
        break;
    }
}

void line_add_withheld(struct line *line, const struct machine *machine)
{
    static const char *const reasons[] = {
        [WITHHELD_NOT] = "not",
        [WITHHELD_MAX_HOLD] = "max hold",
        [WITHHELD_WATCHDOG] = "watchdog",
    };

    line_add(line, " -> withheld: %s", reasons[machine->withheld]);
}

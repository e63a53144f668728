/* explain.c - sentences for people: who holds a lock, and how one was lost. */
#include "engine/explain.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/status.h"
#include "base/text.h"

/* An owner, escaped and cut: enough to know whom to ask. */
enum { OWNER_SHOWN_SIZE = 200, HOLDER_SIZE = 300 };

/* "alice@host (token 7)". */
static const char *holder(char *text, const struct record *record)
{
    char owner[OWNER_SHOWN_SIZE];

    (void)text_escape(owner, sizeof(owner),
                      bytes_from_string(record->owner[0] != '\0' ? record->owner : "unknown"));
    if (record_is_released(record)) {
        (void)snprintf(text, HOLDER_SIZE, "%s (token %" PRIu64 ", released)", owner, record->token);
    } else if (record->kind == RECORD_FAIL_OPEN) {
        (void)snprintf(text, HOLDER_SIZE, "%s (token %" PRIu64 ", lease %" PRId64 " ms)", owner,
                       record->token, record->lease_ms);
    } else {
        (void)snprintf(text, HOLDER_SIZE, "%s", owner);
    }
    return text;
}

void explain_not_acquired(ddblock_error *error, ddblock_status status,
                          const struct machine *machine, const char *failure)
{
    char who[HOLDER_SIZE];
    bool closed = machine->config.kind == DDBLOCK_FAIL_CLOSED;

    switch (status) {
    case DDBLOCK_NOT_ACQUIRED:
        if (machine_seen(machine)->kind == RECORD_FAIL_OPEN ||
            machine_seen(machine)->kind == RECORD_FAIL_CLOSED) {
            (void)status_set(error, status, "the lock is held by %s",
                             holder(who, machine_seen(machine)));
        } else {
            (void)status_set(error, status, "the lock was not free in time");
        }
        break;
    case DDBLOCK_WRONG_KIND:
        (void)status_set(error, status,
                         closed ? "it is a fail-open lock, of %s, and cannot be acquired as a "
                                  "fail-closed one"
                                : "it is held as a fail-closed lock by %s, and cannot be "
                                  "acquired as a fail-open one",
                         holder(who, machine_seen(machine)));
        break;
    case DDBLOCK_BAD_ITEM:
        (void)status_set(error, status, "the item is not a well-formed lock: %s",
                         machine_seen(machine)->defect != NULL
                             ? machine_seen(machine)->defect
                             : "its fencing token cannot be counted on");
        break;
    case DDBLOCK_CANCELLED:
        (void)status_set(error, status, "the acquisition was cancelled");
        break;
    default:
        (void)status_set(error, status, "%s",
                         failure[0] != '\0' ? failure : ddblock_status_text(status));
        break;
    }
}

/* Why no heartbeat has renewed the lease. */
static const char *not_renewed(const struct machine *machine, const char *failure)
{
    switch (machine->withheld) {
    case WITHHELD_MAX_HOLD:
        return "it has been held for longer than max_hold_ms";
    case WITHHELD_WATCHDOG:
        return "the program has not called ddblock_lock_touch in time";
    case WITHHELD_NOT:
        break;
    }
    if (machine->config.heartbeat.ns == 0) {
        return "there are no heartbeats";
    }
    if (machine->failures == 0) {
        return "no heartbeat was answered in time";
    }
    return failure[0] != '\0' ? failure : ddblock_status_text(machine->last_failure);
}

void explain_risk(ddblock_error *error, const struct machine *machine, const char *failure)
{
    ddblock_status status = machine->failures > 0 ? machine->last_failure : DDBLOCK_UNAVAILABLE;

    (void)status_set(error, status, "the lease ends soon: %s", not_renewed(machine, failure));
}

void explain_loss(ddblock_error *error, const struct machine *machine, const char *failure)
{
    char who[HOLDER_SIZE];

    switch (machine->loss) {
    case LOSS_TAKEN:
        (void)status_set(error, DDBLOCK_LOST, "the lock was taken by %s",
                         holder(who, machine_seen(machine)));
        break;
    case LOSS_BROKEN:
        (void)status_set(error, DDBLOCK_LOST, "the lock was released by somebody else");
        break;
    case LOSS_GONE:
        (void)status_set(error, DDBLOCK_LOST, "the item of the lock was deleted");
        break;
    default:
        (void)status_set(error, DDBLOCK_LOST, "the lease ended before it was renewed: %s",
                         not_renewed(machine, failure));
        break;
    }
}

void explain_release(ddblock_error *error, ddblock_status status, const struct machine *machine,
                     const char *failure)
{
    if (status == DDBLOCK_LOST) {
        explain_loss(error, machine, failure);
    } else if (status == DDBLOCK_IN_DOUBT) {
        (void)status_set(error, status, "no reply tells whether the lock was released: %s",
                         failure);
    } else {
        (void)status_set(error, status, "the lock could not be released: %s",
                         failure[0] != '\0' ? failure : ddblock_status_text(status));
    }
}

/* How version is laid out: 1, then type, size and bytes of the guid. */
enum { VERSION_FORM = 1, VERSION_HEAD = 3 };

void info_from_record(ddblock_info *info, const struct record *record)
{
    static const ddblock_item_kind kinds[] = {
        [RECORD_UNKNOWN] = DDBLOCK_ITEM_BAD,
        [RECORD_ABSENT] = DDBLOCK_ITEM_ABSENT,
        [RECORD_FAIL_OPEN] = DDBLOCK_ITEM_FAIL_OPEN,
        [RECORD_FAIL_CLOSED] = DDBLOCK_ITEM_FAIL_CLOSED,
        [RECORD_BAD] = DDBLOCK_ITEM_BAD,
    };
    bool open = record->kind == RECORD_FAIL_OPEN;

    memset(info, 0, sizeof(*info));
    info->kind = record_is_released(record) ? DDBLOCK_ITEM_RELEASED : kinds[record->kind];
    info->fencing_token = open ? record->token : 0;
    info->lease_duration_ms = open ? record->lease_ms : 0;
    info->acquired_time_unix_ms = open ? record->acquired_time_unix_ms : -1;
    text_copy(info->owner, sizeof(info->owner), bytes_from_string(record->owner));
    info->version[0] = VERSION_FORM;
    info->version[1] = (unsigned char)record->guid.type;
    info->version[2] = record->guid.size;
    memcpy(info->version + VERSION_HEAD, record->guid.bytes, record->guid.size);
}

static bool guid_is_sound(const struct foreign_guid *guid)
{
    switch (guid->type) {
    case '\0': /* a fail-closed item without one */
        return guid->size == 0;
    case 'B':
        return true;
    case 'S':
    case 'N':
        return text_is_utf8(bytes_from(guid->bytes, guid->size));
    default:
        return false;
    }
}

bool info_version(const ddblock_info *info, struct foreign_guid *ret_guid)
{
    struct foreign_guid guid = {0};

    if (info->version[0] != VERSION_FORM || info->version[2] > GUID_FOREIGN_SIZE_MAX) {
        return false;
    }
    guid.type = (char)info->version[1];
    guid.size = info->version[2];
    memcpy(guid.bytes, info->version + VERSION_HEAD, guid.size);
    if (!guid_is_sound(&guid)) {
        return false; /* a store could not put it into a request */
    }
    *ret_guid = guid;
    return true;
}

/* docs/protocol.md, "Time": a waiter may take a lock over "once the same guid and fencingToken have
 * stood for the item's leaseDurationMs". A guid is never written twice, so that the same in two
 * looks has stood between them. */
bool info_is_stale(const ddblock_info *before, const ddblock_info *after, int64_t elapsed_ms)
{
    return before->kind == DDBLOCK_ITEM_FAIL_OPEN && after->kind == DDBLOCK_ITEM_FAIL_OPEN &&
           before->fencing_token == after->fencing_token &&
           memcmp(before->version, after->version, sizeof(after->version)) == 0 &&
           elapsed_ms >= before->lease_duration_ms && elapsed_ms >= after->lease_duration_ms;
}

/* send.c - the requests of the protocol. docs/protocol.md, "Transitions". */
#include <assert.h>

#include "core/machine_parts.h"

/* How long a reply is waited for. DynamoDB answers within milliseconds; what took a second is
 * lost more often than late. A lock with a long lease can afford to be patient. */
enum { REPLY_MS_MIN = 1000, REPLY_MS_MAX = 5000, URGENT_REPLY_MS_MIN = 100 };

static struct instant reply_until(const struct step *step)
{
    int64_t wait_ms = step->machine->config.lease_ms / 2;

    if (step->machine->config.kind == DDBLOCK_FAIL_CLOSED || wait_ms > REPLY_MS_MAX) {
        wait_ms = REPLY_MS_MAX;
    } else if (wait_ms < REPLY_MS_MIN) {
        wait_ms = REPLY_MS_MIN;
    }
    return instant_add(step->event->now, duration_from_ms(wait_ms));
}

/* Half of the time that is left at the most, so that a request that gets lost leaves time for
 * another. */
static struct instant half_until(const struct step *step, struct instant end)
{
    struct duration wait = duration_scale(instant_until(step->event->now, end), 1, 2);
    struct duration least = duration_from_ms(URGENT_REPLY_MS_MIN);

    if (wait.ns < least.ns) {
        wait = least;
    }
    return instant_add(step->event->now, duration_min(wait, duration_from_ms(REPLY_MS_MAX)));
}

static struct request *send(const struct step *step, enum request_kind kind, enum machine_state to)
{
    struct request *request = &step->effects->request;

    assert(step->machine->under_way == REQUEST_NONE);
    assert(request->kind == REQUEST_NONE);
    machine_move(step->machine, to);
    step->machine->under_way = kind;
    request->kind = kind;
    request->wall_ms = step->event->wall_ms;
    request->give_up_at = reply_until(step);
    request->urgent = to >= STATE_HELD;
    return request;
}

/* Every attempt carries a fresh guid; see guid_set_add for the one exception. */
static void write_guid(const struct step *step, struct request *request)
{
    bool added = false;

    request->fresh =
        guid_set_add(&step->machine->mine, step->event->fresh, step->event->now, &added)->guid;
    step->effects->fresh_used = added;
}

void send_acquire(const struct step *step)
{
    bool closed = step->machine->config.kind == DDBLOCK_FAIL_CLOSED;
    struct request *request =
        send(step, closed ? REQUEST_ACQUIRE_CLOSED : REQUEST_ACQUIRE, STATE_ACQUIRING);

    request->lease_ms = step->machine->config.lease_ms;
    write_guid(step, request);
}

void send_take_over(const struct step *step)
{
    struct machine *machine = step->machine;
    const struct record *seen = machine_seen(machine);
    const struct guid_sent *own = guid_set_find(&machine->mine, &seen->guid);
    bool took_over = own == NULL || own->took_over; /* from ourselves is from whom we had it */
    struct request *request = send(step, REQUEST_TAKE_OVER, STATE_ACQUIRING);

    assert(seen->kind == RECORD_FAIL_OPEN);
    assert(!instant_before(step->event->now, machine->take_over_at));
    request->lease_ms = machine->config.lease_ms;
    request->observed = seen->guid;
    request->observed_token = seen->token;
    write_guid(step, request);
    guid_set_newest(&machine->mine)->took_over = took_over;
}

void send_read(const struct step *step, enum request_kind kind, enum machine_state to)
{
    struct machine *machine = step->machine;
    struct request *request = send(step, kind, to);

    assert(kind == REQUEST_READ || kind == REQUEST_READ_LATEST);
    if (to == STATE_CHECKING) {
        request->give_up_at = instant_min(half_until(step, machine->deadline), machine->deadline);
    } else if (to == STATE_CONFIRMING) {
        request->give_up_at = half_until(step, machine->release_until);
    }
}

void send_renew(const struct step *step)
{
    struct machine *machine = step->machine;
    struct request *request = send(step, REQUEST_RENEW, STATE_RENEWING);

    request->give_up_at = instant_min(half_until(step, machine->deadline), machine->deadline);
    guid_set_name(&machine->mine, request); /* before the fresh one joins the set */
    write_guid(step, request);
}

void send_release(const struct step *step, enum machine_state to)
{
    struct machine *machine = step->machine;
    bool closed = machine->config.kind == DDBLOCK_FAIL_CLOSED;
    struct request *request = send(step, closed ? REQUEST_RELEASE_CLOSED : REQUEST_RELEASE, to);

    guid_set_name(&machine->mine, request);
    if (to == STATE_RELEASING) {
        request->give_up_at =
            instant_min(half_until(step, machine->release_until), machine->release_until);
    }
}

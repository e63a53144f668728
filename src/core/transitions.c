/* transitions.c - every move that a machine makes, with its reason. */
#include <assert.h>

#include "core/machine_parts.h"

static const struct transition transitions[] = {
    {STATE_IDLE, STATE_ACQUIRING, "the acquisition starts"},
    {STATE_IDLE, STATE_QUEUED, "another of this client comes first"},
    {STATE_IDLE, STATE_HELD, "another process has handed it over"},
    {STATE_IDLE, STATE_ENDED, "released before it started, or handed over too late"},
    {STATE_QUEUED, STATE_ACQUIRING, "it is its turn"},
    {STATE_QUEUED, STATE_ENDED, "given up"},

    {STATE_ACQUIRING, STATE_HELD, "acquired, or an own write was recognised"},
    {STATE_ACQUIRING, STATE_READING_BACK, "refused, and the engine did not say by what"},
    {STATE_ACQUIRING, STATE_WATCHING, "refused by a live holder"},
    {STATE_ACQUIRING, STATE_PAUSING, "no answer, or fail-closed and refused: again later"},
    {STATE_ACQUIRING, STATE_ACQUIRING, "refused by what is free by now, or too late"},
    {STATE_ACQUIRING, STATE_RELEASING, "given up: what is in doubt is given back"},
    {STATE_ACQUIRING, STATE_ENDED, "given up"},

    {STATE_READING_BACK, STATE_HELD, "an own write was recognised"},
    {STATE_READING_BACK, STATE_WATCHING, "there is a live holder"},
    {STATE_READING_BACK, STATE_PAUSING, "no answer, or fail-closed and held: again later"},
    {STATE_READING_BACK, STATE_ACQUIRING, "it is free by now"},
    {STATE_READING_BACK, STATE_RELEASING, "given up: what is in doubt is given back"},
    {STATE_READING_BACK, STATE_ENDED, "given up"},

    {STATE_WATCHING, STATE_POLLING, "the poll period is over"},
    {STATE_WATCHING, STATE_ACQUIRING, "the lease is over, or the next attempt begins"},
    {STATE_WATCHING, STATE_RELEASING, "given up: what is in doubt is given back"},
    {STATE_WATCHING, STATE_ENDED, "given up"},

    {STATE_POLLING, STATE_WATCHING, "the holder is still there"},
    {STATE_POLLING, STATE_ACQUIRING, "released, or the lease is over"},
    {STATE_POLLING, STATE_HELD, "an own write was recognised"},
    {STATE_POLLING, STATE_PAUSING, "no answer: again later"},
    {STATE_POLLING, STATE_RELEASING, "given up: what is in doubt is given back"},
    {STATE_POLLING, STATE_ENDED, "given up"},

    {STATE_PAUSING, STATE_ACQUIRING, "the pause is over"},
    {STATE_PAUSING, STATE_POLLING, "the pause is over, and there was a holder"},
    {STATE_PAUSING, STATE_RELEASING, "given up: what is in doubt is given back"},
    {STATE_PAUSING, STATE_ENDED, "given up"},

    {STATE_HELD, STATE_RENEWING, "the heartbeat is due"},
    {STATE_HELD, STATE_RELEASING, "to be released"},
    {STATE_HELD, STATE_LOST, "the lease is over"},
    {STATE_HELD, STATE_ENDED, "handed over to another process"},

    {STATE_RENEWING, STATE_HELD, "renewed, or no answer: again later"},
    {STATE_RENEWING, STATE_CHECKING, "refused, and the engine did not say by what"},
    {STATE_RENEWING, STATE_LOST, "refused, or the lease is over"},

    {STATE_CHECKING, STATE_HELD, "an own write was recognised, or no answer: again later"},
    {STATE_CHECKING, STATE_LOST, "it is not ours, or the lease is over"},

    {STATE_LOST, STATE_RELEASING, "a courtesy: who waits need not wait for a lease"},
    {STATE_LOST, STATE_ENDED, "to be released, but no longer ours"},

    {STATE_RELEASING, STATE_ENDED, "released, not ours, or given up"},
    {STATE_RELEASING, STATE_CONFIRMING, "refused, and the engine did not say by what"},
    {STATE_RELEASING, STATE_RELEASE_WAIT, "no answer: again later"},
    {STATE_RELEASING, STATE_SWEEP_WAIT, "released, and a ghost may come"},
    {STATE_CONFIRMING, STATE_ENDED, "it is not ours"},
    {STATE_CONFIRMING, STATE_SWEEP_WAIT, "it is not ours, and a ghost may come"},
    {STATE_RELEASE_WAIT, STATE_RELEASING, "the pause is over"},
    {STATE_RELEASE_WAIT, STATE_ENDED, "the time is over"},
    {STATE_RELEASE_WAIT, STATE_SWEEP_WAIT, "the time is over, and a ghost may come"},

    {STATE_SWEEP_WAIT, STATE_SWEEPING, "the next look for a ghost"},
    {STATE_SWEEPING, STATE_SWEEP_WAIT, "a ghost may still come"},
    {STATE_SWEEPING, STATE_ENDED, "no ghost can come any more"},
};

enum { ROWS = sizeof(transitions) / sizeof(transitions[0]) };
_Static_assert(ROWS <= 64, "machine.moves has a bit for each row");

const struct transition *transition_row(size_t row)
{
    return row < ROWS ? &transitions[row] : NULL;
}

void machine_move(struct machine *machine, enum machine_state to)
{
    size_t row = 0;

    while (transitions[row].from != machine->state || transitions[row].to != to) {
        row++;
        assert(row < ROWS);
    }
    machine->moves |= UINT64_C(1) << row;
    machine->state = to;
}

const char *machine_state_name(enum machine_state state)
{
    static const char *const names[STATES] = {
        [STATE_IDLE] = "idle",
        [STATE_QUEUED] = "queued",
        [STATE_ACQUIRING] = "acquiring",
        [STATE_READING_BACK] = "reading back",
        [STATE_WATCHING] = "watching",
        [STATE_POLLING] = "polling",
        [STATE_PAUSING] = "pausing",
        [STATE_HELD] = "held",
        [STATE_RENEWING] = "renewing",
        [STATE_CHECKING] = "checking",
        [STATE_RELEASING] = "releasing",
        [STATE_CONFIRMING] = "confirming",
        [STATE_RELEASE_WAIT] = "waiting to release",
        [STATE_LOST] = "lost",
        [STATE_SWEEPING] = "sweeping",
        [STATE_SWEEP_WAIT] = "waiting to sweep",
        [STATE_ENDED] = "ended",
    };

    assert(state >= 0 && state < STATES);
    return names[state];
}

/* machine_parts.h - how the files of the machine call each other.
 *
 * machine.c dispatches events; acquire.c, watch.c, hold.c and release.c handle them, each for
 * its states; send.c makes requests; pace.c says how long to wait; transitions.c knows every
 * move. Each function finishes the step: it sends, waits or ends, and sets the notice. */
#ifndef CORE_MACHINE_PARTS_H
#define CORE_MACHINE_PARTS_H

#include "core/machine.h"

/* One step: the machine, the event, and the effects that are being put together. */
struct step {
    struct machine *machine;
    const struct event *event;
    struct effects *effects;
    enum request_kind answered; /* by a REPLY */
};

/* transitions.c */
struct transition {
    enum machine_state from;
    enum machine_state to;
    const char *because;
};

/* A row of the table; NULL after the last. */
const struct transition *transition_row(size_t row);
void machine_move(struct machine *machine, enum machine_state to);

/* machine.c: keeps what was received, where there is memory for it. An acquisition has it. */
void machine_note(struct machine *machine, const struct record *record);

/* send.c: each sends one request and moves to the state that waits for its reply. */
void send_acquire(const struct step *step);
void send_take_over(const struct step *step);
void send_read(const struct step *step, enum request_kind kind, enum machine_state to);
void send_renew(const struct step *step);
void send_release(const struct step *step, enum machine_state to);

/* pace.c */
struct duration pace_at_least_1_ms(struct duration duration);
struct duration pace_backoff(uint32_t failures, ddblock_status last_failure, uint32_t random);
struct duration pace_retry(uint32_t failures, ddblock_status last_failure,
                           const struct event *event);
bool pace_may_retry(uint32_t failures, uint32_t tries, const struct event *event);

static inline struct duration backoff(const struct step *step)
{
    return pace_retry(step->machine->failures, step->machine->last_failure, step->event);
}

struct duration pace_jitter(struct duration duration, uint32_t low_percent, uint32_t high_percent,
                            uint32_t random);
struct duration pace_margin(const struct machine_config *config);
struct duration pace_ghost_life(const struct machine_config *config);
struct duration pace_trusted_wait(const struct record *record, int64_t wall_ms);

/* acquire.c */
void acquire_start(const struct step *step);
void acquire_queue(const struct step *step);
void acquire_reply(const struct step *step);
void acquire_proceed(const struct step *step);
void acquire_failed(const struct step *step, ddblock_status status);
void acquire_give_up(const struct step *step, ddblock_status status);
void acquire_written(const struct step *step, const struct guid_sent *written, uint64_t token);

/* watch.c */
void watch_item(const struct step *step, const struct record *record);
void watch_continue(const struct step *step);
void watch_pause_for(const struct step *step, struct duration duration);

/* hold.c */
bool hold_begin(const struct step *step, const struct guid_sent *written, uint64_t token);
void hold_adopted(const struct step *step);
void hold_hand_over(const struct step *step);
void hold_tick(const struct step *step);
void hold_renew(const struct step *step);
void hold_give_back(const struct step *step, ddblock_status status);
void hold_reply(const struct step *step);
void hold_lose(const struct step *step, enum loss loss);
enum loss hold_loss(const struct machine *machine, const struct record *record);
struct instant hold_risk_at(const struct machine *machine);

/* release.c */
void release_start(const struct step *step);
void release_reply(const struct step *step);
void release_tick(const struct step *step);
void sweep_reply(const struct step *step);

#endif

/* checker_parts.h - how the files of the checker call each other. */
#ifndef SIM_CHECKER_PARTS_H
#define SIM_CHECKER_PARTS_H

#include "sim/checker.h"

/* checker.c */
void checker_broken(struct checker *checker, const struct history_event *event, int promise,
                    const char *what);
struct acquisition *checker_acquisition(struct checker *checker, uint32_t number);

/* What was sent with that guid; NULL: nothing. */
struct sent *checker_sent(struct checker *checker, uint64_t guid);

/* checker_item.c */
void check_write(struct checker *checker, const struct history_event *event);

/* checker_belief.c */
void check_belief(struct checker *checker, const struct history_event *event);
void check_notice(struct checker *checker, const struct history_event *event);
bool checker_is_withheld(const struct acquisition *acquisition, int64_t at_ns);

/* checker_lines.c */
void check_turn(struct checker *checker, const struct history_event *event);
void check_lines(struct checker *checker, const struct history_event *event);

/* checker_calm.c */
void check_idle(struct checker *checker, const struct history_event *event);
void check_quiet(struct checker *checker, const struct history_event *event);

#endif

/* narrator.h - how the world's trace names things. */
#ifndef TEST_TRACE_NARRATOR_H
#define TEST_TRACE_NARRATOR_H

#include "trace/world.h"

/* Text that is put together; what does not fit fails the test. */
struct line {
    char text[512];
    size_t size;
};

void line_add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "A1/1 for 1000", "A1/1 released", "A1 closed", "nothing", "a bad item", "something". */
void line_add_record(struct line *line, const struct record *record);

/* "TAKE OVER B1 of A1/1", "RELEASE A1 A2", … */
void line_add_request(struct line *line, const struct request *request);

/* "acquire", "refused by A1/1 for 1000", "no reply", … */
void line_add_event(struct line *line, const struct event *event);

/* "acquired token 1", "lost: lease ended", "released: OK", … */
void line_add_notice(struct line *line, const struct machine *machine,
                     const struct effects *effects);

/* "withheld: max hold", "withheld: watchdog". */
void line_add_withheld(struct line *line, const struct machine *machine);

#endif

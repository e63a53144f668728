/* trace.c - writes a history down. */
#include "sim/trace.h"

#include <inttypes.h>

enum { NS_PER_US = 1000 };

static void mix(struct trace *trace, uint64_t value)
{
    /* FNV-1a, a word at a time. */
    trace->digest = (trace->digest ^ value) * UINT64_C(0x100000001B3);
    trace->digest ^= trace->digest >> 29;
}

static void digest(struct trace *trace, const struct history_event *event)
{
    mix(trace, (uint64_t)event->at_ns);
    mix(trace, ((uint64_t)event->kind << 48) | ((uint64_t)event->actor << 32) | event->acquisition);
    mix(trace, event->guid);
    mix(trace, event->token);
    mix(trace, (uint64_t)event->lease_ns);
    mix(trace, (uint64_t)event->until_ns);
    mix(trace, ((uint64_t)event->write << 48) | ((uint64_t)event->notice << 32) |
                   ((uint64_t)event->status << 16) | (uint64_t)event->fault);
}

/* To the microsecond, and never above: a time is told when it is over. */
static double in_ms(int64_t ns)
{
    int64_t us = ns / NS_PER_US;

    return (double)us / 1000.0;
}

static void print_until(FILE *file, const char *text, int64_t until_ns)
{
    if (until_ns == NEVER_NS) {
        (void)fprintf(file, "%s for ever", text);
    } else if (until_ns <= 0) {
        (void)fprintf(file, "%s no more", text);
    } else {
        (void)fprintf(file, "%s until %.3f", text, in_ms(until_ns));
    }
}

static const char *notice_text(const struct history_event *event)
{
    switch (event->notice) {
    case NOTICE_ACQUIRED:
        return "told ACQUIRED";
    case NOTICE_NOT_ACQUIRED:
        return "told NOT ACQUIRED";
    case NOTICE_AT_RISK:
        return "told at risk";
    case NOTICE_RENEWED:
        return "told renewed, no longer at risk";
    case NOTICE_LOST:
        return "told LOST";
    case NOTICE_RELEASED:
        return "told RELEASED";
    case NOTICE_HANDED_OVER:
        return "told HANDED OVER";
    case NOTICE_NONE:
        break;
    }
    return "told nothing";
}

static const char *loss_text(enum loss loss)
{
    static const char *const texts[] = {
        [LOSS_NONE] = "",         [LOSS_LEASE_ENDED] = ": its lease ended",
        [LOSS_TAKEN] = ": taken", [LOSS_BROKEN] = ": broken",
        [LOSS_GONE] = ": gone",
    };

    return texts[loss];
}

static void print_notice(FILE *file, const struct history_event *event)
{
    (void)fprintf(file, "%s", notice_text(event));
    if (event->notice == NOTICE_ACQUIRED) {
        (void)fprintf(file, ", token %" PRIu64, event->token);
    } else if (event->notice == NOTICE_LOST) {
        (void)fprintf(file, "%s", loss_text(event->loss));
    } else if (event->notice == NOTICE_NOT_ACQUIRED || event->notice == NOTICE_RELEASED) {
        (void)fprintf(file, ": %s", ddblock_status_name(event->status));
    }
}

static void print_guid(FILE *file, const char *text, uint64_t guid)
{
    if (guid != 0) {
        (void)fprintf(file, "%s %06" PRIx64, text, guid >> 40);
    }
}

static void print_write(FILE *file, const struct history_event *event)
{
    (void)fprintf(file, "table: %s carried out:", write_name(event->write));
    if (event->guid == 0) {
        (void)fprintf(file, " %s", event->write == WRITE_SPOIL ? "no lock any more" : "no item");
        return;
    }
    print_guid(file, " guid", event->guid);
    (void)fprintf(file, ", token %" PRIu64, event->token);
    if (event->lease_ns == NEVER_NS) {
        (void)fprintf(file, ", fail-closed");
    } else if (event->lease_ns == 0) {
        (void)fprintf(file, ", released");
    } else {
        (void)fprintf(file, ", lease %" PRId64 " ms", event->lease_ns / 1000000);
    }
}

static void print_what(FILE *file, const struct history_event *event)
{
    switch (event->kind) {
    case HISTORY_ACQUIRE:
        (void)fprintf(file, "asks for the lock%s", event->closed ? ", fail-closed" : "");
        break;
    case HISTORY_CANCEL:
        (void)fprintf(file, "gives up");
        break;
    case HISTORY_RELEASE:
        (void)fprintf(file, "gives it back");
        break;
    case HISTORY_TOUCH:
        (void)fprintf(file, "says that it is alive");
        break;
    case HISTORY_ADOPT:
        (void)fprintf(file, "goes on with what was handed over");
        break;
    case HISTORY_SENT:
        (void)fprintf(file, "sends %s", write_name(event->write));
        print_guid(file, ", guid", event->guid);
        break;
    case HISTORY_WRITE:
        print_write(file, event);
        break;
    case HISTORY_REFUSAL:
        (void)fprintf(file, "table: %s refused", write_name(event->write));
        break;
    case HISTORY_ANSWER:
        (void)fprintf(file, "takes the answer to %s", write_name(event->write));
        print_guid(file, ", which tells of guid", event->guid);
        break;
    case HISTORY_NOTICE:
        print_notice(file, event);
        break;
    case HISTORY_BELIEF:
        print_until(file, "believes", event->until_ns);
        break;
    case HISTORY_FAULT:
        (void)fprintf(file, "FAULT: %s", fault_name(event->fault));
        if (event->until_ns > event->at_ns) {
            print_until(file, ",", event->until_ns);
        }
        break;
    case HISTORY_ASLEEP:
        (void)fprintf(file, "stands still");
        break;
    case HISTORY_AWAKE:
        (void)fprintf(file, "goes on");
        break;
    case HISTORY_DEATH:
        (void)fprintf(file, "dies");
        break;
    case HISTORY_CALM:
        (void)fprintf(file, "from here on nothing fails");
        break;
    case HISTORY_CHECK:
        (void)fprintf(file, "time passes");
        break;
    case HISTORY_QUIET:
        (void)fprintf(file, "all is over");
        break;
    case HISTORY_KINDS:
        break;
    }
}

void trace_event(struct trace *trace, const struct history_event *event)
{
    digest(trace, event);
    if (trace->file == NULL || event->kind == HISTORY_CHECK) {
        return;
    }
    (void)fprintf(trace->file, "[%10.3f] ", in_ms(event->at_ns));
    if (event->actor < UINT32_MAX) {
        (void)fprintf(trace->file, "%u", event->actor);
    } else {
        (void)fprintf(trace->file, "-");
    }
    if (event->acquisition != 0) {
        (void)fprintf(trace->file, "/%-3u ", event->acquisition);
    } else {
        (void)fprintf(trace->file, "     ");
    }
    print_what(trace->file, event);
    (void)fputc('\n', trace->file);
}

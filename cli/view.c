/* view.c - what "watch" shows. */
#include "view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "duration.h"
#include "escape.h"
#include "message.h"
#include "observe.h"

enum {
    STATE_COLUMNS = 11,
    TOKEN_COLUMNS = 7,
    BAR_COLUMNS = 10,
    AGE_COLUMNS = 11, /* "59 min 59 s" */
    /* With two blanks between columns, and one between bar and age. */
    FIXED_COLUMNS = STATE_COLUMNS + TOKEN_COLUMNS + BAR_COLUMNS + 1 + AGE_COLUMNS + 4 * 2,
    NAME_COLUMNS_MIN = 6,

    /* Title, headings, the line of keys, and a blank one before the changes. */
    OTHER_ROWS = 5,
    CHANGE_ROWS_MAX = 8,
};

enum colour { PLAIN, BOLD, FAINT, GREEN, YELLOW, RED };

static const char *const colours[] = {
    [PLAIN] = "0", [BOLD] = "1", [FAINT] = "2", [GREEN] = "32", [YELLOW] = "33", [RED] = "1;31"};

struct picture {
    FILE *stream;
    const struct view *view;
    struct screen_size size;
    size_t row; /* rows that are done */
    size_t lock_columns;
    size_t holder_columns;
    int64_t now_ms;
};

static void paint(const struct picture *picture, enum colour colour, const char *text)
{
    if (picture->view->colour && colour != PLAIN) {
        (void)fprintf(picture->stream, "\033[%sm%s\033[0m", colours[colour], text);
    } else {
        (void)fputs(text, picture->stream);
    }
}

/* Every row is cleared before it is written: a cursor behind a full row stands on its last
 * character, which clearing afterwards would take away. After the last row no new one may begin,
 * the screen would scroll. */
static void end_row(struct picture *picture)
{
    picture->row++;
    (void)fputs(picture->row < picture->size.rows ? "\r\n\033[K" : "", picture->stream);
}

/* Of text that is safe to print. */
static void text_row(struct picture *picture, enum colour colour, const char *text)
{
    char fitted[COLUMNS_SIZE];

    paint(picture, colour, columns_fit_safe(fitted, text, picture->size.columns));
    end_row(picture);
}

static bool is_free(const ddblock_info *info)
{
    return info->kind == DDBLOCK_ITEM_ABSENT || info->kind == DDBLOCK_ITEM_RELEASED;
}

static void title_row(struct picture *picture, int64_t now_unix_ms)
{
    char time[UTC_TIME_SIZE];
    char where[ESCAPED_SIZE];
    char text[2 * ESCAPED_SIZE];
    size_t held = 0;
    size_t stale = 0;
    size_t free_ones = 0;
    const struct listing *locks = picture->view->locks;

    for (size_t i = 0; i < locks->count; i++) {
        const struct listed *lock = &locks->locks[i];

        stale += lock->stale ? 1 : 0;
        held += info_is_held(&lock->info) && !lock->stale ? 1 : 0;
        free_ones += is_free(&lock->info) ? 1 : 0;
    }
    (void)utc_time(time, now_unix_ms);
    (void)snprintf(text, sizeof(text), "%.8s  %zu held, %zu stale, %zu free  %s",
                   strlen(time) > 19 ? time + strlen(time) - 13 : "?", held, stale, free_ones,
                   escape_string(where, sizeof(where), picture->view->where));
    text_row(picture, BOLD, text);
}

/* How much of the lease has passed since the last heartbeat was seen. */
static enum colour draw_bar(const struct picture *picture, const struct listed *lock, char *target,
                            size_t size)
{
    const char *full = picture->view->utf8 ? "\u2588" : "#";
    const char *empty = picture->view->utf8 ? "\u2591" : ".";
    int64_t lease_ms = lock->info.lease_duration_ms > 0 ? lock->info.lease_duration_ms : 1;
    int64_t age_ms = picture->now_ms - lock->seen_ms;
    int64_t filled = age_ms >= lease_ms ? BAR_COLUMNS : age_ms * BAR_COLUMNS / lease_ms;
    size_t used = 0;

    for (int64_t i = 0; i < BAR_COLUMNS; i++) {
        used += (size_t)snprintf(target + used, size - used, "%s", i < filled ? full : empty);
    }
    return lock->stale || age_ms >= lease_ms ? RED : age_ms * 2 >= lease_ms ? YELLOW : GREEN;
}

static void draw_heartbeat(const struct picture *picture, const struct listed *lock)
{
    char bar[4 * BAR_COLUMNS + 1];
    char age[DURATION_TEXT_SIZE];

    if (lock->info.kind == DDBLOCK_ITEM_FAIL_OPEN) {
        enum colour colour = draw_bar(picture, lock, bar, sizeof(bar));
        int64_t age_ms = picture->now_ms - lock->seen_ms;

        paint(picture, colour, bar);
        /* Below a second the number would only flicker. */
        (void)fprintf(picture->stream, " %*s  ", AGE_COLUMNS,
                      age_ms < 1000 ? "< 1 s" : duration_text(age, age_ms));
    } else {
        (void)fprintf(picture->stream, "%-*s  ", BAR_COLUMNS + 1 + AGE_COLUMNS,
                      lock->info.kind == DDBLOCK_ITEM_FAIL_CLOSED ? "sends none" : "");
    }
}

static enum colour state_colour(const struct listed *lock)
{
    if (lock->info.kind == DDBLOCK_ITEM_BAD || lock->stale) {
        return RED;
    }
    return lock->info.kind == DDBLOCK_ITEM_FAIL_CLOSED ? YELLOW
           : info_is_held(&lock->info)                 ? GREEN
                                                       : FAINT;
}

static void lock_row(struct picture *picture, const struct listed *lock)
{
    char name[ID_TEXT_SIZE];
    char field[COLUMNS_SIZE];
    char state[STATE_COLUMNS + 1];
    char token[24] = "";
    const char *holder = lock->defect != NULL        ? lock->defect
                         : info_is_held(&lock->info) ? lock->info.owner
                                                     : "";

    (void)columns_fit(field, id_text(name, sizeof(name), &lock->id), picture->lock_columns);
    (void)fprintf(picture->stream, "%s  ", field);
    (void)snprintf(state, sizeof(state), "%-*s", STATE_COLUMNS,
                   state_word(&lock->info, lock->stale));
    paint(picture, state_colour(lock), state);
    if (lock->info.fencing_token != 0) {
        (void)snprintf(token, sizeof(token), "%" PRIu64, lock->info.fencing_token);
    }
    (void)fprintf(picture->stream, "  %*s  ", TOKEN_COLUMNS, token);
    draw_heartbeat(picture, lock);
    (void)fputs(columns_fit(field, holder, picture->holder_columns), picture->stream);
    end_row(picture);
}

static void heading_row(struct picture *picture)
{
    char lock[COLUMNS_SIZE];
    char text[COLUMNS_SIZE + 100];

    (void)snprintf(text, sizeof(text), "%s  %-*s  %*s  %-*s  %s",
                   columns_fit(lock, "LOCK", picture->lock_columns), STATE_COLUMNS, "STATE",
                   TOKEN_COLUMNS, "TOKEN", BAR_COLUMNS + 1 + AGE_COLUMNS, "LAST HEARTBEAT SEEN",
                   "HOLDER");
    text_row(picture, BOLD, text);
}

/* How many rows are left for changes, their heading not counted. */
static size_t change_rows_of(struct screen_size size)
{
    size_t rows = size.rows > OTHER_ROWS ? (size.rows - OTHER_ROWS) / 3 : 0;

    return rows < CHANGE_ROWS_MAX ? rows : CHANGE_ROWS_MAX;
}

static size_t lock_rows_of(struct screen_size size)
{
    return size.rows > OTHER_ROWS ? size.rows - OTHER_ROWS - change_rows_of(size) : 0;
}

/* How many locks are shown of those that there are: where they do not fit, the last row tells which
 * they are. */
static size_t locks_shown(size_t rows, size_t count)
{
    return count <= rows ? count : rows - (rows > 0 ? 1 : 0);
}

/* Locks may have gone since the picture was moved. */
static size_t top_of(const struct view *view, size_t shown)
{
    size_t last = view->locks->count - shown;

    return view->top < last ? view->top : last;
}

void view_scroll(struct view *view, struct screen_size size, int key)
{
    size_t shown = locks_shown(lock_rows_of(size), view->locks->count);
    size_t last = view->locks->count - shown;
    size_t top = top_of(view, shown);

    switch (key) {
    case SCREEN_UP:
    case 'k':
        top -= top > 0 ? 1 : 0;
        break;
    case SCREEN_DOWN:
    case 'j':
        top++;
        break;
    case SCREEN_PAGE_UP:
        top -= top > shown ? shown : top;
        break;
    case SCREEN_PAGE_DOWN:
    case ' ':
        top += shown;
        break;
    case SCREEN_HOME:
    case 'g':
        top = 0;
        break;
    case SCREEN_END:
    case 'G':
        top = last;
        break;
    default:
        return;
    }
    view->top = top < last ? top : last;
}

/* Those that are held come first: a table can have many free ones. */
static void lock_rows(struct picture *picture, size_t rows)
{
    const struct listing *locks = picture->view->locks;
    size_t shown = locks_shown(rows, locks->count);
    size_t top = top_of(picture->view, shown);
    size_t at = 0;
    char text[96];

    for (int free_ones = 0; free_ones < 2; free_ones++) {
        for (size_t i = 0; i < locks->count && at < top + shown; i++) {
            if (is_free(&locks->locks[i].info) == (free_ones == 1) && at++ >= top) {
                lock_row(picture, &locks->locks[i]);
            }
        }
    }
    if (shown < locks->count && rows > 0) {
        (void)snprintf(text, sizeof(text), "%zu to %zu of %zu", top + 1, top + shown, locks->count);
        text_row(picture, FAINT, text);
        shown++;
    }
    for (; shown < rows; shown++) {
        end_row(picture);
    }
}

static void change_rows(struct picture *picture, size_t rows)
{
    const struct view *view = picture->view;
    size_t kept = view->change_count < VIEW_CHANGES ? view->change_count : VIEW_CHANGES;
    char text[VIEW_CHANGE_SIZE + UTC_TIME_SIZE];

    text_row(picture, BOLD, "LAST CHANGES");
    for (size_t i = 0; i + 1 < rows; i++) {
        const struct view_change *change;
        char time[UTC_TIME_SIZE];

        if (i >= kept) {
            end_row(picture);
            continue;
        }
        change = &view->changes[(view->change_count - 1 - i) % VIEW_CHANGES];
        (void)utc_time(time, change->unix_ms);
        (void)snprintf(text, sizeof(text), "%.8s  %s",
                       strlen(time) > 19 ? time + strlen(time) - 13 : "?", change->sentence);
        text_row(picture, PLAIN, text);
    }
}

static void last_row(struct picture *picture)
{
    const struct view *view = picture->view;

    if (view->trouble[0] != '\0') {
        text_row(picture, RED, view->trouble);
    } else {
        text_row(picture, FAINT,
                 !view->looked ? "q quits; looking at the locks …"
                 : view->locks->count > lock_rows_of(picture->size)
                     ? "up, down, page up, page down: more locks; q quits"
                     : "q quits");
    }
}

void view_add_change(struct view *view, int64_t unix_ms, const char *sentence)
{
    struct view_change *change = &view->changes[view->change_count++ % VIEW_CHANGES];

    change->unix_ms = unix_ms;
    (void)snprintf(change->sentence, sizeof(change->sentence), "%s", sentence);
}

static void draw(struct picture *picture, int64_t now_unix_ms)
{
    size_t rows = picture->size.rows;
    size_t names = picture->size.columns > FIXED_COLUMNS + 2 * NAME_COLUMNS_MIN
                       ? picture->size.columns - FIXED_COLUMNS
                       : 2 * NAME_COLUMNS_MIN;

    picture->lock_columns = (names + 1) / 2;
    picture->holder_columns = names / 2;
    (void)fputs("\033[H\033[K", picture->stream);
    if (rows <= OTHER_ROWS) {
        title_row(picture, now_unix_ms);
        (void)fputs("\033[J", picture->stream);
        return;
    }
    title_row(picture, now_unix_ms);
    heading_row(picture);
    lock_rows(picture, lock_rows_of(picture->size));
    end_row(picture);
    change_rows(picture, change_rows_of(picture->size) + 1);
    last_row(picture);
}

char *view_draw(const struct view *view, struct screen_size size, int64_t now_ms,
                int64_t now_unix_ms, size_t *ret_size)
{
    struct picture picture = {.view = view, .size = size, .now_ms = now_ms};
    char *text = NULL;
    size_t text_size = 0;

    picture.stream = open_memstream(&text, &text_size);
    if (picture.stream == NULL) {
        return NULL;
    }
    draw(&picture, now_unix_ms);
    if (fclose(picture.stream) != 0) {
        free(text);
        return NULL;
    }
    *ret_size = text_size;
    return text;
}

/* view.h - what "watch" shows, as a picture of so many rows and columns. */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include "listing.h"
#include "screen.h"

/* What is kept of changes: more than a screen shows. */
enum { VIEW_CHANGES = 50, VIEW_CHANGE_SIZE = 400 };

struct view_change {
    int64_t unix_ms;
    char sentence[VIEW_CHANGE_SIZE];
};

struct view {
    const char *where; /* the table or the file; not escaped */
    bool colour;
    bool utf8;
    bool looked;                 /* once at least */
    char trouble[512];           /* why there is no news; "": there is */
    const struct listing *locks; /* sorted by their keys */
    struct view_change changes[VIEW_CHANGES];
    size_t change_count; /* ever; the last ones are kept */
    size_t top;          /* how many locks lie above the first that is shown */
};

/* Moves what is shown of the locks, if they are more than fit: by a row, a screen, or to an end.
 * Other keys do nothing. */
void view_scroll(struct view *view, struct screen_size size, int key);

void view_add_change(struct view *view, int64_t unix_ms, const char *sentence);

/* Makes the picture, for free(3): what to write to a terminal of that size, whatever it shows
 * now. now_ms is by boot_clock_ms. NULL: no memory. */
char *view_draw(const struct view *view, struct screen_size size, int64_t now_ms,
                int64_t now_unix_ms, size_t *ret_size);

#endif

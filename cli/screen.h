/* screen.h - the whole screen of a terminal, and its keys. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

struct screen_size {
    size_t rows;
    size_t columns;
};

/* True if standard output is a terminal with a screen, and we are in its foreground. */
bool screen_is_there(void);

/* True if colours are wanted: https://no-color.org, "when present and not an empty string". */
bool screen_has_colour(void);

/* True if the locale's characters are UTF-8. */
bool screen_has_utf8(void);

/* Takes the screen: the alternate one, without a cursor, and keys without echo. A fault of the
 * program gives it back before it ends the process. */
void screen_enter(void);

/* Gives the screen back as it was, if it was taken. */
void screen_leave(void);

struct screen_size screen_size(void);

/* Keys that are no characters. */
enum screen_key {
    SCREEN_NO_KEY = 0,
    SCREEN_UP = 256,
    SCREEN_DOWN,
    SCREEN_PAGE_UP,
    SCREEN_PAGE_DOWN,
    SCREEN_HOME,
    SCREEN_END,
    SCREEN_OTHER,
};

/* The key that was pressed, a character or one of the above. 'q' where the terminal was taken
 * away. */
int screen_key(void);

/* Blocks the signal that tells of another size: before there is a second thread, which would take
 * it. */
void screen_prepare(void);

/* Opens a descriptor that is readable when the size has changed, a key was pressed, or other_fd
 * is readable; -1: there is none to be had. */
int screen_watch(int other_fd);

/* Takes it that the size has changed. */
void screen_take_resize(void);

#endif

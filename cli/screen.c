/* screen.c - the whole screen of a terminal, by the sequences that all terminals of today share
 * (ECMA-48, and xterm's private modes 7, 25 and 1049). */
#include "screen.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

static const char enter_sequence[] = "\033[?1049h\033[?25l\033[?7l\033[H\033[2J";
static const char leave_sequence[] = "\033[0m\033[?7h\033[?25h\033[?1049l";

/* There is one terminal, and a signal handler must find it. */
static volatile sig_atomic_t is_taken;
static bool has_modes;
static struct termios modes_before;
static int resize_fd = -1;

bool screen_is_there(void)
{
    const char *type = getenv("TERM");

    return isatty(STDOUT_FILENO) == 1 && tcgetpgrp(STDOUT_FILENO) == getpgrp() && type != NULL &&
           type[0] != '\0' && strcmp(type, "dumb") != 0;
}

bool screen_has_colour(void)
{
    const char *no_colour = getenv("NO_COLOR");

    return screen_is_there() && (no_colour == NULL || no_colour[0] == '\0');
}

bool screen_has_utf8(void)
{
    (void)setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Async-signal-safe (signal-safety(7)): write and tcsetattr only. */
void screen_leave(void)
{
    if (is_taken == 0) {
        return;
    }
    is_taken = 0;
    (void)!write(STDOUT_FILENO, leave_sequence, sizeof(leave_sequence) - 1);
    if (has_modes) {
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &modes_before);
    }
}

/* SA_RESETHAND: the fault comes again when we return, and then ends the process. */
static void on_fault(int signal)
{
    screen_leave();
    (void)raise(signal);
}

static void guard_faults(void)
{
    static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
    struct sigaction action = {.sa_handler = on_fault, .sa_flags = (int)SA_RESETHAND};

    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        (void)sigaction(faults[i], &action, NULL);
    }
}

void screen_enter(void)
{
    struct termios modes;

    guard_faults();
    has_modes = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &modes_before) == 0;
    is_taken = 1;
    if (has_modes) {
        modes = modes_before;
        modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        modes.c_iflag &= ~(tcflag_t)IXON; /* ^S would stop us, not only the picture */
        modes.c_cc[VMIN] = 0;
        modes.c_cc[VTIME] = 0;
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    }
    (void)!write(STDOUT_FILENO, enter_sequence, sizeof(enter_sequence) - 1);
}

struct screen_size screen_size(void)
{
    struct winsize window = {0};

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col == 0 ||
        window.ws_row == 0) {
        return (struct screen_size){.rows = 24, .columns = 80};
    }
    return (struct screen_size){.rows = window.ws_row, .columns = window.ws_col};
}

/* A terminal that was taken away is always ready to be read, and gives nothing. */
static bool is_hung_up(void)
{
    struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&terminal, 1, 0) == 1 && (terminal.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

/* What follows the escape character, up to a final byte (ECMA-48, 5.4): ESC [ A and ESC O A are the
 * upward arrow, ESC [ 5 ~ a page upwards, as xterm sends them and all that follow it. */
static int read_sequence(void)
{
    static const struct {
        const char *text;
        enum screen_key key;
    } keys[] = {{"[A", SCREEN_UP},       {"OA", SCREEN_UP},        {"[B", SCREEN_DOWN},
                {"OB", SCREEN_DOWN},     {"[H", SCREEN_HOME},      {"OH", SCREEN_HOME},
                {"[1~", SCREEN_HOME},    {"[F", SCREEN_END},       {"OF", SCREEN_END},
                {"[4~", SCREEN_END},     {"[7~", SCREEN_HOME},     {"[8~", SCREEN_END},
                {"[5~", SCREEN_PAGE_UP}, {"[6~", SCREEN_PAGE_DOWN}};
    char text[16] = "";
    size_t used = 0;

    while (used + 1 < sizeof(text) && read(STDIN_FILENO, text + used, 1) == 1) {
        used++;
        if (used > 1 && text[used - 1] >= '@' && text[used - 1] <= '~') {
            break;
        }
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(text, keys[i].text) == 0) {
            return (int)keys[i].key;
        }
    }
    return SCREEN_OTHER;
}

int screen_key(void)
{
    char key = 0;

    if (is_taken == 0 || !has_modes) {
        return SCREEN_NO_KEY;
    }
    if (read(STDIN_FILENO, &key, 1) != 1) {
        return is_hung_up() ? 'q' : SCREEN_NO_KEY;
    }
    if (key == '\033') {
        return read_sequence();
    }
    return key != '\0' ? (unsigned char)key : SCREEN_OTHER;
}

static bool add(int set, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};

    return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0;
}

void screen_prepare(void)
{
    sigset_t resize;

    (void)sigemptyset(&resize);
    (void)sigaddset(&resize, SIGWINCH);
    (void)sigprocmask(SIG_BLOCK, &resize, NULL);
    resize_fd = signalfd(-1, &resize, SFD_CLOEXEC | SFD_NONBLOCK);
}

int screen_watch(int other_fd)
{
    int set = epoll_create1(EPOLL_CLOEXEC);

    if (set < 0 || resize_fd < 0 || !add(set, other_fd) || !add(set, resize_fd) ||
        (isatty(STDIN_FILENO) == 1 && !add(set, STDIN_FILENO))) {
        return -1;
    }
    return set;
}

void screen_take_resize(void)
{
    struct signalfd_siginfo info;

    while (resize_fd >= 0 && read(resize_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
    }
}

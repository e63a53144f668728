/* recorded.c - what the two floors share. */
#include "recorded.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness.h"

/* A record of some twenty cycles is some 50 KiB. */
enum { RECORD_SIZE_MAX = 16 * 1024 * 1024, WARM_UP = 20 };

static char *read_file(const char *path)
{
    char *text = calloc(1, RECORD_SIZE_MAX + 1);
    FILE *file = fopen(path, "re");

    if (text == NULL || file == NULL) {
        die("cannot read the record");
    }
    if (fread(text, 1, RECORD_SIZE_MAX, file) == RECORD_SIZE_MAX) {
        die("the record is too long");
    }
    (void)fclose(file);
    return text;
}

static char *copy(const char *data, size_t size)
{
    char *result = calloc(1, size + 1);

    if (result == NULL) {
        die("no memory");
    }
    memcpy(result, data, size);
    return result;
}

/* Returns where the next request begins, or NULL if there is no whole one. */
static const char *read_request(const char *text, struct recorded *ret_request)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strcasestr(text, "\r\nContent-Length:");
    size_t head;
    size_t body;

    if (end == NULL || length == NULL || length > end) {
        return NULL;
    }
    head = (size_t)(end - text) + 4;
    body = strtoul(length + 17, NULL, 10);
    if (strlen(text) < head + body) {
        return NULL;
    }
    *ret_request = (struct recorded){.head = copy(text, head),
                                     .head_size = head,
                                     .body = copy(text + head, body),
                                     .body_size = body};
    return text + head + body;
}

void recorded_finish(struct recorded requests[2])
{
    for (size_t i = 0; i < 2; i++) {
        free(requests[i].head);
        free(requests[i].body);
        requests[i] = (struct recorded){.head = NULL};
    }
}

void recorded_read(const char *path, struct recorded ret_requests[2])
{
    char *text = read_file(path);
    struct recorded pair[2] = {{.head = NULL}, {.head = NULL}};
    const char *next = text;

    while (next != NULL && *next != '\0') {
        struct recorded request = {.head = NULL};

        next = read_request(next, &request);
        if (next != NULL) {
            struct recorded oldest[2] = {pair[0], {.head = NULL}};

            recorded_finish(oldest);
            pair[0] = pair[1];
            pair[1] = request;
        }
    }
    free(text);
    if (pair[0].head == NULL || pair[1].head == NULL) {
        die("the record has no two requests");
    }
    ret_requests[0] = pair[0];
    ret_requests[1] = pair[1];
}

int floor_run(const struct floor *floor, int argc, char **argv)
{
    struct recorded requests[2];
    struct standin standin;
    char no_loss[] = "0";
    char *arguments[] = {argv[1], no_loss, no_loss, argc > 4 ? argv[4] : NULL, NULL};
    size_t cycles;
    double cpu;
    double began;

    if (argc < 4) {
        die("usage: floor_… STANDIN RECORD CYCLES [NEW_RECORD]");
    }
    recorded_read(argv[2], requests);
    cycles = strtoul(argv[3], NULL, 10);
    standin_start(&standin, arguments);
    floor->open(standin.port, requests);
    for (size_t i = 0; i < WARM_UP * 2; i++) {
        floor->send(i % 2);
    }
    cpu = cpu_us();
    began = now_ms();
    for (size_t i = 0; i < cycles * 2; i++) {
        floor->send(i % 2);
    }
    printf("%.1f %.3f\n", (cpu_us() - cpu) / (double)cycles, (now_ms() - began) / (double)cycles);
    if (standin_answered(&standin) != (long long)(WARM_UP + cycles) * 2) {
        die("not all was answered");
    }
    floor->close();
    standin_stop(&standin);
    recorded_finish(requests);
    return 0;
}

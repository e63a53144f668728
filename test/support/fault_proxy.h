/* fault_proxy.h - a fault proxy (fault-proxy.js) as a child of the test. */
#ifndef TEST_SUPPORT_FAULT_PROXY_H
#define TEST_SUPPORT_FAULT_PROXY_H

#include <stdio.h>
#include <sys/types.h>

struct fault_proxy {
    pid_t pid;
    FILE *commands;
    FILE *answers;
    char endpoint[64]; /* where a client reaches the engine through it */
};

/* Starts a proxy in front of the engine. The test fails if that is not to be had. */
void fault_proxy_start(struct fault_proxy *proxy, const char *engine);

/* Ends it. A zeroed one is fine. */
void fault_proxy_stop(struct fault_proxy *proxy);

/* Sends one command that is answered with "ok": "on UpdateItem 1 drop-reply", "clear". */
void fault_proxy_tell(struct fault_proxy *proxy, const char *command);

/* Sends one command that is answered with a number: "count *", "faults". */
long fault_proxy_ask(struct fault_proxy *proxy, const char *command);

/* Asks until the number is at least this, for at most twenty seconds, and returns it. */
long fault_proxy_await(struct fault_proxy *proxy, const char *command, long at_least);

#endif

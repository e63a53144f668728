/* trace.pml - with TRACE, a replayed trail is told in a line for each step: the item, then each
 * client's state, its request with the outcome, its set of guids and its timers. */

#ifdef TRACE
c_decl {
    static const char *const state_names[] = {
        "idle", "queued", "acquiring", "reading back", "watching", "polling", "pausing", "held", "renewing",
        "checking", "releasing", "confirming", "release wait", "lost", "sweeping", "sweep wait",
        "ended"};
    static const char *const request_names[] = {
        "", "ACQUIRE", "TAKE_OVER", "RENEW", "RELEASE", "ACQUIRE_CLOSED", "RELEASE_CLOSED", "READ",
        "BREAK", "NPM_NEW", "NPM_OVER", "NPM_BEAT", "NPM_RELEASE"};
    static const char *const outcome_names[] = {
        "", "=applied", "=refused", "=refused bare", "=found", "=in doubt", "=failed"};
    static const char *const kind_names[] = {"absent", "open", "closed"};
};
#define TELL \
    c_code { \
        if (readtrail) { \
            printf("| %s guid %d token %d %s", kind_names[now.item.kind], now.item.guid, \
                   now.item.token, now.item.live ? "live" : ""); \
            FOR_CLIENTS( \
                printf(" | %d: %s %s%s guids", k, state_names[client->state], \
                       request_names[client->under_way], outcome_names[client->reply]); \
                for (int j = 0; j < client->count; j++) { \
                    printf(" %d(%d)", client->guid[j], client->left[j]); \
                } \
                printf(" deadline %d wait %d ghosts %d", client->deadline, client->wait, \
                       client->ghosts_left);) \
            FOR_PEERS( \
                printf(" | npm %d: state %d %s%s guid %d token %d", k, peer->state, \
                       request_names[peer->under_way], outcome_names[peer->reply], peer->guid, \
                       peer->token);) \
            FOR_GHOSTS( \
                if (spook->kind != 0) { \
                    printf(" | ghost %s of %d, guid %d", request_names[spook->kind], spook->who, \
                           spook->fresh); \
                }) \
            printf("\n"); \
        } \
    };
#else
#define TELL
#endif

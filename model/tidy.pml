/* tidy.pml - brings a state into one form for all that means the same, so that each is searched
 * once. Nothing of the protocol is in here, but what can never matter any more.
 *
 * 1. A guid that is not in the table, and that no request may write into it any more, is replaced
 *    by 0, which equals none.
 * 2. What was observed of an older token is dropped: tokens only rise, it will not stand again.
 * 3. Ghosts whose condition can never hold again are dropped, and the others sorted; so are two
 *    clients of one kind, who are interchangeable.
 * 4. Tokens are counted from the least that is remembered anywhere, so that there may be any
 *    number of acquisitions; guids are numbered in the order of their places. */

#define FRESH_GUID 15 /* never in use between two steps */

c_decl {
    struct guid_map {
        int known; /* bits: guids that are, or may come to be, in the table */
        unsigned char to[16];
        int used;
    };
    static inline int guid_known(const struct guid_map *map, int guid)
    {
        return guid != 0 && (map->known >> guid & 1);
    }
    static inline void guid_know(struct guid_map *map, int guid)
    {
        map->known |= 1 << guid;
    }
    static inline int guid_number(struct guid_map *map, int guid)
    {
        if (guid != 0 && map->to[guid] == 0) {
            map->to[guid] = (unsigned char)++map->used;
        }
        return map->to[guid];
    }
    static inline int guid_numbers(struct guid_map *map, int mask)
    {
        int numbers = 0;
        for (int guid = 1; guid < 16; guid++) {
            if (mask >> guid & 1) {
                numbers |= 1 << guid_number(map, guid);
            }
        }
        return numbers;
    }
};

/* All who remember a token or a guid of what they saw. */
#if NPM
#define FOR_PEERS(body) for (int k = 0; k < NPM; k++) { struct peer *peer = &now.npm[k]; body }
#else
#define FOR_PEERS(body)
#endif
#if STALE
#define FOR_OLD(body) { body }
#else
#define FOR_OLD(body)
#endif
#define FOR_CLIENTS(body) \
    for (int k = 0; k < CLIENT_SLOTS; k++) { struct client *client = &now.cl[k]; body }
#define FOR_GHOSTS(body) \
    for (int k = 0; k < GHOST_SLOTS; k++) { struct ghost_request *spook = &now.ghost[k]; body }

#define TIDY \
    c_code { \
        struct guid_map map = {0}; \
        int least = 15; \
        /* 1. Which guids are in the table, or may be written into it? */ \
        guid_know(&map, now.item.guid); \
        FOR_OLD(guid_know(&map, now.old.guid);) \
        FOR_GHOSTS(if (spook->kind != 0) { guid_know(&map, spook->fresh); }) \
        FOR_PEERS(guid_know(&map, peer->guid); guid_know(&map, peer->fresh);) \
        FOR_CLIENTS( \
            for (int j = 0; j < client->count; j++) { \
                if (client->reply != 0 || \
                    (j == client->count - 1 && \
                     (j == GUIDS - 1 || WRITES_GUID(client->under_way)))) { \
                    guid_know(&map, client->guid[j]); \
                } \
            }) \
        FOR_CLIENTS( \
            for (int j = 0; j < GUIDS; j++) { \
                if (!guid_known(&map, client->guid[j])) { \
                    client->guid[j] = 0; \
                    client->left[j] = 0; \
                } \
            } \
            /* 2. What was observed, and can never be there again. */ \
            if (OBSERVED_IS_PAST(client->seen_guid, client->seen_token)) { \
                client->seen_guid = 0; \
                client->seen_token = 0; \
            } \
            if (!guid_known(&map, client->told.guid) || client->state >= RELEASING) { \
                client->told.guid = 0; \
            } \
            if (client->told.token != now.item.token || client->state >= RELEASING) { \
                client->told.token = 0; \
            } \
            if (client->state >= RELEASING) { \
                client->told.live = 0; \
            } \
            if (client->broken || client->token != now.item.token || \
                client->giving_back || client->loss != 0 || \
                (MAY_BELIEVE(client->state) && client->deadline == 0)) { \
                client->token = 0; \
            }) \
        FOR_PEERS( \
            if (OBSERVED_IS_PAST(peer->seen_guid, peer->seen_token)) { \
                peer->seen_guid = 0; \
                peer->seen_token = 0; \
            } \
            if (!guid_known(&map, peer->told_guid)) { \
                peer->told_guid = 0; \
            } \
            if (peer->told_token != now.item.token) { \
                peer->told_token = 0; \
            } \
            if (peer->token != now.item.token) { \
                peer->guid = 0; \
                peer->token = 0; \
            }) \
        /* 3. Ghosts. */ \
        FOR_GHOSTS( \
            spook->mine &= map.known & ~1; \
            if (!guid_known(&map, spook->seen_guid) || \
                (now.item.kind == OPEN && spook->seen_token != now.item.token)) { \
                spook->seen_guid = 0; \
            } \
            if ((NAMES_SET(spook->kind) && spook->mine == 0) || \
                (NAMES_SEEN(spook->kind) && spook->seen_guid == 0) || spook->kind == 0) { \
                memset(spook, 0, sizeof(*spook)); \
            }) \
        for (int i = 1; i < GHOST_SLOTS; i++) { \
            for (int j = i; j > 0; j--) { \
                struct ghost_request swap = now.ghost[j]; \
                if (GHOST_ORDER(now.ghost[j - 1]) >= GHOST_ORDER(swap)) { \
                    break; \
                } \
                now.ghost[j] = now.ghost[j - 1]; \
                now.ghost[j - 1] = swap; \
            } \
        } \
        FOR_TWINS( \
            struct client swap = now.cl[0]; \
            now.cl[0] = now.cl[1]; \
            now.cl[1] = swap; \
            FOR_GHOSTS(if (spook->who < CLIENTS) { spook->who = !spook->who && spook->kind; })) \
        /* 4. Tokens from the least, guids in the order of their places. */ \
        LEAST(now.item.token); \
        FOR_OLD(LEAST(now.old.token);) \
        FOR_CLIENTS( \
            LEAST(client->token); \
            LEAST(client->seen_token); \
            LEAST(client->told.token);) \
        FOR_PEERS(LEAST(peer->token); LEAST(peer->seen_token); LEAST(peer->told_token);) \
        FOR_GHOSTS(LEAST(spook->seen_token);) \
        REBASE(now.item.token); \
        FOR_OLD(REBASE(now.old.token);) \
        FOR_CLIENTS( \
            REBASE(client->token); \
            REBASE(client->seen_token); \
            REBASE(client->told.token);) \
        FOR_PEERS(REBASE(peer->token); REBASE(peer->seen_token); REBASE(peer->told_token);) \
        FOR_GHOSTS(REBASE(spook->seen_token);) \
        NUMBER(now.item.guid); \
        FOR_OLD(NUMBER(now.old.guid);) \
        FOR_CLIENTS( \
            for (int j = 0; j < GUIDS; j++) { \
                NUMBER(client->guid[j]); \
            } \
            NUMBER(client->seen_guid); \
            NUMBER(client->told.guid);) \
        FOR_PEERS( \
            NUMBER(peer->guid); \
            NUMBER(peer->fresh); \
            NUMBER(peer->seen_guid); \
            NUMBER(peer->told_guid);) \
        FOR_GHOSTS( \
            NUMBER(spook->fresh); \
            NUMBER(spook->seen_guid); \
            spook->mine = (unsigned)guid_numbers(&map, spook->mine);) \
    }; \
    assert(item.guid < FRESH_GUID)

/* Two clients of one kind are interchangeable. */
#if CLIENTS == 2 && !CALM && (CLOSED == 0 || CLOSED == 3) && !defined(TRACE)
#define FOR_TWINS(body) if (CLIENT_ORDER(now.cl[0]) < CLIENT_ORDER(now.cl[1])) { body }
#else
#define FOR_TWINS(body)
#endif
#define CLIENT_ORDER(x) \
    ((int)(x).state << 20 | (int)(x).under_way << 16 | (int)(x).reply << 12 | \
     (int)(x).deadline << 8 | (int)(x).wait << 4 | (int)(x).count << 1 | (int)(x).watched)
#ifdef MUTANT_TAKE_OVER_BY_TOKEN
#define OBSERVED_IS_PAST(g, t) ((t) != now.item.token)
#else
#define OBSERVED_IS_PAST(g, t) (!guid_known(&map, (g)) || (t) != now.item.token)
#endif
#define LEAST(token) if ((token) != 0 && (int)(token) < least) { least = (int)(token); }
#define REBASE(token) if ((token) != 0) { (token) -= (unsigned)(least - 1); }
#define NUMBER(guid) (guid) = (unsigned char)guid_number(&map, (guid))
#define MAY_BELIEVE(state) ((state) == HELD || (state) == RENEWING || (state) == CHECKING)
#define GHOST_ORDER(g) \
    ((int)(g).kind << 24 | (int)(g).who << 20 | (int)(g).age << 16 | (int)(g).fresh << 8 | \
     (int)(g).seen_guid)

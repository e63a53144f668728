/* life.c - one lock of one client, from its acquisition to its release, in a table of its own. */
#include "support/life.h"

const ddblock_id *lock_id(void)
{
    static ddblock_id id;

    id = ddblock_id_string("lock");
    return &id;
}

void life_open(struct life *life, const char *engine, ddblock_kind kind,
               int64_t heartbeat_period_ms)
{
    ddblock_client_options options;

    *life = (struct life){0};
    table_open(&life->table, engine);
    ddblock_client_options_init(&options);
    options.kind = kind;
    options.heartbeat_period_ms = kind == DDBLOCK_FAIL_OPEN ? heartbeat_period_ms : DDBLOCK_AUTO;
    expect_status(ddblock_client_open(life->table.proxied, &options, &life->client, &life->error),
                  DDBLOCK_OK, &life->error);
}

void life_close(struct life *life)
{
    ddblock_client_close(life->client);
    table_close(&life->table);
}

void acquire(struct life *life)
{
    expect_status(ddblock_acquire(life->client, lock_id(), NULL, &life->lock, &life->error),
                  DDBLOCK_OK, &life->error);
}

void release(struct life *life)
{
    expect_status(ddblock_release(life->lock, &life->error), DDBLOCK_OK, &life->error);
    life->lock = NULL;
}

void expect_held(struct life *life)
{
    assert_int_equal(ddblock_lock_state(life->lock, &life->error), DDBLOCK_STATE_HELD);
    assert_true(ddblock_lock_remaining_ms(life->lock) > 0);
}

void expect_in_table(struct life *life, ddblock_item_kind kind, uint64_t token)
{
    ddblock_info info = table_show(&life->table, "lock");

    assert_int_equal(info.kind, kind);
    assert_int_equal(info.fencing_token, token);
}

void tell(struct life *life, const char *command)
{
    fault_proxy_tell(&life->table.proxy, command);
}

void expect_faults(struct life *life, long count)
{
    assert_int_equal(fault_proxy_ask(&life->table.proxy, "faults"), count);
}

/* process.h - a process of ours in a simulated world: the real loop, the real locks, a store whose
 * network and table are the world's, and a program that acquires and releases.
 *
 * process.c is the process, sim_store.c its store, sim_lock.c its locks as the history sees
 * them, app.c the program. */
#ifndef SIM_PROCESS_H
#define SIM_PROCESS_H

#include "engine/grant_text.h"
#include "engine/lock_task.h"
#include "sim/clock.h"
#include "sim/message.h"
#include "sim/rng.h"

enum { SLOTS_MAX = 3, CALLS_MAX = 4 };

struct world;
struct process;

/* A lock handle, watched. */
struct sim_lock {
    struct ddblock_lock lock; /* first: the engine knows only this, and frees it */
    struct process *process;
    size_t slot;
    uint32_t acquisition;
    int64_t told_ns;       /* what the history has of its belief */
    int64_t asked_ns;      /* when the machine made its last request */
    enum write_kind write; /* what that was */
    struct guid fresh;     /* what it writes */
    bool doubted;          /* a reply of its has not come */
    bool queued;           /* it stands in line, and its turn has not come */
    bool settling;         /* it holds, and is not told yet */
    bool anew;             /* it was adopted by another life than handed it over */
};

enum slot_state {
    SLOT_IDLE,
    SLOT_WAITING,
    SLOT_HOLDING,
    SLOT_HANDING_OVER,
    SLOT_GIVING_BACK,
};

/* One part of the program: acquires, holds, releases, again and again. */
struct slot {
    struct sim_lock *lock; /* the handle; NULL: none */
    enum slot_state state;
    uint64_t generation;   /* of what it has planned */
    bool missed;           /* its time came while the process stood still */
    int64_t held_until_ns; /* until then the program needs the lock */
};

/* A lock that was handed over, as whoever is to go on has it. The process may die meanwhile. */
struct handed {
    bool there;
    uint32_t acquisition;
    uint32_t life;
    char text[GRANT_TEXT_SIZE];
};

/* A request that the store has. */
struct call {
    bool open;
    uint64_t serial;
    uint64_t tag;
    int64_t give_up_ns;
};

struct sim_store {
    struct store store; /* first */
    struct process *process;
    struct call calls[CALLS_MAX];
    struct store_reply replies[CALLS_MAX];
    size_t reply_count;
    struct store_reply taken;
    uint64_t next_serial;
};

struct process {
    struct world *world;
    uint32_t actor;
    struct rng rng;
    struct machine_clock clock;
    struct machine_config config;
    char owner[16];
    bool alive;
    bool asleep;
    bool suspended;
    int64_t asleep_since_ns;
    uint64_t naps;
    uint32_t life;
    int64_t entropy_from_ns;  /* no random bytes until then */
    int64_t cut_off_until_ns; /* from the network */
    int64_t wake_at_ns;
    struct ddblock_store engine;  /* what locks need of one: a mutex, and no log */
    struct ddblock_client client; /* of these a condition, which nobody waits on */
    struct loop loop;
    struct sim_store store;
    struct slot slots[SLOTS_MAX];
    size_t slot_count;
    bool lines; /* its locks stand in line, as those of one client; else each has its own client */
    struct handed handed[SLOTS_MAX];
};

/* process.c */
/* When an instant of the clock that the process reads comes, as things are now. */
int64_t process_world_ns(const struct process *process, struct instant instant);
void process_init(struct process *process, struct world *world, uint32_t actor, struct rng rng);
void process_finish(struct process *process);
void process_turn(struct process *process);
void process_wake(struct process *process);
void process_sleep(struct process *process, int64_t for_ns, bool suspended);
void process_resume(struct process *process, uint64_t nap);
void process_die(struct process *process, int64_t for_ns);
void process_restart(struct process *process);

/* sim_store.c */
void sim_store_init(struct sim_store *store, struct process *process, size_t capacity);
void process_deliver(struct process *process, const struct message *message);
void process_timeout(struct process *process, uint64_t serial);
void process_timeouts_due(struct process *process);

/* sim_lock.c */
void sim_lock_start(struct process *process, size_t slot, const struct machine_patience *patience);
void sim_lock_adopt(struct process *process, size_t slot);
void sim_lock_cancel(struct sim_lock *lock);
void sim_lock_touch(struct sim_lock *lock);
void sim_lock_ensure(struct sim_lock *lock);
void sim_lock_hand_over(struct sim_lock *lock);
bool sim_lock_is_held(const struct sim_lock *lock);
void sim_lock_release(struct sim_lock *lock);
void sim_lock_awake(struct sim_lock *lock);

/* app.c */
void app_begin(struct process *process);
void app_go_on(struct process *process, uint64_t item);
void app_missed(struct process *process);
void app_told(struct process *process, size_t slot, enum notice notice);
void app_free(struct process *process, size_t slot);
void app_close(struct process *process);

#endif

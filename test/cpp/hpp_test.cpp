/* hpp_test.cpp - ddblock.hpp: who owns what, and how errors come. On the store in memory. */
#include <ddblock/ddblock.hpp>

#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <vector>

using namespace std::chrono_literals;

namespace
{

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);           \
            std::exit(1);                                                                          \
        }                                                                                          \
    } while (0)

/* Long enough that no pause of a busy machine ends it. */
constexpr auto lease = 60s;

ddblock::client_options options()
{
    return ddblock::client_options().lease(lease).owned_by("test");
}

static_assert(std::is_nothrow_move_constructible_v<ddblock::lock>);
static_assert(std::is_nothrow_move_assignable_v<ddblock::lock>);
static_assert(!std::is_copy_constructible_v<ddblock::lock>);
static_assert(!std::is_copy_constructible_v<ddblock::client>);
static_assert(!std::is_copy_constructible_v<ddblock::store>);
static_assert(std::is_nothrow_move_constructible_v<ddblock::client>);
static_assert(
    std::is_nothrow_copy_constructible_v<ddblock::error>); /* or catching it may end all */

ddblock_item_kind kind(const ddblock::store &store, const char *name)
{
    return store.show(name).kind;
}

void a_lock_out_of_scope_is_released()
{
    auto store = ddblock::store::memory();
    ddblock::client client(store, options());

    {
        ddblock::lock lock = client.acquire("a");

        EXPECT(lock);
        EXPECT(lock.token() == 1);
        EXPECT(lock.state() == DDBLOCK_STATE_HELD);
        EXPECT(lock.remaining() > lease / 2 && lock.remaining() <= lease);
        EXPECT(kind(store, "a") == DDBLOCK_ITEM_FAIL_OPEN);
        EXPECT(std::string(store.show("a").owner) == "test");
    }
    EXPECT(kind(store, "a") == DDBLOCK_ITEM_RELEASED);
}

void an_exception_releases()
{
    auto store = ddblock::store::memory();
    ddblock::client client(store, options());

    try {
        auto lock = client.acquire("a");

        throw 1;
    } catch (int) {
        EXPECT(kind(store, "a") == DDBLOCK_ITEM_RELEASED);
    }
}

void a_lock_moves()
{
    auto store = ddblock::store::memory();
    ddblock::client client(store, options());
    std::vector<ddblock::lock> locks;

    for (const char *name : {"a", "b", "c"}) {
        locks.push_back(client.acquire(name));
    }
    ddblock::lock first = std::move(locks[0]);

    EXPECT(first);
    EXPECT(!locks[0]);
    EXPECT(locks[0].state() == DDBLOCK_STATE_RELEASED);
    first = std::move(locks[1]); /* which lets go of a */
    EXPECT(kind(store, "a") == DDBLOCK_ITEM_RELEASED);
    EXPECT(kind(store, "b") == DDBLOCK_ITEM_FAIL_OPEN);
    locks.clear();
    EXPECT(kind(store, "c") == DDBLOCK_ITEM_RELEASED);
    EXPECT(kind(store, "b") == DDBLOCK_ITEM_FAIL_OPEN);
    (void)ddblock_release(first.detach(), nullptr);
    EXPECT(!first);
}

void owners_may_go_first()
{
    ddblock::lock lock;
    {
        auto store = ddblock::store::memory();
        ddblock::client client(store, options());

        lock = client.acquire("a");
        ddblock::client moved = std::move(client);
        EXPECT(moved.get() != nullptr && client.get() == nullptr);
    }
    EXPECT(lock.held());
    lock.release();
}

void what_another_holds()
{
    auto store = ddblock::store::memory();
    ddblock::client client(store, options());
    ddblock::client other(store, options());
    auto lock = client.acquire("a");
    std::error_code code;

    EXPECT(!other.try_acquire("a").has_value());
    EXPECT(!other.acquire_within("a", 0ms, code));
    EXPECT(code == DDBLOCK_NOT_ACQUIRED);
    EXPECT(code.category() == ddblock::category());
    EXPECT(std::string(code.category().name()) == "ddblock");
    EXPECT(code.message() == "another holder has the lock");
    try {
        (void)other.acquire_within("a", 1ms);
        EXPECT(false && "it was acquired");
    } catch (const ddblock::error &caught) {
        EXPECT(caught.code() == DDBLOCK_NOT_ACQUIRED);
        EXPECT(caught.status_class() == DDBLOCK_CLASS_RETRY);
        EXPECT(std::strstr(caught.what(), "the lock is held by test") != nullptr);
    }
    lock.release();
    auto tried = other.try_acquire("a");
    EXPECT(tried.has_value() && tried->token() == 2);
    EXPECT(other.acquire("b", code) && !code);
}

void who_was_broken_learns_it()
{
    auto store = ddblock::store::memory();
    ddblock::client client(store, options());
    auto lock = client.acquire("a");
    auto second = client.acquire("b");
    std::error_code code;

    store.break_lock("a", store.show("a"));
    store.break_lock("b", store.show("b"));
    lock.release(code);
    EXPECT(code == DDBLOCK_LOST);
    EXPECT(!lock);
    try {
        second.release();
        EXPECT(false && "it was released");
    } catch (const std::system_error &caught) {
        EXPECT(caught.code() == DDBLOCK_LOST);
    }
    try {
        store.break_lock("a", ddblock_info{});
        EXPECT(false && "nothing was broken");
    } catch (const ddblock::error &caught) {
        EXPECT(caught.status() == DDBLOCK_INVALID);
    }
}

void time_is_asked_for()
{
    auto store = ddblock::store::memory();
    ddblock::client client(store, options());
    auto lock = client.acquire("a");
    std::error_code code;

    lock.ensure(lease / 2);
    lock.ensure(lease * 2, code);
    EXPECT(code == DDBLOCK_INVALID);
    lock.touch();
    EXPECT(store.metrics().acquired_fresh == 1);

    ddblock::client closed(store, ddblock::client_options().fail_closed());
    auto kept = closed.acquire("b");
    EXPECT(kept.remaining() == ddblock::forever);
    EXPECT(kept.token() == 0);
}

void ids_of_all_types()
{
    auto store = ddblock::store::memory();
    ddblock::client client(store, options());
    auto text = client.acquire(std::string("7"));
    auto number = client.acquire(ddblock::id::number("7.0"));
    auto bytes = client.acquire(ddblock::id::binary(std::string_view("7\0", 2)));
    auto part = client.acquire(ddblock::id("7").sort("eu"));

    EXPECT(text.token() == 1 && number.token() == 1 && bytes.token() == 1 && part.token() == 1);
    EXPECT(!client.try_acquire(ddblock::id::number("7")).has_value());
    EXPECT(!client.try_acquire(ddblock::id("7").sort("eu")).has_value());
}

void events_come_by_the_descriptor()
{
    auto store = ddblock::store::memory();
    ddblock::client client(store, options());
    ddblock_id name = ddblock_id_string("a");
    ddblock_lock *handle = nullptr;
    struct pollfd fd = {client.event_fd(), POLLIN, 0};

    EXPECT(fd.fd >= 0);
    EXPECT(!client.next_event());
    EXPECT(ddblock_acquire_start(client.get(), &name, nullptr, &handle, nullptr) == DDBLOCK_OK);
    EXPECT(poll(&fd, 1, -1) == 1);
    auto event = client.next_event();
    EXPECT(event && event->kind == DDBLOCK_EVENT_ACQUIRED && event->lock == handle);
    ddblock::lock lock(handle);
    client.release_all(60s);
    EXPECT(kind(store, "a") == DDBLOCK_ITEM_RELEASED);
}

void what_cannot_be_opened_throws()
{
    try {
        (void)ddblock::store::file("/nowhere/locks.db");
        EXPECT(false && "it was opened");
    } catch (const ddblock::error &caught) {
        EXPECT(std::strstr(caught.what(), "/nowhere") != nullptr);
    }
    try {
        auto store = ddblock::store::memory();
        ddblock::client client(store, options().heartbeat(lease));
        EXPECT(false && "it was opened");
    } catch (const ddblock::error &caught) {
        EXPECT(caught.code() == DDBLOCK_INVALID);
        EXPECT(std::strstr(caught.what(), "heartbeat_period_ms") != nullptr);
    }
}

/* Every function that can fail, with a code in place of an exception. */
void codes_in_place_of_exceptions()
{
    std::error_code code = DDBLOCK_LOST;
    auto store = ddblock::store::memory(code);

    EXPECT(!code && store.get() != nullptr);
    EXPECT(ddblock::store::file("/nowhere/locks.db", code).get() == nullptr);
    EXPECT(code == DDBLOCK_UNAVAILABLE || code == DDBLOCK_INVALID);
    ddblock::client wrong(store, options().heartbeat(lease), code);
    EXPECT(code == DDBLOCK_INVALID && wrong.get() == nullptr);
    ddblock::client client(store, options(), code);
    EXPECT(!code);
    auto lock = client.acquire("a", code);
    EXPECT(!code && lock);
    lock.ensure(lease / 2, code);
    EXPECT(!code);
    auto shown = store.show("a", code);
    EXPECT(!code && shown.fencing_token == 1);
    EXPECT(!wrong.acquire("a", code) && code == DDBLOCK_INVALID);
    client.release_all(60s, code);
    EXPECT(!code);
    store.break_lock("a", ddblock_info{}, code);
    EXPECT(code == DDBLOCK_INVALID);
}

} // namespace

int main()
{
    a_lock_out_of_scope_is_released();
    an_exception_releases();
    a_lock_moves();
    owners_may_go_first();
    what_another_holds();
    who_was_broken_learns_it();
    time_is_asked_for();
    ids_of_all_types();
    events_come_by_the_descriptor();
    what_cannot_be_opened_throws();
    codes_in_place_of_exceptions();
    return 0;
}

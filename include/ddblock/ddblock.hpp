/* ddblock.hpp - the C++ side of ddblock.h, for C++17: handles that free themselves, errors as
 * exceptions or as std::error_code, as you like.
 *
 * Header only: link the same library. What a function does, and every status that it can give, is
 * told in ddblock.h at the C function of the same name; here is only what C++ adds:
 *
 *   - store, client and lock own what they name. They move and do not copy. A lock that goes out
 *     of scope is released, and what came of that is dropped: call release() to know.
 *   - Each function that can fail takes a std::error_code& as its last argument if you like, which it
 *     sets. Without one it throws ddblock::error, whose what() is the library's sentence.
 *   - Durations are std::chrono's.
 *
 * Thread safety is that of the C functions: different threads may use one object at once, but
 * nobody may move or destroy it meanwhile. */
#ifndef DDBLOCK_DDBLOCK_HPP
#define DDBLOCK_DDBLOCK_HPP

#include <ddblock/ddblock.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

/* A ddblock_status is an error code: DDBLOCK_LOST can be compared to a std::error_code. */
template <> struct std::is_error_code_enum<ddblock_status> : std::true_type {
};

namespace ddblock
{

/* The category of std::error_code for ddblock_status: "ddblock". */
inline const std::error_category &category() noexcept
{
    class statuses final : public std::error_category
    {
      public:
        const char *name() const noexcept override
        {
            return "ddblock";
        }

        std::string message(int value) const override
        {
            return ddblock_status_text(static_cast<ddblock_status>(value));
        }
    };
    static const statuses instance;

    return instance;
}

} // namespace ddblock

/* Found by std::error_code, in the namespace of its argument. */
inline std::error_code make_error_code(ddblock_status status) noexcept
{
    return {static_cast<int>(status), ddblock::category()};
}

namespace ddblock
{

using milliseconds = std::chrono::milliseconds;

/* Waits for as long as it takes. */
inline constexpr milliseconds forever{DDBLOCK_FOREVER};

/* What is thrown: code() for the program, what() for a person. */
class error : public std::system_error
{
  public:
    explicit error(const ddblock_error &from)
        : std::system_error(make_error_code(from.status)), sentence_(from.message)
    {
    }

    const char *what() const noexcept override
    {
        return sentence_.what();
    }

    ddblock_status status() const noexcept
    {
        return static_cast<ddblock_status>(code().value());
    }

    /* What can be done about it. */
    ddblock_class status_class() const noexcept
    {
        return ddblock_status_class(status());
    }

  private:
    std::runtime_error sentence_; /* which can be copied without throwing, as an exception must */
};

namespace detail
{

/* Throws unless the call went well. */
template <typename Call> void check(Call &&call)
{
    ddblock_error failure{};

    if (call(&failure) != DDBLOCK_OK) {
        throw error(failure);
    }
}

/* Sets the code instead. */
template <typename Call> void check(Call &&call, std::error_code &code) noexcept
{
    code = call(static_cast<ddblock_error *>(nullptr));
}

template <auto Function> struct deleter {
    template <typename Handle> void operator()(Handle *handle) const noexcept
    {
        Function(handle);
    }
};

} // namespace detail

/* A lock's id that owns its bytes. A name becomes one by itself. */
class id
{
  public:
    id(std::string_view name) : partition_(name)
    {
    }
    id(const char *name) : partition_(name)
    {
    }
    id(const std::string &name) : partition_(name)
    {
    }

    /* In decimal, as DynamoDB's numbers are. */
    static id number(std::string_view decimal)
    {
        return id(decimal, DDBLOCK_KEY_NUMBER);
    }

    static id binary(std::string_view bytes)
    {
        return id(bytes, DDBLOCK_KEY_BINARY);
    }

    /* Adds the sort key. */
    id &sort(std::string_view value, ddblock_key_type type = DDBLOCK_KEY_STRING)
    {
        sort_ = value;
        sort_type_ = type;
        return *this;
    }

    /* For the C functions; valid as long as this id is there and unchanged. */
    ddblock_id get() const noexcept
    {
        ddblock_id result{};

        result.partition = {partition_type_, partition_.data(), partition_.size()};
        if (sort_type_ != DDBLOCK_KEY_NONE) {
            result.sort = {sort_type_, sort_.data(), sort_.size()};
        }
        return result;
    }

  private:
    id(std::string_view value, ddblock_key_type type) : partition_(value), partition_type_(type)
    {
    }

    std::string partition_;
    std::string sort_;
    ddblock_key_type partition_type_ = DDBLOCK_KEY_STRING;
    ddblock_key_type sort_type_ = DDBLOCK_KEY_NONE;
};

/* The options of C, initialised. */
struct dynamodb_options : ddblock_dynamodb_options {
    /* The texts must live until the store is open. */
    explicit dynamodb_options(const char *table) : ddblock_dynamodb_options()
    {
        ddblock_dynamodb_options_init(this);
        lock_table = table;
    }
};

struct client_options : ddblock_client_options {
    client_options() : ddblock_client_options()
    {
        ddblock_client_options_init(this);
    }

    client_options &lease(milliseconds duration)
    {
        lease_duration_ms = duration.count();
        return *this;
    }

    client_options &heartbeat(milliseconds period)
    {
        heartbeat_period_ms = period.count();
        return *this;
    }

    client_options &fail_closed()
    {
        kind = DDBLOCK_FAIL_CLOSED;
        return *this;
    }

    /* The text must live until the client is open. */
    client_options &owned_by(const char *text)
    {
        owner = text;
        return *this;
    }
};

/* Where locks live. It ends when its last client has: the order of destruction does not matter. One
 * that could not be opened, where a code tells of it, is empty. */
class store
{
  public:
    template <typename... Code>
    static store dynamodb(const ddblock_dynamodb_options &options, Code &...code)
    {
        return open([&](auto **handle,
                        auto *e) { return ddblock_store_open_dynamodb(&options, handle, e); },
                    code...);
    }

    template <typename... Code> static store dynamodb(const char *table, Code &...code)
    {
        return dynamodb(dynamodb_options(table), code...);
    }

    template <typename... Code> static store file(const char *path, Code &...code)
    {
        ddblock_file_options options;

        ddblock_file_options_init(&options);
        options.path = path;
        return open(
            [&](auto **handle, auto *e) { return ddblock_store_open_file(&options, handle, e); },
            code...);
    }

    template <typename... Code> static store memory(Code &...code)
    {
        return open([](auto **handle, auto *e) { return ddblock_store_open_memory(handle, e); },
                    code...);
    }

    /* Takes over a handle of C. */
    explicit store(ddblock_store *handle) noexcept : handle_(handle)
    {
    }

    ddblock_store *get() const noexcept
    {
        return handle_.get();
    }

    template <typename... Code> ddblock_info show(const id &which, Code &...code) const
    {
        ddblock_id name = which.get();
        ddblock_info info{};

        detail::check([&](auto *e) { return ddblock_show(get(), &name, &info, e); }, code...);
        return info;
    }

    /* Ends a lock that still is what was shown. */
    template <typename... Code>
    void break_lock(const id &which, const ddblock_info &shown, Code &...code) const
    {
        ddblock_id name = which.get();

        detail::check([&](auto *e) { return ddblock_break(get(), &name, &shown, e); }, code...);
    }

    ddblock_metrics metrics() const noexcept
    {
        ddblock_metrics result{};

        (void)ddblock_store_metrics(get(), &result);
        return result;
    }

  private:
    template <typename Call, typename... Code> static store open(Call &&call, Code &...code)
    {
        ddblock_store *handle = nullptr;

        detail::check([&](ddblock_error *e) { return call(&handle, e); }, code...);
        return store(handle);
    }

    std::unique_ptr<ddblock_store, detail::deleter<ddblock_store_close>> handle_;
};

/* An acquisition, and what it came to. */
class lock
{
  public:
    /* Nothing is held. */
    lock() noexcept = default;

    /* Takes over a handle of C. */
    explicit lock(ddblock_lock *handle) noexcept : handle_(handle)
    {
    }

    lock(lock &&other) noexcept : handle_(std::exchange(other.handle_, nullptr))
    {
    }

    lock &operator=(lock &&other) noexcept
    {
        if (this != &other) {
            (void)ddblock_release(handle_, nullptr);
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }

    /* Releases it, and waits for that: at most 30 seconds. */
    ~lock()
    {
        (void)ddblock_release(handle_, nullptr);
    }

    /* True while the lock is held, by the clock. A paused program learns of it too late: fence. */
    explicit operator bool() const noexcept
    {
        return held();
    }
    bool held() const noexcept
    {
        return remaining() > milliseconds::zero();
    }

    /* For how long it is held yet; forever if it fails closed; 0 if it is not held. */
    milliseconds remaining() const noexcept
    {
        return milliseconds(handle_ != nullptr ? ddblock_lock_remaining_ms(handle_) : 0);
    }

    /* The fencing token; 0 if there is none. */
    std::uint64_t token() const noexcept
    {
        return handle_ != nullptr ? ddblock_lock_fencing_token(handle_) : 0;
    }

    /* At least so much time is left from here on: renews now if need be, and waits for that. */
    void ensure(milliseconds time)
    {
        detail::check([&](auto *e) { return ddblock_lock_ensure(handle_, time.count(), e); });
    }

    void ensure(milliseconds time, std::error_code &code) noexcept
    {
        code = ddblock_lock_ensure(handle_, time.count(), nullptr);
    }

    /* The program is alive: for the watchdog. */
    void touch() noexcept
    {
        if (handle_ != nullptr) {
            ddblock_lock_touch(handle_);
        }
    }

    /* Releases it and waits. Throws if it was lost before, or if that is in doubt. */
    void release()
    {
        ddblock_lock *handle = std::exchange(handle_, nullptr);

        detail::check([&](auto *e) { return ddblock_release(handle, e); });
    }

    void release(std::error_code &code) noexcept
    {
        code = ddblock_release(std::exchange(handle_, nullptr), nullptr);
    }

    /* WAITING, HELD, AT_RISK, LOST, …; RELEASED for an empty one. */
    ddblock_state state() const noexcept
    {
        return handle_ != nullptr ? ddblock_lock_state(handle_, nullptr) : DDBLOCK_STATE_RELEASED;
    }

    /* The JSON of an element for the program's own TransactWriteItems: docs/fencing.md. */
    std::string fence() const
    {
        ddblock_fence *made = nullptr;

        detail::check([&](auto *e) { return ddblock_lock_fence(handle_, &made, e); });
        std::unique_ptr<ddblock_fence, detail::deleter<ddblock_fence_free>> owned(made);
        return made->element;
    }

    /* For the C functions. NULL: empty. */
    ddblock_lock *get() const noexcept
    {
        return handle_;
    }

    /* Gives the handle away: it must be freed by ddblock_release. */
    [[nodiscard]] ddblock_lock *detach() noexcept
    {
        return std::exchange(handle_, nullptr);
    }

  private:
    ddblock_lock *handle_ = nullptr;
};

/* A store plus how its locks behave. */
class client
{
  public:
    explicit client(const store &where, const ddblock_client_options &options = client_options())
    {
        open(where, options);
    }

    /* The same. On failure it is empty. */
    client(const store &where, const ddblock_client_options &options, std::error_code &code)
    {
        open(where, options, code);
    }

    /* Waits by attempts, as retry_count says. */
    lock acquire(const id &which)
    {
        return acquire_within(which, milliseconds(DDBLOCK_AUTO));
    }

    lock acquire(const id &which, std::error_code &code)
    {
        return acquire_within(which, milliseconds(DDBLOCK_AUTO), code);
    }

    /* Waits for so long at most; forever is a duration too. */
    lock acquire_within(const id &which, milliseconds wait)
    {
        ddblock_error failure{};
        lock result = start(which, wait, failure);

        if (failure.status != DDBLOCK_OK) {
            throw error(failure);
        }
        return result;
    }

    /* The same. On failure the lock is an empty one. */
    lock acquire_within(const id &which, milliseconds wait, std::error_code &code)
    {
        ddblock_error failure{};
        lock result = start(which, wait, failure);

        code = failure.status;
        return result;
    }

    /* Tries once. Empty if somebody else has it; throws on anything else. */
    std::optional<lock> try_acquire(const id &which)
    {
        ddblock_error failure{};
        lock result = start(which, milliseconds::zero(), failure);

        if (failure.status == DDBLOCK_NOT_ACQUIRED) {
            return std::nullopt;
        }
        if (failure.status != DDBLOCK_OK) {
            throw error(failure);
        }
        return result;
    }

    /* Readable while there are events, for an event loop. -1: there is none to be had. */
    int event_fd() noexcept
    {
        return ddblock_client_event_fd(get());
    }

    /* The next event, if there is one. */
    std::optional<ddblock_event> next_event() noexcept
    {
        ddblock_event event{};

        if (ddblock_client_next_event(get(), &event) != DDBLOCK_OK) {
            return std::nullopt;
        }
        return event;
    }

    /* Releases all locks of this client, within that time. */
    template <typename... Code> void release_all(milliseconds timeout, Code &...code)
    {
        detail::check(
            [&](auto *e) { return ddblock_client_release_all(get(), timeout.count(), e); },
            code...);
    }

    ddblock_client *get() const noexcept
    {
        return handle_.get();
    }

  private:
    template <typename... Code>
    void open(const store &where, const ddblock_client_options &options, Code &...code)
    {
        ddblock_client *handle = nullptr;

        detail::check(
            [&](auto *e) { return ddblock_client_open(where.get(), &options, &handle, e); },
            code...);
        handle_.reset(handle);
    }

    lock start(const id &which, milliseconds wait, ddblock_error &failure)
    {
        ddblock_acquire_options options;
        ddblock_id name = which.get();
        ddblock_lock *handle = nullptr;

        ddblock_acquire_options_init(&options);
        options.wait_ms = wait.count();
        failure.status = ddblock_acquire(get(), &name, &options, &handle, &failure);
        return lock(handle);
    }

    std::unique_ptr<ddblock_client, detail::deleter<ddblock_client_close>> handle_;
};

} // namespace ddblock

#endif

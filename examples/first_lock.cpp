/* first_lock.cpp - first_lock.c in C++: does some work while nobody else does.
 *
 *     first_lock FILE LOCK */
#include <ddblock/ddblock.hpp>

#include <iostream>

int main(int argc, char **argv)
{
    using namespace std::chrono_literals;

    if (argc != 3) {
        std::cerr << "usage: first_lock FILE LOCK\n";
        return 64;
    }
    try {
        auto store = ddblock::store::file(argv[1]);
        ddblock::client client(store, ddblock::client_options().lease(10s));
        auto lock = client.acquire_within(argv[2], 1min);

        for (int step = 1; step <= 3 && lock.remaining() > 1s; step++) {
            /* The token goes along with each write: docs/fencing.md. */
            std::cout << "step " << step << ", token " << lock.token() << '\n';
        }
        lock.release(); /* throws if the lock was lost before the end */
    } catch (const ddblock::error &error) {
        std::cerr << "first_lock: " << error.what() << '\n';
        return error.status_class() == DDBLOCK_CLASS_STOP ? 76 : 69;
    }
}

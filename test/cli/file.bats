# file.bats - the scenarios that all stores share, in a file.

load helpers
load scenarios

setup() {
    use_file
    lock_name
}

teardown() {
    end_holder
    end_hold
}

@test "the command knows its lock" { the_command_knows_its_lock; }
@test "a waiter gets the next token" { a_waiter_gets_the_next_token; }
@test "a fail-closed lock stays until it is broken" { a_fail_closed_lock_stays_until_it_is_broken; }
@test "a broken lock ends its holder" { a_broken_lock_ends_its_holder; }
@test "a killed tool takes its command along" { a_killed_tool_takes_its_command_along; }
@test "a signal ends the wait" { a_signal_ends_the_wait; }
@test "a signal is handed on and the lock given back" { a_signal_is_handed_on_and_the_lock_given_back; }
@test "a stop past the lease ends the command" { a_stop_past_the_lease_ends_the_command; }
@test "no descriptor leaks" { no_descriptor_leaks; }
@test "any name will do" { any_name_will_do; }
@test "a lock is held across commands" { a_lock_is_held_across_commands; }
@test "a fail-closed lock needs no process" { a_fail_closed_lock_needs_no_process; }
@test "a lock without heartbeats needs no process" { a_lock_without_heartbeats_needs_no_process; }
@test "a broken lock is lost to its hold file" { a_broken_lock_is_lost_to_its_hold_file; }
@test "any name is listed, watched and broken" { any_name_is_listed_watched_and_broken; }

# ddblock.fish - completes the words of ddblock in fish. To lie in
# /usr/share/fish/vendor_completions.d.
#
# Commands and options are those that the tool's own help tells, so they are always those of the
# tool that is run. Names of locks are asked of the store, for a second at most.

# The options of a command, a line each: what the value is (none for a switch), the option, what it
# does. Groups of the expression match always, since fish leaves out those that do not.
function __ddblock_options
    $argv[1] help $argv[2..] 2>/dev/null | while read -l --delimiter \n line
        set -l parts (string match -r '^  (-., |    )--([a-z-]+)( [^ ]+|) *(.*)$' -- $line)
        or continue
        set -l kind (string trim -- $parts[4])
        test -n "$kind"; or set kind none
        printf '%s\t--%s\t%s\n' $kind $parts[3] "$parts[5]"
        set -l letter (string sub -l 2 -- $parts[2])
        string match -q -- '-*' $letter; and printf '%s\t%s\t%s\n' $kind $letter "$parts[5]"
    end
end

# The names of the locks where the words on the line say. One with an odd byte in it is left out.
function __ddblock_locks
    set -l place
    set -l words $argv[2..]
    for i in (seq (count $words))
        if string match -qr '^--(table|file|region|profile|endpoint|ca-file|partition-key|sort-key)(=.*)?$' -- $words[$i]
            string match -q -- '*=*' $words[$i]
            and set -a place $words[$i]
            or set -a place "$words[$i]=$words[$(math $i + 1)]"
        end
    end
    timeout 1 $argv[1] list $place --limit 1000 --names </dev/null 2>/dev/null |
        string match -rv '\\\\' | sort -u
end

# Whatever can stand where the cursor is.
function __ddblock_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l tool $words[1]
    set -l command $words[2]
    if test (count $words) -eq 1; or test "$command" = help -a (count $words) -eq 2
        $tool --help 2>/dev/null | string replace -rf '^  ([a-z]+)  *([a-z].*)' '$1\t$2'
        test "$command" = help; or printf '%s\n' help --help --version
        return
    end
    set -l start 3
    switch $command
        case help
            test "$words[3]" = table; and printf '%s\n' create check template
            return
        case table
            if test (count $words) -eq 2
                printf '%s\n' create check template
                return
            else if test "$words[3]" = template -a (count $words) -eq 3
                printf '%s\n' cloudformation terraform iam
                return
            end
            set start 4
            test "$words[3]" = template; and set start 5
    end
    set -l names $command
    test $command = table; and set -a names $words[3]
    set -l options (__ddblock_options $tool $names)
    set -l expects ""
    set -l arguments 0
    set -l ended no
    for i in (seq $start (count $words))
        set -l word $words[$i]
        if test -n "$expects"
            set expects ""
        else if test $ended = yes; or not string match -q -- '-?*' $word
            set ended yes
            set arguments (math $arguments + 1)
            if test $command = run
                # Behind LOCK: the command, as if it stood alone.
                set -l rest $words[(math $i + 1)..]
                test "$rest[1]" = --; and set -e rest[1]
                complete -C (string join -- ' ' (string escape -- $rest) $current)
                return
            end
        else if test $word = --
            set ended yes
        else if not string match -q -- '--*=*' $word
            for option in $options
                set -l parts (string split \t -- $option)
                test "$parts[2]" = $word; and test $parts[1] != none; and set expects $parts[1]
            end
        end
    end
    if test $ended = no; and string match -q -- '--*=*' $current
        for option in $options
            set -l parts (string split \t -- $option)
            set -l name (string split -m 1 = -- $current)
            test "$parts[2]" = $name[1]; and __ddblock_values $parts[1] $name[2] $name[1]=
        end
    else if test -n "$expects"
        __ddblock_values $expects $current ""
    else if test $ended = no; and string match -q -- '-*' $current
        for option in $options
            string split -m 1 -f 2 \t -- $option
        end
    else if contains $command run acquire show break; and test $arguments -eq 0; or test $command = watch
        __ddblock_locks $words
    end
end

# The values that an option can have.
function __ddblock_values
    switch $argv[1]
        case PATH
            for path in (__fish_complete_path $argv[2])
                echo $argv[3]$path
            end
        case '*[*'
            return
        case '*|*'
            for value in (string split '|' -- $argv[1])
                echo $argv[3]$value
            end
    end
end

complete -c ddblock -f -a '(__ddblock_complete)'

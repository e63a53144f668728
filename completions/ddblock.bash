# ddblock.bash - completes the words of ddblock in bash. To be sourced, or to lie as "ddblock" in
# /usr/share/bash-completion/completions.
#
# Commands and options are those that the tool's own help tells, so they are always those of the
# tool that is run. Names of locks are asked of the store, for a second at most.

# The words up to the cursor in the caller's words: readline also cuts them at = and :, which
# COMP_WORDBREAKS has, and a lock's name may have both.
_ddblock_words() {
    local rest=${COMP_LINE:0:COMP_POINT} word i
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((i == 0)) || [[ $rest == [[:blank:]]* ]]; then
            while [[ $rest == [[:blank:]]* ]]; do
                rest=${rest:1}
            done
            words+=("")
        fi
        ((i < COMP_CWORD)) || word=$rest
        words[-1]+=$word
        rest=${rest#"$word"}
    done
}

# Fills the caller's kinds: of each option what its value is, "" for a switch.
_ddblock_options() {
    local line
    while IFS= read -r line; do
        if [[ $line =~ ^\ \ (-(.),\ |\ {4})--([a-z-]+)\ ?([^ ]*) ]]; then
            kinds[--${BASH_REMATCH[3]}]=${BASH_REMATCH[4]}
            [[ -z ${BASH_REMATCH[2]} ]] || kinds[-${BASH_REMATCH[2]}]=
        fi
    done < <("$tool" help "$@" 2>/dev/null)
}

# The names of the locks where the options in the caller's place say.
_ddblock_locks() {
    local name
    while IFS= read -r name; do
        printf -v name %b "$name" # escaped are bytes, as \x0A, and nothing else
        replies+=("$name")
    done < <(timeout 1 "$tool" list "${place[@]}" --limit 1000 --names </dev/null 2>/dev/null |
        sort -u)
}

# The values that an option can have.
_ddblock_values() {
    case $1 in
    PATH)
        compopt -o filenames 2>/dev/null # it quotes them
        mapfile -t COMPREPLY < <(compgen -f -- "${current/#\~\//$HOME/}")
        ;;
    *'|'*) [[ $1 == *'['* ]] || IFS='|' read -ra replies <<<"$1" ;;
    esac
}

# Takes an option of those that say where locks are, as "list" will need it. What a shell would have
# to expand is not known here.
_ddblock_take() {
    local value=$2
    case $1 in
    --table | --file | --region | --profile | --endpoint | --ca-file | --partition-key | --sort-key)
        [[ $value != *[\$\`]* ]] || return
        value=${value//[\'\"\\]/}
        place+=("$1=${value/#\~\//$HOME/}")
        ;;
    esac
}

# What stands at a place for an argument, which is the number of those before it.
_ddblock_argument() {
    case $command:$1 in
    run:0 | acquire:0 | show:0 | break:0 | watch:*) _ddblock_locks ;;
    table\ template:0) replies=(cloudformation terraform iam) ;;
    esac
}

# Puts those of the replies that fit into COMPREPLY, as they can stand on a line; without what
# readline takes for words before them.
_ddblock_reply() {
    local reply text before="" i
    for ((i = 0; i < ${#current}; i++)); do
        [[ ${current:i:1} != [=:] || $COMP_WORDBREAKS != *"${current:i:1}"* ]] ||
            before=${current:0:i+1}
    done
    for reply in "${replies[@]}"; do
        printf -v text %q "$reply"
        if [[ $reply == "$current"* || $text == "$current"* ]]; then
            [[ -z $before || $text != "$before"* ]] || text=${text#"$before"}
            COMPREPLY+=("$text")
        fi
    done
}

_ddblock() {
    local tool current command word kind i arguments=0 options=1
    local -a words place=() replies=()
    local -A kinds=()

    COMPREPLY=()
    _ddblock_words
    tool=${words[0]/#\~\//$HOME/}
    current=${words[-1]}
    command=${words[1]}
    if ((${#words[@]} <= 2)) || [[ $command == help ]]; then
        case ${words[*]:1:${#words[@]}-2} in
        help\ table) replies=(create check template) ;;
        '' | help)
            mapfile -t replies < <("$tool" --help 2>/dev/null |
                sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p')
            [[ $command == help && ${#words[@]} -gt 2 ]] || replies+=(help --help --version)
            ;;
        esac
        _ddblock_reply
        return
    fi
    i=2
    if [[ $command == table ]]; then
        if ((${#words[@]} == 3)); then
            replies=(create check template --help)
            _ddblock_reply
            return
        fi
        command="table ${words[2]}"
        i=3
        if [[ $command == "table template" && ${#words[@]} -gt 4 ]]; then
            i=4 # options stand behind which template it is
            arguments=1
        fi
    fi
    # shellcheck disable=SC2086 # into words
    _ddblock_options $command
    for (( ; i < ${#words[@]} - 1; i++)); do
        word=${words[i]}
        if ((!options)) || [[ $word != -?* ]]; then
            arguments=$((arguments + 1))
            options=0
            [[ $command != run ]] || break
        elif [[ $word == -- ]]; then
            options=0
        elif [[ $word == --*=* ]]; then
            _ddblock_take "${word%%=*}" "${word#*=}"
        elif [[ -n ${kinds[$word]:-} ]]; then
            ((i + 1 < ${#words[@]} - 1)) || {
                _ddblock_values "${kinds[$word]}"
                _ddblock_reply
                return
            }
            i=$((i + 1))
            _ddblock_take "$word" "${words[i]}"
        fi
    done
    if [[ $command == run && $arguments -gt 0 ]]; then # behind LOCK
        [[ ${words[i + 1]} != -- || ${#words[@]} -eq $((i + 2)) ]] || i=$((i + 1))
        if ((i + 2 == ${#words[@]})); then
            mapfile -t COMPREPLY < <(compgen -c -- "$current")
        else
            compopt -o default 2>/dev/null
        fi
        return
    fi
    if ((options)) && [[ $current == --*=* ]]; then
        kind=${kinds[${current%%=*}]:-}
        word=${current%%=*}=
        current=${current#*=}
        _ddblock_values "$kind"
        replies=("${replies[@]/#/$word}")
        current=$word$current
    elif ((options)) && [[ $current == -* ]]; then
        replies=("${!kinds[@]}")
    else
        _ddblock_argument "$arguments"
    fi
    _ddblock_reply
}

complete -F _ddblock ddblock

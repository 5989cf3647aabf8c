"""What a shell loads so that it asks inhouse how a command line can go on."""

from collections.abc import Mapping
from typing import Final

VARIABLE: Final = "_INHOUSE_COMPLETE"
"""Set to the name of a shell, inhouse answers with lines instead of doing what its words say."""
MARK: Final = "# Completes inhouse. Written by: inhouse completion"

BASH: Final = """\
_inhouse() {
    local cur=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} reply IFS=$'\\n'
    COMPREPLY=()
    reply=($(_INHOUSE_COMPLETE=bash COMP_LINE="$line" COMP_CUR="$cur" "$1" 2>/dev/null))
    case ${reply[0]} in
        files) compopt -o default 2>/dev/null ;;
        folders)
            compopt -o filenames 2>/dev/null
            COMPREPLY=($(compgen -d -- "$cur")) ;;
        words) COMPREPLY=("${reply[@]:1}") ;;
    esac
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -F _inhouse inhouse
"""

ZSH: Final = """\
_inhouse() {
    local -a reply found
    reply=("${(@f)$(_INHOUSE_COMPLETE=zsh ${words[1]} "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    case $reply[1] in
        files) _files ;;
        folders) _files -/ ;;
        words)
            found=("${(@)reply[2,-1]}")
            _describe -V inhouse found ;;
    esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _inhouse "$@"
else
    compdef _inhouse inhouse
fi
"""

FISH: Final = """\
function __inhouse_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l reply (_INHOUSE_COMPLETE=fish $words[1] $words[2..-1] 2>/dev/null)
    switch "$reply[1]"
        case files
            __fish_complete_path (commandline -ct)
        case folders
            __fish_complete_directories (commandline -ct) ''
        case words
            string join -- \\n $reply[2..-1]
    end
end
complete -c inhouse -f -a '(__inhouse_complete)'
"""

SCRIPTS: Final[Mapping[str, str]] = {
    "bash": f"{MARK} bash\n{BASH}",
    # zsh asks for this line to be the first.
    "zsh": f"#compdef inhouse\n{MARK} zsh\n{ZSH}",
    "fish": f"{MARK} fish\n{FISH}",
}

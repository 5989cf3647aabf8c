# Sourced by the scripts: finds a Python, then lets environment.py prepare .venv.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
venv_python=$root/.venv/bin/python
export PYTHONUNBUFFERED=1

# A command of this name may exist and still fail (a version manager's shim), so it is run.
runs() {
    "$1" -c "$2" </dev/null >/dev/null 2>&1
}

is_new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
makes_environments='import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))'

find_python() {
    local candidate names="python3.13 python3.12 python3.11 python3"
    for candidate in "$venv_python" $names; do
        if runs "$candidate" "$makes_environments"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    for candidate in $names; do
        if runs "$candidate" "$is_new_enough"; then
            echo "missing: the venv module of $candidate ($(install_hint python3-venv))" >&2
            return 1
        fi
    done
    echo "missing: Python 3.11 or newer ($(install_hint python3 python3-venv))" >&2
    return 1
}

# How this machine installs the named Debian packages or their like.
install_hint() {
    if command -v apt-get >/dev/null; then
        echo "sudo apt-get install $*"
    elif command -v dnf >/dev/null; then
        echo "sudo dnf install python3"
    elif command -v pacman >/dev/null; then
        echo "sudo pacman -S python"
    elif command -v brew >/dev/null; then
        echo "brew install python"
    else
        echo "see python.org/downloads"
    fi
}

# prepare_environment [--dev]: afterwards $venv_python has inhouse and its libraries.
prepare_environment() {
    local python
    python=$(find_python) || return 1
    "$python" "$root/scripts/lib/environment.py" "$@"
}

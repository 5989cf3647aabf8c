#!/usr/bin/env bash
set -euo pipefail
source ./helper.sh
. lib/other.sh

LIMIT=10
readonly NAME=circle
export COLOUR="red"

# Its area.
area() {
    local radius=$1
    echo $((3 * radius * radius))
}

function total {
    local sum=0
    for shape in "$@"; do
        sum=$((sum + $(area "$shape")))
    done
    cat <<TEXT
total ${sum} of ${LIMIT}
TEXT
}

total 1 2

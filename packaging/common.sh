# shellcheck shell=bash
# Sourced by the scripts beside it: the repository's root as working folder, and what they share.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

step() {
    printf '\n==> %s\n' "$*"
}

# Compile jobs: a core each, but no more than memory holds (a LibTorch unit takes up to 1.5 GB).
jobs_that_fit() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/MemAvailable/ { print int($2 / 1572864) }' /proc/meminfo)
    echo $((memory < 1 ? 1 : memory < cores ? memory : cores))
}

# build PRESET [TARGET...]
build() {
    local preset=$1
    shift
    step "Configure ($preset)"
    cmake --preset "$preset"
    step "Build ($preset)"
    cmake --build --preset "$preset" --parallel "$(jobs_that_fit)" ${1:+--target "$@"}
}

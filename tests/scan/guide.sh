#!/usr/bin/env bash
# Runs what docs/scanning.md tells its readers to write: the accessors in Rust, and the snippets for GitHub Actions, CMake and Meson.
# Each has to accept a driver without findings, and those that build to refuse docs/samples/driver.c.
#
#   tests/scan/guide.sh            ends with "N passed, N failed"
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
passed=0
failed=0

check() # WHAT COMMAND…
{
    if "${@:2}" > "$work/log" 2>&1; then
        passed=$((passed + 1))
        echo "pass $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1"
        cat "$work/log"
    fi
}

refused() # COMMAND…: fails, and with a finding
{
    if "$@" > "$work/refused" 2>&1; then return 1; fi
    grep -q 'clear_registers' "$work/refused"
}

snippet() # LANGUAGE: the guide's first code block in it
{
    awk -v start="\`\`\`$1" '$0 == start { inside = 1; next } inside && /^```/ { exit } inside' docs/scanning.md
}

# A driver that uses the guide's accessors, and one that does not.
mkdir -p "$work/safe" "$work/unsafe" "$work/bin"
{
    snippet c
    cat << 'EOF'
void clear_registers(volatile unsigned int *address, int count)
{
    while (count-- > 0)
    {
        write32(address, read32(address));
        address++;
    }
}
EOF
} > "$work/safe/driver.c"
cp docs/samples/driver.c "$work/unsafe/driver.c"

# The packed tool, installed as the Actions snippet does, but from here.
ls artifacts/package/release/Arm64MmioDecode.Tool.*.nupkg > /dev/null 2>&1 \
    || dotnet pack -c Release -v quiet src/Arm64MmioDecode.Tool || exit 1
export DOTNET_CLI_HOME=$work/home
export PATH=$work/home/.dotnet/tools:$PATH

actions() # FOLDER: executes the "run" lines
{
    mkdir -p "$1/build"
    aarch64-linux-gnu-gcc -Os -c "$1/driver.c" -o "$1/build/driver.ko" || return 1
    snippet yaml | sed -n 's/^- run: //p' > "$work/lines"
    [ "$(wc -l < "$work/lines")" -ge 2 ] || return 1
    while IFS= read -r line; do
        case $line in
            "dotnet tool install "*)
                command -v mmiodecode > /dev/null || bash -c "$line --add-source $root/artifacts/package/release" < /dev/null || return 1 ;;
            *)
                (cd "$1" && bash -e -c "$line") < /dev/null || return 1 ;;
        esac
    done < "$work/lines"
}

check "GitHub Actions: a driver without findings" actions "$work/safe"
check "GitHub Actions: one with findings is refused" refused actions "$work/unsafe"

cmake_project() # FOLDER
{
    {
        echo 'cmake_minimum_required(VERSION 3.18)'
        echo 'project(driver C)'
        echo 'add_library(driver STATIC driver.c)'
        snippet cmake
    } > "$1/CMakeLists.txt"
    cmake -S "$1" -B "$1/cmake" -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
        -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc -DCMAKE_C_FLAGS=-Os && cmake --build "$1/cmake"
}

check "CMake: a driver without findings" cmake_project "$work/safe"
check "CMake: one with findings is refused" refused cmake_project "$work/unsafe"

meson_project() # FOLDER
{
    {
        echo "project('driver', 'c', default_options: ['optimization=s'])"
        echo "driver = shared_module('driver', 'driver.c', link_args: '-nostdlib')"
        snippet meson
    } > "$1/meson.build"
    cat > "$1/cross" << 'EOF'
[binaries]
c = 'aarch64-linux-gnu-gcc'
ar = 'aarch64-linux-gnu-ar'
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
EOF
    meson setup --cross-file "$1/cross" "$1/meson" "$1" && meson test -C "$1/meson" --print-errorlogs
}

check "Meson: a driver without findings" meson_project "$work/safe"
check "Meson: one with findings is refused" refused meson_project "$work/unsafe"

# Debian's rustc, with its core library for arm64, which tests/scan/fetch-corpus.sh fetches.
rust() # OPTIMISATION
{
    local sysroot=$root/artifacts/scan-corpus/libstd-rust-dev-arm64/usr
    {
        echo '#![no_std]'
        snippet rust
        cat << 'EOF'
#[no_mangle]
pub unsafe fn clear_registers(mut address: *mut u32, count: usize) {
    for _ in 0..count {
        write32(address, 0);
        address = address.add(1);
    }
}
EOF
    } > "$work/driver.rs"
    /usr/bin/rustc --edition 2021 --target aarch64-unknown-linux-gnu --sysroot "$sysroot" --crate-type lib --emit obj \
        -C "opt-level=$1" "$work/driver.rs" -o "$work/rust.o" \
        && aarch64-linux-gnu-nm "$work/rust.o" | grep -q ' T clear_registers' \
        && mmiodecode scan --fail-on-findings "$work/rust.o"
}

for level in 2 3 s; do
    check "Rust: the accessor has no finding with opt-level=$level" rust "$level"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

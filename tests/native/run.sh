#!/usr/bin/env bash
# The C library as its users have it: unpacks the archive that build.sh makes, compiles the samples of docs/samples/native with
# it in C, C++, Rust, Go and Python, and compares what they print.
#
#   tests/native/run.sh
#
# Prints "N passed, N failed, N skipped" at the end; a language whose compiler is missing is skipped, with CI=true it fails.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
samples=$root/docs/samples/native
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
skipped=0

case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) echo "no library for $(uname -m)" >&2; exit 2 ;;
esac
bash "$root/src/Arm64MmioDecode.Native/build.sh" "$rid" || exit 1
tar -C "$work" -xzf "$root"/artifacts/native/arm64mmiodecode-*-"$rid".tar.gz
prefix=$(echo "$work"/arm64mmiodecode-*)
export LD_LIBRARY_PATH=$prefix/lib PKG_CONFIG_PATH=$prefix/lib/pkgconfig

check() # TITLE COMMAND…
{
    local title=$1
    shift
    if "$@" > "$work/out" 2>&1; then
        echo "pass $title"
        passed=$((passed + 1))
    else
        echo "FAIL $title"
        cat "$work/out"
        failed=$((failed + 1))
    fi
}

prints_the_expected()
{
    "$@" | diff "$samples/exit.expected" -
}

sample() # LANGUAGE TOOL PACKAGE COMMAND…: compiles
{
    local language=$1 tool=$2 package=$3
    shift 3
    if ! command -v "$tool" > /dev/null; then
        if [ "${CI:-}" = true ]; then
            echo "FAIL $language: $tool is missing"
            failed=$((failed + 1))
        else
            echo "skip $language: $tool is missing (apt-get install $package)"
            skipped=$((skipped + 1))
        fi
        return 1
    fi
    check "$language: compiles" "$@"
}

flags=$(pkg-config --cflags arm64mmiodecode)
libs=$(pkg-config --libs arm64mmiodecode)
check "header: C99" gcc -std=c99 -Wall -Wextra -pedantic -Werror -fsyntax-only $flags -x c "$prefix/include/arm64mmiodecode.h"
check "header: C++11" g++ -std=c++11 -Wall -Wextra -pedantic -Werror -fsyntax-only $flags -x c++ "$prefix/include/arm64mmiodecode.h"
check "header: clang" clang -std=c11 -Weverything -Wno-padded -Wno-unused-macros -Werror -fsyntax-only $flags -x c "$prefix/include/arm64mmiodecode.h"
check "every function of the header is exported, and nothing else of ours" bash -c '
    diff <(grep -oE "\barm64mmio_[a-z0-9_]+\(" "$1/include/arm64mmiodecode.h" | grep -v "arm64mmio_init_" | tr -d "(" | sort -u) \
         <(readelf -W --dyn-syms "$1/lib/libarm64mmiodecode.so" | sed -n "s/.* \(arm64mmio_[a-z0-9_]*\)@@ARM64MMIODECODE_1$/\1/p" | sort -u)' _ "$prefix"
check "SONAME" bash -c 'readelf -d "$1/lib/libarm64mmiodecode.so" | grep -q "soname: \[libarm64mmiodecode.so.1\]"' _ "$prefix"

sample C gcc gcc gcc -std=c99 -Wall -Wextra -pedantic -Werror $flags "$samples/exit.c" -o "$work/c" $libs \
    && check "C: prints what is expected" prints_the_expected "$work/c"
sample C++ g++ g++ g++ -std=c++11 -Wall -Wextra -pedantic -Werror $flags "$samples/exit.cpp" -o "$work/cpp" $libs \
    && check "C++: prints what is expected" prints_the_expected "$work/cpp"
sample Rust rustc rustc rustc --edition 2021 "$samples/exit.rs" -L "$prefix/lib" -o "$work/rust" \
    && check "Rust: prints what is expected" prints_the_expected "$work/rust"
sample Go go golang-go env GOCACHE="$work/gocache" GOFLAGS=-mod=mod GO111MODULE=off go build -o "$work/go" "$samples/exit.go" \
    && check "Go: prints what is expected" prints_the_expected "$work/go"
sample Python python3 python3 python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$samples/exit.py" \
    && check "Python: prints what is expected" prints_the_expected python3 "$samples/exit.py"
check "a call from each of many threads, and a decode first in a fresh process" bash -c '
    gcc -std=c11 -pthread -Wall -Werror $1 "$2/tests/native/threads.c" -o "$3/threads" $4 && "$3/threads"' _ "$flags" "$root" "$work" "$libs"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

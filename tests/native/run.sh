#!/usr/bin/env bash
# The C library as its users have it: unpacks the archive that build.sh makes, compiles the samples of docs/samples/native with
# it in C, C++, Rust, Go and Python, and compares what they print. Looks at the archives and the package of both processors.
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
    x86_64) rid=linux-x64 rids="linux-x64 linux-arm64" ;;
    aarch64) rid=linux-arm64 rids=linux-arm64 ;;
    *) echo "no library for $(uname -m)" >&2; exit 2 ;;
esac
# shellcheck disable=SC2086 # one word each
bash "$root/src/Arm64MmioDecode.Native/build.sh" $rids || exit 1
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

archive_has() # RID FILE…
{
    local rid=$1
    shift
    diff <(printf '%s\n' LICENSE THIRD-PARTY-NOTICES.txt bin/mmiodecode include/arm64mmiodecode.h lib/libarm64mmiodecode.a \
            lib/libarm64mmiodecode.so lib/libarm64mmiodecode.so.1 "lib/libarm64mmiodecode.so.$version" lib/pkgconfig/arm64mmiodecode.pc "$@" | LC_ALL=C sort) \
        <(tar -tzf "$root/artifacts/native/arm64mmiodecode-$version-$rid.tar.gz" | sed -n "s,^arm64mmiodecode-$version-$rid/\(.*[^/]\)\$,\1,p" | LC_ALL=C sort)
}

package_has() # FILE…: and its nuspec, readme and the parts that every package has
{
    diff <(printf '%s\n' "$@" | LC_ALL=C sort) \
        <(python3 -m zipfile -l "$root/artifacts/native/Arm64MmioDecode.Native.$version.nupkg" | sed -n 's,^\(\(runtimes\|build\|lib\|tools\|content[a-zA-Z]*\)/[^ ]*\) .*,\1,p' | LC_ALL=C sort)
}

# A run of a program that is not there fails behind the search for the library.
finds_the_preload_library()
{
    LC_ALL=C "$@" run -- /no/such/program 2>&1 | grep '/no/such/program.*No such file'
    [ "${PIPESTATUS[1]}" -eq 0 ]
}

version=$(sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' "$root/Directory.Build.props")
files=(build/native/include/arm64mmiodecode.h)
for each in $rids; do
    files+=("runtimes/$each/native/libarm64mmiodecode.so")
    more=()
    if [ "$each" = linux-arm64 ]; then
        files+=(runtimes/linux-arm64/native/libarm64mmiodecode-kvm.so)
        more=(lib/libarm64mmiodecode-kvm.so)
    fi
    check "$each: the archive has what it should" archive_has "$each" "${more[@]}"
done
check "the package has what it should" package_has "${files[@]}"
cp "$root/artifacts/native/Arm64MmioDecode.Native.$version.nupkg" "$work/first.nupkg"
check "packed again it has the same bytes" bash -c '
    SOURCE_DATE_EPOCH=$(git -C "$1" log -1 --format=%ct) dotnet pack "$1/src/Arm64MmioDecode.Native/package" -c Release -nologo -v quiet \
        -p:NativeFolder="$1/artifacts/native" -o "$2/again" && cmp "$2/first.nupkg" "$2"/again/*.nupkg' _ "$root" "$work"
check "mmiodecode: the native program" bash -c '"$1/bin/mmiodecode" decode b8004548 | grep -q "str *w8, \[x10\], #4"' _ "$prefix"
if [ "$rid" = linux-arm64 ]; then
    check "mmiodecode run finds the preload library of its archive" finds_the_preload_library "$prefix/bin/mmiodecode"
elif command -v qemu-aarch64 > /dev/null; then
    check "mmiodecode run finds the preload library of its archive" finds_the_preload_library \
        qemu-aarch64 -L /usr/aarch64-linux-gnu "$root/artifacts/native/linux-arm64/bin/mmiodecode"
elif [ "${CI:-}" = true ]; then
    check "mmiodecode run needs qemu-aarch64 here" false
else
    echo "skip mmiodecode run: qemu-aarch64 is missing (apt-get install qemu-user)"
    skipped=$((skipped + 1))
fi

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
# The static library: with nothing but the C library's own, and not a symbol that could be another's.
static_libs="$prefix/lib/libarm64mmiodecode.a -lm -ldl -pthread"
check "static: only the functions of the header are global" bash -c '
    diff <(grep -oE "\barm64mmio_[a-z0-9_]+\(" "$1/include/arm64mmiodecode.h" | grep -v "arm64mmio_init_" | tr -d "(" | sort -u) \
         <(nm -g --defined-only "$1/lib/libarm64mmiodecode.a" | sed -n "s/^[0-9a-f]* [A-Z] //p" | sort -u)' _ "$prefix"
check "static: links with ld" gcc -std=c99 $flags "$samples/exit.c" $static_libs -Wl,--gc-sections -o "$work/static" \
    && check "static: prints what is expected" prints_the_expected "$work/static"
check "static: links with lld" clang -std=c99 -fuse-ld=lld $flags "$samples/exit.c" $static_libs -Wl,--gc-sections,-z,nostart-stop-gc -o "$work/static-lld" \
    && check "static: prints what is expected" prints_the_expected "$work/static-lld"
check "static: a program without any shared library" gcc -std=c99 -static $flags "$samples/exit.c" $static_libs -Wl,--gc-sections -o "$work/static-all" \
    && check "static: prints what is expected" prints_the_expected "$work/static-all"

sample C++ g++ g++ g++ -std=c++11 -Wall -Wextra -pedantic -Werror $flags "$samples/exit.cpp" -o "$work/cpp" $libs \
    && check "C++: prints what is expected" prints_the_expected "$work/cpp"
sample Rust rustc rustc rustc --edition 2021 "$samples/exit.rs" -L "$prefix/lib" -o "$work/rust" \
    && check "Rust: prints what is expected" prints_the_expected "$work/rust"
sample Go go golang-go env GOCACHE="$work/gocache" GOFLAGS=-mod=mod GO111MODULE=off go build -o "$work/go" "$samples/exit.go" \
    && check "Go: prints what is expected" prints_the_expected "$work/go"
sample Python python3 python3 python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$samples/exit.py" \
    && check "Python: prints what is expected" prints_the_expected python3 "$samples/exit.py"
check "static: each function as the first call, and a call from each of many threads" bash -c '
    gcc -std=c11 -pthread -Wall -Werror $1 "$2/tests/native/threads.c" $4 -o "$3/threads-static" && "$3/threads-static"' _ "$flags" "$root" "$work" "$static_libs"
check "a call from each of many threads, and a decode first in a fresh process" bash -c '
    gcc -std=c11 -pthread -Wall -Werror $1 "$2/tests/native/threads.c" -o "$3/threads" $4 && "$3/threads"' _ "$flags" "$root" "$work" "$libs"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

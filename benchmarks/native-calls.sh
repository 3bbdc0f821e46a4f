#!/usr/bin/env bash
# What a call of the C library costs from C, beside the same in C#: both in one process, in turn.
#
#   benchmarks/native-calls.sh [SECONDS]      default: 20; after src/Arm64MmioDecode.Native/build.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) echo "no library for $(uname -m)" >&2; exit 2 ;;
esac
library=$root/artifacts/native/$rid
[ -e "$library/lib/libarm64mmiodecode.so" ] || { echo "build the library first: src/Arm64MmioDecode.Native/build.sh --library $rid" >&2; exit 2; }
command -v gcc > /dev/null || { echo "gcc is missing (apt-get install gcc libc6-dev)" >&2; exit 2; }
loops=$root/artifacts/native-calls/loops.so
mkdir -p "$(dirname "$loops")"
gcc -O2 -Wall -Wextra -Werror -std=c11 -shared -fPIC -I "$library/include" "$root/benchmarks/native/loops.c" \
    -L "$library/lib" -larm64mmiodecode "-Wl,-rpath,$library/lib" -o "$loops"
dotnet run -c Release --project "$root/benchmarks/Arm64MmioDecode.Benchmarks" -- native-calls "$loops" --seconds "${1:-20}"

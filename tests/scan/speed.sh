#!/usr/bin/env bash
# How much faster a scan of a kernel is than llvm-objdump-22 -d piped into grep: whole commands, start-up included, in turn.
#
#   tests/scan/speed.sh [FILE] [COMMAND…]     a PE or ELF file (default: the kernel that fetch-corpus.sh fetches), and the command
#                                             that runs the tool (default: the Release build with dotnet)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
file=${1:-$(bash "$root/tests/scan/fetch-corpus.sh" | grep /vmlinuz- | head -n 1)}
tool=("${@:2}")
[ ${#tool[@]} -gt 0 ] || tool=(dotnet "$root/artifacts/bin/Arm64MmioDecode.Tool/release/mmiodecode.dll")

milliseconds() # COMMAND…
{
    local start
    start=$(date +%s%N)
    "$@" > /dev/null
    echo $((($(date +%s%N) - start) / 1000000))
}

disassemble()
{
    llvm-objdump-22 -d "$file" | grep -E 'ldp|stp|\], #|\]!'
}

scan=$(milliseconds "${tool[@]}" scan "$file")
objdump=$(milliseconds disassemble)
for _ in 1 2 3 4; do
    again=$(milliseconds "${tool[@]}" scan "$file")
    scan=$((again < scan ? again : scan))
done
echo "$(basename "$file"), $(($(stat -c %s "$file") >> 20)) MiB: objdump and grep $objdump ms, scan $scan ms (the best of five), $((objdump / scan)) times as fast"

#!/usr/bin/env bash
# How much faster scans of a kernel are than llvm-objdump-22 -d piped into grep: whole commands, start-up included, in one run; and how
# much memory they take beyond the file, which is mapped.
#
#   tests/scan/speed.sh [FILE] [COMMAND…]     a PE or ELF file (default: the kernel that fetch-corpus.sh fetches), and the commands that
#                                             run the tool, each one word (default: the Release build with dotnet, and the native
#                                             executable of src/Arm64MmioDecode.Native/build.sh where there is one)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
file=${1:-$(bash "$root/tests/scan/fetch-corpus.sh" | grep /vmlinuz- | head -n 1)}
tools=("${@:2}")
if [ ${#tools[@]} -eq 0 ]; then
    tools=("dotnet $root/artifacts/bin/Arm64MmioDecode.Tool/release/mmiodecode.dll")
    native=$root/artifacts/native/linux-x64/bin/mmiodecode
    [ ! -x "$native" ] || tools+=("$native")
fi

milliseconds() # COMMAND…
{
    local start
    start=$(date +%s%N)
    "$@" > /dev/null
    echo $((($(date +%s%N) - start) / 1000000))
}

best_of_five() # COMMAND…
{
    local best again
    best=$(milliseconds "$@")
    for _ in 1 2 3 4; do
        again=$(milliseconds "$@")
        best=$((again < best ? again : best))
    done
    echo "$best"
}

peak() # COMMAND…: MiB
{
    python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)' "$@"
}

disassemble()
{
    llvm-objdump-22 -d "$file" | grep -E 'ldp|stp|\], #|\]!'
}

size=$(($(stat -c %s "$file") >> 20))
objdump=$(milliseconds disassemble)
echo "$(basename "$file"), $size MiB: objdump and grep $objdump ms"
for tool in "${tools[@]}"; do
    read -r -a command <<< "$tool"
    echo "$tool"
    for options in "" "--all" "--format json" "--format json --all" "--format sarif"; do
        read -r -a words <<< "$options"
        scan=$(best_of_five "${command[@]}" scan "${words[@]}" "$file")
        echo "  scan${options:+ $options}: $scan ms (the best of five), $((objdump / scan)) times as fast, $(peak "${command[@]}" scan "${words[@]}" "$file") MiB with the file"
    done
done

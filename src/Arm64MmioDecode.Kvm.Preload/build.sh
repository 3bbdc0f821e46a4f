#!/usr/bin/env bash
# Builds libarm64mmiodecode-kvm.so for arm64 Linux: build.sh DIRECTORY. On an x86-64 Debian it needs clang, lld,
# gcc-aarch64-linux-gnu and libc6-dev-arm64-cross.
set -euo pipefail
out=${1:?build.sh needs the directory to write to}
here=$(cd "$(dirname "$0")" && pwd)
clang=$(command -v clang || command -v clang-19 || command -v clang-16 || command -v clang-14)
dotnet publish "$here" -c Release -nologo -v quiet \
    -p:CrossToArm64=true -p:CppCompilerAndLinker="$(basename "$clang")" -o "$out"

#!/usr/bin/env bash
# fuzz.sh [CASES] [SEED]: the state-space fuzzer (docs/security.md) with a billion cases, or as many as said, on all processors.
# Prints how many ran and how they ended; a case that breaks a promise ends it with the state and the number to run it again.
set -euo pipefail
cd "$(dirname "$0")/.."
export MMIODECODE_FUZZ_CASES=${1:-1000000000} MMIODECODE_FUZZ_SEED=${2:-1}
exec dotnet test tests/Arm64MmioDecode.Tests -c Release --filter FullyQualifiedName~No_state_of_a_guest_breaks_a_promise --logger 'console;verbosity=detailed'

#!/usr/bin/env bash
# Lets Microsoft's validator (Sarif.Multitool, from npm) read the SARIF of several scans, with the rules of the format and of GitHub, and
# checks GitHub's limits on what it takes. Ends with "N passed, N failed".
#
#   tests/scan/sarif.sh [COMMAND]            COMMAND is the built tool
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
read -r -a tool <<< "${1:-dotnet run --no-build -c Release --project src/Arm64MmioDecode.Tool --}"
package=@microsoft/sarif-multitool-linux@5.7.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# The program for Linux lies in the package; nothing of it has to be run by npm.
(cd "$work" && npm pack --silent "$package" > npm.log && tar -xzf ./*.tgz) || { echo "$package cannot be fetched"; exit 1; }
validator=$work/package/Sarif.Multitool
chmod +x "$validator"

validates() # FILE: no result of level error
{
    "$validator" validate "$1" --quiet true --rule-kind "Sarif;Gh" --level "Error;Warning" --output "$work/results" > "$work/log" 2>&1 \
        || { cat "$work/log"; return 1; }
    python3 - "$work/results" << 'EOF'
import json, sys
run = json.load(open(sys.argv[1], encoding="utf-8-sig"))["runs"][0]
invocation = run["invocations"][0]
assert invocation["executionSuccessful"], invocation
errors = [r for r in run["results"] if r.get("level") == "error"]
for result in errors[:5]:
    print(result["ruleId"], result["message"])
sys.exit(1 if errors else 0)
EOF
}

fits() # FILE: what GitHub's documentation of SARIF uploads says
{
    gzip -c "$1" > "$work/packed"
    python3 - "$1" "$work/packed" << 'EOF'
import json, os, sys
log = json.load(open(sys.argv[1], encoding="utf-8"))
assert os.path.getsize(sys.argv[2]) <= 10_000_000
assert len(log["runs"]) <= 20
for run in log["runs"]:
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) <= 5_000 and len(rules) <= 25_000
    assert all(len(rule["properties"]["tags"]) <= 20 for rule in rules)
    for result in run["results"]:
        assert len(result["locations"]) <= 1_000 and result["partialFingerprints"]
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] >= 1 and not place["artifactLocation"]["uri"].startswith(("/", "file:"))
    prints = [tuple(r["partialFingerprints"].values()) for r in run["results"]]
    assert len(set(prints)) == len(prints), "a fingerprint is there twice"
EOF
}

check() # WHAT EXIT-CODE FILE…
{
    local what=$1 expected=$2 code
    shift 2
    rm -f "$work/results"
    "${tool[@]}" scan --format sarif "$@" > "$work/scan.sarif" 2> "$work/errors"
    code=$?
    if [ "$code" -eq "$expected" ] && validates "$work/scan.sarif" && fits "$work/scan.sarif"; then
        passed=$((passed + 1))
        echo "pass $what"
    else
        failed=$((failed + 1))
        echo "FAIL $what (exit code $code)"
        cat "$work/errors"
    fi
}

mkdir -p "$work/a b/ü"
cp docs/samples/driver.o "$work/a b/ü/100% [driver] \"1\" #2.o"
printf 'no code' > "$work/text"
mapfile -t corpus < <(bash tests/scan/fetch-corpus.sh)
[ "${#corpus[@]}" -ge 30 ] || { echo "the corpus is not there"; exit 1; }

check "an object with source lines" 0 docs/samples/driver.o
check "ranked findings" 0 --rank docs/samples/driver.o
check "no finding" 0 --function nobody docs/samples/driver.o
check "names that a URI cannot have" 0 "$work/a b/ü/"*
check "files that cannot be read" 2 docs/samples/driver.o "$work/text" "$work/missing"
check "an archive and firmware, a result for each function or file" 0 --all \
    "$(printf '%s\n' "${corpus[@]}" | grep libc.a | head -n 1)" "$(printf '%s\n' "${corpus[@]}" | grep AAVMF_CODE)"
check "everything, a result for each file" 0 "${corpus[@]}"

# A validator that accepts anything would prove nothing.
"${tool[@]}" scan --format sarif docs/samples/driver.o | sed 's/"ruleIndex": [0-9]*/"ruleIndex": 99/; s/"startLine": [0-9]*/"startLine": 0/' > "$work/wrong.sarif"
if validates "$work/wrong.sarif" > /dev/null; then
    failed=$((failed + 1))
    echo "FAIL the validator accepts what is wrong"
else
    passed=$((passed + 1))
    echo "pass the validator refuses what is wrong"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

#!/usr/bin/env bash
# The packages as their users have them: packs them, and builds programs outside of the repository that know only the packages.
#
#   tests/packages/run.sh [FOLDER]      FOLDER: packages that are there already (default: makes them)
#
# One program (consumer) runs on .NET 10, on .NET 8's own runtime, compiled ahead of time, ready to run, trimmed, and on Mono with the
# netstandard2.0 assembly; all of them must print the same, byte by byte. The README's first sample runs in an empty console project.
# Prints "N passed, N failed, N skipped" at the end; what is missing is skipped, with CI=true it fails.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
passed=0
failed=0
skipped=0

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
        return 1
    fi
}

missing() # TITLE PACKAGES
{
    if [ "${CI:-}" = true ]; then
        echo "FAIL $1: missing $2"
        failed=$((failed + 1))
    else
        echo "skip $1: apt-get install --no-install-recommends $2"
        skipped=$((skipped + 1))
    fi
}

case $(uname -m) in
    x86_64) rid=linux-x64 ;;
    aarch64) rid=linux-arm64 ;;
    *) echo "no runtime for $(uname -m)" >&2; exit 2 ;;
esac
if [ $# -eq 0 ]; then
    (cd "$root" && dotnet pack -c Release -v quiet -o "$work/packages") || exit 1
    packages=$work/packages
else
    packages=$(cd "$1" && pwd)
fi
PackagesVersion=$(sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' "$root/Directory.Build.props")
export PackagesVersion

# The packages' own folder, so that none of an earlier build is taken for them; all others come from where they are already.
global=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
if [ -e "$global/arm64mmiodecode/$PackagesVersion" ]; then
    echo "$global has Arm64MmioDecode $PackagesVersion: remove it, or the test would not see what was packed" >&2
    exit 2
fi
cp -r "$root/tests/packages/consumer" "$work/"
cat > "$work/nuget.config" << END
<configuration>
  <config><add key="globalPackagesFolder" value="$work/restored" /></config>
  <fallbackPackageFolders><add key="global" value="$global" /></fallbackPackageFolders>
  <packageSources><add key="packed" value="$packages" /></packageSources>
</configuration>
END

publish() # NAME OPTION…: into $work/NAME, with intermediate files of its own
{
    local name=$1
    shift
    dotnet publish "$work/consumer" -c Release -nologo -v quiet -o "$work/$name" -p:IntermediateOutputPath="$work/obj-$name/" "$@"
}

# What a program prints of each part that its framework has.
run_parts() # NAME PARTS COMMAND…
{
    local name=$1 parts=$2 part
    shift 2
    mkdir -p "$work/printed/$name"
    for part in $parts; do
        case $part in
            instructions) "$@" instructions ;;
            exits) "$@" exits "$root/docs/samples/kvm-nisv-a64.jsonl" && "$@" exits "$root/docs/samples/kvm-nisv-proof.jsonl" ;;
            scans) "$@" scans "$root/docs/samples/driver.o" ;;
        esac > "$work/printed/$name/$part" || return 1
    done
    wc -l "$work/printed/$name"/*
    "$@" runtime
}

prints_the_same() # NAME PARTS COMMAND…
{
    local part
    run_parts "$@" && for part in $2; do
        cmp "$work/printed/net10.0/$part" "$work/printed/$1/$part" || return 1
    done
}

described() # the runtime that a check has named
{
    printf '     %s\n' "$(tail -n 1 "$work/out")"
}

# The first exits of 20 processes: medians, and the methods that the JIT compiler has compiled for the first of them.
first_exits() # COMMAND…
{
    local i
    for i in {1..20}; do
        "$@" first-exit || return 1
    done > "$work/first-exits"
    methods=$(cut -d ' ' -f 3 "$work/first-exits" | sort -n | tail -n 1)
    echo "first exit $(median 1) ms, the next kind $(median 2) ms, $methods methods compiled in the process"
}

median() # FIELD
{
    cut -d ' ' -f "$1" "$work/first-exits" | sort -n | sed -n 10p
}

# The JIT compiler has hardly anything to do: the library's image was taken.
takes_the_image() # COMMAND…
{
    first_exits "$@" && [ "$methods" -lt 60 ]
}

# Without the file that says where the images are, the host takes the IL beside the program.
takes_the_il() # NAME
{
    cp -r "$work/$1" "$work/$1-il" && rm -r "$work/$1-il/runtimes" "$work/$1-il/consumer.deps.json" || return 1
    first_exits dotnet "$work/$1-il/consumer.dll" && [ "$methods" -gt 200 ]
}

all="instructions exits scans"
check "net10.0: builds" publish net10.0 -f net10.0
check "net10.0: runs" run_parts net10.0 "$all" dotnet "$work/net10.0/consumer.dll" && described && head -n 3 "$work/out"
check "net10.0: takes the image that was compiled ahead" takes_the_image dotnet "$work/net10.0/consumer.dll" && described
check "net10.0: without the images the JIT compiler compiles all of it" takes_the_il net10.0 && described
check "net8.0: builds, with its own runtime" publish net8.0 -f net8.0 -r "$rid" --self-contained
check "net8.0: prints the same" prints_the_same net8.0 "$all" "$work/net8.0/consumer" && described
# The runtime that net8.0's image for arm64 would be compiled against is not to be had.
[ "$rid" = linux-arm64 ] || check "net8.0: takes the image that was compiled ahead" takes_the_image "$work/net8.0/consumer" && described
check "ready to run: builds" publish ready -f net10.0 -r "$rid" --self-contained false -p:PublishReadyToRun=true
check "ready to run: prints the same" prints_the_same ready "$all" dotnet "$work/ready/consumer.dll" && described
check "ready to run: takes an image" takes_the_image dotnet "$work/ready/consumer.dll" && described
check "trimmed, in one file: builds without a warning" publish trimmed -f net10.0 -r "$rid" --self-contained -p:PublishTrimmed=true -p:PublishSingleFile=true
check "trimmed, in one file: prints the same" prints_the_same trimmed "$all" "$work/trimmed/consumer" && described
if command -v clang > /dev/null && [ -e /usr/include/zlib.h ]; then
    check "NativeAOT: builds whole assemblies without a warning" publish aot -f net10.0 -r "$rid" -p:PublishAot=true
    check "NativeAOT: prints the same" prints_the_same aot "$all" "$work/aot/consumer" && described
else
    missing NativeAOT "clang zlib1g-dev"
fi
check "netstandard2.0: builds for .NET Framework" publish net48 -f net48
if command -v mono > /dev/null; then
    check "netstandard2.0: prints the same on Mono" prints_the_same net48 "instructions exits" mono "$work/net48/consumer.exe" && described
else
    missing "netstandard2.0 on Mono" "mono-devel"
fi

# Exactly what the README says: an empty console project, the package, and the program.
readme_sample()
{
    mkdir "$work/sample" && cd "$work/sample" && dotnet new console && dotnet add package Arm64MmioDecode \
        && awk '/^```csharp$/ { inside = 1; next } /^```$/ && inside { exit } inside' "$root/README.md" > Program.cs \
        && dotnet run > printed \
        && awk '/^```csharp$/ { sample = 1 } /^```text$/ && sample { inside = 1; next } /^```$/ && inside { exit } inside' "$root/README.md" | diff - printed
}

check "the README's first sample in an empty console project" readme_sample

unpack() # PACKAGE
{
    mkdir -p "$work/unpacked/$1" && python3 -m zipfile -e "$packages/$1.$PackagesVersion.nupkg" "$work/unpacked/$1"
}

# The tool on .NET 8 itself: an installation with the runtime that the program above was published with.
tool_is_for_both()
{
    local pack=microsoft.netcore.app.runtime.$rid net8=$work/dotnet8 installed runtime version image
    installed=$(dirname "$(readlink -f "$(command -v dotnet)")")
    [ -d "$installed/host" ] || installed=/usr/share/dotnet
    runtime=$(ls -d "$global/$pack"/8.0.* "$work/restored/$pack"/8.0.* 2> /dev/null | tail -n 1)
    version=$(basename "$runtime")
    mkdir -p "$net8/shared/Microsoft.NETCore.App/$version" && cp "$installed/dotnet" "$net8/" && ln -s "$installed/host" "$net8/host" \
        && cp -r "$runtime/runtimes/$rid"/lib/net8.0/* "$runtime/runtimes/$rid"/native/* "$net8/shared/Microsoft.NETCore.App/$version/" || return 1

    unpack Arm64MmioDecode.Tool || return 1
    local tools=$work/unpacked/Arm64MmioDecode.Tool/tools recorded=$root/docs/samples/kvm-nisv-a64.jsonl
    "$net8/dotnet" exec "$tools/net8.0/any/mmiodecode.dll" replay --json "$recorded" > "$work/replayed-net8.0" || return 1
    for image in "$tools"/net10.0/any "$tools/net10.0/$rid"; do
        dotnet exec "$image/mmiodecode.dll" replay --json "$recorded" | cmp - "$work/replayed-net8.0" || return 1
    done
    [ ! -e "$tools/net8.0/$rid" ] || "$net8/dotnet" exec "$tools/net8.0/$rid/mmiodecode.dll" replay --json "$recorded" | cmp - "$work/replayed-net8.0"
}

check "the tool's package is for .NET 8 and .NET 10, and both print the same" tool_is_for_both

# The SDK chooses the folder whose assemblies are compiled for this machine.
tool_is_compiled_ahead()
{
    dotnet tool install Arm64MmioDecode.Tool --tool-path "$work/tool" --add-source "$packages" --version "$PackagesVersion" \
        && "$work/tool/mmiodecode" decode b8004548 && grep -a "tools/net10.0/$rid/mmiodecode.dll" "$work/tool/mmiodecode" > /dev/null
}

check "the installed tool is what was compiled ahead" tool_is_compiled_ahead
check "images are the IL that they lie beside, compiled for the runtime of their folder" python3 "$root/tests/packages/images.py" "$packages"

documentation_is_of_public_members()
{
    unpack Arm64MmioDecode || return 1
    local documentation
    for documentation in "$work"/unpacked/Arm64MmioDecode/lib/*/Arm64MmioDecode.xml; do
        grep -q 'name="M:Arm64MmioDecode.Handling.ExitHandler.Handle(' "$documentation" \
            && ! grep -E 'name=".:Arm64MmioDecode\.(Encodings\.|Emulation\.ElementSequence)' "$documentation" || return 1
    done
}

check "the documentation is of public members only" documentation_is_of_public_members

no_debugging_information()
{
    local package
    for package in "$packages"/*.nupkg; do
        ! python3 -m zipfile -l "$package" | grep -E '\.pdb' || return 1
    done
    for package in Arm64MmioDecode Arm64MmioDecode.Kvm Arm64MmioDecode.Scanning; do
        python3 -m zipfile -l "$packages/$package.$PackagesVersion.snupkg" | grep '\.pdb' || return 1
    done
}

check "debugging information is in the symbol packages only" no_debugging_information

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

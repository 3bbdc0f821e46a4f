#!/usr/bin/env bash
# Makes small programs of kinds that Debian has no packages of, and prints their names, one a line: big-endian A32, T32 and A64, as
# objects and linked (BE8, BE32), and what clang-cl and lld-link make for Windows, as MSVC would, with their tables for unwinding.
#
#   tests/scan/compile.sh FOLDER
set -euo pipefail
mkdir -p "$1"
cd "$1"

cat > program.c << 'EOF'
typedef struct { unsigned long long words[6]; } block;
volatile unsigned sink;
void fill(volatile unsigned *p, int n) { while (n-- > 0) { *p++ = 0x80000001; } }
void copy(block *to, const block *from) { *to = *from; }
unsigned long long both(unsigned long long *p) { return p[0] + p[1]; }
int add(int *p) { return __atomic_fetch_add(p, 3, __ATOMIC_SEQ_CST); }
double scale(double *p, int n) { double sum = 0; for (int i = 0; i < n; i++) sum += p[i] * 3.25; return sum; }
int choose(unsigned n, int *p)
{
    switch (n)
    {
        case 0: return *p + 12345678; case 1: return both((void *)p); case 2: copy((void *)p, (void *)(p + 64)); return 5;
        case 3: return add(p); case 4: sink = 0xdeadbeef; return n; case 5: fill((void *)p, 9); return 7; default: return 0x12345678;
    }
}
int many(int a, int b, int c, int d, int e, int f, int (*call)(int)) { return call(a) + call(b) * call(c) - call(d) * call(e) + call(f); }
EOF
echo 'int choose(unsigned, int *); void _start(void) { choose(3, (int *)0x9000000); }' > start.c

compile() # NAME TARGET OPTION…
{
    clang --target="$2" -Os -ffreestanding -fno-stack-protector -w "${@:3}" -c program.c -o "$1.o"
    clang --target="$2" -Os -ffreestanding -fno-stack-protector -w "${@:3}" -c start.c -o "$1-start.o"
}

for set in arm thumb; do
    compile "armeb-$set" armebv7-linux-gnueabihf "-m$set" -mfpu=neon
    for kind in be8 be32; do
        option=()
        [ $kind = be32 ] || option=(--be8)
        arm-linux-gnueabihf-ld -EB -m armelfb_linux_eabi "${option[@]}" -o "armeb-$set-$kind" "armeb-$set.o" "armeb-$set-start.o"
        echo "$PWD/armeb-$set-$kind"
    done
    echo "$PWD/armeb-$set.o"
done

compile aarch64_be aarch64_be-linux-gnu -march=armv8.1-a
aarch64-linux-gnu-ld -EB -m aarch64linuxb -o aarch64_be aarch64_be.o aarch64_be-start.o
echo "$PWD/aarch64_be.o"
echo "$PWD/aarch64_be"

windows() # NAME TARGET OPTION…
{
    clang --target="$2-pc-windows-msvc" --driver-mode=cl -w /GS- "${@:3}" /c program.c "/Fo$1.obj"
    # Without exports: from those of T32 functions, which have bit 0 set, LLVM disassembles at odd addresses.
    lld-link /dll /noentry /nodefaultlib /opt:noref "/out:$1.dll" "$1.obj"
    echo "$PWD/$1.dll"
}

for target in aarch64 thumbv7; do
    # With /Gy, each function is in a section of its own, and all are named alike.
    windows "windows-$target-O2" $target /O2 /Gy
    windows "windows-$target-Os" $target /O1 /Gy-
    lld-link /lib "/out:windows-$target.lib" "windows-$target-Os.obj"
    echo "$PWD/windows-$target-Os.obj"
    echo "$PWD/windows-$target.lib"
done

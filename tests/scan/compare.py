#!/usr/bin/env python3
"""Compares `mmiodecode scan` with LLVM's disassembly of the same files: no finding may be missing, none extra.

    tests/scan/compare.py [--tool COMMAND] [--objdump llvm-objdump-22] FILE...

Which instructions are findings is decided here a second time, from LLVM's text alone. Compared are, for each section: the address of
every finding, its text, reasons and base register, with accesses to the stack and literals, and without them; and how many were left
out. Exit code 0 if everything agrees.
"""

import argparse
import collections
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

import containers
import reached

HEADER = re.compile(r"^(?:(?P<archive>.*)\((?P<member>[^()]*(?:\([^()]*\))?[^()]*)\)|(?P<file>.*)):\s+file format (?P<format>\S+)$")
SECTION = re.compile(r"^Disassembly of section (?P<name>.*):$")
LINE = re.compile(r"^ *(?P<address>[0-9a-f]+): (?P<bytes>(?:[0-9a-f]+ )+) *\t(?P<text>.*)$")

CONDITION = "(?:eq|ne|hs|cs|lo|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le|al)?"

# Single general-purpose register, no writeback: the syndrome is valid (ESR_ELx.ISV).
A64_SINGLE = re.compile(
    r"^(?:ld(?:u|t|ap|apu|a|la)?r(?:b|h|sb|sh|sw)?|st(?:u|t|l|lu|ll)?r(?:b|h)?|ldraa|ldrab|ld64b|st64b(?:v0?)?)$")
A64_ATOMIC = re.compile(r"^(?:cas|swp|ld(?:add|clr|eor|set|smax|smin|umax|umin)|st(?:add|clr|eor|set|smax|smin|umax|umin)|rcw|ldt(?:add|clr|set)|stt(?:add|clr|set)|ld(?:f|bf)(?:add|max|min)|st(?:f|bf)(?:add|max|min))")
A64_EXCLUSIVE = re.compile(r"^(?:ldx|stx|ldax|stlx|ldatx|stltx|ldtx|sttx)[rp]")
A64_PAIR = re.compile(r"^(?:ldt?p(?:sw)?|stt?p|ldt?np|stt?np|stgp|ldiapp|stilp|ldxp|ldaxp|stxp|stlxp|ldap|ldapp|stlp)$")
A64_CACHE = re.compile(r"^(?:dc|ic)$")
# By set and way, of whole caches, and AT and TLBI are not by address.
A64_NOT_BY_ADDRESS = {"isw", "csw", "cisw", "igsw", "igdsw", "cgsw", "cgdsw", "cigsw", "cigdsw", "ialluis", "iallu"}
A64_ZERO = {"zva", "gzva"}

A32_SINGLE = re.compile(r"^(?:ldr(?:b|h|sb|sh)?t?|str(?:b|h)?t?|lda(?:b|h)?|stl(?:b|h)?)" + CONDITION + r"$")
A32_MULTIPLE = re.compile(r"^(?:ldm|stm|push|pop)(?:ia|ib|da|db)?" + CONDITION + r"$")
A32_EXCLUSIVE = re.compile(r"^(?:ldrex|strex|ldaex|stlex)(?:b|h|d)?" + CONDITION + r"$")
A32_DUAL = re.compile(r"^(?:ldrd|strd)" + CONDITION + r"$")
A32_VECTOR = re.compile(r"^(?:vldr|vstr|vldm|vstm|vpush|vpop|vld[1-4]|vst[1-4]|fldm|fstm|vlldm|vlstm|fldmdbx|fldmiax|fstmdbx|fstmiax)")
A32_OTHER = re.compile(r"^(?:ldc2?l?|stc2?l?|rfe(?:ia|ib|da|db)|srs(?:ia|ib|da|db)|tbb|tbh)" + CONDITION + r"$")
# By modified virtual address: DCIMVAC, DCCMVAC, DCCMVAU, DCCIMVAC, ICIMVAU.
A32_CACHE = re.compile(r"^mcr" + CONDITION + r"2? p15, #0, (\w+), c7, (?:c6|c10|c11|c14|c5), #1$")
A32_SWAP = re.compile(r"^swpb?" + CONDITION + r"$")


class Access:
    __slots__ = ("text", "reasons", "base")

    def __init__(self, text, reasons, base):
        self.text = text
        self.reasons = reasons
        self.base = base

    @property
    def omitted(self):
        return {"sp": "sp", "pc": "literal"}.get(self.base)


def first_register(operands):
    return operands.split(",")[0].strip().rstrip("!").lower()


def bracket_base(operands):
    match = re.search(r"\[(x\d+|z\d+|r\d+|sp|lr|pc|xzr)\b", operands.lower())
    return match.group(1) if match else None


def has_writeback(operands):
    """A pre-index '!' or something after the bracket; for lists a '!' after the base."""
    return "!" in operands or re.search(r"\],[^\[\]]*$", operands) is not None


def a64(text):
    mnemonic, _, operands = text.partition(" ")
    registers = operands.split("[")[0]
    if A64_CACHE.match(mnemonic):
        operation, _, register = operands.partition(",")
        operation = operation.strip()
        if operation in A64_NOT_BY_ADDRESS:
            return None
        reason = "zero" if operation in A64_ZERO or operation == "zgbva" else "tag" if operation in ("gva", "gbva") else "cache"
        return Access(text, {reason}, register.strip())
    if mnemonic.startswith("gcs") and mnemonic not in ("gcsb",):
        # STR to the stack with GCSSTR has a base as others have.
        if mnemonic in ("gcsstr", "gcssttr"):
            return Access(text, {"gcs"}, bracket_base(operands))
        return Access(text, {"gcs"}, None)
    literal = bracket_base(operands) is None
    if literal:
        # A PC-relative load has an address where others have brackets.
        match = re.match(r"^ldr(?:sw)?$", mnemonic)
        if not match:
            return None
        return Access(text, {"simd"}, "pc") if re.match(r"^[sdq]\d", operands) else None
    if mnemonic.startswith(("prf", "rprfm")):
        return None
    if mnemonic == "adr":
        return None  # SVE's computes addresses and does not use them
    base = bracket_base(operands)
    reasons = set()
    if re.match(r"^(?:cpy|set)(?:f|g|p|m|e)", mnemonic):
        return Access(text, {"memoryCopy"}, base)
    if re.search(r"\bza|\bzt0", registers) or mnemonic in ("ldr", "str") and re.match(r"za|zt0", operands):
        return Access(text, {"sme"}, base)
    if re.search(r"\bz\d+", registers) or re.match(r"p\d", operands):
        list_of_several = re.match(r"\{ *z\d+\.\w+ *[,-]", registers.strip()) is not None
        return Access(text, {"sve", "multipleRegisters"} if list_of_several else {"sve"}, base)
    simd = re.match(r"^(?:\{ *v|[bhsdq]\d)", registers.strip()) is not None
    if A64_EXCLUSIVE.match(mnemonic):
        reasons.add("exclusive")
    if A64_ATOMIC.match(mnemonic) and not mnemonic.startswith(("ldadd_",)):
        reasons.add("atomic")
        # Of two registers: LDCLRP, SWPP, RCWSETPAL … (compare and swap of pairs is not told apart).
        if re.match(r"^(?:ldclr|ldset|swp|rcw\w*?(?:clr|set|swp))p(?:a|l|al)?$", mnemonic):
            reasons.add("pair")
    if re.match(r"^(?:ldg|ldgm|stg|stz2g|stzg|st2g|stgm|stzgm|stgp)$", mnemonic):
        reasons.add("tag")
    if simd:
        reasons.add("simd")
        if mnemonic[:2] in ("ld", "st") and re.match(r"^(?:ld|st)[1-4]r?$", mnemonic) and len(re.findall(r"v\d+", registers)) > 1:
            reasons.add("multipleRegisters")
    if A64_PAIR.match(mnemonic):
        reasons.add("pair")
    if has_writeback(operands):
        reasons.add("writeback")
    if not reasons and not A64_SINGLE.match(mnemonic):
        reasons.add("?")
    return Access(text, reasons, base) if reasons else None


def aarch32(text):
    mnemonic, _, operands = text.partition(" ")
    name = re.sub(r"\.(?:w|n|\d+|f\d+|i\d+|p\d+)$", "", mnemonic)
    name = name.split(".")[0]
    if A32_SINGLE.match(name):
        if "[" not in operands:
            return None
        reasons = set()
        if has_writeback(operands):
            reasons.add("writeback")
        if operands.startswith("pc"):
            reasons.add("pc")
        return Access(text, reasons, bracket_base(operands)) if reasons else None
    if A32_MULTIPLE.match(name):
        stack = name.startswith(("push", "pop"))
        base = "sp" if stack else first_register(operands)
        reasons = {"multipleRegisters"}
        of_user_mode = operands.endswith("^") and "pc" not in operands.split("{")[1]
        if operands.endswith("^") and not of_user_mode:
            reasons.add("notListed")  # an exception return
        if stack or re.match(r"\w+!", operands) and not of_user_mode:  # of user mode, there is no writeback: bit 21 should be zero
            reasons.add("writeback")
        return Access(text, reasons, base)
    if A32_EXCLUSIVE.match(name):
        reasons = {"exclusive"}
        if re.match(r"^(?:ldrex|strex|ldaex|stlex)d", name):
            reasons.add("pair")
        return Access(text, reasons, bracket_base(operands))
    if A32_DUAL.match(name):
        reasons = {"pair"}
        if has_writeback(operands):
            reasons.add("writeback")
        return Access(text, reasons, bracket_base(operands))
    if A32_VECTOR.match(name):
        reasons = {"simd"}
        stack = name.startswith(("vpush", "vpop"))
        is_list = stack or re.match(r"^(?:vldm|vstm|fldm|fstm|vlldm|vlstm)", name)
        base = "sp" if stack else first_register(operands) if is_list else bracket_base(operands)
        if re.match(r"^(?:v(?:ldm|stm|push|pop|ld[1-4]|st[1-4])|f(?:ldm|stm))", name) and len(set(re.findall(r"\b[sdq]\d+", operands.split("[r")[0].split("[sp")[0]))) > 1:
            reasons.add("multipleRegisters")
        if stack or (is_list and re.match(r"\w+!", operands)) or (not is_list and has_writeback(operands)):
            reasons.add("writeback")
        return Access(text, reasons, base)
    cache = A32_CACHE.match(text)
    if cache:
        return Access(text, {"cache"}, cache.group(1))
    if A32_SWAP.match(name):
        return Access(text, {"atomic"}, bracket_base(operands))
    if A32_OTHER.match(name):
        if name.startswith(("ldc", "stc")) and not operands.startswith("p14, c5,"):
            return None  # unallocated in Armv8 (docs/conformance-aarch32.md)
        if name.startswith("srs"):
            base = "sp"
        elif name.startswith("rfe"):
            base = first_register(operands)
        else:
            base = bracket_base(operands)
        reasons = {"notListed"}
        if has_writeback(operands):
            reasons.add("writeback")
        return Access(text, reasons, base)
    return None


def disassemble(objdump, path):
    """Yields (member, section, address, bytes, text, is A64, is a part of the code) of each line of LLVM's disassembly of a file or of
    what it wraps."""
    with tempfile.TemporaryDirectory() as folder:
        for outer, inner in containers.unwrap(path, folder):
            base = 0
            is_part = outer == "piggy"
            if is_thumb_image(inner):
                is_part = True
                inner, base = reached.to_elf(inner)
            for member, section, address, *rest in without_literals(disassemble_file(objdump, inner)) if outer == "piggy" else disassemble_file(objdump, inner):
                yield (member if outer is None else outer), section, address + base, *rest, is_part


def without_literals(lines):
    """Leaves out the words that an earlier instruction loads with the PC as base: in a kernel without symbols these are data."""
    literals = set()
    for line in lines:
        address, text = line[2], line[4]
        if address in literals:
            literals.remove(address)
            continue
        match = re.match(r"^(v?ldrs?[bhd]?\S*)\t(\S+),.*\[pc(?:, #\d+)?\].*@ 0x([0-9a-f]+)", text)
        if match and address < int(match[3], 16) <= address + 8160 and "!" not in text:
            first = int(match[3], 16)
            size = 8 if match[1].startswith("ldrd") or match[2].startswith("d") else 4
            literals.update(at & ~3 for at in range(first, first + size, 4))
        yield line


def is_thumb_image(path):
    """PE images with UEFI's machine number for T32 and A32 alike, which LLVM does not know."""
    with open(path, "rb") as file:
        start = file.read(4096)
    header = int.from_bytes(start[60:64], "little")
    return start.startswith(b"MZ") and start[header + 4:header + 6] == b"\xc2\x01"


def disassemble_file(objdump, path):
    command = [objdump, "-d", "-z", "--no-print-imm-hex", path]
    with open(path, "rb") as file:
        contents = file.read()
    # An archive's members are all of the kind of the first.
    start = max(contents.find(b"\x7fELF"), 0)
    machine = int.from_bytes(contents[start + 18:start + 20], "little" if contents[start + 5] == 1 else "big")
    is_arm = machine == 40 if contents[start:start + 1] == b"\x7f" else is_windows_arm(contents)
    command[1:1] = ["--mattr=" + ARM_FEATURES] if is_arm else ["--mattr=+all"]
    if os.path.basename(path) == "code.o":
        command[1:1] = ["--triple=armv8a"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace")
    member = section = None
    wide = True
    for line in process.stdout:
        line = line.rstrip("\n")
        match = LINE.match(line)
        if match:
            yield member, section, int(match["address"], 16), match["bytes"], match["text"], wide
            continue
        match = SECTION.match(line)
        if match:
            section = match["name"]
            continue
        match = HEADER.match(line)
        if match:
            member = match["member"]
            wide = "aarch64" in match["format"] or "arm64" in match["format"]
    if process.wait() != 0:
        raise SystemExit(f"{path}: {objdump} failed")


def is_windows_arm(contents):
    """Whether a PE image, COFF object or archive of them is for machine 0x1C4."""
    start = 0
    if contents.startswith(b"MZ"):
        start = int.from_bytes(contents[60:64], "little") + 4
    elif contents.startswith(b"!<arch>"):
        # The header of the first member that is not an index.
        start = 8
        while contents[start:start + 16].rstrip() in (b"/", b"//"):
            start += 60 + int(contents[start + 48:start + 58]) + 1 & ~1
        start += 60
    return contents[start:start + 2] == b"\xc4\x01"


ARM_FEATURES = (
    "+neon,+fp-armv8,+fullfp16,+fp16fml,+bf16,+i8mm,+crypto,+aes,+sha2,+dotprod,+crc,+ras,+sb,+mp,"
    "+virtualization,+trustzone,+hwdiv,+hwdiv-arm,+perfmon,+dsp,+db,+acquire-release,+v7clrex,+clrbhb")


def is_rejected_by_arm(word, text):
    """Where LLVM differs from Arm (docs/conformance.md), which shows where data lies among the code."""
    return re.match(r"^casp?(?:a|l|al)?t ", text) is not None and (word >> 10) & 31 != 31


def is_rejected_by_llvm(item):
    """Memory copies and sets with overlapping registers, and SETGO* with should-be-one bits that are zero (docs/conformance.md)."""
    if item["text"].startswith("setgo") and (int(item["opcode"], 16) >> 16) & 31 != 31:
        return True
    registers = re.findall(r"x(\d+|zr)", item["text"])
    return re.match(r"^(?:cpy|set)", item["text"]) is not None and (len(set(registers)) < len(registers) or "zr" in registers)


def normal(text):
    text = re.split(r"\s+(?:@|//|;) ", text)[0]
    text = re.sub(r"\s*<[^>]*>", "", text)
    return re.sub(r"\s+", " ", text).strip()


def expected_findings(objdump, path):
    """Returns the findings by place, the places that were looked at where not all were, and how many lines there were."""
    found = {}
    disassembled = set()
    counts = collections.Counter()
    for member, section, address, word, text, wide, is_part in disassemble(objdump, path):
        counts["lines"] += 1
        if text.startswith((".", "<unknown>", "udf")):
            continue
        if is_part:
            disassembled.update((member, section, at) for at in range(address, address + len(word.replace(" ", "")) // 2))
        text = normal(text)
        access = a64(text) if wide else aarch32(text)
        if access and wide and is_rejected_by_arm(int(word.replace(" ", ""), 16), text):
            counts["set aside"] += 1
        elif access:
            key = (member, section, address)
            if key in found:
                counts["duplicates"] += 1
            found[key] = access
    return found, disassembled, counts


def scan(tool, path, arguments):
    process = subprocess.Popen(tool + ["scan", "--format", "json", *arguments, path], stdout=subprocess.PIPE, text=True)
    found = {}
    summary = None
    for line in process.stdout:
        item = json.loads(line)
        if "address" in item:
            key = (item["member"], item["section"], int(item["address"], 16))
            assert key not in found, f"{path}: twice: {key}"
            found[key] = item
        else:
            summary = item
    code = process.wait()
    if code != 0 or summary is None:
        raise SystemExit(f"{path}: {' '.join(tool)} scan ended with {code}")
    return found, summary


def compare(tool, objdump, path, limit):
    expected, disassembled, counts = expected_findings(objdump, path)
    if any(value.reasons == {"?"} for value in expected.values()):
        unknown = next(value for value in expected.values() if value.reasons == {"?"})
        print(f"{path}: the script does not know: {unknown.text}")
        return False
    everything, full = scan(tool, path, ["--all"])
    default, summary = scan(tool, path, [])
    wrong = []
    for key in sorted(expected.keys() - everything.keys(), key=str):
        wrong.append(f"missing {key}: {expected[key].text}")
    for key in sorted(everything.keys() - expected.keys(), key=str):
        if is_rejected_by_llvm(everything[key]):
            counts["set aside"] += 1
            continue
        if everything[key]["sureness"] == "guess" and key not in disassembled:
            counts["not reached"] += 1
            continue
        wrong.append(f"extra {key}: {everything[key]['opcode']} {everything[key]['text']}")
    for key in expected.keys() & everything.keys():
        want, have = expected[key], everything[key]
        if want.base == "pc":
            texts_agree = True  # LLVM's objdump resolves the address
        else:
            texts_agree = want.text == have["text"]
        if not texts_agree or want.reasons != set(have["reasons"]) or want.base != have["base"]:
            wrong.append(f"different {key}: {want.text} {sorted(want.reasons)} {want.base}; {have['text']} {sorted(have['reasons'])} {have['base']}")
    left = {key for key, value in everything.items() if value["base"] not in ("sp", "pc")}
    if default.keys() != left:
        wrong.append(f"without --all {len(default)} findings, not {len(left)}")
    omitted = collections.Counter(value.omitted for value in expected.values())
    if not counts["set aside"] + counts["not reached"] and summary["omitted"] != {"sp": omitted["sp"], "literal": omitted["literal"]}:
        wrong.append(f"omitted {summary['omitted']}, not {dict(omitted)}")
    if (full["findings"], summary["findings"]) != (len(everything), len(default)):
        wrong.append("the summary counts other findings")
    print(f"{os.path.basename(path)}: {summary['format']}, {counts['lines']} lines, {len(expected)} accesses, {len(default)} findings"
          + (f", {counts['set aside']} set aside" if counts["set aside"] else "")
          + (f", {counts['not reached']} that the script does not reach" if counts["not reached"] else "")
          + ("" if not wrong else f": {len(wrong)} WRONG"), flush=True)
    for line in wrong[:limit]:
        print("   ", line)
    return not wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", default="dotnet run --no-build -c Release --project src/Arm64MmioDecode.Tool --")
    parser.add_argument("--objdump", default="llvm-objdump-22")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    tool = shlex.split(options.tool)
    failed = [path for path in options.files if not compare(tool, options.objdump, path, options.limit)]
    print(f"{len(options.files) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Which bytes of a 32-bit Arm image without symbols are T32 code, and which A32: what its entry point and its tables of functions
reach by branches and calls. It is found independently of the library, and what is not reached is not known to be code."""

import os
import struct
import subprocess

T32, A32 = "t", "a"


def reach(code, base, entries):
    """Returns {offset: (state, length)} of each instruction that is reached. Entries are addresses, with bit 0 set for T32."""
    found = {}
    pending = [(address & ~1, T32 if address & 1 else A32) for address in entries]
    while pending:
        address, state = pending.pop()
        recent = []
        while True:
            at = address - base
            if at < 0 or at + 4 > len(code) or at in found:
                break
            length, targets, ends = (t32 if state == T32 else a32)(code, at, address, recent)
            found[at] = (state, length)
            pending += [(target & ~1 if other == T32 else target, other) for target, other in targets]
            if ends:
                break
            recent = recent[-7:] + [code[at:at + length]]
            address += length
    return found


def to_elf(path):
    """Writes the reached code of a PE image's sections as an object with mapping symbols. Returns its name and what its addresses
    count from."""
    with open(path, "rb") as file:
        image = file.read()
    header, = struct.unpack_from("<I", image, 0x3C)
    optional = header + 24
    is_plus = struct.unpack_from("<H", image, optional)[0] == 0x20B
    image_base, = struct.unpack_from("<Q" if is_plus else "<I", image, optional + (24 if is_plus else 28))
    directories = optional + (112 if is_plus else 96)
    table = optional + struct.unpack_from("<H", image, header + 20)[0]
    sections = []
    for at in range(table, table + 40 * struct.unpack_from("<H", image, header + 6)[0], 40):
        size, address, raw, offset = struct.unpack_from("<IIII", image, at + 8)
        sections.append((image[at:at + 8].rstrip(b"\0").decode(), address, image[offset:offset + min(size or raw, raw)], struct.unpack_from("<I", image, at + 36)[0]))
    lines = [".arch armv8-a"]
    for name, address, code, flags in sections:
        if flags & 0x20000020:
            entries = {struct.unpack_from("<I", image, optional + 16)[0]} | set(pointers_to_functions(image, sections, directories, image_base, address, code))
            lines += [f'.section {name},"ax",%progbits', f".skip {address}"] + assembly(code, reach(code, address, entries))
    source = path + ".s"
    with open(source, "w") as file:
        file.write("\n".join(lines) + "\n")
    subprocess.run(["llvm-mc-22", "-triple=armv8a", "-filetype=obj", "-o", path + ".o", source], check=True)
    return path + ".o", image_base


def assembly(code, found):
    lines = []
    state, at = None, 0
    while at < len(code):
        if at in found:
            if state != found[at][0]:
                state = found[at][0]
                lines.append(".thumb" if state == T32 else ".arm")
            length = found[at][1]
            if length == 2:
                lines.append(f".inst.n 0x{int.from_bytes(code[at:at + 2], 'little'):x}")
            elif state == T32:
                lines.append(".inst.w 0x%x%04x" % struct.unpack_from("<HH", code, at))
            else:
                lines.append(f".inst 0x{int.from_bytes(code[at:at + 4], 'little'):x}")
            at += length
        else:
            lines.append(f".byte {code[at]}")
            at += 1
    return lines


def pointers_to_functions(image, sections, directories, image_base, text, code):
    """Words that are relocated and point to a T32 instruction that a function may begin with: PUSH with LR. (Strings lie at odd
    addresses, too.)"""
    where, size = struct.unpack_from("<II", image, directories + 40)
    for name, address, contents, flags in sections:
        if address <= where < address + len(contents):
            at = where - address
            end = min(at + size, len(contents))
            while at + 8 <= end:
                page, length = struct.unpack_from("<II", contents, at)
                for entry in struct.iter_unpack("<H", contents[at + 8:at + max(length, 8)]):
                    if entry[0] >> 12 == 3:
                        target = word_at(sections, page + (entry[0] & 0xFFF)) - image_base
                        start = code[(target & ~1) - text:][:4] if target & 1 and target > text else b""
                        if len(start) == 4 and (start[1] == 0xB5 or start[:2] == b"\x2d\xe9" and start[3] & 0x40):
                            yield target
                at += max(length, 8)


def word_at(sections, address):
    for name, start, contents, flags in sections:
        if start <= address <= start + len(contents) - 4:
            return struct.unpack_from("<I", contents, address - start)[0]
    return 0


def signed(value, bits):
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def t32(code, at, address, recent):
    half, = struct.unpack_from("<H", code, at)
    pc = address + 4
    if half >> 11 < 0x1D:
        if half >> 12 == 0xD and half >> 9 != 0x6F:  # B<c>, not UDF and SVC
            return 2, [(pc + 2 * signed(half & 0xFF, 8), T32)], False
        if half >> 11 == 0x1C:
            return 2, [(pc + 2 * signed(half & 0x7FF, 11), T32)], not in_it_block(recent)
        if half & 0xF500 == 0xB100:  # CBZ, CBNZ
            return 2, [(pc + ((half >> 3 & 0x1F) << 1 | (half >> 9 & 1) << 6), T32)], False
        if half == 0x4778:  # BX PC, of the linker's way from T32 to A32
            return 2, [(pc & ~3, A32)], True
        leaves = half & 0xFF80 == 0x4700 or half & 0xFF00 == 0xBD00 or half & 0xFF87 == 0x4687 or half & 0xFF00 == 0xDE00
        return 2, [], leaves and not in_it_block(recent)
    second, = struct.unpack_from("<H", code, at + 2)
    if half >> 11 == 0x1E and second >> 15:
        s, j1, j2 = half >> 10 & 1, second >> 13 & 1, second >> 11 & 1
        far = signed(s << 24 | (1 - (j1 ^ s)) << 23 | (1 - (j2 ^ s)) << 22 | (half & 0x3FF) << 12 | (second & 0x7FF) << 1, 25)
        kind = second >> 12 & 5
        if kind == 5:
            return 4, [(pc + far, T32)], False  # BL
        if kind == 4:
            return 4, [((pc & ~3) + (far & ~3), A32)], False  # BLX
        if kind == 1:
            return 4, [(pc + far, T32)], not in_it_block(recent)  # B.W
        if half >> 7 & 7 != 7:
            near = signed(s << 20 | j2 << 19 | j1 << 18 | (half & 0x3F) << 12 | (second & 0x7FF) << 1, 21)
            return 4, [(pc + near, T32)], False  # B<c>.W
        return 4, [], half in (0xF3DE, 0xF7F0)  # SUBS PC, LR; UDF
    if half & 0xFFF0 == 0xE8D0 and second & 0xFFE0 == 0xF000:  # TBB, TBH
        count = table_length(recent, second & 15)
        size = 2 if second & 0x10 else 1
        table = [int.from_bytes(code[at + 4 + i * size:at + 4 + (i + 1) * size], "little") for i in range(count)] if half & 15 == 15 else []
        return 4, [(pc + 2 * entry, T32) for entry in table], True
    pops_pc = half & 0xFFD0 in (0xE890, 0xE910) and second >> 15
    loads_pc = half & 0xFF70 == 0xF850 and second >> 12 == 15
    return 4, [], bool(pops_pc or loads_pc) and not in_it_block(recent)


def in_it_block(recent):
    """Whether the next instruction depends on one of the last four, an IT."""
    for distance, earlier in enumerate(reversed(recent[-4:]), 1):
        half, = struct.unpack_from("<H", earlier, 0)
        if half >> 8 == 0xBF and half & 15:
            return distance <= 4 - (half & -half & 15).bit_length() + 1
    return False


def table_length(recent, register):
    for earlier in reversed(recent):
        half, = struct.unpack_from("<H", earlier, 0)
        if half & 0xFF00 == 0x2800 | register << 8:  # CMP Rn, #imm8
            return (half & 0xFF) + 1
        if len(earlier) == 4 and half == 0xF1B0 | register and struct.unpack_from("<H", earlier, 2)[0] & 0xFF00 == 0x0F00:
            return earlier[2] + 1
    return 0


def a32(code, at, address, recent):
    word, = struct.unpack_from("<I", code, at)
    always = word >> 28 == 14
    pc = address + 8
    if word >> 25 == 0x7D:  # BLX
        return 4, [(pc + 4 * signed(word & 0xFFFFFF, 24) + (word >> 23 & 2), T32)], False
    if word >> 25 & 7 == 5 and word >> 28 != 15:
        return 4, [(pc + 4 * signed(word & 0xFFFFFF, 24), A32)], always and not word >> 24 & 1
    leaves = (
        word & 0x0FFFFFF0 == 0x012FFF10  # BX
        or word & 0x0E108000 == 0x08108000  # LDM with PC
        or word & 0x0C50F000 == 0x0410F000  # LDR PC
        or word & 0x0C00F000 == 0x0000F000 and word & 0x01900000 != 0x01100000 and word & 0x0E000090 != 0x00000090 and word & 0x0F900000 != 0x01000000 and word & 0x0FB00000 != 0x03200000)
    return 4, [], word & 0xFE50FFFF == 0xF8100A00 or always and bool(leaves)  # RFE, too

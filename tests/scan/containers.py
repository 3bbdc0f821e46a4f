"""What files wrap, found independently of the library: for tools that only know ELF and PE files."""

import gzip
import lzma
import os
import struct
import subprocess
import uuid

LZMA_SECTION = uuid.UUID("ee4e5898-3914-4259-9d6e-dc7bd79403cf")
FILE_SYSTEMS = {uuid.UUID("8c8ce578-8a3d-4f1c-9935-896185c32dd3"), uuid.UUID("5473c07a-3dcb-4dca-bd6f-1e9689e7349a")}
RAW_FILE, PAD_FILE = 0x01, 0xF0
GUID_DEFINED, PE32, TE, USER_INTERFACE, VOLUME = 0x02, 0x10, 0x12, 0x15, 0x17


def unwrap(path, folder):
    """Returns (member, file) of each ELF or PE file that a file holds; the file itself when it wraps nothing."""
    with open(path, "rb") as file:
        contents = file.read()
    if contents.startswith(b"\x1f\x8b"):
        return [(None, write(folder, "gzip", gzip.decompress(contents)))]
    if contents.startswith(b"\xfd7zXZ"):
        return [(None, write(folder, "xz", lzma.decompress(contents)))]
    if contents.startswith(b"\x28\xb5\x2f\xfd"):
        return [(None, write(folder, "zstd", subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout))]
    if contents[0x24:0x28] == b"\x18\x28\x6f\x01":
        return [("piggy", to_elf(folder, kernel_of(contents)))]
    if b"_FVH" in contents and not contents.startswith((b"\x7fELF", b"MZ", b"!<arch>")):
        images = []
        read_volumes(contents, images)
        return [(name, write(folder, str(i), image)) for i, (name, image) in enumerate(images)]
    return [(None, path)]


def kernel_of(image):
    """The 32-bit kernel in a zImage, which Debian packs with xz."""
    start = image.find(b"\xfd7zXZ\0")
    while start >= 0:
        try:
            return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(image[start:])
        except lzma.LZMAError:
            start = image.find(b"\xfd7zXZ\0", start + 1)
    raise SystemExit("no kernel packed with xz in the zImage")


def to_elf(folder, code):
    """A32 code without a format, as the section "raw" of an object: as far as most words have the condition "always". Data follow."""
    block = 1 << 16
    length = 0
    while length < len(code):
        words = code[length + 3:length + block:4]
        if sum(byte >> 4 == 14 for byte in words) < len(words) / 2 and any(words):
            break
        length += block
    code = code[:length]
    path = write(folder, "code", code)
    subprocess.run(
        ["llvm-objcopy-22", "-I", "binary", "-O", "elf32-littlearm", "--rename-section", ".data=raw,alloc,load,readonly,code", path, path + ".o"], check=True)
    return path + ".o"


def write(folder, name, contents):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(contents)
    return path


def sections(contents):
    position = 0
    while position + 4 <= len(contents):
        size, kind, header = int.from_bytes(contents[position:position + 3], "little"), contents[position + 3], 4
        if size == 0xFFFFFF:
            size, header = struct.unpack_from("<I", contents, position + 4)[0], 8
        yield kind, header, contents[position:position + size]
        position = (position + size + 3) & ~3


def read_sections(contents, name, images):
    for kind, header, section in sections(contents):
        if kind == PE32:
            images.append((name, section[header:]))
        elif kind == TE:
            images.append((name, to_pe(section[header:])))
        elif kind == VOLUME:
            read_volumes(section[header:], images)
        elif kind == GUID_DEFINED:
            assert uuid.UUID(bytes_le=section[header:header + 16]) == LZMA_SECTION
            offset = struct.unpack_from("<H", section, header + 16)[0]
            read_sections(lzma.decompress(section[offset:], format=lzma.FORMAT_ALONE), name, images)


def read_volumes(contents, images):
    position = contents.find(b"_FVH") - 40
    while position >= 0:
        step = 1
        if uuid.UUID(bytes_le=contents[position + 16:position + 32]) in FILE_SYSTEMS:
            step, = struct.unpack_from("<Q", contents, position + 32)
            read_files(contents[position:position + step], images)
        position = contents.find(b"_FVH", position + step + 40) - 40


def read_files(volume, images):
    header, = struct.unpack_from("<H", volume, 48)
    extended, = struct.unpack_from("<H", volume, 52)
    position = extended + struct.unpack_from("<I", volume, extended + 16)[0] if extended else header
    position = (position + 7) & ~7
    while position + 24 <= len(volume) and volume[position:position + 24].strip(b"\xff"):
        kind, attributes, size, header = volume[position + 18], volume[position + 19], int.from_bytes(volume[position + 20:position + 23], "little"), 24
        if attributes & 1:
            size, header = struct.unpack_from("<Q", volume, position + 24)[0], 32
        if kind not in (RAW_FILE, PAD_FILE):
            contents = volume[position + header:position + size]
            names = [section[start:].decode("utf-16le").split("\0")[0] for kind, start, section in sections(contents) if kind == USER_INTERFACE]
            name = names[0] if names else str(uuid.UUID(bytes_le=volume[position:position + 16])).upper()
            read_sections(contents, name, images)
        position = (position + size + 7) & ~7


def to_pe(image):
    """Gives a terse image the headers of a PE image again, so that its sections are where they were."""
    machine, count, subsystem, stripped, entry, code, base = struct.unpack_from("<HBBHIIQ", image, 2)
    optional = struct.pack("<HBBIIIII", 0x20B, 0, 0, 0, 0, 0, entry, code) + struct.pack("<QII", base, 0x1000, 0x200)
    optional += bytes(16) + struct.pack("<IIIHH", 0x1000000, stripped, 0, subsystem, 0) + bytes(36) + struct.pack("<I", 16) + bytes(128)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", machine, count, 0, 0, 0, len(optional), 0x22)
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", stripped - len(coff) - len(optional))
    return dos.ljust(stripped - len(coff) - len(optional), b"\0") + coff + optional + image[40:]

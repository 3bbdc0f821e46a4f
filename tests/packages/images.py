#!/usr/bin/env python3
"""The images in packages are what their folders say.

  images.py FOLDER      FOLDER: of packages

Each assembly in runtimes/RID/lib/FRAMEWORK and tools/FRAMEWORK/RID has code compiled ahead, for the processor and the system of RID,
and all heaps of its metadata, the MVID's among them, are those of the IL in lib/FRAMEWORK or tools/FRAMEWORK/any. Formats: ECMA-335 II.24
and II.25; "ReadyToRun File Format" of the .NET runtime.
"""
import pathlib
import re
import struct
import sys
import zipfile

PROCESSORS = {"x64": 0x8664, "arm64": 0xAA64}
SYSTEMS = {"win": 0, "linux": 0x7B79, "osx": 0x4644}


class Assembly:
    """A PE file's machine, the heaps of its metadata, and whether it has code compiled ahead."""

    def __init__(self, data):
        header = struct.unpack_from("<I", data, 0x3C)[0]
        self.machine, count = struct.unpack_from("<HH", data, header + 4)
        optional = header + 24
        size = struct.unpack_from("<H", data, header + 20)[0]
        directories = optional + (112 if struct.unpack_from("<H", data, optional)[0] == 0x20B else 96)
        sections = [struct.unpack_from("<4I", data, optional + size + 40 * i + 8) for i in range(count)]

        def place(address):
            return next(raw + address - start for _, start, length, raw in sections if start <= address < start + length)

        cli = place(struct.unpack_from("<I", data, directories + 14 * 8)[0])
        self.heaps = heaps(data[place(struct.unpack_from("<I", data, cli + 8)[0]):])
        native, length = struct.unpack_from("<II", data, cli + 64)
        self.ahead = length != 0 and data[place(native):][:4] == b"RTR\0"


def heaps(metadata):
    """Each heap's name and bytes, without the tables, in which places in the file stand."""
    at = 16 + struct.unpack_from("<I", metadata, 12)[0]
    found = {}
    count = struct.unpack_from("<H", metadata, at + 2)[0]
    at += 4
    for _ in range(count):
        offset, size = struct.unpack_from("<II", metadata, at)
        name = metadata[at + 8:metadata.index(0, at + 8)]
        at += 8 + (len(name) + 4) // 4 * 4
        if name != b"#~":
            found[name] = metadata[offset:offset + size]
    return found


def main(folder):
    """Judges all packages; prints what is wrong, and how many images there are."""
    images = wrong = 0
    for package in sorted(pathlib.Path(folder).glob("*.nupkg")):
        with zipfile.ZipFile(package) as files:
            for name in files.namelist():
                match = re.fullmatch(r"runtimes/(?P<rid>[^/]+)/lib/(?P<fx>[^/]+)/(?P<file>[^/]+\.dll)", name) \
                    or re.fullmatch(r"tools/(?P<fx>[^/]+)/(?P<rid>(?!any/)[^/]+)/(?P<file>[^/]+\.dll)", name)
                if not match:
                    continue
                il = (f"lib/{match['fx']}/" if name.startswith("runtimes") else f"tools/{match['fx']}/any/") + match["file"]
                system, processor = match["rid"].split("-")
                image, original = Assembly(files.read(name)), Assembly(files.read(il))
                images += 1
                if not image.ahead or image.machine != PROCESSORS[processor] ^ SYSTEMS[system] or image.heaps != original.heaps:
                    print(f"{package.name}: {name}: compiled ahead: {image.ahead}, machine {image.machine:x}, heaps of {il}: {image.heaps == original.heaps}")
                    wrong += 1
    print(f"{images} images, {wrong} wrong")
    return wrong != 0 or images == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

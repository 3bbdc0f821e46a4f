using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Formats.Elf;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>The formats that are known.</summary>
public static class FileFormats
{
    // In the order in which they are asked.
    private static readonly IFileFormat[] s_all =
    [
        new ElfFormat(),
        new ArchiveFormat(),
        new KernelImageFormat(),
        new ZImageFormat(), // with an EFI stub it is a PE image, too
        new PeFormat(),
        new TerseImageFormat(),
        new CompressedFormat(),
        new LegacyImageFormat(),
        new OptionRomFormat(),
        new FitFormat(),
        new CoffObjectFormat(),
        new FirmwareVolumeFormat(), // looks through the whole file
    ];

    /// <summary>All formats.</summary>
    public static IReadOnlyList<IFileFormat> All => s_all;

    /// <summary>Recognises the format of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <returns>The format; null when none knows the file.</returns>
    public static IFileFormat? Recognise(ByteSource bytes)
    {
        foreach (IFileFormat format in s_all)
        {
            if (format.Recognises(bytes))
            {
                return format;
            }
        }

        return null;
    }
}

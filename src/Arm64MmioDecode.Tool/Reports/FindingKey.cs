using System;
using System.IO;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Tool.Reports;

/// <summary>
/// What stays the same of a finding when the binary is linked or built again: addresses, and the registers that a compiler happened to
/// choose, are not in it. Several findings may share a key, and are then counted.
/// </summary>
/// <param name="File">The file, relative to the current folder with slashes, or only its name when it is elsewhere.</param>
/// <param name="Member">The member of an archive or firmware volume; null when there is none.</param>
/// <param name="Function">The function without the suffixes of its compiler; null when it is not known.</param>
/// <param name="Section">The section where the function is not known; otherwise null.</param>
/// <param name="Instruction">The mnemonic, or the whole text where the function is not known.</param>
/// <param name="Reasons">Why there would be no syndrome.</param>
internal readonly record struct FindingKey(
    string File, string? Member, string? Function, string? Section, string Instruction, NoSyndromeReasons Reasons)
{
    // Clones that GCC and Clang make: .isra.0, .constprop.1, .part.2, .cold, .llvm.123.
    private static readonly string[] s_suffixes = [".isra.", ".constprop.", ".part.", ".cold", ".llvm.", ".lto_priv."];

    public static FindingKey Of(string file, in Finding finding)
    {
        AccessDescriptor access = finding.Decode();
        string text = access.ToString();
        if (!finding.TryGetSymbol(out CodeSymbol symbol))
        {
            return new FindingKey(file, finding.Member, null, finding.Section.Name, text, finding.Reasons);
        }

        int end = text.IndexOf(' ', StringComparison.Ordinal);
        return new FindingKey(file, finding.Member, WithoutSuffixes(symbol.Name), null, end < 0 ? text : text[..end], finding.Reasons);
    }

    /// <summary>How a report names a file: the same wherever the folder of the build is.</summary>
    public static string NameFile(string path)
    {
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        bool isBelow = !Path.IsPathRooted(relative) && !relative.StartsWith("..", StringComparison.Ordinal);
        return (isBelow ? relative : Path.GetFileName(path)).Replace('\\', '/');
    }

    private static string WithoutSuffixes(string name)
    {
        int end = name.Length;
        foreach (string suffix in s_suffixes)
        {
            int found = name.IndexOf(suffix, StringComparison.Ordinal);
            end = found > 0 ? Math.Min(end, found) : end;
        }

        return name[..end];
    }
}

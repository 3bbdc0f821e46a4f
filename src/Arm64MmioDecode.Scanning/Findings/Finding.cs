using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Sweeping;

namespace Arm64MmioDecode.Scanning.Findings;

/// <summary>An instruction that would leave a data abort without a valid syndrome, and where it is.</summary>
/// <remarks>What costs time (text, function, source line) is found when it is asked for.</remarks>
public readonly struct Finding
{
    private const NoSyndromeReasons WrongOnDevices = NoSyndromeReasons.Exclusive | NoSyndromeReasons.Atomic | NoSyndromeReasons.ZeroBlock;

    private readonly uint _offset;

    internal Finding(string? member, CodeImage image, CodeSection section, in CodeRegion region, in InstructionHit hit)
    {
        Member = member;
        Image = image;
        Section = section;
        Sureness = region.Sureness;
        Hit = hit;
        _offset = (uint)region.Start + hit.Offset;
    }

    /// <summary>The member of an archive or the file of a firmware volume; null when the code is the file's own.</summary>
    public string? Member { get; }

    /// <summary>The image that holds the instruction.</summary>
    public CodeImage Image { get; }

    /// <summary>The section that holds the instruction.</summary>
    public CodeSection Section { get; }

    /// <summary>How it is known that it is an instruction.</summary>
    public Sureness Sureness { get; }

    /// <summary>The instruction, as the sweep found it; its offset is the one within a region of the section.</summary>
    public InstructionHit Hit { get; }

    /// <summary>The address: virtual, or in relocatable objects within the section.</summary>
    public ulong Address => Section.Address + _offset;

    /// <summary>Offset within the section, in bytes.</summary>
    public int SectionOffset => (int)_offset;

    /// <summary>Offset within the file, in bytes; within the decompressed contents where the file is compressed.</summary>
    public long FileOffset => Section.FileOffset + _offset;

    /// <summary>The instruction set.</summary>
    public InstructionSet InstructionSet => Hit.InstructionSet;

    /// <summary>Why there would be no valid syndrome.</summary>
    public NoSyndromeReasons Reasons => Hit.Reasons;

    /// <summary>What becomes of the access when it touches a device.</summary>
    public Severity Severity
    {
        get
        {
            // Registers of a list are general-purpose ones unless the reasons say otherwise.
            const NoSyndromeReasons vectors = NoSyndromeReasons.SimdAndFloatingPoint | NoSyndromeReasons.Sve | NoSyndromeReasons.Sme;
            if ((Reasons & WrongOnDevices) != 0 || (Reasons & (NoSyndromeReasons.MultipleRegisters | vectors)) == NoSyndromeReasons.MultipleRegisters)
            {
                return Severity.Error;
            }

            return (Reasons & NoSyndromeReasons.CacheMaintenance) != 0 ? Severity.Note : Severity.Warning;
        }
    }

    /// <summary>Decodes the instruction.</summary>
    /// <returns>What it does; its text is that of LLVM's disassembler.</returns>
    public AccessDescriptor Decode() => Hit.Decode();

    /// <summary>Finds the function that the instruction is in.</summary>
    /// <param name="symbol">The function, when the result is true.</param>
    /// <returns>Whether it is known.</returns>
    public bool TryGetSymbol(out CodeSymbol symbol)
    {
        symbol = default;
        return Image.Symbols?.TryFind(Section, Address, out symbol) ?? false;
    }

    /// <summary>Finds the instruction's source line.</summary>
    /// <param name="location">The line, when the result is true.</param>
    /// <returns>Whether it is known.</returns>
    public bool TryGetSource(out SourceLocation location)
    {
        location = default;
        return Image.Lines?.TryFind(Section, Address, out location) ?? false;
    }
}

using System.Collections.Generic;
using System.Globalization;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>An instruction set.</summary>
internal enum GuestSet
{
    A64,
    A32,
    T32,
}

/// <summary>A translation regime of the guest.</summary>
internal enum GuestTranslation
{
    /// <summary>Stage 1 is off.</summary>
    Off,

    /// <summary>VMSAv8-64, 4 KiB granule, 48-bit addresses.</summary>
    Granule4K,

    /// <summary>VMSAv8-64, 16 KiB granule, 47-bit addresses.</summary>
    Granule16K,

    /// <summary>VMSAv8-64, 64 KiB granule, 48-bit addresses.</summary>
    Granule64K,

    /// <summary>AArch32 short descriptors.</summary>
    Short,

    /// <summary>AArch32 long descriptors.</summary>
    Long,
}

/// <summary>In which state the guest executes the cases.</summary>
internal sealed record GuestMode(GuestSet Set, GuestTranslation Translation, int ExceptionLevel, bool BigEndian)
{
    public const int Supervisor = 0x13;
    public const int System = 0x1f;
    private const int User = 0x10;
    private const int Fiq = 0x11;
    private const int Irq = 0x12;
    private const int Abort = 0x17;
    private const int Undefined = 0x1b;

    /// <summary>The AArch32 mode (CPSR.M).</summary>
    public int AArch32Mode { get; init; } = ExceptionLevel == 0 ? User : Supervisor;

    /// <summary>The code and the device are in the upper half of the address space (TTBR1).</summary>
    public bool UpperHalf { get; init; }

    /// <summary>TCR_EL1.TBI0 is set and the base address carries a tag.</summary>
    public bool Tagged { get; init; }

    /// <summary>The CPU has SVE, and vectors longer than 128 bits.</summary>
    public bool HasSve { get; init; }

    public bool IsAArch32 => Set != GuestSet.A64;

    public bool HasTranslation => Translation != GuestTranslation.Off;

    /// <summary>Every combination that has page tables, byte order or registers of its own.</summary>
    public static IEnumerable<GuestMode> All(GuestSet set)
    {
        GuestTranslation[] translations = set == GuestSet.A64
            ? [GuestTranslation.Off, GuestTranslation.Granule4K, GuestTranslation.Granule16K, GuestTranslation.Granule64K]
            : [GuestTranslation.Off, GuestTranslation.Short, GuestTranslation.Long];
        foreach (GuestTranslation translation in translations)
        {
            foreach (int level in (int[])[1, 0])
            {
                yield return new GuestMode(set, translation, level, BigEndian: false);
                yield return new GuestMode(set, translation, level, BigEndian: true);
            }
        }

        if (set == GuestSet.A64)
        {
            yield return new GuestMode(set, GuestTranslation.Granule4K, 1, false) { UpperHalf = true };
            yield return new GuestMode(set, GuestTranslation.Granule16K, 1, false) { UpperHalf = true };
            yield return new GuestMode(set, GuestTranslation.Granule64K, 1, true) { UpperHalf = true };
            yield return new GuestMode(set, GuestTranslation.Granule4K, 1, false) { Tagged = true };
            yield return new GuestMode(set, GuestTranslation.Granule4K, 0, false) { Tagged = true };
            yield return new GuestMode(set, GuestTranslation.Granule4K, 1, false) { HasSve = true };
            yield return new GuestMode(set, GuestTranslation.Granule16K, 0, false) { HasSve = true };
            yield return new GuestMode(set, GuestTranslation.Granule64K, 1, true) { HasSve = true };
        }
        else
        {
            yield return new GuestMode(set, GuestTranslation.Off, 1, false) { AArch32Mode = Fiq };
            yield return new GuestMode(set, GuestTranslation.Short, 1, false) { AArch32Mode = Irq };
            yield return new GuestMode(set, GuestTranslation.Short, 1, true) { AArch32Mode = Abort };
            yield return new GuestMode(set, GuestTranslation.Long, 1, false) { AArch32Mode = Undefined };
            yield return new GuestMode(set, GuestTranslation.Short, 1, false) { AArch32Mode = System };
            yield return new GuestMode(set, GuestTranslation.Off, 1, true) { AArch32Mode = System };
        }
    }

    public override string ToString()
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{Set} {Translation} EL{ExceptionLevel} {(BigEndian ? "big" : "little")}-endian");
        if (IsAArch32 && AArch32Mode is not (User or Supervisor))
        {
            text += string.Create(CultureInfo.InvariantCulture, $" mode 0x{AArch32Mode:x}");
        }

        return text + (UpperHalf ? " TTBR1" : string.Empty) + (Tagged ? " tagged" : string.Empty) + (HasSve ? " SVE" : string.Empty);
    }
}

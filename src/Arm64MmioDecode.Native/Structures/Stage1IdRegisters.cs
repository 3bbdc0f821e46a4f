using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>The registers of arm64mmio_stage1 that say what the vCPU implements.</summary>
internal readonly unsafe record struct Stage1IdRegisters(
    ulong Mmfr0, ulong Mmfr1, ulong Mmfr2, ulong Mmfr3, ulong Pfr0, ulong Pfr1, ulong Mmfr4, ulong Isar0, ulong Isar1, ulong Isar2)
{
    public Stage1IdRegisters(Stage1Structure* stage1)
        : this(stage1->IdAa64Mmfr0, stage1->IdAa64Mmfr1, stage1->IdAa64Mmfr2, stage1->IdAa64Mmfr3, stage1->IdAa64Pfr0, stage1->IdAa64Pfr1, stage1->IdMmfr4,
            stage1->IdAa64Isar0, stage1->IdAa64Isar1, stage1->IdAa64Isar2)
    {
    }

    public Stage1Capabilities ToCapabilities() => Stage1Capabilities.FromIdRegisters(Mmfr0, Mmfr1, Mmfr2, Mmfr3, Pfr0, Pfr1, Mmfr4, Isar0, Isar1, Isar2);
}

using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

/// <summary>
/// Where QEMU 7.2 is known to differ from the architecture (docs/translation.md says how it is known in each case). A
/// difference counts as known only if what QEMU answers follows from it.
/// </summary>
internal static class KnownQemuDifferences
{
    private const ulong Sh = 3ul << 7;

    /// <summary>The reason for a difference, or <see langword="null"/> for one that is not known.</summary>
    public static string? Explain(Layout layout, in Stage1Registers registers, ulong address, AtInstruction at, ulong qemu)
    {
        if ((registers.Hcr & 1) != 0)
        {
            return ExplainStage2(layout, registers, address, at, qemu);
        }

        if (layout.UsesShortDescriptors)
        {
            return ExplainShort(layout, registers, address, at, qemu);
        }

        if (registers.Regime == Stage1Regime.AArch32EL10)
        {
            return ExplainLong(new QemuView(layout, registers), address, at, qemu);
        }

        return ExplainLong(new QemuView(layout, registers), address, at, qemu)
            ?? ExplainLong(new QemuView(layout, registers, ignoreWideAddressBits: true), address, at, qemu)
            ?? ExplainLong(new QemuView(layout, registers, ignoreWideAddressBits: true, ignoreOutputSize: true), address, at, qemu);
    }

    private static string? ExplainLong(QemuView view, ulong address, AtInstruction at, ulong qemu)
    {
        TranslationResult result = Stage1.Translate(view, view.Registers, at.Request(address));
        ulong masked = qemu & at.Mask(qemu);
        ulong here = at.Par(result);
        if (here == masked)
        {
            return view.Name;
        }

        if (result.Succeeded && (here & ~Sh) == (masked & ~Sh) && (masked & Sh) >> 7 == (result.TableReads == 0 ? 0 : view.RawShareability(address)))
        {
            return view.Name ?? "PAR.SH as in the descriptor";
        }

        bool isBlock = (view.LastDescriptor & 3) == 1;
        bool failed = (qemu & 1) != 0;
        int fst = (int)(qemu >> 1) & 0x3F;
        if (isBlock && result.TableReads > 0 && result.Fault is { Kind: TranslationFaultKind.Translation, Level: < 3 })
        {
            // What follows at that level is an output address, or any other fault of a Block descriptor.
            const ulong OffsetInEveryBlock = 0xFFF_F000;
            bool follows = failed
                ? (fst & 3) == result.Level && fst >> 2 is 0 or 2 or 3
                : (qemu & OffsetInEveryBlock) == (address & OffsetInEveryBlock);
            return follows ? "Block descriptors at every level" : null;
        }

        if (isBlock && failed && fst == result.Level && view.HasBitsBeyondOutputSize)
        {
            return "the size of a block's address checked before the offset replaces its lower bits";
        }

        return null;
    }

    // A fault of stage 2 on a descriptor of stage 1 has the level of stage 2 (AArch64.S2Walk() sets it); QEMU writes that of stage 1 over it.
    private static string? ExplainStage2(Layout layout, in Stage1Registers registers, ulong address, AtInstruction at, ulong qemu)
    {
        const ulong WithoutLevel = 0x37F & ~(3ul << 1);
        Span<TableLookup> lookups = stackalloc TableLookup[Stage1.MaxTableLookups];
        TranslationResult result = Stage1.Translate(layout, registers, at.Request(address), lookups);
        if (result.Succeeded && (qemu & 1) == 0)
        {
            return ExplainDevice(layout, registers, address, at, qemu, result, lookups[result.TableReads - 1]);
        }

        if (!result.Fault.IsOnTableWalk || (qemu & 1) == 0)
        {
            return null;
        }

        // The lookup that failed is the next one, or, where the descriptor was to be changed, the last one.
        int? last = null;
        foreach (TableLookup lookup in lookups[..result.TableReads])
        {
            last = lookup.Stage == 1 ? lookup.Level : last;
        }

        int level = (int)(qemu >> 1) & 3;
        bool sameKind = (qemu & WithoutLevel) == (at.Par(result) & WithoutLevel)
            || (last is null && ((int)(qemu >> 1) & 0x3F) is 0b101001 or 0b101011); // level -1
        return sameKind && (last is null || level == last || level == last + 1) ? "the level of stage 1 in stage 2 faults on its walks" : null;
    }

    // Normal memory in one stage and Device memory in the other is Device memory of that type (S2CombineS1MemAttrs()). QEMU looks for
    // the stricter Device type also in what is the inner cacheability of Normal memory.
    private static string? ExplainDevice(
        Layout layout, in Stage1Registers registers, ulong address, AtInstruction at, ulong qemu, in TranslationResult result, in TableLookup last)
    {
        TranslationResult stage1 = Stage1.Translate(layout, QemuComparison.Copy(registers) with { Hcr = 0 }, at.Request(address));
        const ulong Attr = 0xFFul << 56;

        // The shareability that Device and Non-cacheable memory has in effect may count in stage 2, or what its descriptor says: that is
        // IMPLEMENTATION DEFINED. It shows only where FWB makes such memory Write-Back.
        if (((qemu ^ at.Par(result)) & at.Mask(qemu) & ~Sh) == 0
            && (stage1.Attributes.IsDevice || stage1.Attributes is { Inner: Cacheability.NonCacheable, Outer: Cacheability.NonCacheable }))
        {
            return "the shareability that stage 1 says of Device and Non-cacheable memory";
        }

        if (!result.Attributes.IsDevice || ((qemu ^ at.Par(result)) & at.Mask(qemu) & ~Attr) != 0)
        {
            return null;
        }

        // With HCR_EL2.FWB a Device type of stage 1 counts beside that of stage 2 (AArch64.S2ApplyFWBMemAttrs()); QEMU takes stage 2's.
        const ulong Fwb = 1ul << 46;
        if ((registers.Hcr & Fwb) != 0)
        {
            return stage1.Attributes.IsDevice && qemu >> 56 == (last.Descriptor & 0xC) ? "with FWB the Device type of stage 2 alone" : null;
        }

        int one = stage1.Attributes.Encoding & 0xF;
        int other = (int)(last.Descriptor & 0x3C);
        const int NonCacheable = 1 << 2;
        int two = other >> 4 == 0 ? other & 0xC : (other & 0xC) == NonCacheable ? 4 : -1;
        int[] strictness = [0, 4, 8];
        foreach (int type in strictness)
        {
            if (one == type || two == type)
            {
                return qemu >> 56 == (ulong)type ? "Normal memory's cacheability counts as a Device type" : null;
            }
        }

        return qemu >> 56 == 0xC ? "Normal memory's cacheability counts as a Device type" : null;
    }

    // QEMU looks at the domain as soon as it has the first-level descriptor, before the second level and the Access flag, and
    // at the Access flag only in Client domains.
    private static string? ExplainShort(Layout layout, in Stage1Registers registers, ulong address, AtInstruction at, ulong qemu)
    {
        const ulong Afe = 1ul << 29;
        TranslationResult result = Stage1.Translate(layout, registers, at.Request(address));
        int domainAccess = (int)(registers.Dacr >> (2 * result.Fault.Domain)) & 3;
        switch (domainAccess)
        {
            case 0 or 2 when !result.Succeeded && (qemu & at.Mask(qemu)) == (result.Level == 1 ? 0x13ul : 0x17ul):
                return "Domain faults before the second level and the Access flag";

            case 3 when result.Fault.Kind == TranslationFaultKind.AccessFlag:
                TranslationResult withoutAfe = Stage1.Translate(layout, QemuComparison.Copy(registers, sctlr: registers.Sctlr & ~Afe), at.Request(address));
                return (at.Par(withoutAfe) & ~AtInstruction.AttributeMask) == (qemu & at.Mask(qemu) & ~AtInstruction.AttributeMask)
                    ? "no Access flag faults in Manager domains"
                    : null;

            default:
                return null;
        }
    }

    /// <summary>The layout's memory and registers as QEMU takes them.</summary>
    private sealed class QemuView : IGuestMemory
    {
        private readonly Layout _layout;
        private readonly ulong _ignored;
        private readonly int _outputBits;
        private readonly bool _ds;

        public QemuView(Layout layout, in Stage1Registers r, bool ignoreWideAddressBits = false, bool ignoreOutputSize = false)
        {
            _layout = layout;
            bool single = r.Regime == Stage1Regime.EL2;
            bool aarch32 = r.Regime == Stage1Regime.AArch32EL10;
            int psLow = single ? 16 : 32;
            int ps = (int)(r.Tcr >> psLow) & 7;
            bool is64K = ((r.Tcr >> 14) & 3) == 1 && !aarch32;
            _ds = ((r.Tcr >> (single ? 32 : 59)) & 1) != 0 && !is64K && !aarch32;
            _outputBits = aarch32 ? 40 : ps switch { 0 => 32, 1 => 36, 2 => 40, 3 => 42, 4 => 44, 5 => 48, _ => 52 };
            if (ignoreWideAddressBits && ps < 6)
            {
                _ignored = is64K ? 0xF000ul : _ds ? 0x300ul : 0;
                Name = "address bits 51:48 ignored unless TCR.IPS is 52 bits";
            }

            ulong tcr = r.Tcr;
            if (ignoreOutputSize && ps < 5)
            {
                tcr = (tcr & ~(7ul << psLow)) | (5ul << psLow);
                Name = "the size of a block's address checked before the offset replaces its lower bits";
            }

            Registers = QemuComparison.Copy(r, tcr: tcr);
        }

        /// <summary>What makes the view different from the layout.</summary>
        public string? Name { get; }

        public Stage1Registers Registers { get; }

        public ulong LastDescriptor { get; private set; }

        public bool HasBitsBeyondOutputSize => (LastDescriptor & ~_ignored & (_ds ? 0x3_FFFF_FFFF_F000ul : 0xFFFF_FFFF_F000)) >> _outputBits != 0;

        /// <summary>The SH field of the descriptor that was read last, or TCR.SHx where that counts.</summary>
        public ulong RawShareability(ulong address)
        {
            bool upper = Registers.Regime != Stage1Regime.EL2 && ((address >> 55) & 1) != 0;
            return (_ds ? Registers.Tcr >> (upper ? 28 : 12) : LastDescriptor >> 8) & 3;
        }

        public bool TryRead(ulong physicalAddress, Span<byte> destination)
        {
            if (!_layout.TryRead(physicalAddress, destination))
            {
                return false;
            }

            LastDescriptor = _layout.ReadDescriptor64(physicalAddress);
            ulong seen = LastDescriptor & ~_ignored;
            BinaryPrimitives.WriteUInt64LittleEndian(destination, _layout.BigEndianTables ? BinaryPrimitives.ReverseEndianness(seen) : seen);
            return true;
        }
    }
}

using System;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Fuzzing;

/// <summary>
/// Who may do what where: the manual's pseudocode of translation (AArch64.S1Translate, AArch64.S2Translate, AArch32.S1TranslateLD and
/// SD), written out once more, slowly and step by step, and without anything of the library's walker. It knows addresses and
/// permissions, and neither attributes nor levels.
/// </summary>
internal sealed class ReferenceModel(FuzzMemory memory)
{
    public enum Answer
    {
        Fault,
        Allowed,
        Unknown,
    }

    /// <summary>Translates an access: 'r', 'w' or 'x'.</summary>
    public Answer Translate(in Stage1Registers r, ulong va, char access, bool el0, bool pan, out ulong pa)
    {
        bool el10 = r.Regime is Stage1Regime.EL10 or Stage1Regime.AArch32EL10;
        bool nested = el10 && ((r.Hcr >> 0) & 1 | (r.Hcr >> 12) & 1) != 0;
        Answer answer = r.Regime == Stage1Regime.AArch32EL10
            ? AArch32(r, (uint)va, access, el0, pan, nested, out ulong ipa)
            : AArch64(r, va, access, el0, pan, nested, out ipa);
        pa = ipa;
        return answer != Answer.Allowed || !nested ? answer : Stage2(r, ipa, access == 'r', access == 'w', access == 'x', el0, walk: false, out pa);
    }

    private static bool Has(in Stage1Registers r, Stage1Features feature) => (r.Capabilities.Features & feature) != 0;

    private static ulong Bit(ulong value, int bit) => (value >> bit) & 1;

    private static bool Enabled(in Stage1Registers r) => Bit(r.Sctlr, 0) == 1
        && (r.Regime is Stage1Regime.EL2 or Stage1Regime.EL20 || (Bit(r.Hcr, 12) == 0 && Bit(r.Hcr, 27) == 0 && !r.DefaultCacheable));

    private Answer AArch64(in Stage1Registers r, ulong va, char access, bool el0, bool pan, bool nested, out ulong pa)
    {
        pa = va;
        bool single = r.Regime == Stage1Regime.EL2;
        bool upper = !single && Bit(va, 55) == 1;
        ulong tcr = r.Tcr;
        if (Has(r, Stage1Features.ExtendedTagChecking) || Has(r, Stage1Features.Descriptors128)
            || (Bit(r.Hcr, 42) == 1 && Bit(r.Hcr, 43) == 1) || r.Capabilities.PhysicalAddressBits > 48)
        {
            return Answer.Unknown;
        }

        if (!Enabled(r))
        {
            return va >> r.Capabilities.PhysicalAddressBits == 0 ? Answer.Allowed : Answer.Unknown;
        }

        int tsz = (int)(upper ? tcr >> 16 : tcr) & 63;
        int tg = (int)(upper ? tcr >> 30 : tcr >> 14) & 3;
        int granule = upper ? tg switch { 1 => 14, 2 => 12, 3 => 16, _ => 0 } : tg switch { 0 => 12, 1 => 16, 2 => 14, _ => 0 };
        if (tsz is < 16 or > 39 || granule == 0)
        {
            return Answer.Unknown;
        }

        ulong tbi = single ? Bit(tcr, 20) : Bit(tcr, upper ? 38 : 37);
        ulong tbid = Has(r, Stage1Features.PointerAuthentication) ? single ? Bit(tcr, 29) : Bit(tcr, upper ? 52 : 51) : 0;
        int top = tbi == 1 && !(tbid == 1 && access == 'x') ? 55 : 63;
        int size = 64 - tsz;
        for (int bit = size; bit <= top; bit++)
        {
            if (Bit(va, bit) != (upper ? 1u : 0u))
            {
                return Answer.Fault;
            }
        }

        if (!single && Bit(tcr, upper ? 23 : 7) == 1)
        {
            return Answer.Fault; // EPD
        }

        if (!single && el0 && Has(r, Stage1Features.E0PD) && Bit(tcr, upper ? 56 : 55) == 1)
        {
            return Answer.Fault;
        }

        ulong tcr2 = r.Tcr2;
        bool pie = Has(r, Stage1Features.PermissionIndirection) && Bit(tcr2, 1) == 1;
        bool e0poe = !single && Has(r, Stage1Features.PermissionOverlay) && Bit(tcr2, 2) == 1;
        bool poe = Has(r, Stage1Features.PermissionOverlay) && Bit(tcr2, 3) == 1;
        bool ha = Has(r, Stage1Features.HardwareAccessFlag) && Bit(tcr, single ? 21 : 39) == 1;
        bool hd = ha && Has(r, Stage1Features.HardwareDirtyState) && Bit(tcr, single ? 22 : 40) == 1;
        bool haft = ha && Has(r, Stage1Features.HardwareTableAccessFlag) && Bit(tcr2, 11) == 1;
        bool hpd = (Has(r, Stage1Features.HierarchicalPermissionDisables) && Bit(tcr, single ? 24 : upper ? 42 : 41) == 1) || pie || poe || e0poe;
        int ps = (int)(tcr >> (single ? 16 : 32)) & 7;
        int outputSize = Math.Min(ps switch { 0 => 32, 1 => 36, 2 => 40, 3 => 42, 4 => 44, 5 => 48, _ => 48 }, r.Capabilities.PhysicalAddressBits);
        ulong ttbr = upper ? r.Ttbr1 : r.Ttbr0;
        if ((ps >= 6 && granule == 16) || Bit(tcr, single ? 32 : 59) == 1)
        {
            return Answer.Unknown; // 52-bit addresses
        }

        bool bigEndian = Bit(r.Sctlr, 25) == 1;
        int stride = granule - 3;
        int level = 3 - ((size - 1 - granule) / stride);
        int low = granule + (stride * (3 - level));
        int high = size - 1;
        ulong table = ttbr & 0xFFFF_FFFF_FFFE & ~((1ul << (high - low + 4)) - 1);
        if (table >> outputSize != 0)
        {
            return Answer.Fault;
        }

        ulong apTable = 0;
        ulong xnTable = 0;
        ulong pxnTable = 0;
        while (true)
        {
            ulong at = table + (((va >> low) & ((1ul << (high - low + 1)) - 1)) * 8);
            Answer read = Descriptor(r, at, bigEndian, nested, write: false, out ulong d);
            if (read != Answer.Allowed)
            {
                return read;
            }

            bool isLeaf = level == 3 ? (d & 3) == 3 : (d & 3) == 1;
            if ((d & 1) == 0 || (level == 3 && !isLeaf) || (isLeaf && level < 3 && !(level == 2 || (level == 1 && granule == 12))))
            {
                return Answer.Fault;
            }

            if (!isLeaf)
            {
                table = d & 0xFFFF_FFFF_F000 & ~((1ul << granule) - 1);
                if (table >> outputSize != 0)
                {
                    return Answer.Fault;
                }

                if (haft && Bit(d, 10) == 0 && Descriptor(r, at, bigEndian, nested, write: true, out _) is not Answer.Allowed)
                {
                    return Answer.Fault;
                }

                apTable |= (d >> 61) & 3;
                xnTable |= Bit(d, 60);
                pxnTable |= Bit(d, 59);
                level++;
                high = low - 1;
                low -= stride;
                continue;
            }

            pa = (d & 0xFFFF_FFFF_F000 & ~((1ul << low) - 1)) | (va & ((1ul << low) - 1));
            if (pa >> outputSize != 0 || (Bit(d, 10) == 0 && !ha))
            {
                return Answer.Fault;
            }

            if (!Permitted(r, d, access, el0, pan, single, pie, poe, e0poe, hpd, hd, apTable, xnTable, pxnTable))
            {
                return Answer.Fault;
            }

            bool marks = (ha && Bit(d, 10) == 0) || (hd && access == 'w' && Bit(d, 7) == 1 && (pie || Bit(d, 51) == 1));
            return marks && Descriptor(r, at, bigEndian, nested, write: true, out _) is not Answer.Allowed ? Answer.Fault : Answer.Allowed;
        }
    }

    // AArch64.S1ComputePermissions and AArch64.S1CheckPermissions, with the permissions as bits r, w, x of strings.
    private static bool Permitted(
        in Stage1Registers r, ulong d, char access, bool el0, bool pan, bool single, bool pie, bool poe, bool e0poe, bool hpd, bool hd, ulong apTable, ulong xnTable, ulong pxnTable)
    {
        pan &= access != 'x';
        const string PirTable = "---|r--|--x|r-x|---|rw-|rwx|rwx|r--|r-g|r-x|---|rw-|---|rwx|---";
        bool pr;
        bool pw;
        bool px;
        bool ur = false;
        bool uw = false;
        bool ux = false;
        bool overlay = true;
        bool wxn;
        if (pie)
        {
            int index = (int)((Bit(d, 54) << 3) | (Bit(d, 53) << 2) | (Bit(d, 51) << 1) | Bit(d, 6));
            int ppi = (int)(r.Pir >> (4 * index)) & 15;
            int upi = single ? 0 : (int)(r.Pire0 >> (4 * index)) & 15;
            ReadOnlySpan<char> p = PirTable.AsSpan(4 * ppi, 3);
            ReadOnlySpan<char> u = PirTable.AsSpan(4 * upi, 3);
            (pr, pw, px) = (p[0] == 'r', p[1] == 'w', p[2] == 'x');
            (ur, uw, ux) = (u[0] == 'r', u[1] == 'w', u[2] == 'x');
            if (!single && (px || p[2] == 'g') && (uw || u[2] == 'g'))
            {
                return false;
            }

            if (pan && !single && upi != 0)
            {
                pr = pw = false;
            }

            int encoding = el0 ? upi : ppi;
            overlay = encoding < 8;
            wxn = encoding == 6;
        }
        else
        {
            ulong ap2 = hd && Bit(d, 51) == 1 ? 0 : Bit(d, 7);
            ulong ap1 = Bit(d, 6);
            if (hpd)
            {
                apTable = xnTable = pxnTable = 0;
            }

            pr = true;
            pw = ap2 == 0 && (apTable & 2) == 0;
            if (single)
            {
                px = (Bit(d, 54) | xnTable) == 0;
            }
            else
            {
                ur = ap1 == 1 && (apTable & 1) == 0;
                uw = ur && pw;
                ux = (Bit(d, 54) | xnTable) == 0;
                px = (Bit(d, 53) | pxnTable) == 0 && !uw;
                bool epan = Has(r, Stage1Features.EnhancedPan) && Bit(r.Sctlr, 57) == 1;
                if (pan && (ur || uw || (epan && ux)))
                {
                    pr = pw = false;
                }
            }

            (bool w0, bool x0) = el0 ? (uw, ux) : (pw, px);
            wxn = Bit(r.Sctlr, 19) == 1 && w0 && x0;
        }

        (bool rr, bool ww, bool xx) = el0 ? (ur, uw, ux) : (pr, pw, px);
        if (overlay && (el0 ? e0poe : poe))
        {
            int o = (int)((el0 ? r.PorEl0 : r.Por) >> (4 * (int)((d >> 60) & 7))) & 15;
            o = o > 7 ? 0 : o;
            rr &= (o & 1) != 0;
            xx &= (o & 2) != 0;
            ww &= (o & 4) != 0 && !(wxn && (o & 2) != 0);
        }
        else if (wxn)
        {
            xx = false;
        }

        return access switch
        {
            'r' => rr,
            'x' => xx,
            _ => ww && !(pie && Bit(d, 7) == 1 && !hd),
        };
    }

    // A descriptor of stage 1, through stage 2 where the guest has one.
    private Answer Descriptor(in Stage1Registers r, ulong at, bool bigEndian, bool nested, bool write, out ulong descriptor)
    {
        descriptor = 0;
        if (nested && Stage2(r, at, true, write, false, el0: false, walk: true, out at) is var answer and not Answer.Allowed)
        {
            return answer;
        }

        return memory.TryLoad64(at, bigEndian, out descriptor) ? Answer.Allowed : Answer.Fault;
    }

    private Answer Stage2(in Stage1Registers r, ulong ipa, bool read, bool write, bool execute, bool el0, bool walk, out ulong pa)
    {
        pa = ipa;
        ulong vtcr = r.Stage2.Vtcr;
        int size = 64 - ((int)vtcr & 63);
        int granule = ((vtcr >> 14) & 3) switch { 0 => 12, 1 => 16, 2 => 14, _ => 0 };
        int sl0 = (int)(vtcr >> 6) & 3;
        int ps = (int)(vtcr >> 16) & 7;
        bool unsupported = Bit(vtcr, 32) == 1 || (vtcr & ((1ul << 34) | (1ul << 35) | (1ul << 38) | (1ul << 41))) != 0;
        if (unsupported || granule == 0 || ps > 5 || size is < 25 or > 48)
        {
            return Answer.Unknown;
        }

        int limit = Math.Min(48, r.Capabilities.PhysicalAddressBits);
        if (size > (r.Regime == Stage1Regime.AArch32EL10 ? Math.Max(limit, 40) : limit))
        {
            return Answer.Fault;
        }

        int start = granule == 12 ? sl0 switch { 0 => 2, 1 => 1, 2 => 0, _ => 3 } : 3 - sl0;
        int pamax = r.Capabilities.PhysicalAddressBits;
        bool invalid = granule switch
        {
            12 => (sl0 == 2 && pamax < 44) || (sl0 == 3 && !Has(r, Stage1Features.SmallTables)),
            14 => sl0 == 3 || (sl0 == 2 && pamax < 42),
            _ => sl0 == 3 || (sl0 == 2 && pamax < 44),
        };
        int stride = granule - 3;
        int fewest = ((3 - start) * stride) + granule + 1;
        if (invalid || size < fewest || size > fewest + stride - 1 + 4 || ipa >> size != 0)
        {
            return Answer.Fault;
        }

        int outputSize = Math.Min(ps switch { 0 => 32, 1 => 36, 2 => 40, 3 => 42, 4 => 44, _ => 48 }, pamax);
        bool pie = Has(r, Stage1Features.Stage2PermissionIndirection) && Bit(vtcr, 36) == 1;
        bool poe = pie && Has(r, Stage1Features.Stage2PermissionOverlay) && Bit(vtcr, 37) == 1;
        bool ha = Has(r, Stage1Features.HardwareAccessFlag) && Bit(vtcr, 21) == 1;
        bool hd = ha && Has(r, Stage1Features.HardwareDirtyState) && Bit(vtcr, 22) == 1;
        bool fwb = Has(r, Stage1Features.Stage2ForcedWriteBack) && Bit(r.Hcr, 46) == 1;
        bool bigEndian = Bit(r.Stage2.Sctlr, 25) == 1;
        int low = granule + (stride * (3 - start));
        int high = size - 1;
        ulong table = r.Stage2.Vttbr & 0xFFFF_FFFF_FFFE & ~((1ul << (high - low + 4)) - 1);
        if (table >> outputSize != 0)
        {
            return Answer.Fault;
        }

        for (int level = start; ; level++)
        {
            ulong at = table + (((ipa >> low) & ((1ul << (high - low + 1)) - 1)) * 8);
            if (!memory.TryLoad64(at, bigEndian, out ulong d) || (d & 1) == 0)
            {
                return Answer.Fault;
            }

            bool isTable = level < 3 && (d & 3) == 3;
            if (isTable)
            {
                table = d & 0xFFFF_FFFF_F000 & ~((1ul << granule) - 1);
                if (table >> outputSize != 0)
                {
                    return Answer.Fault;
                }

                high = low - 1;
                low -= stride;
                continue;
            }

            if (level == 3 ? (d & 3) != 3 : !(level == 2 || (level == 1 && granule == 12)))
            {
                return Answer.Fault;
            }

            pa = (d & 0xFFFF_FFFF_F000 & ~((1ul << low) - 1)) | (ipa & ((1ul << low) - 1));
            if (pa >> outputSize != 0 || (Bit(d, 10) == 0 && !ha))
            {
                return Answer.Fault;
            }

            bool canRead;
            bool canWrite;
            bool canExecute;
            if (pie)
            {
                int index = (int)((Bit(d, 54) << 3) | (Bit(d, 53) << 2) | (Bit(d, 51) << 1) | Bit(d, 6));
                Indirect((int)(r.Stage2.S2pir >> (4 * index)) & 15, el0, walk, out canRead, out canWrite, out canExecute);
                if (poe)
                {
                    Indirect((int)(r.Stage2.S2por >> (4 * (int)((d >> 59) & 15))) & 15, el0, walk, out bool or, out bool ow, out bool ox);
                    canRead &= or;
                    canWrite &= ow;
                    canExecute &= ox;
                }

                canWrite &= Bit(d, 7) == 1 || hd;
            }
            else
            {
                canRead = Bit(d, 6) == 1;
                canWrite = Bit(d, 7) == 1 || (hd && Bit(d, 51) == 1);
                int xn = (int)((Bit(d, 54) << 1) | (Has(r, Stage1Features.Stage2ExecuteNeverByPrivilege) ? Bit(d, 53) : 0));
                canExecute = xn switch { 0 => true, 1 => el0, 2 => false, _ => !el0 };
            }

            bool device = fwb ? Bit(d, 4) == 0 : ((d >> 4) & 3) == 0;
            bool ptw = walk && Bit(r.Hcr, 2) == 1 && Bit(r.Hcr, 27) == 0;
            return (read && !canRead) || (write && !canWrite) || (execute && !canExecute) || (ptw && device) ? Answer.Fault : Answer.Allowed;
        }
    }

    private static void Indirect(int encoding, bool el0, bool walk, out bool read, out bool write, out bool execute)
    {
        bool mostlyReadOnly = encoding is 2 or 3 or 6 or 7;
        read = mostlyReadOnly || encoding >= 8;
        write = encoding >= 12 || (mostlyReadOnly && walk) || (encoding == 4 && !walk);
        execute = encoding >= 8 && ((encoding >> (el0 ? 0 : 1)) & 1) == 1;
    }

    private Answer AArch32(in Stage1Registers r, uint va, char access, bool el0, bool pan, bool nested, out ulong pa)
    {
        pa = va;
        if (!Enabled(r))
        {
            return Answer.Allowed;
        }

        return Bit(r.Tcr, 31) == 1 ? AArch32Long(r, va, access, el0, pan, nested, out pa) : AArch32Short(r, va, access, el0, pan, nested, out pa);
    }

    private Answer AArch32Long(in Stage1Registers r, uint va, char access, bool el0, bool pan, bool nested, out ulong pa)
    {
        pa = va;
        int t0 = (int)r.Tcr & 7;
        int t1 = (int)(r.Tcr >> 16) & 7;
        bool lower = t0 == 0 || va >> (32 - t0) == 0;
        bool upper = t1 == 0 ? t0 != 0 && !lower : ~va >> (32 - t1) == 0;
        if ((!lower && !upper) || Bit(r.Tcr, upper ? 23 : 7) == 1)
        {
            return Answer.Fault;
        }

        int size = 32 - (upper ? t1 : t0);
        int level = size > 30 ? 1 : 2;
        int low = level == 1 ? 30 : 21;
        int high = size - 1;
        ulong table = (upper ? r.Ttbr1 : r.Ttbr0) & 0xFFFF_FFFF_FFFE & ~((1ul << (high - low + 4)) - 1);
        if (table >> 40 != 0)
        {
            return Answer.Fault;
        }

        ulong apTable = 0;
        ulong xn = 0;
        ulong pxn = 0;
        bool hpd = Has(r, Stage1Features.AArch32HierarchicalPermissionDisables) && Bit(r.Tcr, 6) == 1 && Bit(r.Tcr, upper ? 42 : 41) == 1;
        while (true)
        {
            ulong at = table + (((va >> low) & ((1ul << (high - low + 1)) - 1)) * 8);
            Answer read = Descriptor(r, at, Bit(r.Sctlr, 25) == 1, nested, write: false, out ulong d);
            if (read != Answer.Allowed)
            {
                return read;
            }

            if ((d & 1) == 0 || (level == 3 && (d & 3) != 3))
            {
                return Answer.Fault;
            }

            if (level < 3 && (d & 3) == 3)
            {
                table = d & 0xFFFF_FFFF_F000;
                if (table >> 40 != 0)
                {
                    return Answer.Fault;
                }

                if (!hpd)
                {
                    apTable |= (d >> 61) & 3;
                    xn |= Bit(d, 60);
                    pxn |= Bit(d, 59);
                }

                level++;
                high = low - 1;
                low -= 9;
                continue;
            }

            pa = (d & 0xFFFF_FFFF_F000 & ~((1ul << low) - 1)) | (va & ((1ul << low) - 1));
            if (pa >> 40 != 0 || Bit(d, 10) == 0)
            {
                return Answer.Fault;
            }

            bool write = Bit(d, 7) == 0 && (apTable & 2) == 0;
            bool user = Bit(d, 6) == 1 && (apTable & 1) == 0;
            return Permitted32(r, access, el0, pan, true, write, user, user && write, (Bit(d, 54) | xn) == 1, (Bit(d, 53) | pxn) == 1);
        }
    }

    private Answer AArch32Short(in Stage1Registers r, uint va, char access, bool el0, bool pan, bool nested, out ulong pa)
    {
        pa = va;
        int n = (int)r.Tcr & 7;
        bool upper = n != 0 && va >> (32 - n) != 0;
        if (Bit(r.Tcr, upper ? 5 : 4) == 1)
        {
            return Answer.Fault;
        }

        bool bigEndian = Bit(r.Sctlr, 25) == 1;
        ulong table = upper ? r.Ttbr1 & 0xFFFF_C000 : r.Ttbr0 & 0xFFFF_FFFF & ~((1ul << (14 - n)) - 1);
        ulong index = (upper ? va : va & ((1ul << (32 - n)) - 1)) >> 20;
        Answer answer = Word(r, table | (index << 2), bigEndian, nested, out uint first);
        if (answer != Answer.Allowed || (first & 3) == 0)
        {
            return answer == Answer.Allowed ? Answer.Fault : answer;
        }

        uint ap;
        bool xn;
        bool pxn;
        uint domain = (first >> 5) & 15;
        if ((first & 3) == 1)
        {
            answer = Word(r, (first & 0xFFFF_FC00) | ((va >> 12 & 0xFF) << 2), bigEndian, nested, out uint second);
            if (answer != Answer.Allowed || (second & 3) == 0)
            {
                return answer == Answer.Allowed ? Answer.Fault : answer;
            }

            ap = ((second >> 9 & 1) << 2) | (second >> 4 & 3);
            pxn = (first >> 2 & 1) == 1;
            bool small = (second & 2) != 0;
            xn = ((small ? second : second >> 15) & 1) == 1;
            pa = small ? (second & 0xFFFF_F000) | (va & 0xFFF) : (second & 0xFFFF_0000) | (va & 0xFFFF);
        }
        else
        {
            ap = ((first >> 15 & 1) << 2) | (first >> 10 & 3);
            xn = (first >> 4 & 1) == 1;
            pxn = (first & 1) == 1;
            bool super = (first >> 18 & 1) == 1;
            pa = super
                ? (first & 0xFF00_0000) | ((ulong)(first >> 20 & 15) << 32) | ((ulong)(first >> 5 & 15) << 36) | (va & 0xFF_FFFF)
                : (first & 0xFFF0_0000) | (va & 0xF_FFFF);
            domain = super ? 0 : domain;
        }

        bool afe = Bit(r.Sctlr, 29) == 1;
        if (afe && (ap & 1) == 0)
        {
            return Answer.Fault;
        }

        switch ((r.Dacr >> (2 * (int)domain)) & 3)
        {
            case 3:
                return Answer.Allowed;
            case 1:
                break;
            default:
                return Answer.Fault;
        }

        // Read and write for PL1, then for PL0.
        string rights = afe ? (ap >> 1) switch { 0 => "rw--", 1 => "rwrw", 2 => "r---", _ => "r-r-" }
            : ap switch { 1 => "rw--", 2 => "rwr-", 3 => "rwrw", 5 => "r---", 6 or 7 => "r-r-", _ => "----" };
        return Permitted32(r, access, el0, pan, rights[0] == 'r', rights[1] == 'w', rights[2] == 'r', rights[3] == 'w', xn, pxn);
    }

    private static Answer Permitted32(in Stage1Registers r, char access, bool el0, bool pan, bool pr, bool pw, bool ur, bool uw, bool xn, bool pxn)
    {
        (bool read, bool write) = el0 ? (ur, uw) : (pr, pw);
        bool wxn = Bit(r.Sctlr, 19) == 1;
        bool uwxn = Bit(r.Sctlr, 20) == 1;
        bool execute = read && !xn && !(wxn && write) && (el0 || (!pxn && !(uwxn && uw)));
        if (pan && !el0 && (ur || uw))
        {
            read = write = false;
        }

        return (access == 'r' ? read : access == 'w' ? write : execute) ? Answer.Allowed : Answer.Fault;
    }

    private Answer Word(in Stage1Registers r, ulong at, bool bigEndian, bool nested, out uint word)
    {
        word = 0;
        if (nested && Stage2(r, at, true, false, false, el0: false, walk: true, out at) is var answer and not Answer.Allowed)
        {
            return answer;
        }

        return memory.TryLoad32(at, bigEndian, out word) ? Answer.Allowed : Answer.Fault;
    }
}

using System;
using System.Globalization;

namespace Arm64MmioDecode.Syndromes;

/// <summary>
/// A fault status code: what kind of fault, and at which lookup level, as ESR_ELx.DFSC/IFSC, HSR, DFSR and IFSR
/// encode it. A code is a plain number until it is read with the table of its <see cref="Format"/>.
/// </summary>
public readonly struct FaultStatusCode : IEquatable<FaultStatusCode>
{
    private readonly byte _value;
    private readonly FaultStatusFormat _format;

    /// <summary>Wraps a code as found in a register. Every number is accepted; reserved ones have the kind <see cref="FaultKind.Reserved"/>.</summary>
    /// <param name="value">The code; bits beyond the format's width (6, or 5 for the Short-descriptor format) are dropped.</param>
    /// <param name="format">The table to read it with.</param>
    public FaultStatusCode(int value, FaultStatusFormat format = FaultStatusFormat.AArch64)
    {
        _value = (byte)(value & CodeMask(format));
        _format = format;
    }

    /// <summary>The alignment fault, 0b100001.</summary>
    public static FaultStatusCode Alignment => new(0x21);

    /// <summary>The synchronous External abort that is not on a translation table walk, 0b010000: the device refused the access.</summary>
    public static FaultStatusCode SynchronousExternalAbort => new(0x10);

    /// <summary>The unsupported Exclusive or Atomic access, 0b110101.</summary>
    public static FaultStatusCode UnsupportedExclusiveOrAtomic => new(0x35);

    /// <summary>The synchronous Tag Check Fault, 0b010001.</summary>
    public static FaultStatusCode TagCheck => new(0x11);

    /// <summary>The number, 0 to 63 (0 to 31 in the Short-descriptor format).</summary>
    public int Value => _value;

    /// <summary>The table that the number is read with.</summary>
    public FaultStatusFormat Format => _format;

    /// <summary>What went wrong.</summary>
    public FaultKind Kind
    {
        get
        {
            var kinds = _format switch
            {
                FaultStatusFormat.AArch32Long => AArch32LongKinds,
                FaultStatusFormat.AArch32Short => AArch32ShortKinds,
                _ => AArch64Kinds,
            };
            return (FaultKind)kinds[_value];
        }
    }

    /// <summary>Whether the code names a lookup level.</summary>
    public bool HasLevel => KindHasLevel(Kind);

    /// <summary>
    /// The lookup level, −2 to 3; 0 when there is none (<see cref="HasLevel"/>). Level −1 exists with FEAT_LPA2,
    /// level −2 with FEAT_D128. For an abort with S1PTW = 1 it is the level of the stage 2 walk.
    /// </summary>
    public int Level
    {
        get
        {
            if (!HasLevel)
            {
                return 0;
            }

            if (_format == FaultStatusFormat.AArch32Short)
            {
                // Level 1 and level 2 differ in bit 1, but for the access flag fault (0b00011 and 0b00110).
                return Kind == FaultKind.AccessFlag ? (_value == 0x03 ? 1 : 2) : ((_value & 2) != 0 ? 2 : 1);
            }

            // The codes of levels 0 to 3 end in the level. The two negative levels came later and took free codes.
            return _value switch
            {
                0x12 or 0x1A or 0x22 or 0x2A or 0x2C => -2,
                0x13 or 0x1B or 0x23 or 0x29 or 0x2B => -1,
                0x3D => 1,
                0x3E => 2,
                _ => _value & 3,
            };
        }
    }

    /// <summary>Whether the fault is an External abort, synchronous or not, including parity and ECC errors (IsExternalAbort() in the manual).</summary>
    public bool IsExternalAbort => Kind is FaultKind.SynchronousExternalAbort or FaultKind.SynchronousExternalAbortOnWalk
        or FaultKind.Parity or FaultKind.ParityOnWalk or FaultKind.SError or FaultKind.SErrorParity;

    /// <summary>Whether the fault happened while a translation table was read or updated.</summary>
    public bool IsOnTranslationTableWalk => Kind is FaultKind.SynchronousExternalAbortOnWalk or FaultKind.ParityOnWalk
        or FaultKind.GranuleProtectionOnWalk or FaultKind.UnsupportedAtomicHardwareUpdate;

    private static ReadOnlySpan<byte> AArch64Kinds => new byte[64]
    {
        // 0b00xxxx: the MMU faults of levels 0 to 3
        (byte)FaultKind.AddressSize, (byte)FaultKind.AddressSize, (byte)FaultKind.AddressSize, (byte)FaultKind.AddressSize,
        (byte)FaultKind.Translation, (byte)FaultKind.Translation, (byte)FaultKind.Translation, (byte)FaultKind.Translation,
        (byte)FaultKind.AccessFlag, (byte)FaultKind.AccessFlag, (byte)FaultKind.AccessFlag, (byte)FaultKind.AccessFlag,
        (byte)FaultKind.Permission, (byte)FaultKind.Permission, (byte)FaultKind.Permission, (byte)FaultKind.Permission,

        // 0b01xxxx: External aborts, then parity and ECC errors
        (byte)FaultKind.SynchronousExternalAbort, (byte)FaultKind.TagCheck, (byte)FaultKind.SynchronousExternalAbortOnWalk, (byte)FaultKind.SynchronousExternalAbortOnWalk,
        (byte)FaultKind.SynchronousExternalAbortOnWalk, (byte)FaultKind.SynchronousExternalAbortOnWalk, (byte)FaultKind.SynchronousExternalAbortOnWalk, (byte)FaultKind.SynchronousExternalAbortOnWalk,
        (byte)FaultKind.Parity, 0, (byte)FaultKind.ParityOnWalk, (byte)FaultKind.ParityOnWalk,
        (byte)FaultKind.ParityOnWalk, (byte)FaultKind.ParityOnWalk, (byte)FaultKind.ParityOnWalk, (byte)FaultKind.ParityOnWalk,

        // 0b10xxxx: alignment, granule protection, the MMU faults of levels −2 and −1
        0, (byte)FaultKind.Alignment, (byte)FaultKind.GranuleProtectionOnWalk, (byte)FaultKind.GranuleProtectionOnWalk,
        (byte)FaultKind.GranuleProtectionOnWalk, (byte)FaultKind.GranuleProtectionOnWalk, (byte)FaultKind.GranuleProtectionOnWalk, (byte)FaultKind.GranuleProtectionOnWalk,
        (byte)FaultKind.GranuleProtection, (byte)FaultKind.AddressSize, (byte)FaultKind.Translation, (byte)FaultKind.Translation,
        (byte)FaultKind.AddressSize, 0, 0, 0,

        // 0b11xxxx
        (byte)FaultKind.TlbConflict, (byte)FaultKind.UnsupportedAtomicHardwareUpdate, 0, 0,
        (byte)FaultKind.Lockdown, (byte)FaultKind.UnsupportedExclusiveOrAtomic, 0, 0,
        0, 0, 0, 0,

        // Domain faults of a section and of a page: only where a walk through short descriptors reports in this format (EncodeLDFSC()).
        0, (byte)FaultKind.Domain, (byte)FaultKind.Domain, 0,
    };

    private static ReadOnlySpan<byte> AArch32LongKinds => new byte[64]
    {
        // A Long-descriptor walk starts at level 1; level 0 is only the table base register's address size fault.
        (byte)FaultKind.AddressSize, (byte)FaultKind.AddressSize, (byte)FaultKind.AddressSize, (byte)FaultKind.AddressSize,
        0, (byte)FaultKind.Translation, (byte)FaultKind.Translation, (byte)FaultKind.Translation,
        0, (byte)FaultKind.AccessFlag, (byte)FaultKind.AccessFlag, (byte)FaultKind.AccessFlag,
        0, (byte)FaultKind.Permission, (byte)FaultKind.Permission, (byte)FaultKind.Permission,

        (byte)FaultKind.SynchronousExternalAbort, (byte)FaultKind.SError, 0, 0,
        0, (byte)FaultKind.SynchronousExternalAbortOnWalk, (byte)FaultKind.SynchronousExternalAbortOnWalk, (byte)FaultKind.SynchronousExternalAbortOnWalk,
        (byte)FaultKind.Parity, (byte)FaultKind.SErrorParity, 0, 0,
        0, (byte)FaultKind.ParityOnWalk, (byte)FaultKind.ParityOnWalk, (byte)FaultKind.ParityOnWalk,

        0, (byte)FaultKind.Alignment, (byte)FaultKind.Debug, 0,
        0, 0, 0, 0,
        0, 0, 0, 0,
        0, 0, 0, 0,

        (byte)FaultKind.TlbConflict, 0, 0, 0,
        (byte)FaultKind.Lockdown, (byte)FaultKind.UnsupportedExclusiveOrAtomic, 0, 0,
        0, 0, 0, 0,
        0, 0, 0, 0,
    };

    private static ReadOnlySpan<byte> AArch32ShortKinds => new byte[32]
    {
        0, (byte)FaultKind.Alignment, (byte)FaultKind.Debug, (byte)FaultKind.AccessFlag,
        (byte)FaultKind.InstructionCacheMaintenance, (byte)FaultKind.Translation, (byte)FaultKind.AccessFlag, (byte)FaultKind.Translation,
        (byte)FaultKind.SynchronousExternalAbort, (byte)FaultKind.Domain, 0, (byte)FaultKind.Domain,
        (byte)FaultKind.SynchronousExternalAbortOnWalk, (byte)FaultKind.Permission, (byte)FaultKind.SynchronousExternalAbortOnWalk, (byte)FaultKind.Permission,

        (byte)FaultKind.TlbConflict, 0, 0, 0,
        (byte)FaultKind.Lockdown, (byte)FaultKind.UnsupportedExclusiveOrAtomic, (byte)FaultKind.SError, 0,
        (byte)FaultKind.SErrorParity, (byte)FaultKind.Parity, 0, 0,
        (byte)FaultKind.ParityOnWalk, 0, (byte)FaultKind.ParityOnWalk, 0,
    };

    /// <summary>The translation fault of a level.</summary>
    /// <param name="level">−2 to 3.</param>
    /// <exception cref="ArgumentException">There is no such level.</exception>
    public static FaultStatusCode Translation(int level) => Encode(FaultKind.Translation, level);

    /// <summary>The permission fault of a level.</summary>
    /// <param name="level">0 to 3.</param>
    /// <exception cref="ArgumentException">There is no such level.</exception>
    public static FaultStatusCode Permission(int level) => Encode(FaultKind.Permission, level);

    /// <summary>The access flag fault of a level.</summary>
    /// <param name="level">0 to 3.</param>
    /// <exception cref="ArgumentException">There is no such level.</exception>
    public static FaultStatusCode AccessFlag(int level) => Encode(FaultKind.AccessFlag, level);

    /// <summary>The address size fault of a level.</summary>
    /// <param name="level">−2 to 3.</param>
    /// <exception cref="ArgumentException">There is no such level.</exception>
    public static FaultStatusCode AddressSize(int level) => Encode(FaultKind.AddressSize, level);

    /// <summary>The synchronous External abort on the translation table walk at a level.</summary>
    /// <param name="level">−2 to 3.</param>
    /// <exception cref="ArgumentException">There is no such level.</exception>
    public static FaultStatusCode SynchronousExternalAbortOnWalk(int level) =>
        Encode(FaultKind.SynchronousExternalAbortOnWalk, level);

    /// <summary>
    /// Finds the code for a fault (EncodeLDFSC() and EncodeSDFSC() in the manual).
    /// </summary>
    /// <param name="kind">The kind of fault.</param>
    /// <param name="level">The lookup level; ignored for kinds that have none.</param>
    /// <param name="format">The table to encode with.</param>
    /// <param name="code">The code, or the default value.</param>
    /// <returns>Whether the format can express that fault at that level.</returns>
    public static bool TryEncode(FaultKind kind, int level, FaultStatusFormat format, out FaultStatusCode code)
    {
        if (kind != FaultKind.Reserved)
        {
            // A search of the decoding table, so that the two directions cannot disagree. Only faults come here.
            for (var value = 0; value <= CodeMask(format); value++)
            {
                code = new FaultStatusCode(value, format);
                if (code.Kind == kind && (!KindHasLevel(kind) || code.Level == level))
                {
                    return true;
                }
            }
        }

        code = default;
        return false;
    }

    /// <summary>Expresses the same fault in another format.</summary>
    /// <param name="format">The wanted format.</param>
    /// <param name="code">The code, or the default value.</param>
    /// <returns>Whether that format has the fault: the Short-descriptor format has the levels 1 and 2 only, for example.</returns>
    public bool TryConvert(FaultStatusFormat format, out FaultStatusCode code) => TryEncode(Kind, Level, format, out code);

    /// <summary>The fault in the manual's words, such as "Translation fault, level 1".</summary>
    public override string ToString()
    {
        var kind = Kind;
        if (kind == FaultKind.AddressSize && Level == 0)
        {
            return _format == FaultStatusFormat.AArch64
                ? "Address size fault, level 0 of translation or translation table base register"
                : "Address size fault in translation table base register";
        }

        var words = Words(kind);
        return HasLevel ? words + ", level " + Level.ToString(CultureInfo.InvariantCulture) : words;
    }

    /// <inheritdoc/>
    public bool Equals(FaultStatusCode other) => _value == other._value && _format == other._format;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FaultStatusCode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value | ((int)_format << 8);

    /// <summary>Whether two codes have the same number and format.</summary>
    public static bool operator ==(FaultStatusCode left, FaultStatusCode right) => left.Equals(right);

    /// <summary>Whether two codes differ in number or format.</summary>
    public static bool operator !=(FaultStatusCode left, FaultStatusCode right) => !left.Equals(right);

    private static FaultStatusCode Encode(FaultKind kind, int level) =>
        TryEncode(kind, level, FaultStatusFormat.AArch64, out var code)
            ? code
            : throw new ArgumentException("The fault has no code for this level.", nameof(level));

    private static int CodeMask(FaultStatusFormat format) => format == FaultStatusFormat.AArch32Short ? 0x1F : 0x3F;

    private static bool KindHasLevel(FaultKind kind) => kind is FaultKind.AddressSize or FaultKind.Translation
        or FaultKind.AccessFlag or FaultKind.Permission or FaultKind.Domain or FaultKind.SynchronousExternalAbortOnWalk
        or FaultKind.ParityOnWalk or FaultKind.GranuleProtectionOnWalk;

    private static string Words(FaultKind kind) => kind switch
    {
        FaultKind.AddressSize => "Address size fault",
        FaultKind.Translation => "Translation fault",
        FaultKind.AccessFlag => "Access flag fault",
        FaultKind.Permission => "Permission fault",
        FaultKind.Domain => "Domain fault",
        FaultKind.SynchronousExternalAbort => "Synchronous External abort, not on translation table walk",
        FaultKind.SynchronousExternalAbortOnWalk => "Synchronous External abort on translation table walk",
        FaultKind.TagCheck => "Synchronous Tag Check Fault",
        FaultKind.Parity => "Synchronous parity or ECC error on memory access, not on translation table walk",
        FaultKind.ParityOnWalk => "Synchronous parity or ECC error on translation table walk",
        FaultKind.Alignment => "Alignment fault",
        FaultKind.GranuleProtection => "Granule Protection Fault, not on translation table walk",
        FaultKind.GranuleProtectionOnWalk => "Granule Protection Fault on translation table walk",
        FaultKind.TlbConflict => "TLB conflict abort",
        FaultKind.UnsupportedAtomicHardwareUpdate => "Unsupported atomic hardware update fault",
        FaultKind.Lockdown => "IMPLEMENTATION DEFINED fault (Lockdown)",
        FaultKind.UnsupportedExclusiveOrAtomic => "IMPLEMENTATION DEFINED fault (Unsupported Exclusive or Atomic access)",
        FaultKind.Debug => "Debug exception",
        FaultKind.InstructionCacheMaintenance => "Fault on instruction cache maintenance",
        FaultKind.SError => "SError exception",
        FaultKind.SErrorParity => "SError exception, from a parity or ECC error on memory access",
        _ => "reserved",
    };
}

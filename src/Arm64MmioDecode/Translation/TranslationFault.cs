namespace Arm64MmioDecode.Translation;

/// <summary>A translation fault of any kind: what went wrong, and at which level of the walk.</summary>
public readonly record struct TranslationFault
{
    private readonly sbyte _level;

    internal TranslationFault(TranslationFaultKind kind, int level, bool isStage2 = false, bool onTableWalk = false)
    {
        Kind = kind;
        _level = (sbyte)level;
        IsStage2 = isStage2;
        IsOnTableWalk = onTableWalk;
    }

    internal static TranslationFault OfShortDescriptor(TranslationFaultKind kind, int level, int domain) => new(kind, level, domain);

    private TranslationFault(TranslationFaultKind kind, int level, int domain)
    {
        Kind = kind;
        _level = (sbyte)level;
        IsShortDescriptor = true;
        Domain = (byte)domain;
    }

    /// <summary>The kind of fault, or <see cref="TranslationFaultKind.None"/>.</summary>
    public TranslationFaultKind Kind { get; }

    /// <summary>The lookup level at which the fault arose: -1 to 3 (1 and 2 with short descriptors).</summary>
    public int Level => _level;

    /// <summary>Whether the walk used AArch32 short descriptors, so that a guest expects <see cref="ShortFaultStatus"/>.</summary>
    public bool IsShortDescriptor { get; }

    /// <summary>The domain, 0 to 15, of a fault on short descriptors (DFSR.Domain); 0 where it is not known.</summary>
    public byte Domain { get; }

    /// <summary>
    /// The fault is one of the guest's own stage 2, which a guest hypervisor takes at EL2; <see cref="TranslationResult.FaultIpa"/> is
    /// the address. It is never a fault for EL1.
    /// </summary>
    public bool IsStage2 { get; }

    /// <summary>A fault of stage 2 on a descriptor of stage 1 (ESR_EL2.S1PTW) rather than on the access itself.</summary>
    public bool IsOnTableWalk { get; }

    internal TranslationFault OnTableWalk() => new(Kind, Level, IsStage2, onTableWalk: true);

    /// <summary>
    /// The fault status code, 6 bits, as in ESR_ELx.ISS.DFSC and IFSC, PAR_EL1.FST and, with long descriptors, DFSR.STATUS.
    /// A walk through short descriptors reports the same codes to a higher Exception level that uses AArch64. 0 when there is
    /// no fault, or none that the architecture has a code for.
    /// </summary>
    public byte FaultStatusCode => Kind switch
    {
        TranslationFaultKind.AddressSize => WithLevel(0b000000, 0b101001),
        TranslationFaultKind.Translation => WithLevel(0b000100, 0b101011),
        TranslationFaultKind.AccessFlag => WithLevel(0b001000, 0),
        TranslationFaultKind.Permission => WithLevel(0b001100, 0),
        TranslationFaultKind.ExternalAbortOnWalk => WithLevel(0b010100, 0b010011),
        // "Section Domain fault" and "Page Domain fault", which exist only where a short-descriptor walk reports in this format.
        TranslationFaultKind.Domain => Level == 1 ? (byte)0b111101 : (byte)0b111110,
        _ => 0,
    };

    /// <summary>
    /// The short-descriptor fault status, 5 bits, as in DFSR.FS and IFSR.FS (FS[4] is bit 10 of those registers). 0 when there
    /// is no fault, or when the walk did not use short descriptors.
    /// </summary>
    public byte ShortFaultStatus
    {
        get
        {
            if (!IsShortDescriptor)
            {
                return 0;
            }

            bool page = Level == 2;
            return Kind switch
            {
                TranslationFaultKind.Translation => page ? (byte)0b00111 : (byte)0b00101,
                TranslationFaultKind.AccessFlag => page ? (byte)0b00110 : (byte)0b00011,
                TranslationFaultKind.Domain => page ? (byte)0b01011 : (byte)0b01001,
                TranslationFaultKind.Permission => page ? (byte)0b01111 : (byte)0b01101,
                TranslationFaultKind.ExternalAbortOnWalk => page ? (byte)0b01110 : (byte)0b01100,
                _ => 0,
            };
        }
    }

    /// <summary>The fault in words: <c>Translation fault, level 3</c>.</summary>
    /// <returns>The text, or <c>no fault</c>.</returns>
    public override string ToString() => IsStage2 ? Text() + (IsOnTableWalk ? ", stage 2, on a stage 1 walk" : ", stage 2") : Text();

    private string Text() => Kind switch
    {
        TranslationFaultKind.None => "no fault",
        TranslationFaultKind.AddressSize => "Address size fault, level " + LevelText(),
        TranslationFaultKind.Translation => "Translation fault, level " + LevelText(),
        TranslationFaultKind.AccessFlag => "Access flag fault, level " + LevelText(),
        TranslationFaultKind.Permission => "Permission fault, level " + LevelText(),
        TranslationFaultKind.Domain => "Domain fault, level " + LevelText(),
        TranslationFaultKind.ExternalAbortOnWalk => "Synchronous External abort on translation table walk, level " + LevelText(),
        _ => "a translation that is not supported",
    };

    // Levels 0 to 3 are the low two bits of a code; level -1, which only FEAT_LPA2 has, has codes of its own.
    private byte WithLevel(int code, int codeOfLevelMinusOne) => (byte)(Level < 0 ? codeOfLevelMinusOne : code | Level);

    private string LevelText() => Level.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

namespace Arm64MmioDecode.Fetching;

/// <summary>How an instruction fetch ended.</summary>
public enum FetchStatus : byte
{
    /// <summary>
    /// There is no opcode to be had: no guest memory was given (a protected guest, whose memory its host cannot read), or the guest
    /// uses a translation that this library does not follow (<see cref="Translation.TranslationFaultKind.NotSupported"/>).
    /// </summary>
    NotAvailable = 0,

    /// <summary>The opcode was read.</summary>
    Fetched,

    /// <summary>
    /// Stage 1 does not translate PC, or does not let the current Exception level execute there: <see cref="FetchResult.Fault"/>.
    /// </summary>
    TranslationFault,

    /// <summary>PC translates to an address that cannot be read: what the guest would see as a synchronous External abort.</summary>
    ExternalAbort,

    /// <summary>PC is not aligned as the instruction set needs: a PC alignment fault.</summary>
    Misaligned,
}

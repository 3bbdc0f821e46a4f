namespace Arm64MmioDecode.Emulation;

/// <summary>
/// Authenticates the base address of LDRAA and LDRAB (FEAT_PAuth): the keys and the cipher are the vCPU's, so only the
/// embedder can.
/// </summary>
/// <remarks>
/// Without one the library removes the Pointer Authentication Code as XPACD does. The processor authenticated the address
/// before it translated it, so an exit on such an instruction has already passed the check.
/// </remarks>
public interface IPointerAuthentication
{
    /// <summary>Authenticates a data address with modifier 0.</summary>
    /// <param name="signedAddress">The signed pointer.</param>
    /// <param name="useKeyB">Whether key B (APDBKey_EL1) is used instead of key A (APDAKey_EL1).</param>
    /// <param name="address">The authenticated address, or what the architecture makes of a pointer that fails without FEAT_FPAC.</param>
    /// <returns>Whether to go on; <see langword="false"/> raises the authentication exception of FEAT_FPACCOMBINE.</returns>
    public bool TryAuthenticateData(ulong signedAddress, bool useKeyB, out ulong address);
}

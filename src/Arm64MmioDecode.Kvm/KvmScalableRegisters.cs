using System;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Kvm;

/// <summary>
/// The registers of a virtual CPU with SVE: Z, P and FFR through KVM_REG_ARM64_SVE_*, at the vector length that the guest has chosen
/// in ZCR_EL1 from those of KVM_REG_ARM64_SVE_VLS.
/// </summary>
/// <remarks>
/// No released kernel gives SME to a guest: ID_AA64PFR1_EL1.SME reads as 0, and there is no register interface for PSTATE.SM and ZA. So
/// a guest of KVM is never in Streaming SVE mode, and has no ZA.
/// </remarks>
public sealed class KvmScalableRegisters : KvmGuestRegisters, IScalableRegisters
{
    private const int FirstFault = 16;
    private const ulong LengthField = 0xf; // ZCR_EL1.LEN

    /// <summary>Makes a view of a CPU's registers; reads its identification registers and vector lengths once.</summary>
    /// <param name="cpu">The CPU, initialised with <see cref="KvmVcpuFeatures.Sve"/> and finalised.</param>
    /// <exception cref="ArgumentNullException"><paramref name="cpu"/> is null.</exception>
    /// <exception cref="ArgumentException">The CPU was initialised without SVE.</exception>
    public KvmScalableRegisters(IKvmRegisters cpu)
        : base(cpu)
    {
        if ((cpu.Features & KvmVcpuFeatures.Sve) == 0)
        {
            throw new ArgumentException("The CPU has no SVE.", nameof(cpu));
        }

        // KVM_REG_ARM64_SVE_VLS does not change after KVM_ARM_VCPU_FINALIZE: it is read here and not at the first exit.
        _ = Cache.MaximumVectorLength;
    }

    /// <inheritdoc/>
    /// <remarks>The longest supported one up to ZCR_EL1.LEN, which counts for EL0 too.</remarks>
    public int VectorLength => Cache.LongestVectorUpTo(16 * ((int)(Cache.Read(KvmRegisterId.ZcrEl1) & LengthField) + 1));

    /// <summary>0: the guest has no SME.</summary>
    public int StreamingVectorLength => 0;

    /// <summary>False: the guest has no SME.</summary>
    public bool IsStreaming => false;

    /// <summary>False: the guest has no SME.</summary>
    public bool IsZaEnabled => false;

    /// <summary>False: the guest has no SME.</summary>
    public bool IsFullA64Enabled => false;

    /// <inheritdoc/>
    public void ReadZ(int number, Span<byte> destination) => Cache.ReadVector(number)[..destination.Length].CopyTo(destination);

    /// <inheritdoc/>
    public void WriteZ(int number, ReadOnlySpan<byte> source) => Cache.WriteVector(number, source);

    /// <inheritdoc/>
    public void ReadP(int number, Span<byte> destination) => Cache.ReadPredicate(number)[..destination.Length].CopyTo(destination);

    /// <inheritdoc/>
    public void WriteP(int number, ReadOnlySpan<byte> source) => Cache.WritePredicate(number, source);

    /// <inheritdoc/>
    public void ReadFfr(Span<byte> destination) => ReadP(FirstFault, destination);

    /// <inheritdoc/>
    public void WriteFfr(ReadOnlySpan<byte> source) => WriteP(FirstFault, source);

    /// <summary>The guest has no ZA.</summary>
    /// <param name="vector">Of no meaning.</param>
    /// <param name="destination">Of no meaning.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void ReadZa(int vector, Span<byte> destination) => throw NoMatrix();

    /// <summary>The guest has no ZA.</summary>
    /// <param name="vector">Of no meaning.</param>
    /// <param name="source">Of no meaning.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void WriteZa(int vector, ReadOnlySpan<byte> source) => throw NoMatrix();

    /// <summary>The guest has no ZT0.</summary>
    /// <param name="destination">Of no meaning.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void ReadZt0(Span<byte> destination) => throw NoMatrix();

    /// <summary>The guest has no ZT0.</summary>
    /// <param name="source">Of no meaning.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void WriteZt0(ReadOnlySpan<byte> source) => throw NoMatrix();

    private static NotSupportedException NoMatrix() => new("A guest of KVM has no SME: IsZaEnabled is false.");
}

using System;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// The registers of SVE and SME, and the state that decides how they are used. Registers of a vCPU that implement this
/// interface beside <see cref="IGuestRegisters"/> have SVE and SME accesses emulated; otherwise <see cref="UnsupportedPolicy"/> decides.
/// </summary>
/// <remarks>
/// <para>
/// A plan asks only for the registers that an instruction names, whole ones, and writes only those that it loads. Registers
/// are bytes in ascending order: byte 0 has bits 7:0. Of predicates bit <em>n</em> belongs to byte <em>n</em> of a vector. Vector lengths are powers of
/// two from 16 to 256 bytes.
/// </para>
/// <para>
/// V registers are the low 128 bits of Z registers (<see cref="IGuestRegisters.GetV"/>, <see cref="IGuestRegisters.SetV"/>). What CPACR_EL1.ZEN, SMEN and the
/// like trap, the processor has let pass before it accessed memory.
/// </para>
/// </remarks>
public interface IScalableRegisters
{
    /// <summary>
    /// The current vector length in bytes, VL / 8: <see cref="StreamingVectorLength"/> while <see cref="IsStreaming"/>, otherwise the effective
    /// non-streaming one (ZCR_ELx.LEN).
    /// </summary>
    public int VectorLength { get; }

    /// <summary>The effective streaming vector length in bytes, SVL / 8 (SMCR_ELx.LEN); 0 without SME.</summary>
    public int StreamingVectorLength { get; }

    /// <summary>PSTATE.SM: whether the PE is in Streaming SVE mode.</summary>
    public bool IsStreaming { get; }

    /// <summary>PSTATE.ZA: whether ZA and ZT0 are accessible.</summary>
    public bool IsZaEnabled { get; }

    /// <summary>Whether all A64 instructions are legal in Streaming SVE mode: FEAT_SME_FA64 and SMCR_ELx.FA64.</summary>
    public bool IsFullA64Enabled { get; }

    /// <summary>Reads a vector register.</summary>
    /// <param name="number">0 to 31.</param>
    /// <param name="destination">Receives <see cref="VectorLength"/> bytes, which is its length.</param>
    public void ReadZ(int number, Span<byte> destination);

    /// <summary>Writes a vector register.</summary>
    /// <param name="number">0 to 31.</param>
    /// <param name="source"><see cref="VectorLength"/> bytes.</param>
    public void WriteZ(int number, ReadOnlySpan<byte> source);

    /// <summary>Reads a predicate register; PN<em>n</em>, a predicate-as-counter, is P<em>n</em>.</summary>
    /// <param name="number">0 to 15.</param>
    /// <param name="destination">Receives <see cref="VectorLength"/> / 8 bytes, which is its length.</param>
    public void ReadP(int number, Span<byte> destination);

    /// <summary>Writes a predicate register.</summary>
    /// <param name="number">0 to 15.</param>
    /// <param name="source"><see cref="VectorLength"/> / 8 bytes.</param>
    public void WriteP(int number, ReadOnlySpan<byte> source);

    /// <summary>Reads FFR, the first-fault register.</summary>
    /// <param name="destination">Receives <see cref="VectorLength"/> / 8 bytes, which is its length.</param>
    public void ReadFfr(Span<byte> destination);

    /// <summary>Writes FFR.</summary>
    /// <param name="source"><see cref="VectorLength"/> / 8 bytes.</param>
    public void WriteFfr(ReadOnlySpan<byte> source);

    /// <summary>Reads a vector of the ZA array, ZA[<em>n</em>]; only while <see cref="IsZaEnabled"/>.</summary>
    /// <param name="vector">0 to <see cref="StreamingVectorLength"/> − 1.</param>
    /// <param name="destination">Receives <see cref="StreamingVectorLength"/> bytes, which is its length.</param>
    public void ReadZa(int vector, Span<byte> destination);

    /// <summary>Writes a vector of the ZA array; only while <see cref="IsZaEnabled"/>.</summary>
    /// <param name="vector">0 to <see cref="StreamingVectorLength"/> − 1.</param>
    /// <param name="source"><see cref="StreamingVectorLength"/> bytes.</param>
    public void WriteZa(int vector, ReadOnlySpan<byte> source);

    /// <summary>Reads ZT0 (FEAT_SME2); only while <see cref="IsZaEnabled"/>.</summary>
    /// <param name="destination">Receives 64 bytes, which is its length.</param>
    public void ReadZt0(Span<byte> destination);

    /// <summary>Writes ZT0; only while <see cref="IsZaEnabled"/>.</summary>
    /// <param name="source">64 bytes.</param>
    public void WriteZt0(ReadOnlySpan<byte> source);
}

using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Emulation;

/// <summary>Guest registers with those of SVE, SME and the Guarded Control Stack in plain memory.</summary>
/// <remarks>Changing a vector length or PSTATE.SM or PSTATE.ZA here changes no register; what the architecture makes of them is the caller's.</remarks>
public sealed class ScalableGuestRegisters : IGuestRegisters, IScalableRegisters, IGuardedControlStackRegisters
{
    /// <summary>The longest vector in bytes: 2048 bits.</summary>
    public const int MaximumVectorLength = 256;

    private const int MinimumVectorLength = 16;
    private const int Zt0Length = 64;

    private readonly GuestRegisters _base = new();
    private readonly byte[] _z = new byte[32 * MaximumVectorLength];
    private readonly byte[] _p = new byte[16 * MaximumVectorLength / 8];
    private readonly byte[] _ffr = new byte[MaximumVectorLength / 8];
    private readonly byte[] _zt0 = new byte[Zt0Length];
    private readonly byte[] _za;
    private readonly int _nonStreaming;

    /// <summary>Creates registers that are all 0.</summary>
    /// <param name="vectorLength">The non-streaming vector length in bytes: a power of two from 16 to 256.</param>
    /// <param name="streamingVectorLength">The streaming vector length in bytes, likewise; 0 without SME.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is none of these.</exception>
    public ScalableGuestRegisters(int vectorLength, int streamingVectorLength = 0)
    {
        if (!IsVectorLength(vectorLength))
        {
            throw new ArgumentOutOfRangeException(nameof(vectorLength));
        }

        if (streamingVectorLength != 0 && !IsVectorLength(streamingVectorLength))
        {
            throw new ArgumentOutOfRangeException(nameof(streamingVectorLength));
        }

        _nonStreaming = vectorLength;
        StreamingVectorLength = streamingVectorLength;
        _za = new byte[streamingVectorLength * streamingVectorLength];
    }

    /// <inheritdoc/>
    public ulong Pc { get => _base.Pc; set => _base.Pc = value; }

    /// <inheritdoc/>
    public ulong Sp { get => _base.Sp; set => _base.Sp = value; }

    /// <inheritdoc/>
    public ulong PState { get => _base.PState; set => _base.PState = value; }

    /// <inheritdoc/>
    public int VectorLength => IsStreaming ? StreamingVectorLength : _nonStreaming;

    /// <inheritdoc/>
    public int StreamingVectorLength { get; }

    /// <inheritdoc/>
    public bool IsStreaming { get; set; }

    /// <inheritdoc/>
    public bool IsZaEnabled { get; set; }

    /// <inheritdoc/>
    public bool IsFullA64Enabled { get; set; }

    /// <inheritdoc/>
    public ulong Gcspr { get; set; }

    /// <inheritdoc/>
    public ulong Gcscr { get; set; }

    /// <inheritdoc/>
    public ulong Elr { get; set; }

    /// <inheritdoc/>
    public ulong Spsr { get; set; }

    /// <inheritdoc/>
    public ulong GetX(int number) => _base.GetX(number);

    /// <inheritdoc/>
    public void SetX(int number, ulong value) => _base.SetX(number, value);

    /// <inheritdoc/>
    public void GetV(int number, out ulong low, out ulong high)
    {
        ReadOnlySpan<byte> z = _z.AsSpan(number * MaximumVectorLength);
        low = BinaryPrimitives.ReadUInt64LittleEndian(z);
        high = BinaryPrimitives.ReadUInt64LittleEndian(z.Slice(sizeof(ulong)));
    }

    /// <inheritdoc/>
    public void SetV(int number, ulong low, ulong high)
    {
        Span<byte> z = _z.AsSpan(number * MaximumVectorLength, MaximumVectorLength);
        z.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(z, low);
        BinaryPrimitives.WriteUInt64LittleEndian(z.Slice(sizeof(ulong)), high);
    }

    /// <inheritdoc/>
    public ulong GetSystemRegister(SystemRegister name) => _base.GetSystemRegister(name);

    /// <summary>Sets a system register.</summary>
    /// <param name="name">The register.</param>
    /// <param name="value">Its value.</param>
    public void SetSystemRegister(SystemRegister name, ulong value) => _base.SetSystemRegister(name, value);

    /// <inheritdoc/>
    public void ReadZ(int number, Span<byte> destination) => Read(_z, number * MaximumVectorLength, VectorLength, destination);

    /// <inheritdoc/>
    public void WriteZ(int number, ReadOnlySpan<byte> source) => Write(_z, number * MaximumVectorLength, VectorLength, source);

    /// <inheritdoc/>
    public void ReadP(int number, Span<byte> destination) => Read(_p, number * MaximumVectorLength / 8, VectorLength / 8, destination);

    /// <inheritdoc/>
    public void WriteP(int number, ReadOnlySpan<byte> source) => Write(_p, number * MaximumVectorLength / 8, VectorLength / 8, source);

    /// <inheritdoc/>
    public void ReadFfr(Span<byte> destination) => Read(_ffr, 0, VectorLength / 8, destination);

    /// <inheritdoc/>
    public void WriteFfr(ReadOnlySpan<byte> source) => Write(_ffr, 0, VectorLength / 8, source);

    /// <inheritdoc/>
    public void ReadZa(int vector, Span<byte> destination) => Read(_za, vector * StreamingVectorLength, StreamingVectorLength, destination);

    /// <inheritdoc/>
    public void WriteZa(int vector, ReadOnlySpan<byte> source) => Write(_za, vector * StreamingVectorLength, StreamingVectorLength, source);

    /// <inheritdoc/>
    public void ReadZt0(Span<byte> destination) => Read(_zt0, 0, Zt0Length, destination);

    /// <inheritdoc/>
    public void WriteZt0(ReadOnlySpan<byte> source) => Write(_zt0, 0, Zt0Length, source);

    private static bool IsVectorLength(int length) =>
        length is >= MinimumVectorLength and <= MaximumVectorLength && (length & (length - 1)) == 0;

    private static void Read(byte[] registers, int start, int length, Span<byte> destination) =>
        registers.AsSpan(start, length).CopyTo(destination);

    private static void Write(byte[] registers, int start, int length, ReadOnlySpan<byte> source) =>
        source.Slice(0, length).CopyTo(registers.AsSpan(start));
}

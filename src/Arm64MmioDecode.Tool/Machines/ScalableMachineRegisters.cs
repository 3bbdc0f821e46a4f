using System;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>The same with the registers of SVE and SME, at vector lengths that do not change.</summary>
internal sealed class ScalableMachineRegisters : MachineRegisters, IScalableRegisters
{
    public const int VectorRegisters = 32;
    public const int PredicateRegisters = 16;
    public const int Zt0Bytes = 64;

    private readonly int _nonStreamingLength;
    private readonly ScalableGuestRegisters _registers;

    /// <summary>Makes registers that are 0, but for FFR, which is all ones.</summary>
    /// <param name="vectorLength">The non-streaming vector length in bytes.</param>
    /// <param name="streamingVectorLength">The streaming vector length in bytes; 0 without SME.</param>
    /// <param name="isStreaming">PSTATE.SM.</param>
    /// <param name="isZaEnabled">PSTATE.ZA.</param>
    public ScalableMachineRegisters(int vectorLength, int streamingVectorLength, bool isStreaming, bool isZaEnabled)
    {
        _nonStreamingLength = vectorLength;
        _registers = new ScalableGuestRegisters(vectorLength, streamingVectorLength)
        {
            IsStreaming = isStreaming,
            IsZaEnabled = isZaEnabled,
        };
        Span<byte> all = stackalloc byte[VectorLength / 8];
        all.Fill(0xFF);
        WriteFfr(all);
    }

    public int VectorLength => _registers.VectorLength;

    public int StreamingVectorLength => _registers.StreamingVectorLength;

    public bool IsStreaming => _registers.IsStreaming;

    public bool IsZaEnabled => _registers.IsZaEnabled;

    public bool IsFullA64Enabled
    {
        get => _registers.IsFullA64Enabled;
        set => _registers.IsFullA64Enabled = value;
    }

    public override void GetV(int number, out ulong low, out ulong high) => _registers.GetV(number, out low, out high);

    public override void SetV(int number, ulong low, ulong high) => _registers.SetV(number, low, high);

    public void ReadZ(int number, Span<byte> destination) => _registers.ReadZ(number, destination);

    public void WriteZ(int number, ReadOnlySpan<byte> source) => _registers.WriteZ(number, source);

    public void ReadP(int number, Span<byte> destination) => _registers.ReadP(number, destination);

    public void WriteP(int number, ReadOnlySpan<byte> source) => _registers.WriteP(number, source);

    public void ReadFfr(Span<byte> destination) => _registers.ReadFfr(destination);

    public void WriteFfr(ReadOnlySpan<byte> source) => _registers.WriteFfr(source);

    public void ReadZa(int vector, Span<byte> destination) => _registers.ReadZa(vector, destination);

    public void WriteZa(int vector, ReadOnlySpan<byte> source) => _registers.WriteZa(vector, source);

    public void ReadZt0(Span<byte> destination) => _registers.ReadZt0(destination);

    public void WriteZt0(ReadOnlySpan<byte> source) => _registers.WriteZt0(source);

    public override MachineRegisters Copy()
    {
        var copy = new ScalableMachineRegisters(_nonStreamingLength, StreamingVectorLength, IsStreaming, IsZaEnabled)
        {
            IsFullA64Enabled = IsFullA64Enabled,
        };
        copy.CopyFrom(this);
        Span<byte> vector = stackalloc byte[VectorLength];
        for (int i = 0; i < VectorRegisters; i++)
        {
            ReadZ(i, vector);
            copy.WriteZ(i, vector);
        }

        Span<byte> predicate = vector[..(VectorLength / 8)];
        for (int i = 0; i < PredicateRegisters; i++)
        {
            ReadP(i, predicate);
            copy.WriteP(i, predicate);
        }

        ReadFfr(predicate);
        copy.WriteFfr(predicate);
        if (!IsZaEnabled)
        {
            return copy;
        }

        Span<byte> row = stackalloc byte[StreamingVectorLength];
        for (int i = 0; i < StreamingVectorLength; i++)
        {
            ReadZa(i, row);
            copy.WriteZa(i, row);
        }

        Span<byte> table = stackalloc byte[Zt0Bytes];
        ReadZt0(table);
        copy.WriteZt0(table);
        return copy;
    }
}

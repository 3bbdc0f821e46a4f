using System;
using System.Buffers.Binary;
using System.Numerics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Native.Structures;

namespace Arm64MmioDecode.Native.Objects;

/// <summary>The caller's register blocks with those of SVE and SME. V is the low part of Z.</summary>
internal unsafe class ScalableRegisterBlock : RegisterBlock, IScalableRegisters
{
    private const int Zt0Length = 64;

    private ExtensionsStructure _layout;

    public int VectorLength => _layout.VectorLength;

    public int StreamingVectorLength => _layout.StreamingVectorLength;

    public bool IsStreaming => _layout.Streaming != 0;

    public bool IsZaEnabled => _layout.ZaEnabled != 0;

    public bool IsFullA64Enabled => _layout.FullA64 != 0;

    /// <summary>Whether lengths and pointers are such that every register can be read.</summary>
    public static bool IsValid(in ExtensionsStructure given) =>
        IsVectorLength(given.VectorLength)
        && (given.StreamingVectorLength == 0 || IsVectorLength(given.StreamingVectorLength))
        && (given.VectorStride == 0 || (given.VectorStride >= given.VectorLength && given.VectorStride % 8 == 0))
        && (given.Streaming == 0 || given.VectorLength == given.StreamingVectorLength)
        && given.Z != null && given.P != null && given.Ffr != null
        && (given.ZaEnabled == 0 || (given.StreamingVectorLength != 0 && given.Za != null && given.Zt0 != null));

    public override void Attach(
        RegistersStructure* registers, Stage1Structure* stage1, ExtensionsStructure* extensions, in ExtensionsStructure fixedExtensions)
    {
        base.Attach(registers, stage1, extensions, fixedExtensions);
        _layout = fixedExtensions;
        if (_layout.VectorStride == 0)
        {
            _layout.VectorStride = _layout.VectorLength;
        }
    }

    public override void GetV(int number, out ulong low, out ulong high)
    {
        ReadOnlySpan<byte> z = Z(number);
        low = BinaryPrimitives.ReadUInt64LittleEndian(z);
        high = BinaryPrimitives.ReadUInt64LittleEndian(z[sizeof(ulong)..]);
    }

    public override void SetV(int number, ulong low, ulong high)
    {
        Span<byte> z = Z(number);
        z.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(z, low);
        BinaryPrimitives.WriteUInt64LittleEndian(z[sizeof(ulong)..], high);
    }

    public void ReadZ(int number, Span<byte> destination) => Z(number).CopyTo(destination);

    public void WriteZ(int number, ReadOnlySpan<byte> source) => source[..VectorLength].CopyTo(Z(number));

    public void ReadP(int number, Span<byte> destination) => P(number).CopyTo(destination);

    public void WriteP(int number, ReadOnlySpan<byte> source) => source[..(VectorLength / 8)].CopyTo(P(number));

    public void ReadFfr(Span<byte> destination) => Ffr.CopyTo(destination);

    public void WriteFfr(ReadOnlySpan<byte> source) => source[..(VectorLength / 8)].CopyTo(Ffr);

    public void ReadZa(int vector, Span<byte> destination) => Za(vector).CopyTo(destination);

    public void WriteZa(int vector, ReadOnlySpan<byte> source) => source[..StreamingVectorLength].CopyTo(Za(vector));

    public void ReadZt0(Span<byte> destination) => Zt0.CopyTo(destination);

    public void WriteZt0(ReadOnlySpan<byte> source) => source[..Zt0Length].CopyTo(Zt0);

    private static bool IsVectorLength(int length) => length is >= 16 and <= 256 && BitOperations.IsPow2(length);

    private Span<byte> Ffr => new(_layout.Ffr, VectorLength / 8);

    private Span<byte> Zt0 => new(_layout.Zt0, Zt0Length);

    private Span<byte> Z(int number) => new(_layout.Z + (number * _layout.VectorStride), VectorLength);

    private Span<byte> P(int number) => new(_layout.P + (number * (_layout.VectorStride / 8)), VectorLength / 8);

    private Span<byte> Za(int vector) => new(_layout.Za + (vector * StreamingVectorLength), StreamingVectorLength);
}

using System;
using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Emulation;

/// <summary>Guest registers in plain memory: for embedders that have them at hand, and for tests.</summary>
public sealed class GuestRegisters : IGuestRegisters
{
    private const int GeneralCount = 31;
    private const int VectorCount = 32;

    private readonly ulong[] _x = new ulong[GeneralCount];
    private readonly ulong[] _v = new ulong[64];
    private readonly ulong[] _system = new ulong[(int)SystemRegister.SpsrFiq + 1];

    /// <inheritdoc/>
    public ulong Pc { get; set; }

    /// <inheritdoc/>
    public ulong Sp { get; set; }

    /// <inheritdoc/>
    public ulong PState { get; set; }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong GetX(int number)
    {
        // One comparison, which is the array's own.
        ulong[] x = _x;
        if ((uint)number >= (uint)x.Length)
        {
            ThrowOutOfRange(number, GeneralCount);
        }

        return x[number];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetX(int number, ulong value)
    {
        ulong[] x = _x;
        if ((uint)number >= (uint)x.Length)
        {
            ThrowOutOfRange(number, GeneralCount);
        }

        x[number] = value;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void GetV(int number, out ulong low, out ulong high)
    {
        if ((uint)number >= VectorCount)
        {
            ThrowOutOfRange(number, VectorCount);
        }

        low = _v[2 * number];
        high = _v[(2 * number) + 1];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetV(int number, ulong low, ulong high)
    {
        if ((uint)number >= VectorCount)
        {
            ThrowOutOfRange(number, VectorCount);
        }

        _v[2 * number] = low;
        _v[(2 * number) + 1] = high;
    }

    /// <inheritdoc/>
    public ulong GetSystemRegister(SystemRegister name) => _system[(int)name];

    /// <summary>Sets a system register.</summary>
    /// <param name="name">The register.</param>
    /// <param name="value">Its value.</param>
    public void SetSystemRegister(SystemRegister name, ulong value) => _system[(int)name] = value;

    // X31 is neither here nor anywhere: SP is a property, and XZR no register.
    private static void ThrowOutOfRange(int number, int count) =>
        throw new ArgumentOutOfRangeException(nameof(number), number, $"registers 0 to {count - 1}");

    /// <summary>Copies every register of another vCPU.</summary>
    /// <param name="source">What to copy.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
    public void CopyFrom(GuestRegisters source)
    {
        _ = source ?? throw new ArgumentNullException(nameof(source));

        Pc = source.Pc;
        Sp = source.Sp;
        PState = source.PState;
        source._x.CopyTo(_x, 0);
        source._v.CopyTo(_v, 0);
        source._system.CopyTo(_system, 0);
    }
}

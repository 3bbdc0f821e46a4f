using System;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Kvm;

/// <summary>The registers of a stopped virtual CPU. Each register is read from KVM when it is first asked for and
/// written back, if it changed, by <see cref="Commit"/>: every transfer is a system call, so only those that an
/// instruction needs happen. Not for use by two threads at once.</summary>
public sealed class KvmRegisterCache
{
    // Core registers of 64 bits: X0–X30, SP_EL0, PC, PSTATE, SP_EL1, ELR_EL1, five SPSRs, in struct kvm_regs' order.
    private const int CoreCount = 42;
    private const int PstateSlot = 33;
    private const int SystemCount = 86; // 128 with the core registers, a bit for each
    private const int VectorBytes = 256;
    private const int PredicateBytes = 32;
    private const int VectorCount = 32;
    private const int PredicateCount = 17;

    private readonly IKvmRegisters _cpu;
    private readonly bool _scalable;
    private readonly ulong[] _values = new ulong[CoreCount + SystemCount];
    private readonly KvmRegisterId[] _ids = new KvmRegisterId[CoreCount + SystemCount];
    private readonly byte[] _vectors = new byte[VectorCount * VectorBytes];
    private readonly byte[] _predicates = new byte[PredicateCount * PredicateBytes];
    private int _used = CoreCount;
    private UInt128 _valid;
    private UInt128 _dirty;
    private uint _validVectors;
    private uint _dirtyVectors;
    private uint _validPredicates;
    private uint _dirtyPredicates;
    private uint _vectorLengths;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="cpu">The CPU; it must not run between the first read and <see cref="Commit"/> or
    /// <see cref="Discard"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="cpu"/> is null.</exception>
    public KvmRegisterCache(IKvmRegisters cpu)
    {
        ArgumentNullException.ThrowIfNull(cpu);
        _cpu = cpu;
        _scalable = (cpu.Features & KvmVcpuFeatures.Sve) != 0;
        for (int slot = 0; slot < CoreCount; slot++)
        {
            _ids[slot] = new KvmRegisterId(KvmRegisterId.X(0).Value + (ulong)(slot * 2));
        }
    }

    /// <summary>The CPU whose registers these are.</summary>
    public IKvmRegisters Cpu => _cpu;

    /// <summary>The CPU's largest vector length in bytes; 16 without SVE.</summary>
    public int MaximumVectorLength => LongestVectorUpTo(VectorBytes);

    /// <summary>Reads a general or system register.</summary>
    /// <param name="register">A register of up to 64 bits.</param>
    /// <returns>Its value, including what was written and not yet committed.</returns>
    /// <exception cref="KvmException">This CPU has no such register.</exception>
    public ulong Read(KvmRegisterId register)
    {
        int slot = SlotOf(register);
        if ((_valid & Bit(slot)) == 0)
        {
            _values[slot] = _cpu.GetRegister(register);
            _valid |= Bit(slot);
        }

        return _values[slot];
    }

    /// <summary>Changes a general or system register; KVM sees it at <see cref="Commit"/>.</summary>
    /// <param name="register">A register of up to 64 bits.</param>
    /// <param name="value">Its new value.</param>
    public void Write(KvmRegisterId register, ulong value)
    {
        int slot = SlotOf(register);
        UInt128 bit = Bit(slot);
        if ((_valid & bit) != 0 && _values[slot] == value)
        {
            return;
        }

        _values[slot] = value;
        _valid |= bit;
        _dirty |= bit;
    }

    /// <summary>A SIMD or scalable vector register's bytes, little-endian.</summary>
    /// <param name="number">0 to 31.</param>
    /// <returns><see cref="MaximumVectorLength"/> bytes, valid until the cache changes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public ReadOnlySpan<byte> ReadVector(int number)
    {
        Span<byte> vector = VectorAt(number);
        if ((_validVectors & (1u << number)) == 0)
        {
            _cpu.GetRegister(_scalable ? KvmRegisterId.Z(number) : KvmRegisterId.V(number), vector);
            _validVectors |= 1u << number;
        }

        return vector[..MaximumVectorLength];
    }

    /// <summary>Changes a SIMD or scalable vector register; KVM sees it at <see cref="Commit"/>.</summary>
    /// <param name="number">0 to 31.</param>
    /// <param name="value">Its bytes, little-endian; the bytes above are cleared, as a write to V does.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register, or the value is too long.</exception>
    public void WriteVector(int number, ReadOnlySpan<byte> value)
    {
        Span<byte> vector = VectorAt(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaximumVectorLength, nameof(value));
        value.CopyTo(vector);
        vector[value.Length..].Clear();
        _validVectors |= 1u << number;
        _dirtyVectors |= 1u << number;
    }

    /// <summary>A predicate register's bytes, one bit for each byte of a vector. Only for a CPU with SVE.</summary>
    /// <param name="number">0 to 15, or 16 for FFR.</param>
    /// <returns><see cref="MaximumVectorLength"/> / 8 bytes, valid until the cache changes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register.</exception>
    public ReadOnlySpan<byte> ReadPredicate(int number)
    {
        Span<byte> predicate = PredicateAt(number);
        if ((_validPredicates & (1u << number)) == 0)
        {
            _cpu.GetRegister(KvmRegisterId.P(number), predicate);
            _validPredicates |= 1u << number;
        }

        return predicate[..(MaximumVectorLength / 8)];
    }

    /// <summary>Changes a predicate register; KVM sees it at <see cref="Commit"/>.</summary>
    /// <param name="number">0 to 15, or 16 for FFR.</param>
    /// <param name="value">Its bytes; the bytes above are cleared.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such register, or the value is too long.</exception>
    public void WritePredicate(int number, ReadOnlySpan<byte> value)
    {
        Span<byte> predicate = PredicateAt(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaximumVectorLength / 8, nameof(value));
        value.CopyTo(predicate);
        predicate[value.Length..].Clear();
        _validPredicates |= 1u << number;
        _dirtyPredicates |= 1u << number;
    }

    /// <summary>Gives every changed register to KVM and forgets all values: the CPU may run.</summary>
    /// <exception cref="KvmException">KVM refused a value.</exception>
    public void Commit()
    {
        // While PSTATE is that of AArch32, KVM cuts PC to 32 bits at every write of a core register.
        if ((_dirty & Bit(PstateSlot)) != 0)
        {
            WriteBack(PstateSlot);
        }

        while (_dirty != 0)
        {
            WriteBack((int)UInt128.TrailingZeroCount(_dirty));
        }

        for (; _dirtyVectors != 0; _dirtyVectors &= _dirtyVectors - 1)
        {
            int number = BitOperations.TrailingZeroCount(_dirtyVectors);
            _cpu.SetRegister(_scalable ? KvmRegisterId.Z(number) : KvmRegisterId.V(number), VectorAt(number));
        }

        for (; _dirtyPredicates != 0; _dirtyPredicates &= _dirtyPredicates - 1)
        {
            int number = BitOperations.TrailingZeroCount(_dirtyPredicates);
            _cpu.SetRegister(KvmRegisterId.P(number), PredicateAt(number));
        }

        Discard();
    }

    /// <summary>Forgets all values, changed ones too: the CPU's registers stay as they were.</summary>
    public void Discard()
    {
        _valid = 0;
        _dirty = 0;
        _validVectors = 0;
        _dirtyVectors = 0;
        _validPredicates = 0;
        _dirtyPredicates = 0;
    }

    /// <summary>Whether a register still has a value in KVM, whatever the cache holds.</summary>
    internal bool IsCurrent(KvmRegisterId register, ulong value) => _cpu.GetRegister(register) == value;

    private static UInt128 Bit(int slot) => UInt128.One << slot;

    private void WriteBack(int slot)
    {
        _cpu.SetRegister(_ids[slot], _values[slot]);
        _dirty &= ~Bit(slot);
    }

    private int SlotOf(KvmRegisterId register)
    {
        ulong core = register.Value - _ids[0].Value;
        if (core < CoreCount * 2)
        {
            return (int)(core / 2);
        }

        for (int slot = CoreCount; slot < _used; slot++)
        {
            if (_ids[slot] == register)
            {
                return slot;
            }
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(register.Size, sizeof(ulong), nameof(register));
        if (_used == _ids.Length)
        {
            throw new InvalidOperationException("More system registers than the cache has room for.");
        }

        _ids[_used] = register;
        return _used++;
    }

    private Span<byte> VectorAt(int number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)number, (uint)VectorCount, nameof(number));
        return _vectors.AsSpan(number * VectorBytes, VectorBytes);
    }

    private Span<byte> PredicateAt(int number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)number, (uint)PredicateCount, nameof(number));
        return _predicates.AsSpan(number * PredicateBytes, PredicateBytes);
    }

    /// <summary>The longest vector length that the CPU supports up to a limit, in bytes; 16 without SVE.</summary>
    internal int LongestVectorUpTo(int limit)
    {
        if (_vectorLengths == 0)
        {
            // Bit 0 of KVM_REG_ARM64_SVE_VLS is 16 bytes. What the architecture allows is in the first 16 bits.
            Span<ulong> lengths = stackalloc ulong[8];
            if (_scalable)
            {
                _cpu.GetRegister(KvmRegisterId.SveVectorLengths, MemoryMarshal.AsBytes(lengths));
            }

            _vectorLengths = (ushort)lengths[0] | 1u;
        }

        return 16 * (BitOperations.Log2(_vectorLengths & ((1u << (limit / 16)) - 1)) + 1);
    }
}

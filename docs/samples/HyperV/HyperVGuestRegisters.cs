// Never ran on Windows or under mshv: tested with a processor that only remembers.
using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.SystemRegisters;

namespace Arm64MmioDecode.Samples.HyperV;

/// <summary>
/// The registers of a stopped virtual processor: each is read once, those of the general file together, and what changed is written by
/// <see cref="Commit"/> in one call, before the processor runs again.
/// </summary>
internal sealed class HyperVGuestRegisters(IHyperVProcessor processor) : IGuestRegisters, ISystemRegisters
{
    // X0 to X30, PC, PSTATE, and the registers of stage 1.
    private static readonly uint[] s_together =
    [
        .. Enumerable.Range((int)HyperVRegister.X0, 31).Select(static name => (uint)name),
        HyperVRegister.Pc,
        HyperVRegister.PState,
        HyperVRegister.Of(SystemRegisterId.SctlrEl1),
        HyperVRegister.Of(SystemRegisterId.TcrEl1),
        HyperVRegister.Of(SystemRegisterId.Ttbr0El1),
        HyperVRegister.Of(SystemRegisterId.Ttbr1El1),
        HyperVRegister.Of(SystemRegisterId.MairEl1),
    ];

    private readonly Dictionary<uint, UInt128> _known = [];
    private readonly HashSet<uint> _changed = [];
    private uint[] _names = new uint[64];
    private UInt128[] _values = new UInt128[64];

    public ulong Pc
    {
        get => (ulong)Get(HyperVRegister.Pc);
        set => Set(HyperVRegister.Pc, value);
    }

    public ulong PState
    {
        get => (ulong)Get(HyperVRegister.PState);
        set => Set(HyperVRegister.PState, value);
    }

    public ulong Sp
    {
        get => (ulong)Get(HyperVRegister.Of(StackPointer.Of(PState)));
        set => Set(HyperVRegister.Of(StackPointer.Of(PState)), value);
    }

    public ulong GetX(int number) => (ulong)Get(HyperVRegister.X0 + (uint)number);

    public void SetX(int number, ulong value) => Set(HyperVRegister.X0 + (uint)number, value);

    public void GetV(int number, out ulong low, out ulong high)
    {
        UInt128 value = Get(HyperVRegister.Q0 + (uint)number);
        low = (ulong)value;
        high = (ulong)(value >> 64);
    }

    public void SetV(int number, ulong low, ulong high) => Set(HyperVRegister.Q0 + (uint)number, new UInt128(high, low));

    public ulong GetSystemRegister(SystemRegister name) => TryRead(name.ToId(), out ulong value) ? value : 0;

    public bool TryRead(SystemRegisterId id, out ulong value)
    {
        uint name = HyperVRegister.Of(id);
        bool known = TryGet(name, out UInt128 wide);
        value = (ulong)wide;
        return known;
    }

    public void Write(SystemRegisterId id, ulong value) => Set(HyperVRegister.Of(id), value);

    /// <summary>Writes what changed, and forgets the rest: the processor may run now.</summary>
    public void Commit()
    {
        int count = 0;
        foreach (uint name in _changed)
        {
            Append(name, _known[name], count++);
        }

        _changed.Clear();
        _known.Clear();
        if (count != 0 && !processor.TrySetRegisters(_names.AsSpan(0, count), _values.AsSpan(0, count)))
        {
            throw new InvalidOperationException("the virtual processor's registers could not be written");
        }
    }

    private UInt128 Get(uint name) => TryGet(name, out UInt128 value) ? value : throw new InvalidOperationException($"register 0x{name:x} could not be read");

    private bool TryGet(uint name, out UInt128 value)
    {
        if (_known.TryGetValue(name, out value))
        {
            return true;
        }

        if (name == 0)
        {
            return false;
        }

        int count = Ask(name);
        if (!processor.TryGetRegisters(_names.AsSpan(0, count), _values.AsSpan(0, count)))
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            _known.TryAdd(_names[i], _values[i]);
        }

        value = _known[name];
        return true;
    }

    // What nearly every exit needs comes in one call: a call each would cost more than all else.
    private int Ask(uint name)
    {
        ReadOnlySpan<uint> together = s_together;
        if (together.Contains(name))
        {
            together.CopyTo(_names);
            return together.Length;
        }

        _names[0] = name;
        return 1;
    }

    private void Set(uint name, UInt128 value)
    {
        _known[name] = value;
        _changed.Add(name);
    }

    private void Append(uint name, UInt128 value, int index)
    {
        if (index == _names.Length)
        {
            Array.Resize(ref _names, 2 * index);
            Array.Resize(ref _values, 2 * index);
        }

        _names[index] = name;
        _values[index] = value;
    }
}

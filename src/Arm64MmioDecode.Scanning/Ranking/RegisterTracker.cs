using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Scanning.Ranking;

/// <summary>
/// Follows general-purpose registers through straight A64 code: which constants they hold, and when they change. Where code may come
/// from elsewhere, or a call clobbers a register, nothing is known of it any more.
/// </summary>
internal sealed class RegisterTracker
{
    private const int RegisterCount = 31;
    private const int ZeroOrStack = 31;
    private const int LastClobbered = 18;

    private readonly ulong[] _values = new ulong[RegisterCount];
    private readonly bool[] _isKnown = new bool[RegisterCount];
    private readonly int[] _versions = new int[RegisterCount];
    private int _version;

    /// <summary>A number that changes when the register does.</summary>
    public int Version(int register) => register < RegisterCount ? _versions[register] : -1;

    public bool TryGetValue(int register, out ulong value)
    {
        value = register < RegisterCount ? _values[register] : 0;
        return register < RegisterCount && _isKnown[register];
    }

    public void Forget()
    {
        Array.Clear(_isKnown);
        for (int i = 0; i < RegisterCount; i++)
        {
            _versions[i] = ++_version;
        }
    }

    /// <summary>Says what a register holds.</summary>
    public void Set(int register, ulong value)
    {
        if (register != ZeroOrStack)
        {
            _values[register] = value;
            _isKnown[register] = true;
            _versions[register] = ++_version;
        }
    }

    /// <summary>What a load or store does to its registers.</summary>
    public void Execute(in AccessDescriptor access)
    {
        if (access.Writeback)
        {
            Clobber(access.Rn);
        }

        if (access.IsLoad && access.RegisterFile == RegisterFile.General)
        {
            Clobber(access.Rt);
            if ((access.NoSyndromeReasons & NoSyndromeReasons.Pair) != 0)
            {
                Clobber(access.Rt2);
            }
        }
    }

    /// <summary>What any other instruction does to its registers.</summary>
    public void Execute(uint word, ulong address)
    {
        int destination = (int)(word & 31);
        int source = (int)((word >> 5) & 31);
        switch (word)
        {
            case var adrp when (adrp & 0x9F000000) == 0x90000000:
                Set(destination, (address & ~0xFFFul) + ((ulong)AdrImmediate(adrp) << 12));
                break;
            case var adr when (adr & 0x9F000000) == 0x10000000:
                Set(destination, address + (ulong)AdrImmediate(adr));
                break;
            case var add when (add & 0xFF800000) == 0x91000000:
                ulong immediate = ((add >> 10) & 0xFFF) << ((add & 0x00400000) != 0 ? 12 : 0);
                Derive(destination, source, immediate);
                break;
            case var move when (move & 0x7F800000) is 0x52800000 or 0x12800000:
                ulong moved = (ulong)((move >> 5) & 0xFFFF) << (int)((move >> 21 & 3) * 16);
                Set(destination, Narrow(move, (move & 0x40000000) != 0 ? moved : ~moved));
                break;
            case var keep when (keep & 0x7F800000) == 0x72800000:
                Insert(destination, (int)((keep >> 21 & 3) * 16), (keep >> 5) & 0xFFFF, keep);
                break;
            case var copy when (copy & 0xFFE0FFE0) == 0xAA0003E0:
                Derive(destination, (int)((copy >> 16) & 31), 0);
                break;
            case var branch when (branch & 0xFC000000) == 0x94000000 || (branch & 0xFFFFF800) == 0xD63F0000:
                ClobberByCall();
                break;
            case var jump when (jump & 0xFC000000) == 0x14000000 || (jump & 0xFE000000) == 0xD6000000:
                Forget();
                break;
            case var conditional when (conditional & 0xFE000000) is 0x54000000 or 0x34000000 or 0xB4000000 or 0x36000000 or 0xB6000000:
                break;
            default:
                // Nearly all others have their destination here; those without lose no more than a constant.
                Clobber(destination);
                break;
        }
    }

    private static long AdrImmediate(uint word) => ((long)(int)(word << 8) >> 13 << 2) | ((word >> 29) & 3);

    private static ulong Narrow(uint word, ulong value) => (word & 0x80000000) != 0 ? value : (uint)value;

    private void Derive(int register, int source, ulong added)
    {
        if (TryGetValue(source, out ulong value))
        {
            Set(register, value + added);
        }
        else
        {
            Clobber(register);
        }
    }

    private void Insert(int register, int shift, ulong part, uint word)
    {
        if (TryGetValue(register, out ulong value))
        {
            Set(register, Narrow(word, (value & ~(0xFFFFul << shift)) | (part << shift)));
        }
    }

    private void ClobberByCall()
    {
        for (int i = 0; i <= LastClobbered; i++)
        {
            Clobber(i);
        }

        Clobber(RegisterCount - 1);
    }

    private void Clobber(int register)
    {
        if (register < RegisterCount)
        {
            _isKnown[register] = false;
            _versions[register] = ++_version;
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>The numbers of the core registers that an instruction transfers, one after the other: those of its list, or its one or two.</summary>
internal struct CoreRegisterNumbers
{
    private uint _list;

    public CoreRegisterNumbers(in AccessDescriptor access) => _list = access.CoreRegisterList;

    /// <summary>The register of the next element.</summary>
    /// <param name="access">The instruction.</param>
    /// <param name="index">How many there were before.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next(in AccessDescriptor access, int index)
    {
        uint list = _list;
        if (list == 0)
        {
            return access.GetRegister(index);
        }

        // No branch depends on which registers these are.
        _list = list & (list - 1);
        return BitOperations.TrailingZeroCount(list);
    }
}

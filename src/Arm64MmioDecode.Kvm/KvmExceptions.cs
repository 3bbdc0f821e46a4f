using System;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Kvm;

/// <summary>Delivers an exception to the guest's EL1, or to the EL2 of a guest that has one, by writing the registers that taking it changes. Unlike
/// <see cref="KvmVirtualCpu.InjectExternalDataAbort"/> the VMM chooses syndrome and address.</summary>
public static class KvmExceptions
{
    /// <summary>Makes the guest take the exception with which an emulated instruction ended.</summary>
    /// <param name="registers">The CPU, still at the instruction. Commit its cache afterwards.</param>
    /// <param name="fault">The fault.</param>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentException">The fault is none, or one that the guest's Execution state does not have.</exception>
    public static void Take(KvmGuestRegisters registers, in EmulationFault fault)
    {
        ArgumentNullException.ThrowIfNull(registers);
        if (!registers.State.Inject(fault))
        {
            throw new KvmException("a register that exception entry depends on cannot be read");
        }
    }
}

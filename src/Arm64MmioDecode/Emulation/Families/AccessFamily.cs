using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// A family of instructions: what it reads from registers, what happens between its phases, and what it commits. It has the
/// state that it alone needs; what all share is in <see cref="EmulatedAccess"/>.
/// </summary>
internal abstract class AccessFamily
{
    protected AccessFamily(EmulatedAccess emulated)
    {
        Emulated = emulated;
        Sequence = emulated.Sequence;
    }

    protected EmulatedAccess Emulated { get; }

    protected ElementSequence Sequence { get; }

    /// <summary>Whether <see cref="Commit"/> also follows a fault: the instruction keeps the progress that it has made.</summary>
    public virtual bool KeepsProgress => false;

    /// <summary>See <see cref="AccessPlan.RangeCount"/>.</summary>
    public virtual int RangeCount => Sequence.Count == 0 ? 0 : 1;

    /// <summary>Computes addresses and data, and begins the first phase if there is one. Nothing is accessed and no register changes.</summary>
    /// <param name="access">The instruction, from where the caller has it: it may have been written a moment ago, and reading a copy would wait until those
    /// writes have left the processor's store buffer.</param>
    /// <param name="registers">The vCPU.</param>
    /// <param name="options">The options.</param>
    public abstract EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options);

    /// <summary>All elements of a phase have been transferred: begins the next phase if there is one.</summary>
    public virtual void EndPhase(Phase ended)
    {
    }

    /// <summary>The address that a fault of the next transaction reports.</summary>
    /// <param name="isExternalAbort">Whether the bus has refused it, and no translation.</param>
    public virtual ulong FaultAddress(bool isExternalAbort) => Sequence.NextAddress;

    /// <summary>Changes the registers that are the instruction's own.</summary>
    /// <returns>Whether the common end of an A64 instruction follows: writeback, PC and PSTATE.</returns>
    public abstract bool Commit(IGuestRegisters registers);

    /// <summary>See <see cref="AccessPlan.GetRange"/>.</summary>
    public virtual AddressRange GetRange(int index)
    {
        bool isWritten = Emulated.Access.IsWrite;
        return RangeOf(Sequence.Address, Sequence.TotalSize, !isWritten, isWritten, Sequence.Path.IsUnprivileged);
    }

    protected AddressRange RangeOf(ulong address, ulong length, bool isRead, bool isWritten, bool isUnprivileged = false) =>
        new(Sequence.Path.RemoveTag(address), length, Sequence.Path.AddressMask, isRead, isWritten, isUnprivileged);
}

using System.Buffers.Binary;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Kvm;

/// <summary>
/// Completes the loads of KVM_EXIT_MMIO. Kernels before a repair of 2026 sign-extend first and cut the result to the size of the
/// access then (kvm_handle_mmio_return): LDRSB, LDRSH and LDRSW end zero-extended. The first load that tells shows which kernel it is.
/// </summary>
internal sealed class SignedLoads(KvmGuestRegisters registers, IGuestMemory memory)
{
    private const int ModeMask = 0x1F;

    private Kernel _kernel;

    private enum Kernel
    {
        Unknown,
        ExtendsSigns,
        LosesSigns,
    }

    public void Complete(IKvmVirtualCpu cpu, ulong value)
    {
        int length = cpu.Mmio.Length;
        if (_kernel == Kernel.ExtendsSigns || length is not (1 or 2 or 4) || !TryGetTarget(length, out int register, out int width))
        {
            registers.Cache.Discard();
            cpu.CompleteMmioRead(value);
            return;
        }

        int unused = 64 - (8 * length);
        long element = (long)((IsBigEndian() ? BinaryPrimitives.ReverseEndianness(value << unused) : value) << unused);
        registers.Cache.Discard();
        cpu.CompleteMmioRead(value);
        if (element >= 0)
        {
            return; // extended with zeros either way
        }

        cpu.CompletePendingAccess();
        ulong extended = (ulong)(element >> unused);
        extended = width == 64 ? extended : (uint)extended;
        KvmRegisterId target = KvmRegisterId.X(register);
        if (_kernel == Kernel.Unknown)
        {
            _kernel = registers.Cache.Read(target) == extended ? Kernel.ExtendsSigns : Kernel.LosesSigns;
        }

        registers.Cache.Write(target, extended);
        registers.Cache.Commit();
    }

    // Whether the word at PC is a load that sign-extends, into which register. The word need not be the one that trapped: it has to
    // be one that can be, and no more.
    private bool TryGetTarget(int length, out int register, out int width)
    {
        register = 0;
        width = 0;
        ulong pc = registers.Pc;
        FetchResult fetched = InstructionFetcher.Fetch(memory, registers.ReadRegisters(pc), pc, registers.PState);
        if (fetched.Decode(out AccessDescriptor access) != DecodeStatus.MemoryAccess
            || access.Kind != AccessKind.Load
            || access.Extend != LoadExtend.Sign
            || access.ElementSize != length)
        {
            return false;
        }

        const int ProgramCounter = 15;
        const int ZeroRegister = 31;
        bool isA64 = access.InstructionSet == InstructionSet.A64;
        if (access.Rt == (isA64 ? ZeroRegister : ProgramCounter))
        {
            return false;
        }

        register = isA64 ? access.Rt : AArch32RegisterView.ToAArch64(access.Rt, (int)registers.PState & ModeMask);
        width = access.RegisterWidth;
        return true;
    }

    private bool IsBigEndian()
    {
        const uint CpsrE = 1 << 9;
        const ulong SctlrE0E = 1ul << 24;
        const ulong SctlrEE = 1ul << 25;
        return registers.IsAArch32
            ? (registers.PState & CpsrE) != 0
            : (registers.ReadSctlr() & (registers.IsPrivileged ? SctlrEE : SctlrE0E)) != 0;
    }
}

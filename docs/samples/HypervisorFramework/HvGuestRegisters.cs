// Never ran on macOS: tested with a vCPU that only remembers.
using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.SystemRegisters;

namespace Arm64MmioDecode.Samples.HypervisorFramework;

/// <summary>The registers of a vCPU, as the library asks for them. Reading one costs no system call, so none is kept.</summary>
internal sealed class HvGuestRegisters(IHvVcpu vcpu) : IGuestRegisters, ISystemRegisters
{
    public ulong Pc
    {
        get => Get(HvReg.PC);
        set => Require(vcpu.SetReg(HvReg.PC, value));
    }

    public ulong PState
    {
        get => Get(HvReg.Cpsr);
        set => Require(vcpu.SetReg(HvReg.Cpsr, value));
    }

    public ulong Sp
    {
        get => TryRead(StackPointer.Of(PState), out ulong value) ? value : throw new InvalidOperationException("SP cannot be read");
        set => Write(StackPointer.Of(PState), value);
    }

    public ulong GetX(int number) => Get(HvReg.X0 + (uint)number);

    public void SetX(int number, ulong value) => Require(vcpu.SetReg(HvReg.X0 + (uint)number, value));

    public void GetV(int number, out ulong low, out ulong high)
    {
        Span<byte> vector = stackalloc byte[16];
        Require(vcpu.GetSimdFpReg((uint)number, vector));
        low = BinaryPrimitives.ReadUInt64LittleEndian(vector);
        high = BinaryPrimitives.ReadUInt64LittleEndian(vector[8..]);
    }

    public void SetV(int number, ulong low, ulong high)
    {
        Span<byte> vector = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(vector, low);
        BinaryPrimitives.WriteUInt64LittleEndian(vector[8..], high);
        Require(vcpu.SetSimdFpReg((uint)number, vector));
    }

    // FPCR is a general register here. What the others belong to, Apple's processors have not, or the framework does not show.
    public ulong GetSystemRegister(SystemRegister name) =>
        name == SystemRegister.Fpcr ? Get(HvReg.Fpcr) : TryRead(name.ToId(), out ulong value) ? value : 0;

    // HV_BAD_ARGUMENT and HV_UNSUPPORTED: the framework does not show it (ID_AA64MMFR3_EL1 on older versions, EL2 without nesting).
    public bool TryRead(SystemRegisterId id, out ulong value)
    {
        bool known = vcpu.GetSysReg((ushort)id, out value) == HvReturn.Success;
        value = known ? value : 0;
        return known;
    }

    public void Write(SystemRegisterId id, ulong value) => Require(vcpu.SetSysReg((ushort)id, value));

    private ulong Get(HvReg register)
    {
        Require(vcpu.GetReg(register, out ulong value));
        return value;
    }

    private static void Require(HvReturn result)
    {
        if (result != HvReturn.Success)
        {
            throw new InvalidOperationException($"Hypervisor.framework: {result}");
        }
    }
}

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Native;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Native;

/// <summary>
/// Each member of arm64mmio_exception_context and arm64mmio_fault does in the C library what it stands for in C#: exceptions of random
/// vCPUs to EL1 and EL2, before and after the change of one member. Each member has to change some, and each result has to vary.
/// </summary>
public unsafe class ExceptionFieldTests
{
    private readonly Random _random = new(5);

    [SkippableFact]
    public void Each_member_has_its_effect()
    {
        FieldInfo[] ofContext = Members<ExceptionContextStructure>();
        FieldInfo[] ofFault = Members<FaultStructure>();
        FieldInfo[] results = Members<ExceptionStateStructure>();
        var effects = ofContext.Concat(ofFault).ToDictionary(member => $"{member.DeclaringType!.Name}.{member.Name}", _ => 0);
        var values = results.ToDictionary(member => member.Name, _ => new HashSet<object?>());
        for (int i = 0; i < 4000; i++)
        {
            ExceptionContextStructure context = Context();
            FaultStructure fault = Fault();
            ulong flags = (ulong)_random.NextInt64() & 0xF3F0_0C00; // TCO and the like, too
            ulong pstate = flags | (context.AArch32 != 0
                ? 0x1D0 | (_random.Next(2) == 0 ? 0ul : 3) | (ulong)_random.Next(2) << 5
                : 0x3C0 | ((ulong[])[0, 4, 5, 9])[_random.Next(4)]);
            ExceptionStateStructure before = Agreed(context, pstate, fault);
            foreach (FieldInfo member in results)
            {
                values[member.Name].Add(member.GetValue(before));
            }

            foreach (FieldInfo member in ofContext)
            {
                Count(member, Agreed(Changed(context, member), pstate, fault), before);
            }

            foreach (FieldInfo member in ofFault)
            {
                Count(member, Agreed(context, pstate, Changed(fault, member)), before);
            }
        }

        effects.Where(effect => effect.Value == 0).Should().BeEmpty();
        values.Where(value => value.Value.Count < 2).Should().BeEmpty();

        void Count(FieldInfo member, in ExceptionStateStructure after, in ExceptionStateStructure before) =>
            effects[$"{member.DeclaringType!.Name}.{member.Name}"] += after.Equals(before) ? 0 : 1;
    }

    // What the C library does, which C# does as well.
    private static ExceptionStateStructure Agreed(ExceptionContextStructure context, ulong pstate, FaultStructure fault)
    {
        var registers = new RegistersStructure { Size = (uint)sizeof(RegistersStructure), Pc = 0x40001000, PState = pstate };
        var state = new ExceptionStateStructure { Size = (uint)sizeof(ExceptionStateStructure) };
        int result = NativeLibrary.Enter(&context, &registers, &fault, &state);

        EmulationFault managed = (FaultReason)fault.Reason != FaultReason.DataAbort ? EmulationFault.Exception((FaultReason)fault.Reason, fault.Iss)
            : fault.AddressNotValid != 0 ? EmulationFault.ExternalAbortWithoutAddress(fault.IsWrite != 0)
            : EmulationFault.DataAbort(new FaultStatusCode(fault.Dfsc), fault.Address, fault.IsWrite != 0, fault.Domain);
        PstateFeatures features = PstateFeatureRegisters.Read(idAA64Pfr1: context.IdAa64Pfr1, idAA64Mmfr1: context.IdAa64Mmfr1, idAA64Dfr1: 0, idAA64Dfr2: 0);
        int level = AArch64ExceptionEntry.GetTargetLevel(pstate, context.Hcr, managed, context.Hcrx);
        ExceptionStateStructure expected;
        try
        {
            expected = Expected(context, pstate, registers.Pc, managed, features, level);
        }
        catch (ArgumentException)
        {
            // AArch32 is not entered from AArch64.
            result.Should().Be(ErrorCode.Argument);
            return state;
        }

        result.Should().Be(ErrorCode.None);
        state.Should().Be(expected);
        return state;
    }

    // Member by member, as the header has it.
    private static ExceptionStateStructure Expected(
        in ExceptionContextStructure context, ulong pstate, ulong pc, in EmulationFault fault, PstateFeatures features, int level)
    {
        var expected = new ExceptionStateStructure { Size = (uint)sizeof(ExceptionStateStructure), TargetLevel = (uint)level };
        if (level == 1 && context.AArch32 != 0)
        {
            AArch32ExceptionEntry entry = AArch32ExceptionEntry.For(
                new AArch32ExceptionContext(pstate, (uint)pc, (uint)context.Vbar, (uint)context.Sctlr, context.LongDescriptors != 0) { Features = features }, fault);
            (expected.Pc, expected.PState, expected.Elr, expected.Spsr) = (entry.Pc, entry.Cpsr, entry.LR, entry.Spsr);
            (expected.FarValid, expected.Far) = entry.FaultAddress is { } far ? ((byte)1, far) : default;
            (expected.EsrValid, expected.Esr) = entry.FaultStatus is { } status ? ((byte)1, status) : default;
            (expected.LRNumber, expected.Mode) = ((byte)entry.LRView, (byte)entry.Mode);
        }
        else
        {
            bool isEL2 = level == 2, sctlr2 = context.Hcr == 0 || (context.Hcrx & (1 << 15)) != 0;
            AArch64ExceptionEntry entry = AArch64ExceptionEntry.For(
                new AArch64ExceptionContext(level, pstate, pc, isEL2 ? context.VbarEl2 : context.Vbar, isEL2 ? context.SctlrEl2 : context.Sctlr)
                {
                    Sctlr2 = isEL2 ? context.Sctlr2El2 : sctlr2 ? context.Sctlr2 : 0,
                    Hcr = context.Hcr,
                    ExceptionLockEnabled = ((isEL2 ? context.GcscrEl2 : context.Gcscr) & (1 << 6)) != 0,
                    Features = features,
                },
                fault);
            (expected.Pc, expected.PState, expected.Elr, expected.Spsr, expected.Esr, expected.EsrValid) = (entry.Pc, entry.PState, entry.Elr, entry.Spsr, entry.Esr, 1);
            (expected.FarValid, expected.Far) = entry.Far is { } far ? ((byte)1, far) : default;
        }

        return expected;
    }

    private ExceptionContextStructure Context()
    {
        bool hasEL2 = _random.Next(3) != 0;
        var context = new ExceptionContextStructure
        {
            Size = (uint)sizeof(ExceptionContextStructure),
            AArch32 = (byte)_random.Next(2),
            LongDescriptors = (byte)_random.Next(2),
            Vbar = 0x10000,
            Sctlr = Some(),
            Sctlr2 = Some(),
            IdAa64Pfr1 = Some() & 0x1111_1111_1111_1111,
            IdAa64Mmfr1 = Some() & 0x1111_1111_1111_1111,
            VbarEl2 = 0x20000,
            SctlrEl2 = Some(),
            Sctlr2El2 = Some(),
            Hcrx = hasEL2 ? Some() : 0,
            Gcscr = Some(),
            GcscrEl2 = Some(),
        };
        context.Hcr = hasEL2 ? Some() | (context.AArch32 != 0 ? 0 : 1ul << 31) : 0;
        return context;
    }

    private FaultStructure Fault() => new()
    {
        Address = Some(),
        Iss = (uint)Some() & 0x1FF_FFFF,
        Reason = (byte)(_random.Next(2) == 0 ? (int)FaultReason.DataAbort : 1 + _random.Next(6)),
        Dfsc = ((byte[])[0x05, 0x06, 0x07, 0x0D, 0x0F, 0x10, 0x14, 0x21])[_random.Next(8)],
        IsWrite = (byte)_random.Next(2),
        AddressNotValid = (byte)(_random.Next(8) == 0 ? 1 : 0),
        Domain = (byte)_random.Next(16),
    };

    private T Changed<T>(T structure, FieldInfo member)
        where T : struct
    {
        object boxed = structure;
        member.SetValue(
            boxed,
            (member.Name, member.GetValue(boxed)) switch
            {
                (nameof(FaultStructure.Reason), byte reason) => (object)(byte)(1 + ((reason + _random.Next(5)) % 6)),
                (nameof(FaultStructure.Dfsc), byte) => ((byte[])[0x04, 0x09, 0x0E, 0x11])[_random.Next(4)],
                (nameof(FaultStructure.Domain), byte domain) => (byte)((domain + 1) % 16),
                (_, byte flag) => (byte)(flag ^ 1),
                (_, uint value) => value ^ (1u << _random.Next(25)),
                (_, ulong value) => value ^ (1ul << _random.Next(64)),
                var other => throw new InvalidOperationException(other.ToString()),
            });
        return (T)boxed;
    }

    private ulong Some() => (ulong)_random.NextInt64() ^ ((ulong)_random.Next() << 40);

    private static FieldInfo[] Members<T>() =>
        [.. typeof(T).GetFields(BindingFlags.Instance | BindingFlags.Public).Where(field => field.Name is not ("Size" or "Reserved"))];
}

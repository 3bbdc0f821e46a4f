using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Tests.Tooling.Scalable;

/// <summary>
/// The manual's operation text of SVE and SME loads and stores as a machine. It judges where no QEMU can, and is itself judged by
/// QEMU everywhere else.
/// </summary>
internal static class ScalableModel
{
    private const int Ffr = 16;

    /// <summary>The state after the instruction. Of what is CONSTRAINED UNPREDICTABLE after a suppressed fault it makes zeros.</summary>
    public static MachineState Execute(ScalableCase c)
    {
        var state = c.Case.Initial.Clone();
        if (ScalableElements.IsUndefined(c.Form, state))
        {
            state.Outcome = Outcome.Undefined;
            return state;
        }

        var fault = c.Form.IsStore ? Store(c, state) : c.Form.IsLoad ? Load(c, state) : null;
        if (fault is { } address)
        {
            var before = c.Case.Initial.Clone();
            before.FaultAddress = address;
            before.Outcome = before.Memory.FindFault(address, 1, write: false) is null ? Outcome.PermissionFault : Outcome.TranslationFault;
            return before;
        }

        state.Pc += 4;
        CopyLowHalves(state);
        return state;
    }

    /// <summary>Makes the V registers the low 128 bits of the Z registers.</summary>
    public static void CopyLowHalves(MachineState state)
    {
        for (var i = 0; i < 32; i++)
        {
            var z = state.Sve!.ZRegister(i);
            state.V[i] = new UInt128(BinaryPrimitives.ReadUInt64LittleEndian(z[8..]), BinaryPrimitives.ReadUInt64LittleEndian(z));
        }
    }

    /// <summary>The datum of an element as it stands in the register.</summary>
    public static byte[]? Datum(ScalableCase c, GuestMemory memory, ScalableElement element)
    {
        var data = new byte[element.Size];
        if (!memory.TryRead(element.Address, data))
        {
            return null;
        }

        if (c.Case.BigEndian)
        {
            Array.Reverse(data);
        }

        var result = new byte[c.RegisterBytes];
        data.CopyTo(result, 0);
        if (c.Form.IsSigned && data[^1] >= 0x80)
        {
            result.AsSpan(data.Length).Fill(0xFF);
        }

        return result;
    }

    /// <summary>The register that holds an element.</summary>
    public static Span<byte> RegisterOf(ScalableForm form, MachineState state, int number) => form.File switch
    {
        ScalableFile.WholePredicate => state.Sve!.PRegister(number),
        ScalableFile.LookupTable => state.Sme!.Zt0,
        ScalableFile.TileSlice or ScalableFile.ArrayVector => state.Sme!.ArrayVector(number),
        _ => state.Sve!.ZRegister(number),
    };

    // Nothing is stored before it is known that all of it can be: what a fault has left in memory is not defined.
    private static ulong? Store(ScalableCase c, MachineState state)
    {
        foreach (var element in c.Elements)
        {
            if (element.IsActive && state.Memory.FindFault(element.Address, element.Size, write: true) is { } address)
            {
                return address;
            }
        }

        foreach (var element in c.Elements)
        {
            if (element.IsActive)
            {
                var data = RegisterOf(c.Form, state, element.Register).Slice(element.Offset, element.Size).ToArray();
                if (c.Case.BigEndian)
                {
                    Array.Reverse(data);
                }

                state.Memory.Load(element.Address, data);
            }
        }

        return null;
    }

    private static ulong? Load(ScalableCase c, MachineState state)
    {
        var ffr = state.Sve!.PRegister(Ffr);
        var isFirst = true;
        var hasFaulted = false;
        var isUnknown = false;
        foreach (var element in c.Elements)
        {
            var datum = element.IsActive ? Datum(c, state.Memory, element) : new byte[c.RegisterBytes];
            if (datum is null && !(c.Form.SuppressesFaults && (c.Form.IsNonFault || !isFirst)))
            {
                return state.Memory.FindFault(element.Address, element.Size, write: false);
            }

            isFirst &= !element.IsActive;
            if (c.Form.SuppressesFaults)
            {
                hasFaulted |= datum is null;
                for (var i = element.Offset; hasFaulted && i < element.Offset + c.RegisterBytes; i++)
                {
                    ffr[i / 8] &= (byte)~(1 << (i % 8));
                }

                isUnknown |= ((ffr[element.Offset / 8] >> (element.Offset % 8)) & 1) == 0;
                datum = isUnknown ? new byte[c.RegisterBytes] : datum;
            }

            datum!.CopyTo(RegisterOf(c.Form, state, element.Register)[element.Offset..]);
        }

        if (c.Form.IsBroadcast && c.Elements.Count != 0)
        {
            Replicate(c, state.Sve.ZRegister(c.Elements[0].Register));
        }

        return null;
    }

    private static void Replicate(ScalableCase c, Span<byte> z)
    {
        var segment = z[..(c.Elements.Count * c.RegisterBytes)];
        if (c.Elements.Count > 1)
        {
            for (var i = segment.Length; i < z.Length; i += segment.Length)
            {
                segment.CopyTo(z[i..]);
            }

            return;
        }

        var datum = segment.ToArray();
        var p = c.Case.Initial.Sve!.PRegister(c.Form.Field(c.Word, "Pg"));
        for (var i = 0; i < z.Length; i += datum.Length)
        {
            var isActive = ((p[i / 8] >> (i % 8)) & 1) != 0;
            (isActive ? datum : new byte[datum.Length]).CopyTo(z[i..]);
        }
    }
}

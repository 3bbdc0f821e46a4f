using System;

namespace Arm64MmioDecode.Descriptors;

/// <summary>
/// The forms that a disassembler prefers: an atomic without acquire semantics whose result goes to the zero register is
/// its ST form (Arm ARM, "STADD … is an alias of LDADD"), and GCSPOPM to the zero register has no operand.
/// </summary>
internal static class A64Aliases
{
    public static bool TryFormat(in AccessDescriptor access, ReadOnlySpan<char> template, ref SpanWriter text)
    {
        if (access.Kind == AccessKind.GuardedControlStack && access.Operation == AccessOperation.Pop && access.Layout == RegisterLayout.Consecutive && access.Rt == 31)
        {
            AssemblyFormatter.Write(in access, template.Slice(0, template.IndexOf(' ')), ref text);
            return true;
        }

        if (access.Kind != AccessKind.ReadModifyWrite || access.Operation == AccessOperation.Swap
            || access.Layout != RegisterLayout.OperandAndTarget || access.RegisterFile != RegisterFile.General || access.Rt != 31
            || (access.NamedProperties & (AccessProperties.Acquire | AccessProperties.ReadCheckWrite)) != 0)
        {
            return false;
        }

        // "ldadd <Ws>, <Wt>, [...]" becomes "stadd <Ws>, [...]".
        int first = template.IndexOf(' ') + 1;
        int second = template.Slice(first).IndexOf(' ') + first + 1;
        int third = template.Slice(second).IndexOf(' ') + second + 1;
        text.Add("st");
        AssemblyFormatter.Write(in access, template.Slice(2, second - 2), ref text);
        AssemblyFormatter.Write(in access, template.Slice(third), ref text);
        return true;
    }
}

using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// The forms that a disassembler prefers when Rt is the zero register: an atomic without acquire semantics is its ST form
/// (Arm ARM, "STADD … is an alias of LDADD"), and GCSPOPM has no operand.
/// </summary>
internal static class A64Aliases
{
    /// <summary>The template of the alias; empty when the encoding has none.</summary>
    public static string Of(AssemblySyntax syntax, AccessClause access)
    {
        if (access.Kind == AccessKind.GuardedControlStack && access.Operation == AccessOperation.Pop && syntax.Layout == RegisterLayout.Consecutive)
        {
            return syntax.Template[..syntax.Template.IndexOf(' ', StringComparison.Ordinal)];
        }

        if (access.Kind != AccessKind.ReadModifyWrite || access.Operation == AccessOperation.Swap
            || syntax.Layout != RegisterLayout.OperandAndTarget || syntax.File != RegisterFile.General
            || (access.Flags & (AccessProperties.Acquire | AccessProperties.ReadCheckWrite)) != 0)
        {
            return "";
        }

        // "ldadd <Ws>, <Wt>, [...]" becomes "stadd <Ws>, [...]".
        string[] parts = syntax.Template.Split(' ', 4);
        return $"st{parts[0][2..]} {parts[1]} {parts[3]}";
    }
}

using System.Collections.Generic;

namespace Arm64MmioDecode.Tests.Tooling.Scalable;

/// <summary>A differential case of a scalable access, with what is known of it without executing it.</summary>
internal sealed class ScalableCase
{
    public ScalableCase(ScalableForm form, uint word, DifferentialCase differentialCase)
    {
        Form = form;
        Word = word;
        Case = differentialCase;
        Elements = ScalableElements.Of(form, word, differentialCase.Initial);
        differentialCase.MayFaultAt = address =>
            Elements.Exists(x => x.IsActive && x.Contains(address))
            && differentialCase.Initial.Memory.FindFault(address, 1, form.IsStore) is not null;
    }

    public ScalableForm Form { get; }

    public uint Word { get; }

    public DifferentialCase Case { get; }

    public List<ScalableElement> Elements { get; }

    /// <summary>Bytes of an element in a register.</summary>
    public int RegisterBytes => Form.RegisterBytes(Word);

    /// <summary>Whether an active element lies partly in accessible memory.</summary>
    public bool HasStraddlingElement => Elements.Exists(x => x.IsActive && IsAccessible(x.Address) != IsAccessible(x.Address + (ulong)x.Size - 1));

    private bool IsAccessible(ulong address) => Case.Initial.Memory.FindFault(address, 1, Form.IsStore) is null;
}

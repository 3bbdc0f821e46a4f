using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Translation;

/// <summary>
/// Translates for one vCPU, and keeps for the pages that were translated last which descriptors said so, as guests access the same few
/// pages of their devices from the same few pages of code.
/// </summary>
/// <remarks>
/// A walk is a function of the registers, the request, and the descriptors that it reads; which descriptor comes next is one, too. So
/// if registers and request are equal, and all descriptors are read again, in the order of the walk, and are what they were, then the
/// walk itself would read these and come to this result. Nothing that another CPU can change is taken from the past: every
/// descriptor is read at each translation, and one that differs leads to a walk from the beginning. While one is being translated nobody
/// else asks: a handler refuses calls from the memory, and explanations walk the tables themselves.
/// </remarks>
/// <param name="memory">The guest's memory.</param>
internal sealed class RecentTranslations(IGuestMemory memory)
{
    private const int Count = 8;
    private const int PageBits = 12;

    private readonly RecentTranslation[] _recent = Create();

    /// <summary>Translates an access.</summary>
    public TranslationResult Translate(in Stage1Registers registers, in TranslationRequest request)
    {
        RecentTranslation recent = Of(request.VirtualAddress);
        return recent.IsOf(registers, request) && recent.Holds(memory) ? recent.At(request.VirtualAddress) : Walk(registers, request, recent);
    }

    /// <summary>
    /// The translation of such an access that was the last in its place; null when it is another's. Whether it holds still
    /// (<see cref="RecentTranslation.Holds"/>) is left to the caller, who translates nothing else before.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RecentTranslation? Find(in Stage1Registers registers, in TranslationRequest request)
    {
        RecentTranslation recent = Of(request.VirtualAddress);
        return recent.IsOf(registers, request) ? recent : null;
    }

    /// <summary>
    /// The same, after a walk where there is none yet. Null when the access has no translation, or one that is not kept: under a stage 2 of
    /// the guest's own, which is not even tried.
    /// </summary>
    public RecentTranslation? FindOrWalk(in Stage1Registers registers, in TranslationRequest request)
    {
        RecentTranslation recent = Of(request.VirtualAddress);
        return recent.IsOf(registers, request) || (!AArch64Stage2.Applies(registers) && Walk(registers, request, recent).Succeeded && recent.IsKept) ? recent : null;
    }

    private RecentTranslation Of(ulong virtualAddress) => _recent[(int)(virtualAddress >> PageBits) & (Count - 1)];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TranslationResult Walk(in Stage1Registers registers, in TranslationRequest request, RecentTranslation recent)
    {
        recent.Begin();
        TranslationResult result = Stage1.Translate(memory, registers, request, recent);
        recent.End(registers, request, result);
        return result;
    }

    private static RecentTranslation[] Create()
    {
        var recent = new RecentTranslation[Count];
        for (int i = 0; i < Count; i++)
        {
            recent[i] = new RecentTranslation();
        }

        return recent;
    }
}

using System;

namespace Arm64MmioDecode.Translation;

/// <summary>Translates a guest's virtual addresses through its own page tables, as the processor's stage 1 would.</summary>
/// <remarks>
/// <see cref="Translate"/> only reads: it neither sets Access flags nor dirty state, but says where a processor would
/// (<see cref="TranslationResult.PendingUpdates"/>). There is no TLB, so the answer is that of a processor with an empty TLB now. It allocates nothing, throws for nothing that a guest controls, and reads at most one
/// descriptor for each level of lookup (5 at most).
/// </remarks>
public static class Stage1
{
    /// <summary>Translates one access.</summary>
    /// <param name="memory">The guest's physical memory, which holds the tables.</param>
    /// <param name="registers">The registers of the translation regime.</param>
    /// <param name="request">The access.</param>
    /// <returns>The physical address with its attributes, or the fault that the guest would take.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="memory"/> is <see langword="null"/>.</exception>
    public static TranslationResult Translate(IGuestMemory memory, in Stage1Registers registers, in TranslationRequest request)
    {
        _ = memory ?? throw new ArgumentNullException(nameof(memory));
        return registers.Regime == Stage1Regime.AArch32EL10
            ? AArch32Stage1.Translate(memory, registers, request)
            : AArch64Stage1.Translate(memory, registers, request);
    }

    /// <summary>
    /// Translates one access and sets the Access flags and dirty state that the processor would set before it, for the page and the
    /// tables of this one address.
    /// </summary>
    /// <param name="memory">The guest's physical memory, which holds the tables.</param>
    /// <param name="registers">The registers of the translation regime.</param>
    /// <param name="request">The access, which is to be made if the translation succeeds.</param>
    /// <returns>
    /// As <see cref="Translate"/>. <see cref="TranslationResult.PendingUpdates"/> is what could not be set: another processor has
    /// changed the descriptor meanwhile (ask again), or the tables lie in memory that cannot be written.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="memory"/> is <see langword="null"/>.</exception>
    public static TranslationResult TranslateAndUpdate(IAtomicGuestMemory memory, in Stage1Registers registers, in TranslationRequest request)
    {
        _ = memory ?? throw new ArgumentNullException(nameof(memory));
        return registers.Regime == Stage1Regime.AArch32EL10
            ? AArch32Stage1.Translate(memory, registers, request)
            : AArch64Stage1.Translate(memory, registers, request, memory);
    }
}

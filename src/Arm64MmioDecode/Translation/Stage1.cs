using System;

namespace Arm64MmioDecode.Translation;

/// <summary>Translates a guest's virtual addresses through its own page tables, as the processor's stage 1 would.</summary>
/// <remarks>
/// <para>
/// For a guest of a guest (<see cref="Stage1Registers.Hcr"/>.VM) the stage 2 tables of the guest hypervisor are walked, too: for the
/// address that leaves stage 1, and for each descriptor of stage 1. The result is then an address of the guest hypervisor's memory.
/// </para>
/// <para>
/// A translation only reads: it sets neither Access flags nor dirty state, but says what hardware would set
/// (<see cref="TranslationResult.PendingUpdates"/>), unless <see cref="TranslateAndUpdate"/> is asked for. It knows of no TLB, so it
/// answers what a processor with an empty TLB would answer now. It allocates nothing, throws for nothing that a guest controls, and reads at most one descriptor for each level of lookup.
/// </para>
/// </remarks>
public static class Stage1
{
    /// <summary>
    /// The most descriptors that a translation reads: 5 of stage 1, and under a stage 2 of the guest's own 5 for each of them and 5 for
    /// the address itself; where hardware would change a descriptor of stage 1, its address is translated once more.
    /// </summary>
    public const int MaxTableLookups = 5 + (5 * 5) + 5 + (5 * 5);

    // The smallest page of any regime is 4 KB: what lies in it together is mapped together.
    internal const ulong SmallestPageMask = (1ul << 12) - 1;

    /// <summary>Translates one access.</summary>
    /// <param name="memory">The guest's physical memory, which holds the tables.</param>
    /// <param name="registers">The registers of the translation regime.</param>
    /// <param name="request">The access.</param>
    /// <returns>The physical address with its attributes, or the fault that the guest would take.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="memory"/> is <see langword="null"/>.</exception>
    public static TranslationResult Translate(IGuestMemory memory, in Stage1Registers registers, in TranslationRequest request)
    {
        var reader = new TableReader(memory ?? throw new ArgumentNullException(nameof(memory)));
        return Translate(ref reader, registers, request);
    }

    /// <summary>Translates one access, and tells of each descriptor on the way.</summary>
    /// <param name="memory">The guest's physical memory, which holds the tables.</param>
    /// <param name="registers">The registers of the translation regime.</param>
    /// <param name="request">The access.</param>
    /// <param name="lookups">
    /// Receives the lookups in their order, as many as there is room for (<see cref="MaxTableLookups"/> are enough);
    /// <see cref="TranslationResult.TableReads"/> is their number.
    /// </param>
    /// <returns>The physical address with its attributes, or the fault that the guest would take.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="memory"/> is <see langword="null"/>.</exception>
    public static TranslationResult Translate(IGuestMemory memory, in Stage1Registers registers, in TranslationRequest request, Span<TableLookup> lookups)
    {
        var reader = new TableReader(memory ?? throw new ArgumentNullException(nameof(memory)), lookups);
        return Translate(ref reader, registers, request);
    }

    /// <summary>
    /// Translates one access and sets the Access flags and dirty state that the processor would set before it, for the page and the
    /// tables of this one address.
    /// </summary>
    /// <param name="memory">The guest's physical memory, which holds the tables.</param>
    /// <param name="registers">The registers of the translation regime.</param>
    /// <param name="request">The access, which is to be made if the translation succeeds.</param>
    /// <returns>
    /// As without changes. <see cref="TranslationResult.PendingUpdates"/> is what could not be set: another processor has changed the
    /// descriptor meanwhile (ask again), or the tables lie in memory that cannot be written.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="memory"/> is <see langword="null"/>.</exception>
    public static TranslationResult TranslateAndUpdate(IAtomicGuestMemory memory, in Stage1Registers registers, in TranslationRequest request)
    {
        var reader = new TableReader(memory ?? throw new ArgumentNullException(nameof(memory)), default, memory);
        return Translate(ref reader, registers, request);
    }

    /// <summary>The same, with the descriptors noted as they lie in memory.</summary>
    internal static TranslationResult Translate(IGuestMemory memory, in Stage1Registers registers, in TranslationRequest request, RecentTranslation noted)
    {
        var reader = new TableReader(memory, noted);
        return Translate(ref reader, registers, request);
    }

    private static TranslationResult Translate(ref TableReader reader, in Stage1Registers registers, in TranslationRequest request) =>
        registers.IsIncomplete ? new TranslationResult(new TranslationFault(TranslationFaultKind.NotSupported, 0), reader)
        : registers.Regime == Stage1Regime.AArch32EL10
            ? AArch32Stage1.Translate(ref reader, registers, request)
            : AArch64Stage1.Translate(ref reader, registers, request);
}

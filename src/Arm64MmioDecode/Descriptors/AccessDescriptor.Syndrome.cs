namespace Arm64MmioDecode.Descriptors;

/// <content>Which instructions the architecture describes in ESR_ELx.ISS.</content>
public readonly partial struct AccessDescriptor
{
    /// <summary>
    /// Whether the architecture reports a valid syndrome (ESR_ELx.ISV = 1) when this instruction causes a stage 2 translation,
    /// access flag or permission fault. Some processors and hypervisors report ISV = 0 all the same.
    /// </summary>
    public bool HasValidSyndrome => Kind != AccessKind.None && NoSyndromeReasons == NoSyndromeReasons.None;

    /// <summary>Why the syndrome is not valid; <see cref="NoSyndromeReasons.None"/> when it is.</summary>
    public NoSyndromeReasons NoSyndromeReasons
    {
        get
        {
            NoSyndromeReasons reasons = Kind switch
            {
                AccessKind.LoadExclusive or AccessKind.StoreExclusive => NoSyndromeReasons.Exclusive,
                AccessKind.ReadModifyWrite or AccessKind.CompareAndSwap => NoSyndromeReasons.Atomic,
                AccessKind.Prefetch => NoSyndromeReasons.Prefetch,
                AccessKind.CacheMaintenance => NoSyndromeReasons.CacheMaintenance,
                AccessKind.ZeroBlock => NoSyndromeReasons.ZeroBlock,
                AccessKind.TagLoad or AccessKind.TagStore => NoSyndromeReasons.Tag,
                AccessKind.MemoryCopy or AccessKind.MemorySet => NoSyndromeReasons.MemoryCopyOrSet,
                AccessKind.GuardedControlStack => NoSyndromeReasons.GuardedControlStack,
                _ => NoSyndromeReasons.None,
            };
            if (Kind == AccessKind.Store && (Properties & AccessProperties.WritesTags) != 0)
            {
                reasons |= NoSyndromeReasons.Tag;
            }

            reasons |= RegisterFile switch
            {
                RegisterFile.SimdAndFloatingPoint => NoSyndromeReasons.SimdAndFloatingPoint,
                RegisterFile.ScalableVector or RegisterFile.Predicate => NoSyndromeReasons.Sve,
                RegisterFile.ZaArray or RegisterFile.Zt0 => NoSyndromeReasons.Sme,
                RegisterFile.System => NoSyndromeReasons.NotListed,
                _ => NoSyndromeReasons.None,
            };
            if (Layout == RegisterLayout.Pair)
            {
                reasons |= NoSyndromeReasons.Pair;
            }
            else if (RegisterCount > 1 && Kind is AccessKind.Load or AccessKind.Store or AccessKind.LoadExclusive or AccessKind.StoreExclusive && !IsSixtyFourByte)
            {
                reasons |= NoSyndromeReasons.MultipleRegisters;
            }

            if (Writeback)
            {
                reasons |= NoSyndromeReasons.Writeback;
            }

            return InstructionSet == InstructionSet.A64 ? reasons : reasons | AArch32Reasons;
        }
    }

    /// <summary>
    /// Whether this is LD64B, ST64B, ST64BV or ST64BV0, for which ISV is 1 on translation, access flag and permission faults
    /// (ESR_ELx.ISV with FEAT_LS64).
    /// </summary>
    private bool IsSixtyFourByte => InstructionSet == InstructionSet.A64 && RegisterFile == RegisterFile.General && RegisterCount == 8;

    // The architecture lists LDR, LDRB, LDRH, LDRSB, LDRSH, LDA*, STR, STRB, STRH, STL* and the unprivileged forms, without
    // writeback and without R15.
    private NoSyndromeReasons AArch32Reasons
    {
        get
        {
            NoSyndromeReasons reasons = NoSyndromeReasons.None;
            if (RegisterFile == RegisterFile.General && RegisterCount == 1 && Rt == 15)
            {
                reasons |= NoSyndromeReasons.ProgramCounter;
            }

            if (Shape == TransferShape.RegisterList)
            {
                reasons |= NoSyndromeReasons.MultipleRegisters;
            }

            if (Operation != AccessOperation.None && Kind is AccessKind.Load or AccessKind.Store)
            {
                reasons |= NoSyndromeReasons.NotListed;
            }

            return reasons;
        }
    }
}

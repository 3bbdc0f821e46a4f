namespace Arm64MmioDecode.Translation;

/// <summary>
/// The permissions that an access needs of each stage (Arm ARM, AArch64.S1CheckPermissions and AArch64.S2CheckPermissions). Where the
/// architecture leaves a fault of cache maintenance to the implementation there is none here: an exit proves that there was none.
/// </summary>
internal static class NeededPermissions
{
    private const int Cmow = 32; // SCTLR_ELx
    private const int HcrxCmow = 9;

    public static AccessPermissions InStage1(in Stage1Registers registers, in TranslationRequest request)
    {
        switch (request.Access)
        {
            case TranslationAccess.Read:
                return AccessPermissions.Read;
            case TranslationAccess.Write:
            case TranslationAccess.DataCacheInvalidate:
                return AccessPermissions.Write;
            case TranslationAccess.InstructionFetch:
                return AccessPermissions.Execute;
        }

        // Cleaning needs nothing above EL0, which is where SCTLR.CMOW makes some of it need a permission to write.
        bool unprivileged = registers.Regime is Stage1Regime.EL10 or Stage1Regime.EL20 && !request.Privileged;
        if (!unprivileged)
        {
            return AccessPermissions.None;
        }

        bool cmow = Bits.Bit(registers.Sctlr, Cmow) && registers.Capabilities.Has(Stage1Features.CacheMaintenanceNeedsWrite);
        return request.Access switch
        {
            TranslationAccess.DataCacheClean => AccessPermissions.Read,
            TranslationAccess.DataCacheCleanInvalidate => AccessPermissions.Read | (cmow ? AccessPermissions.Write : AccessPermissions.None),
            _ => cmow ? AccessPermissions.Write : AccessPermissions.None,
        };
    }

    public static AccessPermissions InStage2(in Stage1Registers registers, in TranslationRequest request)
    {
        switch (request.Access)
        {
            case TranslationAccess.Read:
                return AccessPermissions.Read;
            case TranslationAccess.Write:
                return AccessPermissions.Write;
            case TranslationAccess.InstructionFetch:
                return AccessPermissions.Execute;
        }

        bool aarch32 = registers.Regime == Stage1Regime.AArch32EL10;
        bool cmow = Bits.Bit(registers.OwnStage2.Hcrx, HcrxCmow) && registers.Capabilities.Has(Stage1Features.CacheMaintenanceNeedsWrite);
        AccessPermissions read = request.Privileged || aarch32 ? AccessPermissions.None : AccessPermissions.Read;
        return request.Access switch
        {
            TranslationAccess.DataCacheInvalidate => aarch32 ? AccessPermissions.None : AccessPermissions.Write,
            TranslationAccess.DataCacheClean => read,
            TranslationAccess.DataCacheCleanInvalidate => read | (cmow ? AccessPermissions.Write : AccessPermissions.None),
            _ => cmow ? AccessPermissions.Write : AccessPermissions.None,
        };
    }
}

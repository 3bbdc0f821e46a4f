using System.CommandLine;
using Arm64MmioDecode.Tool.Explaining;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary>The options of <c>explain</c> that say where the guest's page tables are.</summary>
internal sealed class TableOptions
{
    private const ulong TranslationOn = 1;
    private const int PhysicalAddressBits = 52;

    // There are no identification registers. A bit of TCR or SCTLR that is 1 is taken at its word: software leaves those at 0 whose
    // feature the processor does not have.
    private const Stage1Features Features = Stage1Features.LargeVirtualAddress | Stage1Features.Lpa2Granule4K | Stage1Features.Lpa2Granule16K
        | Stage1Features.SmallTables | Stage1Features.HierarchicalPermissionDisables | Stage1Features.HardwareAccessFlag
        | Stage1Features.HardwareDirtyState | Stage1Features.EnhancedPan | Stage1Features.E0PD | Stage1Features.NonFaultDisables
        | Stage1Features.ExtendedTagChecking | Stage1Features.PointerAuthentication | Stage1Features.CacheMaintenanceNeedsWrite;

    private readonly Option<FileAt?> _tables = ExplainCommand.MemoryFile("--tables", "The guest's physical memory with its page tables, and the address of its first byte.");
    private readonly Option<ulong?> _tcr = ExplainCommand.Register("--tcr", "TCR", "TCR_EL1, for --tables.");
    private readonly Option<ulong?> _ttbr0 = ExplainCommand.Register("--ttbr0", "TTBR0", "TTBR0_EL1, for --tables.");
    private readonly Option<ulong?> _ttbr1 = ExplainCommand.Register("--ttbr1", "TTBR1", "TTBR1_EL1, for --tables.");
    private readonly Option<ulong?> _sctlr = ExplainCommand.Register("--sctlr", "SCTLR", "SCTLR_EL1, for --tables; 1 by default.");
    private readonly Option<ulong?> _mair = ExplainCommand.Register("--mair", "MAIR", "MAIR_EL1, for --tables.");

    public void AddTo(Command command)
    {
        Option<ulong?>[] registers = [_tcr, _ttbr0, _ttbr1, _sctlr, _mair];
        command.Add(_tables);
        foreach (Option<ulong?> register in registers)
        {
            command.Add(register);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(_tables) is null)
            {
                foreach (Option<ulong?> register in registers)
                {
                    if (result.GetResult(register) is not null)
                    {
                        result.AddError($"{register.Name} says nothing without --tables");
                    }
                }
            }
            else if (result.GetResult(_tcr) is null || (result.GetResult(_ttbr0) is null && result.GetResult(_ttbr1) is null))
            {
                result.AddError("--tables needs --tcr, and --ttbr0 or --ttbr1");
            }
        });
    }

    /// <summary>What was given; null without <c>--tables</c>.</summary>
    public TableInput? Read(ParseResult parsed) => parsed.GetValue(_tables) is not { } file ? null : new TableInput(file, new Stage1Registers
    {
        Regime = Stage1Regime.EL10,
        Capabilities = new Stage1Capabilities(Features, PhysicalAddressBits),
        Sctlr = parsed.GetValue(_sctlr) ?? TranslationOn,
        Tcr = parsed.GetValue(_tcr) ?? 0,
        Ttbr0 = parsed.GetValue(_ttbr0) ?? 0,
        Ttbr1 = parsed.GetValue(_ttbr1) ?? 0,
        Mair = parsed.GetValue(_mair) ?? 0,
    });
}

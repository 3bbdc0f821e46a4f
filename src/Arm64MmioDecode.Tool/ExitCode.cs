namespace Arm64MmioDecode.Tool;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for was done.</summary>
    public const int Success = 0;

    /// <summary>The tool ran, but what it was asked about failed: a fault, an instruction that is not emulated.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the input cannot be used, or the output cannot be written.</summary>
    public const int BadInput = 2;

    /// <summary>A defect of the tool itself.</summary>
    public const int InternalError = 70;
}

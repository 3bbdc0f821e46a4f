using Arm64MmioDecode.Tool.Commands;

namespace Arm64MmioDecode.Tool;

internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Length != 0 && args[0] == ScanCommand.Name)
        {
            ScanCommand.Prepare(args);
        }

        // Standard output may be closed by its reader at any time (a pipe into head): the tool then ends quietly.
        using var console = ToolConsole.OpenStandard();
        return CommandLineTool.Run(args, console);
    }
}

using System;
using System.IO;

namespace Consumer;

/// <summary>Prints what the packages do: the same on every runtime.</summary>
internal static class Program
{
    /// <summary>The first argument names the part: instructions, exits FILE, scans FILE, first-exit, or runtime, which says where it ran.</summary>
    private static int Main(string[] args)
    {
        var output = new StreamWriter(Console.OpenStandardOutput()) { NewLine = "\n" };
        string file = args.Length > 1 ? args[1] : "";
        switch (args.Length > 0 ? args[0] : "")
        {
            case "instructions":
                Instructions.Run(output);
                break;
            case "exits":
                Exits.Run(file, output);
                break;
#if NET
            case "scans":
                Scans.Run(file, output);
                break;
            case "first-exit":
                FirstExit.Run(output);
                break;
#endif
            case "runtime":
                output.Write(System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription);
#if NET
                output.Write(System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported ? "" : ", without a JIT compiler");
#endif
                output.WriteLine();
                break;
            default:
                return 2;
        }

        output.Flush();
        return 0;
    }
}

using System;
using System.IO;

namespace Arm64MmioDecode.TableCompiler;

internal static class Program
{
    /// <summary>Compiles the encodings files, or compares them with Arm's specification and updates docs/conformance.md.</summary>
    private static int Main(string[] arguments)
    {
        string folder = Path.Combine("src", "Arm64MmioDecode", "Encodings");
        try
        {
            if (arguments is ["conformance", string specification])
            {
                return Conformance(folder, specification);
            }

            if (arguments.Length > 0)
            {
                Console.Error.WriteLine("usage: (in the repository's folder) no arguments to compile the tables, or: conformance FOLDER-OF-ARM-A64-XML");
                return 2;
            }

            foreach ((string path, string text) in TableCompilation.Compile(folder))
            {
                File.WriteAllText(path, text);
            }

            return 0;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
    }

    private static int Conformance(string folder, string specification)
    {
        EncodingsFile file = EncodingsFile.Read(Path.Combine(folder, "A64.encodings"), registerWidth: 5);
        var arm = ArmSpecification.Read(specification);
        foreach (string difference in ConformanceReport.Compare(file, arm))
        {
            Console.WriteLine(difference);
        }

        string document = Path.Combine("docs", "conformance.md");
        string counts = ConformanceReport.Counts(file, arm, Path.GetFileName(Path.TrimEndingDirectorySeparator(specification)));
        File.WriteAllText(document, ConformanceReport.Insert(File.ReadAllText(document), counts));
        return 0;
    }
}

using System;
using System.IO;
using System.Linq;

namespace Arm64MmioDecode.TableCompiler;

internal static class Program
{
    /// <summary>Compiles the encodings files, or compares them with Arm's specification and updates the document that counts them.</summary>
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
                Console.Error.WriteLine("usage: (in the repository's folder) no arguments to compile the tables, or: conformance FOLDER-OF-ARM-XML");
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
        var arm = ArmSpecification.Read(specification);
        string version = Path.GetFileName(Path.TrimEndingDirectorySeparator(specification));
        bool aarch32 = arm.Exists(encoding => encoding.InstructionSet == "A32");
        EncodingsFile[] files =
        [
            .. arm.Select(encoding => encoding.InstructionSet).Distinct().Order(StringComparer.Ordinal).Select(set => EncodingsFile.Read(Path.Combine(folder, $"{set}.encodings"), registerWidth: aarch32 ? 4 : 5)),
        ];
        foreach (string difference in files.SelectMany(file => ConformanceReport.Compare(file, arm)))
        {
            Console.WriteLine(difference);
        }

        string document = Path.Combine("docs", aarch32 ? "conformance-aarch32.md" : "conformance.md");
        string counts = aarch32 ? ConformanceReport.AArch32Counts(files, arm, version) : ConformanceReport.Counts(files[0], arm, version);
        File.WriteAllText(document, ConformanceReport.Insert(File.ReadAllText(document), counts));
        return 0;
    }
}

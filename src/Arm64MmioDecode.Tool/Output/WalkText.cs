using System.Globalization;
using Arm64MmioDecode.Tool.Explaining;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>A walk of stage 1 for people: a table of its lookups, drawn as the way from the address to where it leads.</summary>
internal static class WalkText
{
    public static void Write(OutputBuffer output, TextStyle style, TableWalk walk)
    {
        output.WriteLine(style.Heading("Walk of the guest's page tables"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  virtual address 0x{walk.Address:x}"));
        output.WriteLine("   |   level  descriptor at       descriptor          is");
        foreach (TableLookup lookup in walk.Lookups)
        {
            string kind = lookup.Kind switch
            {
                TableLookupKind.Table => "a table",
                TableLookupKind.Block => "a block",
                TableLookupKind.Page => "a page",
                TableLookupKind.Unreadable => style.Bad("not in the dump"),
                _ => style.Bad("invalid"),
            };
            string descriptor = lookup.Kind == TableLookupKind.Unreadable ? "" : string.Create(CultureInfo.InvariantCulture, $"0x{lookup.Descriptor:x}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"   +-> {lookup.Level,5}  0x{lookup.Address,-16:x}  {descriptor,-18}  {kind}"));
        }

        output.WriteLine(walk.Result.Succeeded
            ? "   +-> " + style.Good(string.Create(CultureInfo.InvariantCulture, $"0x{walk.Result.PhysicalAddress:x}")) + ", " + walk.Result.Attributes
            : "   X   " + style.Bad(walk.Result.Fault.ToString()));
    }
}

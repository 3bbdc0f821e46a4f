using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;
using Arm64MmioDecode.PublicDocumentation;

if (args is not [string assembly, string documentation, string output])
{
    Console.Error.WriteLine("usage: Arm64MmioDecode.PublicDocumentation ASSEMBLY DOCUMENTATION OUTPUT");
    return 2;
}

HashSet<string> visible = VisibleMembers.Of(assembly);
XDocument document = XDocument.Load(documentation, LoadOptions.PreserveWhitespace);
List<XElement> members = [.. document.Descendants("member")];
List<XElement> hidden = [.. members.Where(member => !visible.Contains((string?)member.Attribute("name") ?? ""))];
if (hidden.Count == members.Count)
{
    throw new InvalidDataException($"{documentation} documents nothing that {assembly} shows");
}

foreach (XElement member in hidden)
{
    // With the line break and the indentation before it.
    if (member.PreviousNode is XText space)
    {
        space.Remove();
    }

    member.Remove();
}

document.Save(output, SaveOptions.DisableFormatting);
return 0;

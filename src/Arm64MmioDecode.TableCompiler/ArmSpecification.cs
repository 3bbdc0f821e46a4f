using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Xml;
using System.Xml.Linq;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>One encoding of Arm's published instruction set XML.</summary>
/// <param name="Name">Arm's name.</param>
/// <param name="InstructionSet">A64, A32 or T32.</param>
/// <param name="Group">The second and third part of the encoding's place in the specification's decode tree, for example <c>ldst.ldstpair_post</c>.</param>
/// <param name="Feature">The features it needs, as written there.</param>
/// <param name="Mask">Fixed bits; of a 16-bit instruction in bits 31:16.</param>
/// <param name="Value">Their values.</param>
/// <param name="IsAlias">Whether it is an alias of another encoding.</param>
internal sealed record ArmEncoding(string Name, string InstructionSet, string Group, string Feature, uint Mask, uint Value, bool IsAlias);

/// <summary>Reads Arm's published instruction set XML (a folder such as ISA_A64_xml_A_profile-2025-03 or ISA_AArch32_xml_A_profile-2025-03), which is not part of this repository.</summary>
internal static class ArmSpecification
{
    /// <exception cref="InvalidDataException">The folder has no instruction pages.</exception>
    public static List<ArmEncoding> Read(string folder)
    {
        var encodings = new List<ArmEncoding>();
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore };
        foreach (string path in Directory.EnumerateFiles(folder, "*.xml").Order(StringComparer.Ordinal))
        {
            using var reader = XmlReader.Create(path, settings);
            XElement root = XElement.Load(reader);
            if (root.Name != "instructionsection")
            {
                continue;
            }

            bool alias = (string?)root.Attribute("type") == "alias";
            foreach (XElement instructionClass in root.Descendants("iclass"))
            {
                XElement diagram = instructionClass.Element("regdiagram")!;
                string[] place = ((string?)diagram.Attribute("psname") ?? "").Split('.');
                string group = place.Length > 2 ? $"{place[1]}.{place[2]}" : "";
                string set = (string?)instructionClass.Attribute("isa") ?? "";
                string classFeature = Feature(instructionClass);
                foreach (XElement encoding in instructionClass.Elements("encoding"))
                {
                    uint mask = 0;
                    uint value = 0;
                    AddBoxes(diagram, ref mask, ref value);
                    AddBoxes(encoding, ref mask, ref value);
                    string feature = Feature(encoding);
                    encodings.Add(new ArmEncoding((string)encoding.Attribute("name")!, set, group, feature.Length > 0 ? feature : classFeature, mask, value, alias));
                }
            }
        }

        return encodings.Count > 0 ? encodings : throw new InvalidDataException($"{folder} has no instruction pages");
    }

    private static string Feature(XElement element) =>
        string.Join(" && ", element.Elements("arch_variants").Elements("arch_variant").Select(variant => (string?)variant.Attribute("feature") ?? "").Where(feature => feature.Length > 0));

    private static void AddBoxes(XElement parent, ref uint mask, ref uint value)
    {
        foreach (XElement box in parent.Elements("box"))
        {
            if (!int.TryParse((string?)box.Attribute("hibit"), NumberStyles.None, CultureInfo.InvariantCulture, out int bit))
            {
                continue;
            }

            foreach (XElement cell in box.Elements("c"))
            {
                string text = cell.Value.Trim();
                if (text is "0" or "1")
                {
                    mask |= 1u << bit;
                    value = (value & ~(1u << bit)) | (text == "1" ? 1u << bit : 0);
                }

                bit -= (int?)cell.Attribute("colspan") ?? 1;
            }
        }
    }
}

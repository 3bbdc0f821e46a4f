using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Arm64MmioDecode.PublicDocumentation;

/// <summary>What code outside an assembly can name, by the identifiers of XML documentation.</summary>
internal static class VisibleMembers
{
    /// <exception cref="InvalidDataException">The file is no assembly.</exception>
    public static HashSet<string> Of(string assembly)
    {
        MetadataReference reference = MetadataReference.CreateFromFile(assembly);
        if (CSharpCompilation.Create("documentation", references: [reference]).GetAssemblyOrModuleSymbol(reference) is not IAssemblySymbol symbols)
        {
            throw new InvalidDataException($"{assembly} is no assembly");
        }

        var found = new HashSet<string>();
        Add(symbols.GlobalNamespace, found);
        return found;
    }

    private static void Add(INamespaceOrTypeSymbol container, HashSet<string> found)
    {
        foreach (ISymbol member in container.GetMembers().Where(IsVisible))
        {
            if (member.GetDocumentationCommentId() is { } id)
            {
                found.Add(id);
            }

            if (member is INamespaceOrTypeSymbol inner)
            {
                Add(inner, found);
            }
        }
    }

    private static bool IsVisible(ISymbol symbol) => symbol is INamespaceSymbol
        || symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;
}

using System;
using System.Collections.Generic;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>The walk of stage 1 for an address, descriptor by descriptor.</summary>
internal sealed class TableWalk : IGuestMemory
{
    private readonly FileAt _file;

    private TableWalk(FileAt file, ulong address)
    {
        _file = file;
        Address = address;
    }

    /// <summary>The virtual address that was translated.</summary>
    public ulong Address { get; }

    /// <summary>The lookups in their order.</summary>
    public IReadOnlyList<TableLookup> Lookups { get; private set; } = [];

    /// <summary>Where the walk led.</summary>
    public TranslationResult Result { get; private set; }

    /// <summary>Walks the tables.</summary>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public static TableWalk Of(TableInput tables, ulong address, bool isWrite, bool isPrivileged)
    {
        var walk = new TableWalk(tables.Memory, address);
        Span<TableLookup> lookups = stackalloc TableLookup[Stage1.MaxTableLookups];
        walk.Result = Stage1.Translate(
            walk, tables.Registers, new TranslationRequest(address, isWrite ? TranslationAccess.Write : TranslationAccess.Read, isPrivileged), lookups);
        walk.Lookups = lookups[..Math.Min(lookups.Length, walk.Result.TableReads)].ToArray();
        return walk;
    }

    bool IGuestMemory.TryRead(ulong physicalAddress, Span<byte> destination)
    {
        byte[] bytes = _file.Read(physicalAddress, destination.Length);
        bytes.CopyTo(destination);
        return bytes.Length == destination.Length;
    }
}

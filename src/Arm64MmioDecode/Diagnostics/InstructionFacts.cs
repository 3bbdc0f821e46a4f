using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>What is known about the instruction of an exit.</summary>
internal readonly struct InstructionFacts
{
    private const int ModeMask = 0x1F;
    private const int StackPointer = 31;
    private const int ZeroRegister = 31;
    private const int ProgramCounter = 15;

    /// <summary>What it is; null when it is not known.</summary>
    public DecodeStatus? Decoded { get; init; }

    /// <summary>What it does; empty when it is no memory access.</summary>
    public AccessDescriptor Access { get; init; }

    /// <summary>The word, when it was read and is no memory access.</summary>
    public string? Word { get; init; }

    /// <summary>Where it is, when that is known.</summary>
    public ulong? Pc { get; init; }

    /// <summary>The virtual address of the access that faulted, when it is known.</summary>
    public ulong? Address { get; init; }

    /// <summary>The registers that its address is made of, with their contents, while it has not changed them.</summary>
    public IReadOnlyList<KeyValuePair<string, ulong>>? AddressRegisters { get; init; }

    /// <summary>The function that it is in, when that is known.</summary>
    public string? Symbol { get; init; }

    /// <summary>Further facts, a sentence each.</summary>
    public IReadOnlyList<string> Facts
    {
        get => field ?? [];
        init;
    }

    /// <summary>What is known of an exit that was read from a log.</summary>
    public static InstructionFacts Of(in DataAbortExit exit, DecodeStatus? decoded, in AccessDescriptor access, ExitCircumstances circumstances) => new()
    {
        Decoded = decoded,
        Access = access,
        Word = decoded == DecodeStatus.MemoryAccess ? null : circumstances.Word,
        Pc = circumstances.Pc,
        Symbol = circumstances.Symbol,
        Facts = circumstances.Facts,
        Address = exit.FaultAddress is null && circumstances.Registers is { } known ? AddressAgreement.FirstAddress(access, known) : null,
        AddressRegisters = circumstances.Registers is { } registers && decoded == DecodeStatus.MemoryAccess ? Read(access, registers) : null,
    };

    public static InstructionFacts Of(ExitHandler handler)
    {
        AccessDescriptor access = handler.Access;
        bool fetched = handler.Fetch.Status == FetchStatus.Fetched;
        DecodeStatus? decoded = access.Kind != AccessKind.None ? DecodeStatus.MemoryAccess
            : fetched ? handler.Fetch.Decode(out access)
            : null;
        return new InstructionFacts
        {
            Decoded = decoded,
            Access = access,
            Word = access.Kind == AccessKind.None && fetched
                ? "0x" + handler.Fetch.Opcode.ToString(handler.Fetch.Length == sizeof(ushort) ? "x4" : "x8", CultureInfo.InvariantCulture)
                : null,
            Pc = handler.InstructionAddress,
            Address = handler.TrappedAddress,
            AddressRegisters = IsAtInstruction(handler) ? Read(access, handler.Registers) : null,
        };
    }

    // Afterwards the registers may be changed; an exception that the guest was given selects another stack pointer and other banked ones.
    private static bool IsAtInstruction(ExitHandler handler) =>
        handler.Outcome.Status is not (ExitStatus.Completed or ExitStatus.Continue) && handler.Registers.Pc == handler.InstructionAddress;

    private static List<KeyValuePair<string, ulong>> Read(in AccessDescriptor access, IGuestRegisters registers)
    {
        List<KeyValuePair<string, ulong>> list = [];
        bool isA64 = access.InstructionSet == InstructionSet.A64;
        if (access.Kind is AccessKind.None or AccessKind.GuardedControlStack || access.AddressingMode is AddressingMode.Literal or AddressingMode.Reported)
        {
            return list;
        }

        if (access.Kind is AccessKind.MemoryCopy or AccessKind.MemorySet)
        {
            Add(access.Rt);
            Add(access.Kind == AccessKind.MemoryCopy ? access.Rs : access.Rn);
            return list;
        }

        if (access.AddressingMode != AddressingMode.VectorBase)
        {
            AddBase(access.IsSystemInstruction ? access.Rt : access.Rn, access.IsSystemInstruction);
        }

        if (access.HasIndex && access.RegisterFile is RegisterFile.General or RegisterFile.SimdAndFloatingPoint)
        {
            Add(access.Rm);
        }

        return list;

        void AddBase(int number, bool isData)
        {
            if (isA64 && number == StackPointer && !isData)
            {
                list.Add(new("sp", registers.Sp));
            }
            else
            {
                Add(number);
            }
        }

        void Add(int number)
        {
            if (isA64)
            {
                list.Add(new(RegisterName.A64(number, sixtyFour: true), number == ZeroRegister ? 0 : registers.GetX(number)));
            }
            else if (number != ProgramCounter)
            {
                list.Add(new(RegisterName.AArch32(number), registers.GetX(AArch32RegisterView.ToAArch64(number, (int)registers.PState & ModeMask))));
            }
        }
    }
}

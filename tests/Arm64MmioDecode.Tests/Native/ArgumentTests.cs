using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Native;
using Arm64MmioDecode.Native.Objects;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Native;

/// <summary>
/// Each function of arm64mmiodecode.h, with arguments made from its prototype: refuses NULL where that is not allowed, handles of something
/// else, values out of range and structures of an impossible size, and serves callers whose structures have more or fewer members.
/// </summary>
public sealed unsafe class ArgumentTests : IDisposable
{
    private const int Room = 4096 + 64;
    private const byte Untouched = 0xCC;

    private static readonly Dictionary<string, int> s_sizes = new()
    {
        ["access"] = sizeof(AccessStructure),
        ["syndrome"] = sizeof(SyndromeStructure),
        ["exit"] = sizeof(ExitStructure),
        ["stage1"] = sizeof(Stage1Structure),
        ["translation"] = sizeof(TranslationStructure),
        ["registers"] = sizeof(RegistersStructure),
        ["options"] = sizeof(OptionsStructure),
        ["outcome"] = sizeof(OutcomeStructure),
        ["transaction"] = sizeof(TransactionStructure),
        ["exception_context"] = sizeof(ExceptionContextStructure),
        ["exception_state"] = sizeof(ExceptionStateStructure),
    };

    private static readonly HashSet<string> s_optional =
        ["decode.access", "vcpu_create.memory", "vcpu_create.options", "vcpu_begin.outcome", "vcpu_commit.outcome", "memory_destroy.memory", "vcpu_destroy.vcpu"];

    // These return no error.
    private static readonly string[] s_withoutResult = ["abi_version", "version", "error_text", "memory_destroy", "vcpu_destroy"];

    private readonly List<nint> _blocks = [];
    private nint _memory;
    private nint _vcpu;

    public static TheoryData<string> Functions => [.. Prototypes().Select(prototype => prototype.Name)];

    public void Dispose()
    {
        if (_memory != 0)
        {
            NativeLibrary.DestroyVirtualCpu(_vcpu);
            NativeLibrary.DestroyMemory(_memory);
        }

        _blocks.ForEach(block => NativeMemory.Free((void*)block));
    }

    [SkippableTheory]
    [MemberData(nameof(Functions))]
    public void Arguments_are_checked(string name)
    {
        Prototype function = Prototypes().Single(prototype => prototype.Name == name);
        Make();
        int result = Call(function, Arguments(function));
        if (s_withoutResult.Contains(name))
        {
            return;
        }

        result.Should().BeGreaterThanOrEqualTo(0, "these are right");

        for (int i = 0; i < function.Parameters.Length; i++)
        {
            Parameter parameter = function.Parameters[i];
            string which = $"{name}.{parameter.Name}";
            if (parameter.IsPointer)
            {
                int withoutIt = Call(function, Arguments(function, i, 0));
                (s_optional.Contains(which) ? withoutIt >= 0 : withoutIt == ErrorCode.Argument).Should().BeTrue($"{which} is NULL: {withoutIt}");
            }

            switch (parameter)
            {
                case { Structure: "memory" or "vcpu", IsHandle: true }:
                    Call(function, Arguments(function, i, parameter.Structure == "vcpu" ? _memory : _vcpu)).Should().Be(ErrorCode.Argument, which);
                    break;
                case { IsPointer: false, Name: "set" or "access" }:
                    Call(function, Arguments(function, i, 3)).Should().Be(ErrorCode.Argument, which);
                    break;
                case { IsPointer: false, Name: "dfsc" }:
                    Call(function, Arguments(function, i, 64)).Should().Be(ErrorCode.Argument, which);
                    break;
                case { IsPointer: false, Name: "flags" }:
                    Call(function, Arguments(function, i, unchecked((int)0x80000000))).Should().Be(ErrorCode.Argument, which);
                    break;
                case { IsVersioned: true }:
                    SizesAreChecked(function, i, which);
                    break;
            }
        }
    }

    private void SizesAreChecked(Prototype function, int index, string which)
    {
        Parameter parameter = function.Parameters[index];
        int known = s_sizes[parameter.Structure];
        nint[] arguments = Arguments(function);
        byte* structure = (byte*)arguments[index];
        foreach (uint size in (uint[])[0, 7, 4097, uint.MaxValue])
        {
            *(uint*)structure = size;
            Call(function, arguments).Should().Be(ErrorCode.Size, $"{which} of {size} bytes");
        }

        // A caller with a later header.
        *(uint*)structure = (uint)known + 16;
        new Span<byte>(structure + known, 16).Clear();
        Call(function, arguments).Should().BeGreaterThanOrEqualTo(0, which);
        if (parameter.Structure == "registers")
        {
            return; // in place, and only the members that it has
        }

        structure[known + 15] = Untouched;
        if (parameter.IsConst)
        {
            Call(function, arguments).Should().Be(ErrorCode.Size, $"{which} has a member that is not known");
            return;
        }

        Call(function, arguments).Should().BeGreaterThanOrEqualTo(0, which);
        structure[known + 15].Should().Be(0, $"{which}: what the library does not know is 0");
        byte[] whole = new ReadOnlySpan<byte>(structure, known).ToArray();

        // And one with an earlier one.
        const int Few = 12;
        new Span<byte>(structure, known).Fill(Untouched);
        *(uint*)structure = Few;
        Call(function, arguments).Should().BeGreaterThanOrEqualTo(0, which);
        new ReadOnlySpan<byte>(structure + 4, Few - 4).SequenceEqual(whole.AsSpan(4, Few - 4)).Should().BeTrue(which);
        new ReadOnlySpan<byte>(structure + Few, known - Few).ToArray().Should().OnlyContain(each => each == Untouched, which);
    }

    private int Call(Prototype function, nint[] arguments)
    {
        Prepare(function.Name);
        nint[] a = [.. arguments, .. new nint[7 - arguments.Length]];
        return ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint, int>)NativeLibrary.Export("arm64mmio_" + function.Name))(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
    }

    // What has to have happened before a call.
    private void Prepare(string function)
    {
        if (function is not ("vcpu_next" or "vcpu_complete" or "vcpu_fail" or "vcpu_commit" or "vcpu_explain"))
        {
            return;
        }

        nint[] arguments = Arguments(Prototypes().Single(prototype => prototype.Name == "vcpu_begin"));
        NativeLibrary.Begin(_vcpu, (ExitStructure*)arguments[1], (RegistersStructure*)arguments[2], (Stage1Structure*)arguments[3], null).Should().Be(0);
        if (function is "vcpu_commit" or "vcpu_explain")
        {
            NativeLibrary.Fail(_vcpu, 0x10).Should().Be(0);
        }

        if (function == "vcpu_explain")
        {
            NativeLibrary.Commit(_vcpu, null).Should().Be(0);
        }
    }

    private void Make()
    {
        nint memory, vcpu;
        NativeLibrary.CreateMemory(&memory).Should().Be(0);
        NativeLibrary.AddMemory(memory, 0x40000000, Block(), 0x1000, 0).Should().Be(0);
        NativeLibrary.CreateVirtualCpu(memory, null, (uint)VirtualCpuFlags.Translates, &vcpu).Should().Be(0);
        (_memory, _vcpu) = (memory, vcpu);
    }

    private nint[] Arguments(Prototype function, int changed = -1, nint value = 0) =>
        [.. function.Parameters.Select((parameter, i) => i == changed ? value : Argument(function.Name, parameter))];

    // Right ones: an exit on ldp x0, x1, [x2] with the MMU off.
    private nint Argument(string function, Parameter parameter)
    {
        if (parameter.IsHandle)
        {
            return function.EndsWith("_destroy", StringComparison.Ordinal) ? 0 : parameter.Structure == "vcpu" ? _vcpu : _memory;
        }

        nint block = parameter.IsPointer ? Block() : 0;
        if (parameter.IsVersioned)
        {
            *(int*)block = s_sizes[parameter.Structure];
        }

        switch (parameter)
        {
            case { Structure: "exit" }:
                var exit = (ExitStructure*)block;
                (exit->Source, exit->Flags, exit->Syndrome, exit->Far, exit->Ipa, exit->InstructionLength) = (1, ExitStructure.HasFar, 0x92000006, 0x9000000, 0x9000000, 4);
                *(uint*)exit->Instruction = 0xA9400440;
                return block;
            case { Structure: "registers" }:
                ((RegistersStructure*)block)->X[2] = 0x9000000;
                ((RegistersStructure*)block)->PState = 0x3C5;
                return block;
            case { Structure: "fault" }:
                (((FaultStructure*)block)->Reason, ((FaultStructure*)block)->Dfsc) = (1, 0x10);
                return block;
            case { IsPointer: true }:
                return block;
        }

        return parameter.Name switch
        {
            "opcode" => unchecked((int)0xA9400440),
            "esr" => unchecked((nint)0x92000006),
            "has_opcode" => 1,
            "guest_address" => function == "memory_add" ? 0x50000000 + (0x1000 * _blocks.Count) : 0x40000000,
            "virtual_address" => 0x40000000,
            "dfsc" => 0x10,
            "length" => function == "vcpu_complete" ? 8 : 0x1000,
            "capacity" => 64,
            _ => 0,
        };
    }

    private nint Block()
    {
        nint block = (nint)NativeMemory.AllocZeroed(Room);
        _blocks.Add(block);
        return block;
    }

    private static IEnumerable<Prototype> Prototypes()
    {
        string header = File.ReadAllText(Repository.File("src", "Arm64MmioDecode.Native", "include", "arm64mmiodecode.h"));
        header = Regex.Replace(header, @"/\*.*?\*/", string.Empty, RegexOptions.Singleline);
        foreach (Match match in Regex.Matches(header, @"^(?:int|void|uint32_t|const char \*)\s*arm64mmio_(\w+)\(([^)]*)\);", RegexOptions.Multiline))
        {
            IEnumerable<string> parameters = match.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(each => each != "void");
            yield return new Prototype(match.Groups[1].Value, [.. parameters.Select(Parameter.Parse)]);
        }
    }

    private sealed record Prototype(string Name, Parameter[] Parameters);

    // Structure: without arm64mmio_; empty of another type.
    private sealed record Parameter(string Name, string Structure, int Indirections, bool IsConst)
    {
        public bool IsPointer => Indirections != 0;

        public bool IsHandle => Indirections == 1 && Structure is ("memory" or "vcpu");

        public bool IsVersioned => Indirections == 1 && s_sizes.ContainsKey(Structure);

        public static Parameter Parse(string text) => new(
            Regex.Match(text, @"\w+$").Value, Regex.Match(text, @"arm64mmio_(\w+)").Groups[1].Value, text.Count(c => c == '*'), text.StartsWith("const", StringComparison.Ordinal));
    }
}

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Arm64MmioDecode.Tool.Dumps;
using Arm64MmioDecode.Tool.Input;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>What is told about the dumps that people have, and about the files that they add.</summary>
public sealed class ExplainDumpTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mmiodecode-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(nameof(DumpSamples.QemuOld))]
    [InlineData(nameof(DumpSamples.QemuNew))]
    public void Qemu_has_no_syndrome_and_the_instruction_with_its_registers_tells_all(string sample)
    {
        JsonElement json = Explain(Sample(sample), "--memory", Bytes("code.bin", 0xB8004548u) + "@40080014");

        Text(json, "dump").Should().Be("QEMU");
        Text(json, "pc").Should().Be("0x40080014");
        json.GetProperty("instruction").GetProperty("text").GetString().Should().Be("str w8, [x10], #4");
        Texts(json, "guestAction").Should().Contain(
            "Its address comes from x10 = 0x9000018.",
            "What failed was a write at address 0x9000018 (Translation fault, level 3).",
            "KVM_RUN failed with \"Function not implemented\": that is a data abort without a description (ISV = 0) where the guest has no memory.",
            "There is no syndrome: a data abort without a description (ISV = 0) is assumed, with the direction of the instruction.");
        json.GetProperty("assumed").GetBoolean().Should().BeTrue();
        Text(json, "cause").Should().Be("mergedAccess");
        Texts(json, "next").Should().NotContain(sentence => sentence.Contains("HPFAR"));
    }

    [Fact]
    public void A_guest_in_AArch32_has_the_registers_of_its_mode()
    {
        JsonElement json = Explain(DumpSamples.QemuAArch32, "--opcode", "e92d0003");

        Texts(json, "guestAction").Should().Contain("Its address comes from sp = 0x9000020.", "What failed was a write at address 0x9000018 (Translation fault, level 3).");
        json.GetProperty("instruction").GetProperty("set").GetString().Should().Be("a32");
    }

    [Fact]
    public void Kvmtool_shows_the_bytes_at_PC()
    {
        JsonElement json = Explain(DumpSamples.Kvmtool);

        (Text(json, "dump"), Text(json, "pc")).Should().Be(("kvmtool", "0x40080014"));
        json.GetProperty("instruction").GetProperty("text").GetString().Should().Be("str w8, [x10], #4");
        json.GetProperty("far").ValueKind.Should().Be(JsonValueKind.Null, "kvmtool does not print x10");
    }

    [Fact]
    public void An_oops_is_the_guests_own()
    {
        JsonElement json = Explain(DumpSamples.LinuxOops);

        (Text(json, "dump"), Text(json, "symbol"), Text(json, "esr"), Text(json, "far")).Should().Be(("Linux", "probe_one+0x14", "0x96000046", "0x8"));
        (Text(json, "class"), Text(json, "cause")).Should().Be(("stage1Translation", "nullPointer"));
        json.GetProperty("agrees").GetBoolean().Should().BeTrue();
        Texts(json, "guestAction").Should().Contain("The instruction (probe_one+0x14) is str x0, [x1, #8]: it writes 8 bytes.", "Its address comes from x1 = 0x0.");
        Texts(json, "next")[0].Should().Contain("not to be emulated");
    }

    [Fact]
    public void An_instruction_that_does_not_access_the_address_is_told()
    {
        JsonElement json = Explain(DumpSamples.LinuxOops.Replace("x1 : 0000000000000000", "x1 : 0000000000001000"));

        json.GetProperty("agrees").GetBoolean().Should().BeFalse();
        Texts(json, "differences").Should().Equal("The address differs: 0x8 faulted, and with these registers the instruction accesses 8 bytes at 0x1008.");
    }

    [Fact]
    public void Firmware_is_told_with_its_image()
    {
        JsonElement json = Explain(DumpSamples.Edk2, "--opcode", "f9400260");

        (Text(json, "dump"), Text(json, "symbol"), Text(json, "pc"), Text(json, "far")).Should().Be(("EDK2", "Sample.dll+0x10C0", "0x5f6fd0c0", "0xafafafafafafafaf"));
        (Text(json, "class"), Text(json, "cause")).Should().Be(("stage1Translation", "wrongPointer"));
        json.GetProperty("agrees").GetBoolean().Should().BeTrue();
        Texts(json, "guestAction").Should().Contain("Its address comes from x19 = 0xafafafafafafafaf.");
    }

    /// <summary>Its images are linked at 0, moved to where there is room, and printed with the offset.</summary>
    [Fact]
    public void Firmware_tells_where_its_image_has_the_instruction()
    {
        string elf = Path.Combine(_folder, "Sample.dll");
        File.WriteAllBytes(elf, SampleElf.Build(0x10B8, "Entry", [0xD503201F, 0xD503201F, 0xF9400260, 0xD65F03C0]));

        JsonElement json = Explain(DumpSamples.Edk2, "--elf", elf);
        json.GetProperty("instruction").GetProperty("text").GetString().Should().Be("ldr x0, [x19]");

        File.WriteAllBytes(elf, SampleElf.Build(0x5F6FD0C0, "Entry", [0xF9400260]));
        json = Explain(DumpSamples.Edk2, "--elf", elf);
        json.GetProperty("instruction").GetProperty("text").GetString().Should().Be("ldr x0, [x19]", "it executes in place");

        File.WriteAllBytes(elf, SampleElf.Build(0x8000, "Entry", [0xD503201F, 0xF9400260]));
        json = Explain(DumpSamples.Edk2, "--elf", elf, "--pc", "0x8004");
        json.GetProperty("instruction").GetProperty("text").GetString().Should().Be("ldr x0, [x19]", "what is given counts before the dump");

        var log = new LineReader(new MemoryStream(Encoding.UTF8.GetBytes(DumpSamples.Edk2AArch32)), static () => { });
        DumpReader.Read(log).LinkedPc.Should().Be(0xD74);
    }

    [Fact]
    public void U_Boot_is_told_with_its_word()
    {
        JsonElement json = Explain(DumpSamples.UBoot);

        (Text(json, "dump"), Text(json, "pc"), Text(json, "far")).Should().Be(("U-Boot", "0x7ff59d60", "0x9000018"));
        (Text(json, "class"), Text(json, "cause")).Should().Be(("externalAbort", "memorySystemError"));
        json.GetProperty("instruction").GetProperty("text").GetString().Should().Be("ldr w0, [x20]");
        Texts(json, "next").Should().NotContain(sentence => sentence.Contains("inject"));
    }

    [Fact]
    public void A_register_that_U_Boot_prints_tells_the_address_that_it_does_not_print()
    {
        JsonElement json = Explain(DumpSamples.UBoot.Replace(", far 0x9000018", "", StringComparison.Ordinal));

        Text(json, "far").Should().BeNull();
        json.GetProperty("addressRegisters").GetProperty("x20").GetString().Should().Be("0x9000018");
        Texts(json, "guestAction").Should().Contain("Its address comes from x20 = 0x9000018.")
            .And.Contain(sentence => sentence.StartsWith("What failed was ", StringComparison.Ordinal) && sentence.Contains("0x9000018"));

        // ldr w0, [sp]: SP is not printed.
        JsonElement stack = Explain(DumpSamples.UBoot.Replace(", far 0x9000018", "", StringComparison.Ordinal).Replace("(b9400280)", "(b94003e0)", StringComparison.Ordinal));
        stack.GetProperty("addressRegisters").EnumerateObject().Should().BeEmpty();
    }

    [Fact]
    public void Xen_reports_both_addresses()
    {
        JsonElement json = Explain(DumpSamples.Xen, "--opcode", "b8004548");

        (Text(json, "dump"), Text(json, "pc"), Text(json, "far"), Text(json, "ipa")).Should().Be(("Xen", "0xffff800008123454", "0xffff80000a000018", "0x9000018"));
        (Text(json, "class"), Text(json, "cause")).Should().Be(("instructionAccess", "mergedAccess"));
    }

    [Fact]
    public void Hafnium_reports_the_direction()
    {
        JsonElement json = Explain(DumpSamples.Hafnium);

        (Text(json, "dump"), Text(json, "pc"), Text(json, "ipa"), Text(json, "esr")).Should().Be(("Hafnium", "0x6284014", "0x9000018", "0x92000047"));
        Explain("ERROR: Data abort: pc=0x6284014, esr=0x96000046, ec=0x25, far=0x8\n").GetProperty("cause").GetString().Should().Be("nullPointer");
    }

    [Fact]
    public void Firmware_at_EL3_is_its_own()
    {
        JsonElement json = Explain(DumpSamples.TrustedFirmware, "--opcode", "f9000020");

        (Text(json, "dump"), Text(json, "pc"), Text(json, "cause")).Should().Be(("TF-A", "0xe02d0c0", "nullPointer"));
        json.GetProperty("agrees").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public void A_file_is_read_as_standard_input_is()
    {
        string file = Path.Combine(_folder, "log.txt");
        File.WriteAllText(file, "before\r\n" + DumpSamples.LinuxOops.ReplaceLineEndings("\r\n") + "\r\nafter\r\n");

        ToolRun run = ToolRun.InProcess("", "explain", "--dump", file);

        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("What the guest did (dump of Linux)\n").And.Contain("str x0, [x1, #8]");
    }

    [Fact]
    public void What_is_given_counts_before_the_dump()
    {
        JsonElement json = Explain(DumpSamples.Xen, "--esr", "0x92000007", "--ipa", "0x9000018", "--far", "0x18");
        (Text(json, "esr"), Text(json, "far")).Should().Be(("0x92000007", "0x18"));
    }

    [Fact]
    public void A_program_tells_instruction_and_function()
    {
        string elf = Path.Combine(_folder, "guest.elf");
        File.WriteAllBytes(elf, SampleElf.Build(0x40080000, "outl", [0xD503201F, 0xD503201F, 0xD503201F, 0xD503201F, 0xD503201F, 0xB8004548, 0xD65F03C0]));

        JsonElement json = Explain(DumpSamples.QemuNew, "--elf", elf);

        json.GetProperty("instruction").GetProperty("text").GetString().Should().Be("str w8, [x10], #4");
        Text(json, "symbol").Should().Be("outl+0x14");
        Texts(json, "guestAction")[0].Should().Be("The instruction at 0x40080014 (outl+0x14) is str w8, [x10], #4: it writes 4 bytes and moves its base register.");

        json = Explain(DumpSamples.QemuNew.Replace("PC=0000000040080014", "PC=0000000050080014"), "--elf", elf);
        Texts(json, "guestAction").Should().Contain("The program has no code at 0x50080014: it is another one, or it was moved when it was loaded.");
    }

    [Fact]
    public void Without_the_instruction_it_is_said_where_it_is_and_which_option_names_it()
    {
        JsonElement json = Explain(DumpSamples.QemuNew);

        Texts(json, "guestAction")[0].Should().Be("The instruction at 0x40080014 is not known.");
        Texts(json, "next")[^1].Should().Be("The instruction is taken from --opcode WORD, or at PC from --elf FILE (what ran there) or --memory FILE@ADDR.");
        Texts(Explain(DumpSamples.QemuNew, "--opcode", "b8004548"), "next").Should().NotContain(sentence => sentence.Contains("--opcode"));
    }

    /// <summary>EDK2 does not print the instruction, so that nothing tells a hypervisor's answer from a broken device's.</summary>
    [Fact]
    public void An_external_abort_of_an_unknown_instruction_may_be_the_hypervisors_answer()
    {
        JsonElement json = Explain(DumpSamples.Edk2.Replace("ESR 0x96000004", "ESR 0x96000010"));

        Text(json, "cause").Should().Be("memorySystemError");
        Text(json, "usualCause").Should().EndWith("or, to software in a virtual machine, the hypervisor.");
        Texts(json, "next")[0].Should().Contain("look at the hypervisor first");
        Texts(json, "next")[1].Should().StartWith("Read the instruction at PC");
    }

    [Theory]
    [InlineData("[  100.1] kvm [2345]: load/store instruction decoding not implemented")]
    [InlineData("Nov 29 04:00:00 host kernel: kvm [2345]: Data abort outside memslots with no valid syndrome info")]
    public void A_message_of_KVM_alone_is_recognised(string line)
    {
        ToolRun run = ToolRun.InProcess(line + "\n", "explain", "--dump", "-");

        run.IsRefusal.Should().BeTrue();
        run.Error.Should().Contain("KVM's message has no registers: give what the VMM or the guest printed");
        Text(Explain(line + "\n" + DumpSamples.QemuNew), "dump").Should().Be("QEMU");
    }

    [Fact]
    public void The_wrong_device_tree_is_found_out()
    {
        string guest = Tree("guest.dtb", ("memory@8000000", "memory", null, 0x8000000, 0x2000000));
        string vmm = Tree("vmm.dtb", ("pl011@9000000", null, "arm,pl011", 0x9000000, 0x1000), ("memory@40000000", "memory", null, 0x40000000, 0x1000000));

        JsonElement json = Explain(DumpSamples.Xen, "--dtb", guest, "--dtb", vmm);

        Text(json, "cause").Should().Be("missingMemory");
        Texts(json, "guestAction").Should().Contain(
            "By the device tree guest.dtb there is memory (/memory@8000000, 0x8000000 to 0x9ffffff).",
            "By the device tree vmm.dtb there is arm,pl011 (/pl011@9000000, 0x9000000 to 0x9000fff).",
            "The guest takes the address for memory, and the hypervisor's tree has none there: the guest was given the wrong device tree.");
        JsonElement[] trees = [.. json.GetProperty("deviceTrees").EnumerateArray()];
        trees.Select(tree => tree.GetProperty("memory").GetBoolean()).Should().Equal(true, false);
        trees[1].GetProperty("node").GetString().Should().Be("/pl011@9000000");

        json = Explain(DumpSamples.Xen, "--dtb", Tree("other.dtb", ("memory@40000000", "memory", null, 0x40000000, 0x1000000)));
        Texts(json, "guestAction").Should().Contain("By the device tree other.dtb there is nothing at 0x9000018.");
    }

    [Theory]
    [InlineData(0x09000018ul, "0x9000018", "Device-nGnRnE")]
    [InlineData(0x00000018ul, null, "Translation fault, level 1")]
    public void The_walk_is_told_level_by_level(ulong address, string? physical, string what)
    {
        // TCR: T0SZ = 25, granule 4 KiB, so the walk starts at level 1. A table at 0x40000000, whose entry 0 leads to a block of level 2.
        byte[] memory = new byte[0x2000];
        if (physical is not null)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(memory, 0x40001003);
            BinaryPrimitives.WriteUInt64LittleEndian(memory.AsSpan(0x1000 + ((0x09000000 >> 21) * 8)), 0x09000000 | 0x401);
        }

        string file = Path.Combine(_folder, "ram.bin");
        File.WriteAllBytes(file, memory);
        string[] arguments = ["--esr", "0x92000006", "--far", $"0x{address:x}", "--tables", file + "@0x40000000", "--tcr", "0x80803519", "--ttbr0", "0x40000000"];

        JsonElement answer = ToolRun.InProcess("", ["explain", "--json", .. arguments]).ParseObjects().Single();
        answer.GetProperty("memoryView").GetString().Should().Be(physical is null ? "notMapped" : "device");
        answer.GetProperty("addressRegisters").EnumerateObject().Should().BeEmpty("there are no registers");
        JsonElement walk = answer.GetProperty("walk");
        walk.GetProperty("physicalAddress").GetString().Should().Be(physical);
        walk.GetProperty(physical is null ? "fault" : "attributes").GetString().Should().Be(what);
        JsonElement[] lookups = [.. walk.GetProperty("lookups").EnumerateArray()];
        string.Join(' ', lookups.Select(lookup => lookup.GetProperty("level").GetInt32() + ":" + lookup.GetProperty("kind").GetString()))
            .Should().Be(physical is null ? "1:invalid" : "1:table 2:block");
        lookups[0].GetProperty("at").GetString().Should().Be("0x40000000");

        string text = ToolRun.InProcess("", ["explain", .. arguments]).Output;
        text.Should().Contain("Walk of the guest's page tables\n  virtual address 0x" + address.ToString("x")).And.Contain(physical is null ? "   X   Translation fault, level 1\n" : "   +-> 0x9000018, Device-nGnRnE\n");
    }

    [Theory]
    [InlineData("0x18580803519", 0x09000000ul, "1:table 2:block", "0x9000018")] // HA and HD, as Linux sets them: hardware sets AF, and takes DBM for a permission
    [InlineData("0x80803519", 0x09000000ul, "1:table 2:block", null)]
    [InlineData("0x80000058080350c", 0x09000000ul, "-1:table 0:table 1:table 2:block", "0x9000018")] // DS, T0SZ = 12: FEAT_LPA2
    [InlineData("0x68080750c", 0xF000009000000ul, "1:table 2:block", "0xf000009000018")] // 64 KiB, T0SZ = 12, IPS = 6: FEAT_LVA and FEAT_LPA
    public void The_processor_has_what_TCR_turns_on(string tcr, ulong target, string lookups, string? physical)
    {
        // Tables lie side by side, that of the last level at 0x40010000. Its block is read-only with DBM; the first two write to it while its
        // Access flag is 0.
        const ulong DirtyBitModifier = 1ul << 51;
        const ulong ReadOnlyBlock = 0x81;
        const ulong AccessFlag = 0x400;
        byte[] memory = new byte[0x20000];
        int levels = lookups.Split(' ').Length;
        bool is64K = tcr == "0x68080750c";
        bool isWrite = levels == 2 && !is64K;
        for (int i = 0; i < levels - 1; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(memory.AsSpan(i * 0x1000), (i == levels - 2 ? 0x40010000ul : 0x40001000ul + ((ulong)i * 0x1000)) | 3);
        }

        ulong block = (target & 0xFFFF_FFFF_FFFF) | ((target >> 48) << 12) | ReadOnlyBlock | DirtyBitModifier | (isWrite ? 0 : AccessFlag);
        BinaryPrimitives.WriteUInt64LittleEndian(memory.AsSpan(0x10000 + (is64K ? 0 : (0x09000000 >> 21) * 8)), block & (is64K ? ~0x1FFF0000ul : ulong.MaxValue));
        string file = Path.Combine(_folder, "ram.bin");
        File.WriteAllBytes(file, memory);

        JsonElement walk = ToolRun.InProcess(
            "", "explain", "--json", "--esr", isWrite ? "0x92000046" : "0x92000006", "--far", "0x9000018", "--tables", file + "@0x40000000", "--tcr", tcr, "--ttbr0", "0x40000000")
            .ParseObjects().Single().GetProperty("walk");
        walk.GetProperty("physicalAddress").GetString().Should().Be(physical, walk.GetRawText());
        string.Join(' ', walk.GetProperty("lookups").EnumerateArray().Select(lookup => lookup.GetProperty("level").GetInt32() + ":" + lookup.GetProperty("kind").GetString()))
            .Should().Be(lookups);
    }

    [Theory]
    [InlineData("--dump", "-")]
    [InlineData("--esr", "0x1", "--dtb", "/nowhere")]
    [InlineData("--esr", "0x1", "--elf", "/nowhere", "--pc", "0x1000")]
    [InlineData("--esr", "0x1", "--elf", "/dev/null", "--pc", "0x1000")]
    [InlineData("--esr", "0x1", "--dtb", "/dev/null")]
    [InlineData("--esr", "0x1", "--dtb", "/")]
    [InlineData("--dump", "/")]
    [InlineData("--esr", "0x1", "--memory", "/nowhere@0x1000", "--pc", "0x1000")]
    [InlineData("--esr", "0x1", "--memory", "file", "--pc", "0x1000")]
    [InlineData("--esr", "0x1", "--memory", "file@zz", "--pc", "0x1000")]
    [InlineData("--esr", "0x1", "--tables", "/dev/null@0")]
    [InlineData("--esr", "0x1", "--tcr", "0x1")]
    [InlineData("--far", "0x1")]
    public void Files_that_cannot_be_used_are_refused_in_one_line(params string[] arguments) =>
        ToolRun.InProcess("no dump here\n", ["explain", .. arguments]).IsRefusal.Should().BeTrue();

    [Fact]
    public void Whatever_the_files_hold_the_tool_answers_or_refuses_in_one_line()
    {
        var random = new Random(5);
        string[] samples =
        [
            DumpSamples.QemuOld, DumpSamples.QemuNew, DumpSamples.QemuAArch32, DumpSamples.Kvmtool, DumpSamples.LinuxOops, DumpSamples.Edk2, DumpSamples.UBoot,
            DumpSamples.Xen, DumpSamples.Hafnium, DumpSamples.TrustedFirmware, RecordedDumps.LinuxAArch32Oops, RecordedDumps.LinuxAArch32Program, RecordedDumps.UBootAArch32,
            RecordedDumps.Edk2AArch32Release, DumpSamples.Edk2AArch32,
        ];
        byte[] tree = File.ReadAllBytes(Tree("tree.dtb", ("pl011@9000000", null, "arm,pl011", 0x9000000, 0x1000), ("memory@40000000", "memory", null, 0x40000000, 0x1000000)));
        byte[] elf = SampleElf.Build(0x40080000, "outl", [0xD503201F, 0xB8004548]);
        string treeFile = Path.Combine(_folder, "hostile.dtb");
        string elfFile = Path.Combine(_folder, "hostile.elf");
        for (int i = 0; i < 600; i++)
        {
            File.WriteAllBytes(treeFile, Mutated(tree, random));
            File.WriteAllBytes(elfFile, Mutated(elf, random));
            string log = Encoding.Latin1.GetString(Mutated(Encoding.Latin1.GetBytes(samples[i % samples.Length]), random));
            List<string> arguments = ["explain", "--dump", "-"];
            arguments.AddRange((random.Next(3)) switch { 0 => ["--dtb", treeFile], 1 => ["--elf", elfFile], _ => Array.Empty<string>() });

            ToolRun run = ToolRun.InProcess(log, [.. arguments]);

            (run.ExitCode == 2 ? run.IsRefusal : run is { ExitCode: 0, Error.Length: 0 }).Should().BeTrue("of round {0}, which says {1}", i, run.Error);
        }
    }

    private static byte[] Mutated(byte[] bytes, Random random)
    {
        byte[] result = [.. bytes];
        for (int i = random.Next(6); i > 0; i--)
        {
            result[random.Next(result.Length)] = (byte)random.Next(256);
        }

        return random.Next(4) == 0 ? result[..random.Next(result.Length)] : result;
    }

    private static string Sample(string name) => (string)typeof(DumpSamples).GetField(name)!.GetValue(null)!;

    private static JsonElement Explain(string log, params string[] arguments) =>
        ToolRun.InProcess(log, ["explain", "--json", "--dump", "-", .. arguments]).ParseObjects().Single();

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static string[] Texts(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];

    private string Bytes(string name, params uint[] words)
    {
        string path = Path.Combine(_folder, name);
        byte[] bytes = new byte[words.Length * 4];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), words[i]);
        }

        File.WriteAllBytes(path, bytes);
        return path;
    }

    private string Tree(string name, params (string Node, string? Type, string? Compatible, uint Start, uint Length)[] nodes)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, SampleDeviceTree.Build(nodes));
        return path;
    }
}

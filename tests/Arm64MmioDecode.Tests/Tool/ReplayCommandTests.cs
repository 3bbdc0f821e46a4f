using System;
using System.Linq;
using System.Text.Json;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

public sealed class ReplayCommandTests
{
    private const string Exit =
        """{"id":"e","set":"a64","exit":"KVM_EXIT_ARM_NISV","opcode":"0x29438440","esr_iss":"0x5","fault_ipa":"0x900011c","pc":"0x40000000","pstate":"0x3c5","sp":"0x0","x":["0x1","0x2","0x9000100"]}""";

    private static string Sample => Repository.File("docs", "samples", "kvm-nisv-a64.jsonl");

    [Fact]
    public void An_exit_is_told_from_the_instruction_to_the_registers() =>
        ToolRun.InProcess(Exit, "replay", "-").Output.Should().StartWith(
            """
            e  0x40000000: ldp w0, w1, [x2, #28]
              exit   read at IPA 0x900011c, Translation fault, level 1; ISV=0 because of: pair
              read   0x900011c, 4 bytes: 0x1f1e1d1c
              read   0x9000120, 4 bytes: 0x23222120
              x0     0x1 -> 0x1f1e1d1c
              x1     0x2 -> 0x23222120
              completed

            """.ReplaceLineEndings("\n"));

    [Fact]
    public void Json_has_one_object_per_exit_and_a_summary()
    {
        ToolRun run = ToolRun.InProcess(Exit, "replay", "-", "--json");
        run.ExitCode.Should().Be(0);
        run.Lines.Should().Equal(
            """{"id":"e","status":"completed","text":"ldp w0, w1, [x2, #28]","transactions":[{"op":"read","address":"0x900011c","size":4,"value":"0x1f1e1d1c"},{"op":"read","address":"0x9000120","size":4,"value":"0x23222120"}],"x":{"0":"0x1f1e1d1c","1":"0x23222120"},"v":{},"pc":"0x40000004","ipa":"0x900011c","write":false,"isvReasons":["pair"],"cause":"mergedAccess","summary":"ldp w0, w1, [x2, #28] at PC 0x40000000, read at address 0x900011c, guest-physical address 0x900011c; no syndrome for: Pair; completed"}""",
            """{"exits":1,"completed":1,"faults":0,"notEmulated":0,"deviceReads":2,"deviceWrites":0}""");
    }

    [Fact]
    public void Every_recorded_exit_of_the_sample_is_answered_and_the_summary_adds_up()
    {
        ToolRun run = ToolRun.InProcess("", "replay", Sample, "--json");
        JsonElement[] objects = [.. run.ParseObjects()];
        JsonElement summary = objects[^1];

        objects.Should().HaveCount(36);
        summary.GetProperty("exits").GetInt32().Should().Be(35);
        objects.SkipLast(1).Count(exit => exit.GetProperty("status").GetString() == "completed")
            .Should().Be(summary.GetProperty("completed").GetInt32());
        summary.GetProperty("faults").GetInt32().Should().Be(0);
    }

    [Fact]
    public void An_instruction_that_does_not_explain_its_exit_is_not_performed()
    {
        ToolRun run = ToolRun.InProcess(Exit.Replace("\"esr_iss\":\"0x5\"", "\"esr_iss\":\"0x45\""), "replay", "-", "--json");

        run.ExitCode.Should().Be(1);
        run.Lines[0].Should().Contain("\"status\":\"notEmulated\"").And.Contain("\"reason\":\"directionDiffers\"").And.Contain("\"transactions\":[]").And.Contain("\"cause\":\"guestChanged\"");
        ToolRun.InProcess(Exit.Replace("0x900011c", "0x900021c"), "replay", "-", "--json").Lines[0].Should().Contain("\"reason\":\"addressDiffers\"");
        ToolRun.InProcess(Exit.Replace("0x900011c", "0x900021c"), "replay", "-").Output.Should()
            .Contain("    Not performed, the guest is to execute what is there now: the address that faulted is none that the instruction accesses.\n");
    }

    [Theory]
    [InlineData("0x29438440", "0x5", "  exit   read at IPA 0x900011c, Translation fault, level 1; ISV=0 because of: pair\n")] // ldp w0, w1, [x2, #28]
    [InlineData("0xb9401c40", "0x5", "  exit   read at IPA 0x900011c, Translation fault, level 1; ISV=0, which the architecture has as 1\n")] // ldr w0, [x2, #28]
    [InlineData("0xd503201f", "0x5", "  exit   read at IPA 0x900011c, Translation fault, level 1; ISV=0\n")] // nop
    [InlineData("0x885f7c40", "0x35", "  exit   access at IPA 0x900011c, IMPLEMENTATION DEFINED fault (Unsupported Exclusive or Atomic access); ISV=0 because of: exclusive\n")] // ldxr w0, [x2]
    public void An_exit_says_why_it_had_no_syndrome_as_far_as_that_is_known(string opcode, string iss, string line) =>
        ToolRun.InProcess(Exit.Replace("0x29438440", opcode).Replace("\"esr_iss\":\"0x5\"", $"\"esr_iss\":\"{iss}\""), "replay", "-").Output.Should().Contain(line);

    [Fact]
    public void An_exit_that_is_not_completed_is_explained()
    {
        string text = ToolRun.InProcess(Exit.Replace("0x900011c", "0x5000000").Replace("\"0x9000100\"]", "\"0x4ffffe4\"]"), "replay", "-").Output;

        text.Should().Contain("  fault Synchronous External abort");
        text.Should().Contain("    Its address comes from x2 = 0x4ffffe4.\n").And.Contain("    A driver reads or writes registers of its device");
    }

    [Fact]
    public void Every_exit_that_the_proof_in_kvm_recorded_is_completed_and_accesses_the_address_that_faulted()
    {
        ToolRun run = ToolRun.InProcess("", "replay", Repository.File("docs", "samples", "kvm-nisv-proof.jsonl"), "--json");
        JsonElement[] exits = [.. run.ParseObjects().SkipLast(1)];

        run.ExitCode.Should().Be(0);
        exits.Select(exit => exit.GetProperty("id").GetString()![..3]).Distinct().Should().Equal("a64", "a32", "t32");
        foreach (JsonElement exit in exits)
        {
            exit.GetProperty("status").GetString().Should().Be("completed", exit.GetRawText());
            JsonElement[] transactions = [.. exit.GetProperty("transactions").EnumerateArray()];
            ulong ipa = Number(exit.GetProperty("ipa"));
            (transactions.Length == 0 || transactions.Any(t => ipa - Number(t.GetProperty("address")) < t.GetProperty("size").GetUInt64()))
                .Should().BeTrue(exit.GetRawText());
        }

        static ulong Number(JsonElement text) => Convert.ToUInt64(text.GetString()![2..], 16);
    }

    [Theory]
    [InlineData("esr_iss")]
    [InlineData("fault_ipa")]
    [InlineData("opcode")]
    public void An_exit_without_what_the_kernel_reports_is_refused(string property)
    {
        ToolRun run = ToolRun.InProcess(Exit.Replace(property, "other_" + property), "replay", "-");
        run.Should().Be(new ToolRun(2, "", $"mmiodecode: line 1: {property} is missing\n"));
    }
}

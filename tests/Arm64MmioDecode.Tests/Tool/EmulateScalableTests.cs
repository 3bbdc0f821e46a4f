using System.Linq;
using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>What docs/tool.md says of <c>emulate</c> with scalable vectors, the matrix, the Guarded Control Stack and Allocation Tags.</summary>
public sealed class EmulateScalableTests
{
    // ld1b {z0.b}, p0/z, [x0]
    private const string Ld1b = "0xa400a000";

    // st1b {z0.b}, p0, [x0]
    private const string St1b = "0xe400e000";

    // ldff1b {z0.b}, p0/z, [x0, x1]
    private const string Ldff1b = "0xa4016000";

    // ldnf1b {z0.b}, p0/z, [x0]
    private const string Ldnf1b = "0xa410a000";

    private const string Sixteen = "00112233445566778899aabbccddeeff";

    [Fact]
    public void A_line_with_vl_has_vectors_of_that_many_bytes_and_no_v() =>
        Line($$$"""{"id":"1","opcode":"{{{Ld1b}}}","vl":32,"x":{"0":"0x10"},"p":{"0":"0xffffffff"},"memory":{"0x10":"{{{Sixteen}}}{{{Sixteen}}}"},"options":{"busWidth":8}}""")
            .Should().StartWith("""{"id":"1","status":"completed","text":"ld1b { z0.b }, p0/z, [x0]","transactions":[{"op":"read","address":"0x10","size":1,"value":"0x0"},""")
            .And.EndWith(""","x":{},"z":{"0":"0xffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"},"p":{},"za":{},"pc":"0x4","memory":{}}""");

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    public void Every_vector_length_from_16_to_256_bytes_is_taken(int length)
    {
        JsonElement result = Parse($$$"""{"opcode":"{{{Ld1b}}}","vl":{{{length}}},"x":{"0":"0x0"},"p":{"0":"0x{{{new string('f', length / 4)}}}"},"memory":{"0x0":"{{{new string('5', 2 * length)}}}"}}""");

        result.GetProperty("transactions").GetArrayLength().Should().Be(length);
        result.GetProperty("z").GetProperty("0").GetString().Should().Be("0x" + new string('5', 2 * length));
    }

    [Fact]
    public void The_streaming_vector_length_counts_with_sm_and_the_other_without()
    {
        string line = $$$"""{"opcode":"{{{Ld1b}}}","vl":32,"svl":16,"sm":SM,"p":{"0":"0xffff"},"memory":{"0x0":"{{{Sixteen}}}{{{Sixteen}}}"}}""";

        Parse(line.Replace("SM", "true")).GetProperty("transactions").GetArrayLength().Should().Be(16);
        Parse(line.Replace("SM", "false")).GetProperty("transactions").GetArrayLength().Should().Be(16);
        Parse(line.Replace("SM", "false").Replace("0xffff", "0xffffffff")).GetProperty("transactions").GetArrayLength().Should().Be(32);
        Refused(line.Replace("SM", "true").Replace("0xffff", "0xffffffff")).Should().Contain("p.0");
    }

    [Fact]
    public void Inactive_elements_make_no_transaction_and_are_zero_and_never_fault()
    {
        // All inactive, and the base is nowhere.
        JsonElement none = Parse($$$"""{"opcode":"{{{Ld1b}}}","vl":16,"x":{"0":"0x123456789"},"z":{"0":"0x55"},"memory":{}}""");
        none.GetProperty("status").GetString().Should().Be("completed");
        none.GetProperty("transactions").GetArrayLength().Should().Be(0);
        none.GetProperty("z").GetRawText().Should().Be("""{"0":"0x0"}""");

        // One byte that is not there is not asked for.
        JsonElement some = Parse($$$"""{"opcode":"{{{Ld1b}}}","vl":16,"p":{"0":"0xfffd"},"memory":{"0x0":"11","0x2":"{{{Sixteen}}}"}}""");
        some.GetProperty("status").GetString().Should().Be("completed");
        some.GetProperty("transactions").EnumerateArray().Select(x => x.GetProperty("address").GetString()).Should().NotContain("0x1").And.HaveCount(15);
    }

    [Fact]
    public void A_fault_reports_an_active_element_that_is_not_there_and_changes_nothing()
    {
        JsonElement load = Parse($$$"""{"opcode":"{{{Ld1b}}}","vl":16,"pc":"0x100","p":{"0":"0xffff"},"ffr":"0x1","z":{"0":"0x77"},"memory":{"0x0":"00112233"}}""");
        load.GetProperty("status").GetString().Should().Be("fault");
        load.GetProperty("fault").GetRawText().Should().Be("""{"address":"0x4","write":false,"esr":"0x92000010"}""");
        Changes(load).Should().Be("""x={} z={} p={} za={} pc="0x100" memory={}""");

        JsonElement store = Parse($$$"""{"opcode":"{{{St1b}}}","vl":16,"pc":"0x100","p":{"0":"0xffff"},"z":{"0":"0x77"},"memory":{"0x0":"00112233"}}""");
        store.GetProperty("fault").GetProperty("write").GetBoolean().Should().BeTrue();
        Changes(store).Should().Be("""x={} z={} p={} za={} pc="0x100" memory={}""");
    }

    [Fact]
    public void A_store_changes_the_bytes_of_active_elements() =>
        Changes(Parse($$$"""{"opcode":"{{{St1b}}}","vl":16,"p":{"0":"0x5"},"z":{"0":"0x332211"},"memory":{"0x0":"{{{Sixteen}}}"}}"""))
            .Should().Be("""x={} z={} p={} za={} pc="0x4" memory={"0x0":"11","0x2":"33"}""");

    [Fact]
    public void A_first_fault_load_faults_for_the_first_active_element_only()
    {
        string line = $$$"""{"opcode":"{{{Ldff1b}}}","vl":16,"p":{"0":"0xfff0"},"z":{"0":"0xffffffffffffffffffffffffffffffff"},"memory":{"0x0":"MEMORY"}}""";

        JsonElement faulted = Parse(line.Replace("MEMORY", "00112233"));
        faulted.GetProperty("status").GetString().Should().Be("fault");
        faulted.GetProperty("fault").GetProperty("address").GetString().Should().Be("0x4");

        JsonElement suppressed = Parse(line.Replace("MEMORY", "001122334455"));
        suppressed.GetProperty("status").GetString().Should().Be("completed");
        suppressed.GetProperty("ffr").GetString().Should().Be("0x3f");
        suppressed.GetProperty("z").GetProperty("0").GetString().Should().EndWith("554400000000");
    }

    [Fact]
    public void A_non_fault_load_never_faults()
    {
        JsonElement result = Parse($$$"""{"opcode":"{{{Ldnf1b}}}","vl":16,"p":{"0":"0xffff"},"z":{"0":"0xffffffffffffffffffffffffffffffff"},"memory":{}}""");

        result.GetProperty("status").GetString().Should().Be("completed");
        result.GetProperty("ffr").GetString().Should().Be("0x0");
        result.GetProperty("transactions").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public void Ffr_is_all_ones_unless_it_is_given_and_only_listed_when_it_changes()
    {
        string line = $$$"""{"opcode":"{{{Ldnf1b}}}","vl":16,"p":{"0":"0x3"},FFR"memory":{"0x0":"0011"}}""";

        Parse(line.Replace("FFR", "")).TryGetProperty("ffr", out _).Should().BeFalse();
        Parse(line.Replace("FFR", "\"ffr\":\"0xff\",")).TryGetProperty("ffr", out _).Should().BeFalse();
        Parse(line.Replace("FFR", "").Replace("0x3", "0x7")).GetProperty("ffr").GetString().Should().Be("0x3");
    }

    [Fact]
    public void A_load_does_not_stop_where_it_need_not() =>
        Parse($$$"""{"opcode":"{{{Ldff1b}}}","vl":16,"x":{"0":"0xff8"},"p":{"0":"0xffff"},"memory":{"0xff8":"{{{Sixteen}}}"}}""")
            .GetProperty("transactions").GetArrayLength().Should().Be(16);

    [Fact]
    public void The_matrix_is_listed_by_array_vectors()
    {
        // ldr za[w12, 1], [x0, #1, mul vl]
        JsonElement result = Parse($$$"""{"opcode":"0xe1000001","vl":16,"svl":16,"x":{"0":"0x0","12":"0x4"},"za":{"17":"0x1"},"memory":{"0x10":"{{{Sixteen}}}"}}""".Replace("\"17\"", "\"7\""));

        result.GetProperty("status").GetString().Should().Be("completed");
        result.GetProperty("za").GetRawText().Should().Be("""{"5":"0xffeeddccbbaa99887766554433221100"}""");
    }

    [Fact]
    public void Zt0_counts_only_with_za()
    {
        // str zt0, [x0]; ldr zt0, [x0]
        string store = $$$"""{"opcode":"0xe13f8000","vl":16,"svl":16,ZA"zt0":"0x1","memory":{"0x0":"{{{new string('f', 128)}}}"}}""";

        Parse(store.Replace("ZA", "\"za\":{},")).GetProperty("memory").GetProperty("0x0").GetString().Should().Be("01" + new string('0', 126));
        Parse(store.Replace("ZA", "")).GetProperty("reason").GetString().Should().Be("za");
        Parse(store.Replace("ZA", "\"za\":{},").Replace("0xe13f8000", "0xe11f8000")).GetProperty("zt0").GetString().Should().Be("0x" + new string('f', 128));
    }

    [Theory]
    [InlineData("0xe0040000", "\"sm\":false,\"za\":{},", "streaming")] // ld1b {za0h.b[w12, 0]}, p0/z, [x0, x4]
    [InlineData("0xa1400000", "\"sm\":false,", "streaming")] // ld1b {z0.b, z8.b}, pn8/z, [x0]
    [InlineData("0xe0040000", "\"sm\":true,", "za")]
    [InlineData("0xe1000000", "", "za")] // ldr za[w12, 0], [x0]
    [InlineData("0xe11f8000", "\"sm\":true,", "za")] // ldr zt0, [x0]
    [InlineData("0xc440c000", "\"sm\":true,", "fa64")] // ld1b {z0.d}, p0/z, [x0, z0.d]
    [InlineData("0xe400a000", "\"sm\":true,", "fa64")] // st1b {z0.d}, p0, [x0, z0.d]
    [InlineData(Ldff1b, "\"sm\":true,", "fa64")]
    [InlineData(Ldnf1b, "\"sm\":true,", "fa64")]
    [InlineData("0xa4202000", "\"sm\":true,", "fa64")] // ld1rob {z0.b}, p0/z, [x0]
    [InlineData("0xa5102000", "\"sm\":true,", "fa64")] // ld1w {z0.q}, p0/z, [x0]
    [InlineData("0xa5902000", "\"sm\":true,", "fa64")] // ld1d {z0.q}, p0/z, [x0]
    [InlineData("0xe500e000", "\"sm\":true,", "fa64")] // st1w {z0.q}, p0, [x0]
    [InlineData("0xe5c0e000", "\"sm\":true,", "fa64")] // st1d {z0.q}, p0, [x0]
    [InlineData("0xc400a000", "\"sm\":true,", "fa64")] // ld1q {z0.q}, p0/z, [z0.d, x0]
    [InlineData("0xe4202000", "\"sm\":true,", "fa64")] // st1q {z0.q}, p0, [z0.d, x0]
    [InlineData("0xa4202000", "", "vl")]
    public void What_the_state_does_not_allow_is_undefined_with_a_reason(string opcode, string state, string reason)
    {
        ToolRun run = ToolRun.InProcess($$$"""{"opcode":"{{{opcode}}}","pc":"0x100","vl":16,"svl":32,{{{state}}}"x":{"0":"0x0"},"p":{"0":"0xffff"},"memory":{}}""", "emulate");
        JsonElement result = run.ParseObjects().Single();

        run.ExitCode.Should().Be(1);
        result.GetProperty("status").GetString().Should().Be("undefined");
        result.GetProperty("reason").GetString().Should().Be(reason);
        result.GetProperty("transactions").GetArrayLength().Should().Be(0);
        Changes(result).Should().Be("""x={} z={} p={} za={} pc="0x100" memory={}""");
    }

    [Fact]
    public void With_fa64_everything_is_legal_in_streaming_mode() =>
        Parse($$$"""{"opcode":"{{{Ldff1b}}}","vl":16,"svl":16,"sm":true,"options":{"fa64":true},"memory":{}}""")
            .GetProperty("status").GetString().Should().Be("completed");

    [Fact]
    public void Structures_are_accessed_element_by_element()
    {
        // ld2b {z0.b, z1.b}, p0/z, [x0]
        JsonElement result = Parse($$$"""{"opcode":"0xa420e000","vl":16,"p":{"0":"0x5"},"memory":{"0x0":"{{{Sixteen}}}"}}""");

        result.GetProperty("transactions").EnumerateArray().Select(x => x.GetProperty("address").GetString()).Should().Equal("0x0", "0x1", "0x4", "0x5");
        result.GetProperty("z").GetRawText().Should().Be("""{"0":"0x440000","1":"0x550011"}""");
    }

    [Fact]
    public void A_predicate_as_counter_is_the_predicate_of_the_same_number() =>
        // ld1b {z0.b, z1.b}, pn8/z, [x0]: the first 17 of 32 bytes
        Parse($$$"""{"opcode":"0xa0400000","vl":16,"p":{"8":"0x23"},"memory":{"0x0":"{{{Sixteen}}}{{{Sixteen}}}"}}""")
            .GetProperty("transactions").GetArrayLength().Should().Be(17);

    [Fact]
    public void The_guarded_control_stack_pointer_goes_in_and_comes_out()
    {
        // gcspushm x1; gcspopm x1
        JsonElement push = Parse("""{"opcode":"0xd50b7701","gcspr":"0x18","x":{"1":"0x1234"},"memory":{"0x10":"0000000000000000"}}""");
        push.GetProperty("status").GetString().Should().Be("completed");
        push.GetProperty("gcspr").GetString().Should().Be("0x10");
        push.GetProperty("memory").GetRawText().Should().Be("""{"0x10":"3412"}""");

        JsonElement pop = Parse("""{"opcode":"0xd52b7721","gcspr":"0x10","memory":{"0x10":"3412000000000000"}}""");
        pop.GetProperty("gcspr").GetString().Should().Be("0x18");
        pop.GetProperty("x").GetRawText().Should().Be("""{"1":"0x1234"}""");

        Parse("""{"opcode":"0xf9400041","x":{"2":"0x10"},"gcspr":"0x10","memory":{"0x10":"0000000000000000"}}""").TryGetProperty("gcspr", out _).Should().BeFalse();
    }

    [Fact]
    public void Allocation_tags_are_those_of_tagged_memory()
    {
        // ldg x0, [x1]; stg x0, [x1]
        string load = $$$"""{"opcode":"0xd9600020","x":{"1":"0x10003ff0"},"tags":{"0x10003ff0":"0xe"},"memory":{"0x10003ff0":"{{{Sixteen}}}"}OPTIONS}""";
        Parse(load.Replace("OPTIONS", ",\"options\":{\"mte\":true}")).GetProperty("x").GetRawText().Should().Be("""{"0":"0xe00000000000000"}""");
        Parse(load.Replace("OPTIONS", "")).GetProperty("x").GetRawText().Should().Be("{}");

        string store = load.Replace("0xd9600020", "0xd9200820").Replace("\"x\":{", "\"x\":{\"0\":\"TAG\",").Replace("OPTIONS", ",\"options\":{\"mte\":true}");
        JsonElement changed = Parse(store.Replace("TAG", "0x500000000000000"));
        changed.GetProperty("tags").GetRawText().Should().Be("""{"0x10003ff0":"0x5"}""");
        changed.GetProperty("memory").GetRawText().Should().Be("{}");
        Parse(store.Replace("TAG", "0xe00000000000000")).TryGetProperty("tags", out _).Should().BeFalse();
    }

    [Fact]
    public void A_fault_leaves_tags_as_they_were()
    {
        // st2g x0, [x1]: the second granule is not there
        JsonElement result = Parse($$$"""{"opcode":"0xd9a00820","x":{"0":"0x500000000000000","1":"0x10"},"memory":{"0x10":"{{{Sixteen}}}"},"options":{"mte":true}}""");

        result.GetProperty("status").GetString().Should().Be("fault");
        result.TryGetProperty("tags", out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("\"vl\":0")]
    [InlineData("\"vl\":8")]
    [InlineData("\"vl\":48")]
    [InlineData("\"vl\":512")]
    [InlineData("\"vl\":\"16\"")]
    [InlineData("\"vl\":16,\"svl\":24")]
    [InlineData("\"vl\":16,\"sm\":true")]
    [InlineData("\"vl\":16,\"sm\":1,\"svl\":16")]
    [InlineData("\"vl\":16,\"za\":{}")]
    [InlineData("\"vl\":16,\"svl\":16,\"za\":{\"16\":\"0x0\"}")]
    [InlineData("\"vl\":16,\"svl\":16,\"za\":{\"0\":\"0x100000000000000000000000000000000\"}")]
    [InlineData("\"vl\":16,\"z\":{\"32\":\"0x0\"}")]
    [InlineData("\"vl\":16,\"z\":{\"0\":\"0x100000000000000000000000000000000\"}")]
    [InlineData("\"vl\":16,\"z\":{\"0\":\"0xg\"}")]
    [InlineData("\"vl\":16,\"z\":{\"0\":1}")]
    [InlineData("\"vl\":16,\"p\":{\"16\":\"0x0\"}")]
    [InlineData("\"vl\":16,\"p\":{\"0\":\"0x10000\"}")]
    [InlineData("\"vl\":16,\"ffr\":\"0x10000\"")]
    [InlineData("\"vl\":16,\"ffr\":{}")]
    [InlineData("\"vl\":16,\"svl\":16,\"za\":{},\"zt0\":\"12\"")]
    [InlineData("\"vl\":16,\"v\":{\"0\":\"0x1\"}")]
    [InlineData("\"gcspr\":\"10\"")]
    [InlineData("\"tags\":{\"0x8\":\"0x1\"}")]
    [InlineData("\"tags\":{\"0x10\":\"0x10\"}")]
    [InlineData("\"tags\":{\"10\":\"0x1\"}")]
    [InlineData("\"tags\":[]")]
    [InlineData("\"options\":{\"fa64\":1}")]
    [InlineData("\"options\":{\"mte\":\"on\"}")]
    public void State_that_makes_no_sense_is_refused(string state) =>
        Refused($$$"""{"opcode":"{{{Ld1b}}}",{{{state}}}}""").Should().StartWith("mmiodecode: line 1: ");

    private static string Changes(JsonElement result) =>
        string.Join(' ', result.EnumerateObject()
            .SkipWhile(x => x.Name != "x")
            .Select(x => $"{x.Name}={x.Value.GetRawText()}"));

    private static string Refused(string line)
    {
        ToolRun run = ToolRun.InProcess(line, "emulate");
        run.IsRefusal.Should().BeTrue();
        return run.Error;
    }

    private static string Line(string input) => ToolRun.InProcess(input, "emulate").Lines.Single();

    private static JsonElement Parse(string input) => ToolRun.InProcess(input, "emulate").ParseObjects().Single();
}

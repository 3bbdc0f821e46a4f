extern alias TableCompiler;

using System;
using System.Collections.Generic;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tests.Conformance;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using TableCompiler::Arm64MmioDecode.TableCompiler;
using Xunit;

namespace Arm64MmioDecode.Tests.Syndromes;

public sealed class AccessSyndromeOfEveryEncodingTests
{
    private static readonly FaultStatusCode s_translationLevel3 = new(7);

    [Fact]
    public void From_opcode_to_syndrome_and_back_is_the_same_access_for_every_A64_encoding()
    {
        var random = new Random(6);
        var valid = new HashSet<string>();
        foreach (EncodingRow row in EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", "A64.encodings"), registerWidth: 5).Rows)
        {
            foreach (uint word in RowWords.Random(row, random, 50, [0, 1, 30, 31]))
            {
                if (InstructionDecoder.DecodeA64(word, out var decoded) != DecodeStatus.MemoryAccess)
                {
                    continue;
                }

                var syndrome = AccessSyndrome.Of(decoded, s_translationLevel3);
                syndrome.Isv.Should().Be(decoded.HasValidSyndrome);
                AccessSyndrome.TryGetAccess(syndrome, 5, out var described).Should().Be(decoded.HasValidSyndrome);
                if (decoded.HasValidSyndrome)
                {
                    AccessAssertions.ShouldDescribeTheTransferOf(described, decoded);
                    AccessSyndrome.Of(described, s_translationLevel3).Should().Be(syndrome);
                    valid.Add(row.Name);
                }
            }
        }

        valid.Should().HaveCount(100).And.Contain(["LDR_64_loadlit", "LDRAA_64_ldst_pac", "LDAPUR_32_ldapstl_unscaled", "STTRH_32_ldst_unpriv", "LD64B_64L_memop"]);
    }
}

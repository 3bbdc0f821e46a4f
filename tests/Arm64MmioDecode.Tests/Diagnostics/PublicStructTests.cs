using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tests.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Diagnostics;

/// <summary>Values tell what they are, and can be compared.</summary>
public sealed class PublicStructTests
{
    public static IEnumerable<object[]> Structs() => new[] { typeof(AccessDescriptor).Assembly, typeof(KvmExitHandler).Assembly }
        .SelectMany(assembly => assembly.GetExportedTypes())
        .Where(type => type is { IsValueType: true, IsEnum: false, IsByRefLike: false, IsNested: false })
        .Select(type => new object[] { type });

    [Theory]
    [MemberData(nameof(Structs))]
    public void Every_public_struct_has_a_text_of_its_own_and_equality(Type type)
    {
        object value = Activator.CreateInstance(type)!;

        value.ToString().Should().NotBe(type.FullName).And.NotBe(type.Name);
        MethodInfo text = type.GetMethod(nameof(ToString), Type.EmptyTypes)!;
        text.DeclaringType.Should().Be(type);
        typeof(IEquatable<>).MakeGenericType(type).IsAssignableFrom(type).Should().BeTrue();
        value.Equals(Activator.CreateInstance(type)).Should().BeTrue();
        value.GetHashCode().Should().Be(Activator.CreateInstance(type)!.GetHashCode());
    }

    [Fact]
    public void Texts_say_what_a_log_needs()
    {
        var guest = new TestGuest().With(0xB9000041).X(2, TestGuest.Device); // str w1, [x2]
        guest.Devices.Refuses = static _ => true;
        ExitOutcome outcome = guest.Handle(TestGuest.WriteEsr, TestGuest.Device);
        outcome.ToString().Should().Be(
            "the guest takes a data abort (Synchronous External abort, not on translation table walk) at 0x10000000: the device refused the access, or there is none");
        outcome.Fault.ToString().Should().Be("a data abort (Synchronous External abort, not on translation table walk) at 0x10000000");
        guest.Handler.Exit.ToString().Should().Be("0x92000047 (Data Abort from a lower Exception level; Translation fault, level 3), FAR 0x10000000, IPA 0x9000000");
        guest.Handler.Fetch.ToString().Should().Be("A64 0xb9000041");

        guest.Handle(0x93820007, TestGuest.Device).Should().NotBe(outcome);
        guest.Handler.Access.ToString().Should().Be("a load of 4 bytes to w2");

        var entry = AArch64ExceptionEntry.DataAbort(new AArch64ExceptionContext(1, 0x3C5, 0x80000, 0x8000, 0), DataFault.ExternalAbort(0x9000118, write: true));
        entry.ToString().Should().StartWith("to EL1: ESR 0x96000050, FAR 0x9000118, ELR 0x80000, SPSR 0x3c5,");
        DataFault.Alignment(0x1001, write: false).ToString().Should().Be("Alignment fault, a read at 0x1001");
        new ValidSyndromeAccess(1, signExtend: true, 3, sixtyFour: true, acquireRelease: true, write: false).ToString()
            .Should().Be("a load of 1 byte to x3, sign-extended, acquire");
        new TranslationRequest(0x1000, TranslationAccess.Write, privileged: true).ToString().Should().Be("Write of 0x1000, privileged");
        ItState.ForCondition(1).ToString().Should().Be("ne, the last of its block");
        BusStatus.ExternalAbort.ToString().Should().Be("Synchronous External abort, not on translation table walk");
    }
}

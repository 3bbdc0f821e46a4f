using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tests.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Diagnostics;

/// <summary>What is no exit of a guest's load or store: aborts of the guest's own, and exceptions of other kinds.</summary>
public sealed class OtherExceptionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_panic_of_the_guests_kernel_is_its_own(bool isEsrEL1)
    {
        // str x0, [x1] with x1 = 8: ESR_EL1 as Linux prints it.
        InstructionDecoder.DecodeA64(0xF9000020, out AccessDescriptor access);
        DataAbortSyndrome syndrome = isEsrEL1 ? DataAbortSyndrome.FromEsrEL1(0x96000047) : DataAbortSyndrome.FromEsr(0x96000047);
        ExitExplanation explanation = ExitExplanation.Of(new DataAbortExit(syndrome, 8, default), DecodeStatus.MemoryAccess, access);

        explanation.Cause.Should().Be(ExitCause.NullPointer);
        explanation.Agrees.Should().BeTrue();
        explanation.WhatHappened.Should().Contain("(stage 1) refused it");
        explanation.Advice[0].Should().Match(isEsrEL1 ? "*its kernel took the abort itself*not to be emulated*" : "*In ESR_EL1*is the guest's kernel*In neither case*emulated.");
        explanation.ToString().Should().NotContain(CauseSentences.EmulateInstruction).And.NotContain("can complete it");
    }

    [Theory]
    [InlineData(0x92000046ul, 0x4000ul, DataAbortClass.Stage1Translation, ExitCause.NullPointer)] // a program in EL0, told by its kernel
    [InlineData(0x92000046ul, 0xaaaa00000000ul, DataAbortClass.Stage1Translation, ExitCause.WrongPointer)]
    [InlineData(0x96000061ul, 0x1001ul, DataAbortClass.Alignment, ExitCause.GuestMistake)]
    [InlineData(0x96000010ul, 0x1001ul, DataAbortClass.ExternalAbort, ExitCause.MemorySystemError)]
    public void In_ESR_EL1_all_data_aborts_are_the_guests(ulong esr, ulong far, DataAbortClass abortClass, ExitCause cause)
    {
        ExitExplanation explanation = ExitExplanation.Of(new DataAbortExit(DataAbortSyndrome.FromEsrEL1(esr), far, default));

        explanation.Exit.Syndrome.Class.Should().Be(abortClass);
        explanation.Cause.Should().Be(cause);
        explanation.Advice.Should().NotContain(advice => advice.StartsWith("Inject"));
    }

    /// <summary>No guest's access has EC 0x25 in ESR_EL2, so whoever hands it to the handler has another register: nothing is read or performed.</summary>
    [Theory]
    [InlineData(0x96000007ul, DataAbortClass.Stage1Translation)]
    [InlineData(0x97820007ul, DataAbortClass.Stage1Translation)]
    [InlineData(0x96000010ul, DataAbortClass.ExternalAbort)]
    [InlineData(0x96000061ul, DataAbortClass.Alignment)]
    public void The_handler_hands_an_abort_over_that_no_guest_caused(ulong esr, DataAbortClass abortClass)
    {
        var guest = new TestGuest().With(0xB9400041).X(2, TestGuest.Device); // ldr w1, [x2]
        guest.Memory.BeforeAccess = () => Assert.Fail("nothing is read");

        ExitOutcome outcome = guest.Handle(esr, TestGuest.Device);

        (outcome.Status, outcome.Class, outcome.Action).Should().Be((ExitStatus.NotInstructionAccess, abortClass, ExitAction.HandOver));
        guest.Devices.Log.Should().BeEmpty();
    }

    [Fact]
    public void A_guest_hypervisors_register_in_memory_is_an_exit_although_its_class_is_the_same() =>
        new TestGuest().Handle(0x96002007, TestGuest.Device).Action.Should().Be(ExitAction.MapMemory);

    [Theory]
    [InlineData(0x5a000001ul, "a call (HVC #0x1)", "The exception is a call (HVC #0x1).", "Answer the call*")]
    [InlineData(0x5e000000ul, "a call (SMC #0x0)", "The exception is a call (SMC #0x0).", "Answer the call*")]
    [InlineData(0x06000001ul, "a trapped WFE", "The exception is a trapped WFE.", "Let the virtual CPU wait*")]
    [InlineData(0x6232f021ul, "a trapped read of the system register S3_3_C12_C0_1 (to x1)", "The exception is a trapped read of the system register S3_3_C12_C0_1 (to x1).", "Emulate the register access*")]
    [InlineData(0x82000006ul, "a failed fetch of an instruction (Translation fault, level 2) at address 0x10000000", "The exception is a failed fetch of an instruction (Translation fault, level 2).", "It is the fetch of an instruction that failed*")]
    [InlineData(0xbe000000ul, "an SError, the report of an error that belongs to no particular instruction", "*", "*has answered with an error.")]
    [InlineData(0xffffffffffffffff, "an exception of the reserved class 0x3f", "*", "Look at the exception class*")]
    [InlineData(0x45ul, "an exception of unknown reason, such as an undefined instruction", "*", "*add 0x92000000 to it.")]
    public void Another_exception_is_told_as_what_it_is(ulong esr, string summary, string action, string advice)
    {
        ExitExplanation explanation = ExitExplanation.Of(TestGuest.Exit(esr, TestGuest.Device));

        explanation.Summary.Should().Be(summary);
        explanation.GuestAction[0].Should().Match(action);
        explanation.Advice.Single().Should().Match(advice);
        explanation.ToString().Should().NotContain("What failed was");
    }

    [Fact]
    public void Every_class_of_exception_has_a_sentence()
    {
        for (ulong exceptionClass = 0; exceptionClass < 64; exceptionClass++)
        {
            ExitExplanation explanation = ExitExplanation.Of(TestGuest.Exit((exceptionClass << 26) | (1u << 25), TestGuest.Device));
            explanation.WhatHappened.Should().EndWith(".");
            explanation.Summary.Should().MatchRegex("^(an?|the) ");
            explanation.GuestAction.Should().OnlyContain(sentence => sentence.EndsWith('.'));
            explanation.Advice.Should().NotBeEmpty();
        }
    }

    [Theory]
    [InlineData(0x93c49046ul, 0xf83f9044u)] // st64b x4, [x2]
    [InlineData(0x92000046ul, 0xf83f9044u)]
    [InlineData(0x92000035ul, 0xf83fd044u)] // ld64b x4, [x2]
    public void A_64_byte_access_is_a_command_for_an_accelerator(ulong esr, uint opcode)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access);
        ExitExplanation explanation = ExitExplanation.Of(TestGuest.Exit(esr, TestGuest.Device), DecodeStatus.MemoryAccess, access);

        explanation.Agrees.Should().BeTrue();
        explanation.Cause.Should().Be(ExitCause.SixtyFourByteAccess);
        explanation.Advice[0].Should().StartWith("Perform one access of 64 bytes with eight registers");
    }

    [Fact]
    public void The_size_of_a_64_byte_access_is_that_of_LST()
    {
        var fields = SyndromeDescription.Describe(DataAbortSyndrome.FromEsr(0x93c49046)).ToDictionary(field => field.Name, field => field.Meaning);
        (fields["SAS"], fields["SRT"], fields["LST"]).Should().Be(("64 bytes, as LST says", "x4 to x11", "LD64B or ST64B"));
    }

    [Theory]
    [InlineData(0x938d0007u, "sp")]
    [InlineData(0x93930007u, "sp_svc")]
    [InlineData(0x93900007u, "lr_irq")]
    [InlineData(0x938f0007u, "sp_hyp")]
    [InlineData(0x939e0007u, "lr_fiq")]
    [InlineData(0x93820007u, "r2")]
    public void Registers_of_32_bit_guests_have_the_names_of_their_instructions(uint esr, string name) =>
        SyndromeDescription.Describe(DataAbortSyndrome.FromEsr(esr), InstructionSet.T32).Single(field => field.Name == "SRT").Meaning.Should().Be(name);

    [Theory]
    [InlineData(0xA5E0A040u, "IScalableRegisters")] // ld1d { z0.d }, p0/z, [x2]
    [InlineData(0xD50B7700u, "IGuardedControlStackRegisters")] // gcspushm x0
    public void What_the_emulation_of_an_extension_needs_is_told(uint opcode, string needed)
    {
        DecodeStatus decoded = InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access);
        ExitExplanation.Of(TestGuest.Exit(access.IsWrite ? TestGuest.WriteEsr : TestGuest.ReadEsr, TestGuest.Device), decoded, access)
            .Advice.Should().Contain(advice => advice.Contains(needed));
    }
}

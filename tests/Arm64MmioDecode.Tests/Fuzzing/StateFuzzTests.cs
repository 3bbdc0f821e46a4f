using System;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Arm64MmioDecode.Handling;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace Arm64MmioDecode.Tests.Fuzzing;

/// <summary>
/// Random states of every regime (docs/security.md). MMIODECODE_FUZZ_CASES sets their number, MMIODECODE_FUZZ_SEED another beginning;
/// tests/fuzz.sh runs a billion.
/// </summary>
public sealed class StateFuzzTests(ITestOutputHelper output)
{
    private static long Cases => long.TryParse(Environment.GetEnvironmentVariable("MMIODECODE_FUZZ_CASES"), NumberStyles.Integer, CultureInfo.InvariantCulture, out long cases) ? cases : 60_000;

    private static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable("MMIODECODE_FUZZ_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out ulong seed) ? seed : 1;

    [Fact]
    public void No_state_of_a_guest_breaks_a_promise()
    {
        long cases = Cases;
        int workers = cases < 1_000_000 ? 1 : Environment.ProcessorCount;
        var fuzzers = new StateFuzzer[workers];
        Parallel.For(0, workers, worker =>
        {
            StateFuzzer fuzzer = fuzzers[worker] = new StateFuzzer(Seed);
            for (long i = cases * worker / workers; i < cases * (worker + 1) / workers; i++)
            {
                string? wrong;
                try
                {
                    wrong = fuzzer.Run(i);
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException($"case {i} of seed {Seed}: {exception}\n{fuzzer.Describe()}", exception);
                }

                if (wrong is not null)
                {
                    throw new InvalidOperationException($"case {i} of seed {Seed}: {wrong}\n{fuzzer.Describe()}");
                }
            }
        });

        long Sum(ExitStatus status) => fuzzers.Sum(x => x.Outcomes[(int)status]);
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{cases} cases: {Sum(ExitStatus.Completed)} completed, {Sum(ExitStatus.Continue)} continue, {Sum(ExitStatus.Retry)} retry, {Sum(ExitStatus.GuestFault)} guest fault, {Sum(ExitStatus.NotEmulated)} not emulated, {Sum(ExitStatus.NotInstructionAccess)} not an instruction's; {fuzzers.Sum(x => x.TrueExits)} true exits; {fuzzers.Sum(x => x.CheckedWrites)} pages written, all allowed ({fuzzers.Sum(x => x.UnknownWrites)} not known to the model)");
        output.WriteLine(text);
        Console.WriteLine(text);
        Sum(ExitStatus.Completed).Should().BeGreaterThan(cases / 200);
        fuzzers.Sum(x => x.CheckedWrites).Should().BeGreaterThan(cases / 200);
        fuzzers.Sum(x => x.TrueExits).Should().BeGreaterThan(cases / 1000);
    }

    [Fact]
    public void No_state_of_a_guest_makes_the_handler_allocate()
    {
        var fuzzer = new StateFuzzer(7);
        Run(0, 6000);
        // The runtime itself allocates when it replaces a method by a better compiled one meanwhile: once. The handler would each time.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 3 && least != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Run(0, 4000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        least.Should().Be(0);

        void Run(long first, long last)
        {
            for (long i = first; i < last; i++)
            {
                if (fuzzer.Run(i) is { } wrong)
                {
                    throw new InvalidOperationException(wrong);
                }
            }
        }
    }
}

using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Arm64MmioDecode.Benchmarks.Interleaved;

/// <summary>One benchmark method with one value of its class's parameter.</summary>
internal sealed record Case(string Group, string Parameter, string Name, bool IsBaseline, int Operations, Func<long> Run)
{
    /// <inheritdoc cref="Measurement.Key"/>
    public string Key => $"{Group} {Parameter} {Name}";

    /// <summary>The cases of all classes.</summary>
    public static IEnumerable<(string Group, Func<IEnumerable<Case>> Cases)> Groups { get; } =
    [
        (nameof(A64Decoding), Of<A64Decoding>),
        (nameof(AArch32Decoding), Of<AArch32Decoding>),
        (nameof(ExitHandling), Of<ExitHandling>),
        (nameof(TranslatedExitHandling), Of<TranslatedExitHandling>),
        (nameof(VectorHandling), Of<VectorHandling>),
        (nameof(CodeSweeping), Of<CodeSweeping>),
    ];

    /// <summary>The cases of a benchmark class: what BenchmarkDotNet would run, from the same attributes.</summary>
    public static IEnumerable<Case> Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>()
        where T : new()
    {
        PropertyInfo? parameter = typeof(T).GetProperties().SingleOrDefault(p => p.IsDefined(typeof(ParamsAllValuesAttribute)));
        foreach (object? value in Values(parameter?.PropertyType))
        {
            object instance = new T();
            parameter?.SetValue(instance, value);
            foreach (MethodInfo setup in typeof(T).GetMethods().Where(m => m.IsDefined(typeof(GlobalSetupAttribute))))
            {
                setup.Invoke(instance, null);
            }

            foreach (MethodInfo method in typeof(T).GetMethods())
            {
                if (method.GetCustomAttribute<BenchmarkAttribute>() is { } benchmark)
                {
                    yield return new(typeof(T).Name, value?.ToString() ?? "-", method.Name, benchmark.Baseline, benchmark.OperationsPerInvoke, method.CreateDelegate<Func<long>>(instance));
                }
            }
        }
    }

    /// <summary>The same case, slower: to see that a lost ratio is found.</summary>
    /// <param name="factor">How many times longer it takes.</param>
    public Case Inflated(double factor) => this with
    {
        Run = () =>
        {
            long start = ThreadClock.Now;
            long result = Run();
            long end = start + (long)((ThreadClock.Now - start) * factor);
            while (ThreadClock.Now < end)
            {
            }

            return result;
        },
    };

    // One case without a value where there is no parameter.
    private static object?[] Values(Type? type) =>
        type is null ? [null] : [.. Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(value => Enum.ToObject(type, value))];
}

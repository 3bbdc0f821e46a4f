using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace Arm64MmioDecode.Benchmarks.Interleaved;

/// <summary>One benchmark method with one value of its class's parameter.</summary>
internal sealed record Case(string Group, string Parameter, string Name, bool IsBaseline, int Operations, Func<long> Run)
{
    /// <summary>The cases of a benchmark class: what BenchmarkDotNet would run, from the same attributes.</summary>
    public static IEnumerable<Case> Of(Type type)
    {
        PropertyInfo? parameter = type.GetProperties().SingleOrDefault(p => p.IsDefined(typeof(ParamsAllValuesAttribute)));
        foreach (object? value in parameter is null ? [null] : Enum.GetValues(parameter.PropertyType).Cast<object?>())
        {
            object instance = Activator.CreateInstance(type)!;
            parameter?.SetValue(instance, value);
            foreach (MethodInfo setup in type.GetMethods().Where(m => m.IsDefined(typeof(GlobalSetupAttribute))))
            {
                setup.Invoke(instance, null);
            }

            foreach (MethodInfo method in type.GetMethods())
            {
                if (method.GetCustomAttribute<BenchmarkAttribute>() is { } benchmark)
                {
                    yield return new(type.Name, value?.ToString() ?? "", method.Name, benchmark.Baseline, benchmark.OperationsPerInvoke, method.CreateDelegate<Func<long>>(instance));
                }
            }
        }
    }
}

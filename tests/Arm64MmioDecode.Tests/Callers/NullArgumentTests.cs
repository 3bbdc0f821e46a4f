using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.SystemRegisters;
using Arm64MmioDecode.Tests.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Callers;

/// <summary>A caller that passes null where a value is needed is told so, with the parameter's name.</summary>
public sealed class NullArgumentTests
{
    private static readonly NullabilityInfoContext s_nullability = new();

    public static TheoryData<string> Methods() => [.. Candidates().Select(static candidate => candidate.Name).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Null_is_an_argument_exception(string name)
    {
        (_, MethodBase method, int index) = Candidates().Single(candidate => candidate.Name == name);
        object?[] arguments = [.. method.GetParameters().Select((parameter, i) => i == index ? null : Value(parameter.ParameterType))];
        object? target = method.IsStatic || method is ConstructorInfo ? null : Value(method.DeclaringType!);

        Action call = () =>
        {
            _ = method is ConstructorInfo constructor ? constructor.Invoke(arguments) : method.Invoke(target, arguments);
        };

        call.Should().Throw<TargetInvocationException>()
            .WithInnerException<ArgumentNullException>().Which.ParamName.Should().Be(method.GetParameters()[index].Name);
    }

    // Each parameter of a public constructor or method that may not be null.
    private static IEnumerable<(string Name, MethodBase Method, int Index)> Candidates() =>
        from type in typeof(AccessDescriptor).Assembly.GetExportedTypes()
        where !type.IsInterface && !type.IsSubclassOf(typeof(Delegate)) && !type.IsEnum
        from method in type.GetConstructors().Cast<MethodBase>()
            .Concat(type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        where !method.ContainsGenericParameters && method.GetParameters().All(static parameter => !IsByRefLike(parameter.ParameterType)) && method.Name != "Equals"
        from parameter in method.GetParameters()
        where !parameter.ParameterType.IsValueType && !parameter.ParameterType.IsByRef
            && s_nullability.Create(parameter).WriteState == NullabilityState.NotNull
        select ($"{type.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(static p => p.ParameterType.Name))}): {parameter.Name}", method, parameter.Position);

    private static bool IsByRefLike(Type type) => (type.IsByRef ? type.GetElementType()! : type).IsByRefLike;

    private static object? Value(Type type)
    {
        Type plain = type.IsByRef ? type.GetElementType()! : type;
        return plain == typeof(IGuestRegisters) || plain == typeof(GuestRegisters) ? new GuestRegisters()
            : plain == typeof(ISystemRegisters) ? new SystemRegisterFile()
            : plain == typeof(IMmioBus) ? new TestDevices()
            : plain == typeof(IGuestMemory) || plain == typeof(IGuestRam) ? new TestRam()
            : plain == typeof(ExitHandler) ? new TestGuest().Handler
            : plain == typeof(ExclusiveMonitor) ? new ExclusiveMonitor()
            : plain == typeof(ScalableGuestRegisters) ? new ScalableGuestRegisters(16)
            : plain == typeof(string) ? "x"
            : plain.IsValueType || plain.GetConstructor(Type.EmptyTypes) is not null ? Activator.CreateInstance(plain)
            : null;
    }
}

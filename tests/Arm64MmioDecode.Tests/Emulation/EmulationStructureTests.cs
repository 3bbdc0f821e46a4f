using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>What keeps the Emulation folder readable: docs/architecture.md, "Emulation".</summary>
public sealed class EmulationStructureTests
{
    [Fact]
    public void No_file_is_longer_than_400_lines()
    {
        string folder = Repository.File("src/Arm64MmioDecode/Emulation");
        var files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories);

        files.Should().HaveCountGreaterThan(40);
        files.Where(file => File.ReadLines(file).Count() > 400).Select(Path.GetFileName).Should().BeEmpty();
    }

    [Fact]
    public void No_type_has_more_than_15_fields_that_change()
    {
        var types = typeof(AccessPlan).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(AccessPlan).Namespace && !type.IsEnum && !type.IsDefined(typeof(CompilerGeneratedAttribute)));

        types.Where(type => MutableFields(type) > 15).Select(type => $"{type.Name}: {MutableFields(type)}").Should().BeEmpty();
    }

    private static int MutableFields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Count(field => !field.IsInitOnly);
}

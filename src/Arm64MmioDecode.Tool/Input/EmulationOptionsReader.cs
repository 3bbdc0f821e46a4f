using System;
using System.Text.Json;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>Reads the <c>options</c> of a line: the guest's data endianness and the policies of <see cref="EmulationOptions"/>.</summary>
internal static class EmulationOptionsReader
{
    /// <summary>The option that says something of the registers, FEAT_SME_FA64, and is read with them.</summary>
    public const string FullA64 = "fa64";

    /// <summary>Applies the options of a line to the default ones.</summary>
    /// <exception cref="BadInputException">An option or value that does not exist.</exception>
    public static EmulationOptions Read(JsonElement value, EmulationOptions options)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw JsonInput.Expected("options", "an object");
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            string name = "options." + property.Name;
            try
            {
                options = Apply(options, property.Name, property.Value, name);
            }
            catch (ArgumentOutOfRangeException e)
            {
                throw new BadInputException($"{name}: {property.Value.GetRawText()} is out of range", e);
            }
        }

        return options;
    }

    private static EmulationOptions Apply(EmulationOptions options, string option, JsonElement value, string name) => option switch
    {
        "bigEndian" => options with { BigEndian = JsonInput.Boolean(value, name) },
        "busWidth" => options with { BusWidth = JsonInput.Integer(value, name) },
        "exclusives" => options with
        {
            Exclusives = JsonInput.Word<ExclusivePolicy>(
                value,
                name,
                [("perform", ExclusivePolicy.Perform), ("alwaysSucceed", ExclusivePolicy.AlwaysSucceed), ("fault", ExclusivePolicy.Fault)]),
        },
        "atomics" => options with
        {
            Atomics = JsonInput.Word<AtomicPolicy>(value, name, [("perform", AtomicPolicy.Perform), ("fault", AtomicPolicy.Fault)]),
        },
        "unaligned" => options with
        {
            Unaligned = JsonInput.Word<UnalignedPolicy>(
                value,
                name,
                [("split", UnalignedPolicy.Split), ("fault", UnalignedPolicy.Fault), ("pass", UnalignedPolicy.Pass)]),
        },
        FullA64 => Checked(value, name, options),
        "mte" => options with { TaggedMemory = JsonInput.Boolean(value, name) },
        "tbi" => options with { TopByteIgnored = JsonInput.Boolean(value, name) },
        "sixtyFourBytes" => options with
        {
            SixtyFourBytes = JsonInput.Word<SixtyFourBytePolicy>(
                value,
                name,
                [("split", SixtyFourBytePolicy.Split), ("single", SixtyFourBytePolicy.SingleTransaction), ("fault", SixtyFourBytePolicy.Fault)]),
        },
        "cacheMaintenance" => options with
        {
            CacheMaintenance = JsonInput.Word<CacheMaintenancePolicy>(
                value, name, [("ignore", CacheMaintenancePolicy.Ignore), ("report", CacheMaintenancePolicy.Report)]),
        },
        "unpredictable" => options with
        {
            Unpredictable = JsonInput.Word<UnpredictablePolicy>(
                value,
                name,
                [("perform", UnpredictablePolicy.Perform), ("report", UnpredictablePolicy.Report), ("undefined", UnpredictablePolicy.Undefined)]),
        },
        "unsupported" => options with
        {
            Unsupported = JsonInput.Word<UnsupportedPolicy>(
                value,
                name,
                [("report", UnsupportedPolicy.Report), ("externalAbort", UnsupportedPolicy.ExternalAbort), ("undefined", UnsupportedPolicy.Undefined)]),
        },
        "memoryCopy" => options with
        {
            MemoryCopyOption = JsonInput.Word<MemoryCopyOption>(value, name, [("a", MemoryCopyOption.A), ("b", MemoryCopyOption.B)]),
        },
        "checkMemoryCopy" => options with { CheckMemoryCopyOption = JsonInput.Boolean(value, name) },
        "protection" => options with { ProtectionEnabled = JsonInput.Boolean(value, name) },
        "checkStackPointer" => options with { CheckStackPointerAlignment = JsonInput.Boolean(value, name) },
        "zeroBlockSize" => options with { ZeroBlockSize = JsonInput.Integer(value, name) },
        "tagBlockSize" => options with { TagBlockSize = JsonInput.Integer(value, name) },
        "virtualAddressBits" => options with { VirtualAddressBits = JsonInput.Integer(value, name) },
        "copyLimit" => options with { CopyLimit = JsonInput.Integer(value, name) },
        _ => throw new BadInputException($"options: unknown option {Quoted.Text(option)}"),
    };

    private static EmulationOptions Checked(JsonElement value, string name, EmulationOptions options)
    {
        JsonInput.Boolean(value, name);
        return options;
    }
}

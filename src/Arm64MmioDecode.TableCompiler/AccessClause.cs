using System;
using System.Globalization;
using System.IO;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>The access column of a row: kind and operation, element size and count, and properties.</summary>
internal sealed class AccessClause
{
    public AccessKind Kind { get; private set; }

    public AccessOperation Operation { get; private set; }

    public int ElementSizeLog2 { get; private set; }

    public int ElementCount { get; private set; }

    public bool HasSize { get; private set; }

    public bool Signed { get; private set; }

    public TransferShape? Shape { get; private set; }

    public AccessProperties Flags { get; private set; }

    public A64Variant Variant { get; private set; }

    /// <summary>The data register is a system register (LDC, STC).</summary>
    public bool IsSystem { get; private set; }

    public static AccessClause Parse(string[] words)
    {
        var clause = new AccessClause();
        string[] kind = words[0].Split('.');
        clause.Kind = kind[0] switch
        {
            "load" => AccessKind.Load,
            "store" => AccessKind.Store,
            "rmw" => AccessKind.ReadModifyWrite,
            "cas" => AccessKind.CompareAndSwap,
            "ldex" => AccessKind.LoadExclusive,
            "stex" => AccessKind.StoreExclusive,
            "prefetch" => AccessKind.Prefetch,
            "cache" => AccessKind.CacheMaintenance,
            "zero" => AccessKind.ZeroBlock,
            "tagload" => AccessKind.TagLoad,
            "tagstore" => AccessKind.TagStore,
            "copy" => AccessKind.MemoryCopy,
            "set" => AccessKind.MemorySet,
            "hint" => AccessKind.None,
            "gcs" => AccessKind.GuardedControlStack,
            _ => throw new InvalidDataException($"unknown access {words[0]}"),
        };
        clause.Operation = kind.Length == 1 ? AccessOperation.None : kind[1] switch
        {
            "add" => AccessOperation.Add,
            "clr" => AccessOperation.BitClear,
            "eor" => AccessOperation.ExclusiveOr,
            "set" => AccessOperation.BitSet,
            "smax" => AccessOperation.SignedMaximum,
            "smin" => AccessOperation.SignedMinimum,
            "umax" => AccessOperation.UnsignedMaximum,
            "umin" => AccessOperation.UnsignedMinimum,
            "swp" => AccessOperation.Swap,
            "fadd" => AccessOperation.FloatingAdd,
            "fmax" => AccessOperation.FloatingMaximum,
            "fmaxnm" => AccessOperation.FloatingMaximumNumber,
            "fmin" => AccessOperation.FloatingMinimum,
            "fminnm" => AccessOperation.FloatingMinimumNumber,
            "prologue" => AccessOperation.Prologue,
            "main" => AccessOperation.Main,
            "epilogue" => AccessOperation.Epilogue,
            "clean" => AccessOperation.Clean,
            "invalidate" => AccessOperation.Invalidate,
            "cleaninvalidate" => AccessOperation.CleanAndInvalidate,
            "status" => AccessOperation.StoreWithStatus,
            "accdata" => AccessOperation.StoreAccelerationData,
            "push" => AccessOperation.Push,
            "pop" => AccessOperation.Pop,
            "switch" => AccessOperation.SwitchStack,
            "tablebranch" => AccessOperation.TableBranch,
            "exceptionreturn" => AccessOperation.ExceptionReturn,
            "returnstate" => AccessOperation.StoreReturnState,
            _ => throw new InvalidDataException($"unknown operation {kind[1]}"),
        };
        foreach (string word in words.AsSpan(1))
        {
            clause.Property(word);
        }

        return clause;
    }

    private void Property(string word)
    {
        if (char.IsAsciiDigit(word[0]))
        {
            string[] size = word.Split('x');
            ElementSizeLog2 = int.Log2(int.Parse(size[0], CultureInfo.InvariantCulture));
            ElementCount = size.Length == 1 ? 1 : int.Parse(size[1], CultureInfo.InvariantCulture);
            HasSize = true;
            return;
        }

        switch (word)
        {
            case "signed":
                Signed = true;
                break;
            case "system":
                IsSystem = true;
                break;
            case "@multiple":
                Variant = A64Variant.MultipleStructures;
                break;
            case "@replicate":
                Variant = A64Variant.ReplicateStructures;
                break;
            case "sequential":
                Shape = TransferShape.Sequential;
                break;
            case "interleaved":
                Shape = TransferShape.Interleaved;
                break;
            case "lane":
                Shape = TransferShape.Lane;
                break;
            case "replicate":
                Shape = TransferShape.Replicate;
                break;
            case "list":
                Shape = TransferShape.RegisterList;
                break;
            case "contiguous":
                Shape = TransferShape.ScalableContiguous;
                break;
            case "gather":
                Shape = TransferShape.ScalableGather;
                break;
            case "broadcast":
                Shape = TransferShape.ScalableReplicate;
                break;
            case "structures":
                Shape = TransferShape.ScalableInterleaved;
                break;
            case "whole":
                Shape = TransferShape.ScalableWhole;
                break;
            default:
                Flags |= word switch
                {
                    "acquire" => AccessProperties.Acquire,
                    "acquirepc" => AccessProperties.AcquirePC,
                    "release" => AccessProperties.Release,
                    "lo" => AccessProperties.LimitedOrdering,
                    "unprivileged" => AccessProperties.Unprivileged,
                    "nontemporal" => AccessProperties.NonTemporal,
                    "userbank" => AccessProperties.UserBank,
                    "bfloat16" => AccessProperties.BFloat16,
                    "rcw" => AccessProperties.ReadCheckWrite,
                    "authenticated" => AccessProperties.Authenticated,
                    "writestags" => AccessProperties.WritesTags,
                    "zeroesdata" => AccessProperties.ZeroesData | AccessProperties.WritesTags,
                    "gcs" => AccessProperties.GuardedControlStack,
                    "faultsuppressing" => AccessProperties.FaultSuppressing,
                    _ => throw new InvalidDataException($"unknown property {word}"),
                };
                break;
        }
    }
}

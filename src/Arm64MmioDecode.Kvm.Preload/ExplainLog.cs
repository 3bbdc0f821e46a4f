using System;
using System.Collections.Generic;
using System.Threading;
using Arm64MmioDecode.Diagnostics;

namespace Arm64MmioDecode.Kvm.Preload;

/// <summary>Explanations on stderr: each instruction once, and no more than <see cref="MostInstructions"/> of them.</summary>
internal static class ExplainLog
{
    private const int MostInstructions = 64;
    private const int MostFailures = 8;
    private const string Prefix = "arm64mmiodecode: ";

    private static readonly HashSet<ulong> s_explained = [];
    private static readonly HashSet<ulong> s_summarised = [];
    private static int s_failures;

    /// <summary>Explains an exit that has been begun or has ended.</summary>
    public static void Explain(KvmExitHandler handler)
    {
        if (IsNew(s_explained, handler.Pc))
        {
            Say(handler.Explain().ToString());
        }
    }

    /// <summary>Explains an exit that is not served.</summary>
    public static void Explain(KvmExitHandler handler, KvmArmNisvExit exit)
    {
        ExitExplanation explanation = handler.Explain(exit);
        if (IsNew(s_explained, handler.Pc))
        {
            Say(explanation.ToString());
        }
    }

    /// <summary>Says in one line what could not be completed.</summary>
    public static void Summarise(KvmExitHandler handler, Settings settings)
    {
        if ((settings & Settings.LogSummary) != 0 && (settings & Settings.LogExplain) == 0 && IsNew(s_summarised, handler.Pc))
        {
            Say(handler.Explain().Summary);
        }
    }

    /// <summary>Says why an access to one of KVM's devices could not be performed.</summary>
    public static void ReportKernelDevice(ulong address, KernelAccess refusal, Settings settings)
    {
        if ((settings & Settings.LogSummary) == 0 || !IsNew(s_summarised, ~address))
        {
            return;
        }

        string reason = refusal switch
        {
            KernelAccess.RefusedEl2 => "the guest has an EL2 of its own",
            KernelAccess.RefusedSize => "it has eight bytes, and the guest's CPU is in AArch32",
            KernelAccess.RefusedPage => "there is no room for the page that it needs",
            KernelAccess.RefusedReach => "a CPU in AArch32 does not reach the page that it needs (ARM64MMIODECODE_SCRATCH puts it below 4 GiB)",
            KernelAccess.RefusedRegister => "KVM refused the virtual CPU's registers",
            _ => "the virtual CPU did not do it",
        };
        Say($"the access to KVM's own device at 0x{address:x} could not be performed: {reason}; the guest takes an external abort (see docs/preload.md, In-kernel devices)");
    }

    /// <summary>Says what must not happen.</summary>
    public static void Report(Exception failure)
    {
        int count = Interlocked.Increment(ref s_failures);
        if (count <= MostFailures)
        {
            Say($"an exit could not be served: {failure.GetType().Name}: {failure.Message}");
        }
        else if (count == MostFailures + 1)
        {
            Say("more failures than these are not told");
        }
    }

    private static bool IsNew(HashSet<ulong> seen, ulong key)
    {
        lock (seen)
        {
            if (seen.Count > MostInstructions || !seen.Add(key))
            {
                return false;
            }

            if (seen.Count > MostInstructions)
            {
                Say("more instructions than these are not told");
                return false;
            }

            return true;
        }
    }

    private static void Say(string text) => Front.Say(Prefix + text.TrimEnd().ReplaceLineEndings("\n" + Prefix) + "\n");
}

using System;
using System.Text;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>Finds the register dump in a log of any length.</summary>
internal static partial class DumpReader
{
    private const int MaxLineLength = 4096;

    /// <summary>Reads a log to its end.</summary>
    /// <exception cref="BadInputException">It has no dump.</exception>
    public static CrashDump Read(LineReader reader)
    {
        // In the order in which they count when a log has several.
        DumpFormat[] formats =
        [
            new XenDump(), new HafniumDump(), new QemuDump(), new KvmtoolDump(), new LinuxDump(), new LinuxAArch32Dump(),
            new EdkDump(), new EdkAArch32Dump(), new UBootDump(), new UBootAArch32Dump(), new TrustedFirmwareDump(),
        ];
        bool saidByKvm = false;
        while (reader.MoveNext())
        {
            ReadOnlySpan<byte> bytes = reader.Current.Span;
            string line = Prefix().Replace(Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, MaxLineLength)]), "");
            saidByKvm |= KvmMessage().IsMatch(line);
            foreach (DumpFormat format in formats)
            {
                format.Read(line);
            }
        }

        foreach (DumpFormat format in formats)
        {
            if (format.Result is { } dump)
            {
                return dump;
            }
        }

        throw new BadInputException(saidByKvm
            ? "KVM's message has no registers: give what the VMM or the guest printed, or run the VMM by 'mmiodecode run', which completes such accesses"
            : "no register dump was recognised (QEMU, kvmtool, Linux, EDK2, U-Boot, Xen, Hafnium and TF-A are known)");
    }

    // What Linux says on the host about an access without a syndrome: before 5.5, and from 5.5 on.
    [GeneratedRegex("load/store instruction decoding not implemented|Data abort outside memslots with no valid syndrome info", RegexOptions.CultureInvariant)]
    private static partial Regex KvmMessage();

    // What consoles and loggers put before a line: "[   12.345678] ", "[ 12.3][ T1] ", "(XEN) ", "<1>", "Nov 29 04:00:00 host kernel: ".
    [GeneratedRegex(@"^(?:\w{3} [ \d]\d [\d:]{8} \S+ kernel: )?(?:<\d>)?(?:\(XEN\) ?)?(?:\[ *\d+\.\d+\] ?)?(?:\[ *[CT]\d+\] ?)?", RegexOptions.CultureInvariant)]
    private static partial Regex Prefix();
}

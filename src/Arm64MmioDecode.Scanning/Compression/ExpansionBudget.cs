using System.Threading;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>How many expanded bytes may be alive at the same time, over all levels of a file: a decompression bomb ends at this
/// limit, whatever its headers say.</summary>
internal sealed class ExpansionBudget(int limit)
{
    /// <summary>Kernels and the volumes of UEFI firmware need less, and it leaves room for everything else in 64 MiB.</summary>
    public const int DefaultLimit = 56 << 20;

    /// <summary>What a file may expand to in all, part after part: seconds of work for a file that hides it in a few kilobytes.</summary>
    public const long MaximumTotal = 4L << 30;

    private int _taken;
    private long _total;

    /// <summary>In bytes.</summary>
    public int Limit { get; } = limit;

    public int Remaining => Limit - Volatile.Read(ref _taken);

    /// <summary>How many bytes the parts of this file have expanded to.</summary>
    public long Total => Volatile.Read(ref _total);

    public void BeginFile() => Volatile.Write(ref _total, 0);

    public void AddTotal(int length) => Interlocked.Add(ref _total, length);

    public void Take(int length) => Interlocked.Add(ref _taken, length);

    public void Return(int length) => Interlocked.Add(ref _taken, -length);
}

using System.Threading;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>How many expanded bytes may be alive at the same time, over all levels of a file: a decompression bomb ends at this
/// limit, whatever its headers say.</summary>
internal sealed class ExpansionBudget(int limit)
{
    /// <summary>Kernels and the volumes of UEFI firmware need less, and it leaves room for everything else in 64 MiB.</summary>
    public const int DefaultLimit = 56 << 20;

    private int _taken;

    /// <summary>In bytes.</summary>
    public int Limit { get; } = limit;

    public int Remaining => Limit - Volatile.Read(ref _taken);

    public void Take(int length) => Interlocked.Add(ref _taken, length);

    public void Return(int length) => Interlocked.Add(ref _taken, -length);
}

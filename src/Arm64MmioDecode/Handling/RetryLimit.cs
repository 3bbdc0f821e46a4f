using System;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// Counts how often in a row the same instruction of a vCPU ends in <see cref="ExitStatus.Retry"/>, so that a guest whose TLB
/// still has what its page tables no longer say cannot exit for ever. One for each vCPU; not thread-safe.
/// </summary>
/// <remarks>
/// A race with another vCPU is over after one or two retries. A higher count means that the views of the processor and of the
/// library differ permanently: a stale TLB entry that the guest never invalidates, or an interface of the embedder that
/// disagrees with stage 2 about what is memory.
/// </remarks>
public sealed class RetryLimit
{
    private readonly int _limit;
    private ulong _pc;
    private int _count;

    /// <summary>Creates a counter.</summary>
    /// <param name="limit">How many retries in a row are allowed at one PC, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is less than 1.</exception>
    public RetryLimit(int limit = 16) => _limit = limit >= 1 ? limit : throw new ArgumentOutOfRangeException(nameof(limit));

    /// <summary>How many retries there have been in a row.</summary>
    public int Count => _count;

    /// <summary>Counts an exit.</summary>
    /// <param name="pc">PC of the vCPU at the exit.</param>
    /// <param name="outcome">How it ended.</param>
    /// <returns>
    /// Whether the guest may be re-entered: false when the outcome is a retry beyond the limit. The count then starts again.
    /// </returns>
    public bool Allows(ulong pc, in ExitOutcome outcome)
    {
        if (outcome.Status != ExitStatus.Retry)
        {
            _count = 0;
            return true;
        }

        _count = _count > 0 && pc == _pc ? _count + 1 : 1;
        _pc = pc;
        if (_count <= _limit)
        {
            return true;
        }

        _count = 0;
        return false;
    }
}

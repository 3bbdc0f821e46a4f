namespace Arm64MmioDecode.TableCompiler;

/// <summary>What words with a certain key are.</summary>
/// <param name="Key">The key.</param>
/// <param name="Row">The only row that can match such a word; null when none can.</param>
/// <param name="Excepts">Whether some row's fixed bits match such a word, which is none of the row's all the same.</param>
/// <param name="Rejected">What a word is that the row does not match.</param>
internal readonly record struct KeyOutcome(uint Key, int? Row, bool Excepts, Rejection Rejected)
{
    /// <summary>What words with either of two keys are, if one row can tell.</summary>
    public bool TryMerge(in KeyOutcome other, out KeyOutcome merged)
    {
        bool sameRow = Row is null || other.Row is null || Row == other.Row;
        bool sameRejection = Rejected == Rejection.None || other.Rejected == Rejection.None || Rejected == other.Rejected;
        merged = new(Key, Row ?? other.Row, Excepts || other.Excepts, Rejected == Rejection.None ? other.Rejected : Rejected);
        return sameRow && sameRejection && !(merged.Excepts && merged.Row is not null);
    }
}

namespace Arm64MmioDecode.Scanning.Ranking;

/// <summary>How likely a finding accesses a device.</summary>
/// <param name="Rules">The rules that apply.</param>
public readonly record struct FindingRank(RankingRules Rules)
{
    private static readonly (RankingRules Rule, int Weight)[] s_weights =
    [
        (RankingRules.DeviceAddress, 8),
        (RankingRules.AccessorName, 4),
        (RankingRules.CallsAccessor, 3),
        (RankingRules.NearBarrier, 2),
        (RankingRules.PlainAccessOnBase, 1),
        (RankingRules.LockOrCounter, -2),
        (RankingRules.MemoryFunction, -2),
        (RankingRules.FramePointer, -4),
        (RankingRules.ProbablyData, -6),
    ];

    /// <summary>The sum of the rules' weights: the higher, the likelier.</summary>
    public int Score
    {
        get
        {
            int score = 0;
            foreach ((RankingRules rule, int weight) in s_weights)
            {
                score += (Rules & rule) != 0 ? weight : 0;
            }

            return score;
        }
    }
}

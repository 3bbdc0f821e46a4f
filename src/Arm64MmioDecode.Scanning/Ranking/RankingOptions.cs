using System.Collections.Generic;

namespace Arm64MmioDecode.Scanning.Ranking;

/// <summary>How findings are ranked.</summary>
public sealed class RankingOptions
{
    /// <summary>Which rules count.</summary>
    public RankingRules Rules { get; init; } = RankingRules.All;

    /// <summary>Where devices are, by the addresses that the code uses; without any, <see cref="RankingRules.DeviceAddress"/> never applies.</summary>
    public IReadOnlyList<DeviceRange> Devices { get; init; } = [];
}

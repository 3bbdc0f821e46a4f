namespace Arm64MmioDecode.Benchmarks.Interleaved;

/// <summary>What a case costs per operation: the median time, the median ratio to the floor of the same round, and managed allocation.</summary>
internal sealed record Measurement(Case Case, double Nanoseconds, double Ratio, double AllocatedBytes);

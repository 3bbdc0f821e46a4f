namespace Arm64MmioDecode.Tests.Fuzzing;

/// <summary>Random choices that a seed and the number of a case make: any case can be run again alone.</summary>
internal struct FuzzRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong x = _state += 0x9E37_79B9_7F4A_7C15;
        x = (x ^ (x >> 30)) * 0xBF58_476D_1CE4_E5B9;
        x = (x ^ (x >> 27)) * 0x94D0_49BB_1331_11EB;
        return x ^ (x >> 31);
    }

    public int Below(int n) => (int)((Next() >> 32) * (ulong)n >> 32);

    public bool OneIn(int n) => Below(n) == 0;

    public ulong RareBit(int n, int bit) => OneIn(n) ? 1ul << bit : 0;
}

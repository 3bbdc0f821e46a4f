namespace Arm64MmioDecode.Emulation;

/// <summary>What a sequence does with its elements: nothing any more, or a <see cref="BusOperation"/>, which is the value minus one.</summary>
internal enum Phase : byte
{
    None = 0,
    Read = BusOperation.Read + 1,
    Write = BusOperation.Write + 1,
    ReadTag = BusOperation.ReadTag + 1,
    WriteTag = BusOperation.WriteTag + 1,
    CompareExchange = BusOperation.CompareExchange + 1,
}

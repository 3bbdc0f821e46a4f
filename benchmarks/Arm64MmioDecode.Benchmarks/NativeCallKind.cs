namespace Arm64MmioDecode.Benchmarks;

/// <summary>What is called.</summary>
public enum NativeCallKind
{
    Decode,
    DecodeAndFormat,
    Syndrome,
    ExitOnLoadPair,
    ExitOnStoreVectorPair,
    ExitOnLoadWithSyndrome,
    TranslatedExitOnLoadPair,
}

using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Tool.Explanations;

/// <summary>The intermediate physical address of an abort, as far as the user's registers tell.</summary>
/// <param name="Value">The address; in a page whose offset is not known, the page.</param>
/// <param name="Precision">How much of it is known.</param>
internal readonly record struct IntermediateAddress(ulong Value, IpaPrecision Precision);

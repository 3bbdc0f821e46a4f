namespace Arm64MmioDecode.Native.Exports;

/// <summary>Which text about an instruction.</summary>
internal enum InstructionText
{
    Assembly,
    Encoding,
    Feature,
    Unpredictable,
}

namespace Arm64MmioDecode.TableCompiler;

/// <summary>A row as the library reads it.</summary>
/// <param name="Row">Where it comes from.</param>
/// <param name="Template">The assembly text, with one character for each placeholder.</param>
/// <param name="Rules">The row's CONSTRAINED UNPREDICTABLE conditions, as flags of the instruction set's enumeration.</param>
/// <param name="Data">The words that the decoder reads. They match the layout of AccessDescriptor: some are copied into it.</param>
internal sealed record CompiledRow(EncodingRow Row, string Template, uint Rules, uint[] Data);

using System.Collections.Generic;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>A row of an encodings file as the library reads it.</summary>
/// <param name="Row">Where it comes from.</param>
/// <param name="Template">The assembly text, with one character for each placeholder.</param>
/// <param name="Alias">The same for when Rt is the zero register; empty when that makes no difference.</param>
/// <param name="Rules">The row's CONSTRAINED UNPREDICTABLE conditions, as flags of the instruction set's enumeration.</param>
/// <param name="Parts">One row of the decoder's table, or several that share the encoding's words.</param>
internal sealed record CompiledRow(EncodingRow Row, string Template, string Alias, uint Rules, IReadOnlyList<DecoderRow> Parts);

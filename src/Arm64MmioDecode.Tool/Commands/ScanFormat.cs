namespace Arm64MmioDecode.Tool.Commands;

/// <summary>How the findings of a scan are written.</summary>
internal enum ScanFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>JSON lines.</summary>
    Json,

    /// <summary>SARIF 2.1.0.</summary>
    Sarif,
}

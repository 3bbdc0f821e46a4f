using System;
using Arm64MmioDecode.Scanning.Findings;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>What becomes of the findings of a scan.</summary>
internal interface IScanReport : IDisposable
{
    /// <summary>A file is about to be scanned.</summary>
    public void BeginFile(string file);

    /// <summary>A finding in this file.</summary>
    public void Add(in Finding finding);

    /// <summary>The file has been scanned.</summary>
    public void EndFile(ScanSummary summary);

    /// <summary>Something cannot be read.</summary>
    /// <param name="error">What and why, with the file's name.</param>
    public void AddError(string error);

    /// <summary>All files have been scanned.</summary>
    public void End();
}

namespace Arm64MmioDecode.Scanning.Findings;

/// <summary>Receives what a scan finds, one after the other.</summary>
public interface IFindingSink
{
    /// <summary>Receives a finding.</summary>
    /// <param name="finding">The finding; its image is valid during the call only.</param>
    /// <returns>Whether it counts; false when it is known and accepted.</returns>
    public bool Add(in Finding finding);

    /// <summary>Hears how far a scan is.</summary>
    /// <param name="bytes">How many bytes of code have been looked at in this file.</param>
    public void Progress(long bytes);
}

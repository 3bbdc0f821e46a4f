using System;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Formats;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Scanning.Sweeping;

namespace Arm64MmioDecode.Scanning;

/// <summary>
/// Scans files for instructions that would leave a data abort without a valid syndrome (ESR_ELx.ISV = 0) if they touched a device.
/// Findings are delivered as they are found; memory does not grow with their number.
/// </summary>
public sealed class FileScanner
{
    // A firmware image in a flash image in an archive: legal files do not nest deeper.
    private const int MaximumDepth = 8;

    // Some files name a part twice.
    private const int MaximumOverlap = 4;

    private const int HitCount = 4096;

    private readonly ScanOptions _options;
    private readonly InstructionHit[] _hits = new InstructionHit[HitCount];

    /// <summary>Creates a scanner.</summary>
    /// <param name="options">How to scan.</param>
    public FileScanner(ScanOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <summary>Scans a file. What cannot be read of it is among the summary's errors.</summary>
    /// <param name="file">The file.</param>
    /// <param name="sink">Receives the findings.</param>
    /// <returns>What the scan came to.</returns>
    public ScanSummary Scan(ByteSource file, IFindingSink sink)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(sink);
        var summary = new ScanSummary();
        _options.Read.Expansion.BeginFile();
        var place = new Place(null, "", 0);
        try
        {
            if (file.Length == 0)
            {
                throw new InvalidImageException("an empty file");
            }

            if (_options.RawInstructionSet is { } set)
            {
                ScanImage(RawImage.Create(file, set, _options.RawAddress), place, summary, sink);
            }
            else
            {
                IFileFormat format = FileFormats.Recognise(file)
                    ?? throw new InvalidImageException("a file of no known format (--raw --set SET takes it for code)");
                summary.Format = format.Name;
                ScanFile(format, file, place, summary, sink);
            }

            if (summary is { Images: not 0, Sections: 0 } && _options.Filter.Sections.Count != 0)
            {
                // "0 findings" would be wrong of what nobody has looked at.
                summary.AddNote(null, "no section has a name that is looked for");
            }
        }
        catch (InvalidImageException e)
        {
            summary.AddError(null, e.Message);
        }

        if (summary.Images == 0 && summary.Errors.Count == 0)
        {
            summary.AddError(null, $"no Arm code that could be scanned{(summary.Notes.Count == 0 ? "" : $" ({summary.Notes[0]})")}");
        }

        return summary;
    }

    private void ScanFile(IFileFormat format, ByteSource bytes, Place place, ScanSummary summary, IFindingSink sink)
    {
        long parts = 0;
        foreach (FileContent content in format.Read(bytes, _options.Read))
        {
            switch (content)
            {
                case CodeImage image:
                    ScanImage(image, place, summary, sink);
                    break;
                case NestedFile nested:
                    // Parts that are the same bytes again and again could keep a scan busy for days.
                    parts += nested.Bytes.Length;
                    if (parts > MaximumOverlap * (bytes.Length + _options.Read.Expansion.Total))
                    {
                        throw new InvalidImageException("its parts overlap");
                    }

                    ScanNested(nested, place.Inside(nested), summary, sink);
                    break;
                case SkippedPart skipped:
                    summary.AddNote(place.Member, skipped.Note);
                    break;
            }
        }
    }

    // A member that cannot be read does not keep the others from being scanned.
    private void ScanNested(NestedFile nested, Place place, ScanSummary summary, IFindingSink sink)
    {
        using ByteSource bytes = nested.Bytes;
        try
        {
            if (place.Depth > MaximumDepth)
            {
                throw new InvalidImageException($"files in files, more than {MaximumDepth} deep");
            }

            if (FileFormats.Recognise(bytes) is { } format)
            {
                ScanFile(format, bytes, place, summary, sink);
            }
            else if (nested.Raw is { } raw)
            {
                ScanImage(RawImage.Create(bytes, raw), place, summary, sink);
            }
            else if (nested.MayBeUnknown)
            {
                summary.AddNote(place.Member, "of no known format, not looked at");
            }
            else
            {
                throw new InvalidImageException("of no known format");
            }
        }
        catch (InvalidImageException e)
        {
            summary.AddError(place.Member, e.Message);
        }
    }

    private void ScanImage(CodeImage image, Place place, ScanSummary summary, IFindingSink sink)
    {
        // A file of members is told by its own name, whatever is in them; a wrapping with what is in it.
        summary.Format = place.Member is null ? place.Wrapping + image.Format : summary.Format;
        summary.Images++;
        foreach (string note in image.Notes)
        {
            summary.AddNote(place.Member, note);
        }

        foreach (CodeSection section in image.Sections)
        {
            if (_options.Filter.AcceptsSection(section.Name))
            {
                summary.Sections++;
                foreach (CodeRegion region in section.Regions)
                {
                    ScanRegion(image, section, in region, place.Member, summary, sink);
                }
            }
        }
    }

    private void ScanRegion(CodeImage image, CodeSection section, in CodeRegion region, string? member, ScanSummary summary, IFindingSink sink)
    {
        bool isFiltered = !_options.Filter.IsEmpty;
        ReadOnlySpan<byte> code = section.Bytes.Span.Slice(region.Start, region.Length);
        var sweep = new InstructionSweep(code, region.InstructionSet, _options.Sweep, section.HasBigEndianCode);
        for (int count; (count = sweep.Read(_hits)) != 0;)
        {
            foreach (ref readonly InstructionHit hit in _hits.AsSpan(0, count))
            {
                var finding = new Finding(member, image, section, in region, in hit);
                if (isFiltered && !_options.Filter.Accepts(in finding))
                {
                    continue;
                }

                if (sink.Add(in finding))
                {
                    summary.Add(hit.Reasons);
                }
                else
                {
                    summary.Known++;
                }
            }

            sink.Progress(summary.Bytes + sweep.Position);
        }

        summary.Bytes += region.Length;
        summary.Instructions += sweep.Instructions;
        summary.Undecoded += sweep.Undecoded;
        summary.OmittedStack += sweep.OmittedStack;
        summary.OmittedLiterals += sweep.OmittedLiterals;
    }

    // Where an image is: in which member of the file, and in which wrapping.
    private readonly record struct Place(string? Member, string Wrapping, int Depth)
    {
        public Place Inside(NestedFile nested) => new(
            nested.Name is null ? Member : Member is null ? nested.Name : $"{Member}/{nested.Name}",
            nested.Wrapping is null ? Wrapping : $"{Wrapping}{nested.Wrapping}+",
            Depth + 1);
    }
}

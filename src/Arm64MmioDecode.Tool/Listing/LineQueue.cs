using System;
using System.Threading;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Listing;

/// <summary>
/// Formats lines on several processors while the scan goes on, and writes them in the order in which they came. There is a fixed number of
/// batches: a scan that finds more than the other threads format takes part in it.
/// </summary>
internal sealed class LineQueue : IDisposable
{
    private const int MaximumThreads = 3;

    private readonly OutputBuffer _output;
    private readonly Func<ILineFormatter> _createFormatter;
    private readonly object _lock = new();
    private readonly LineBatch[] _ring;
    private readonly Thread[] _threads;
    private ILineFormatter? _formatter;
    private CodeSection? _section;
    private string? _function;
    private string? _sourceFile;
    private Sureness _sureness;
    private bool _hasStarted;
    private bool _hasEnded;

    // Numbers of batches, each of which has its place in the ring: the oldest that is not written, the first that nobody formats,
    // and the one that takes lines.
    private long _oldest;
    private long _waiting;
    private long _open;

    /// <param name="output">Where the lines go.</param>
    /// <param name="createFormatter">Makes a formatter for a thread; on that thread.</param>
    /// <param name="threads">How many threads format besides the one that adds lines; by default one for each other processor.</param>
    public LineQueue(OutputBuffer output, Func<ILineFormatter> createFormatter, int? threads = null)
    {
        _output = output;
        _createFormatter = createFormatter;
        _threads = new Thread[threads ?? Math.Min(MaximumThreads, Environment.ProcessorCount - 1)];
        _ring = new LineBatch[2 * (1 + _threads.Length)];
    }

    public void Add(in Finding finding, FindingRank rank)
    {
        CodeSymbol symbol = finding.TryGetSymbol(out CodeSymbol found) ? found : default;
        SourceLocation source = finding.TryGetSource(out SourceLocation known) ? known : default;
        LineBatch batch = _ring[_open % _ring.Length] ??= new LineBatch();
        bool isContinued = ReferenceEquals(finding.Section, _section) && ReferenceEquals(symbol.Name, _function);
        if (batch.IsEmpty || !isContinued || !ReferenceEquals(source.File, _sourceFile) || finding.Sureness != _sureness)
        {
            _section = finding.Section;
            _function = symbol.Name;
            _sourceFile = source.File;
            _sureness = finding.Sureness;
            batch.Add(new LineGroup(in finding, in symbol, source.File, isContinued));
        }

        batch.Add(new FindingLine(finding.Hit, finding.Address, finding.FileOffset, source.Line, finding.Severity, rank));
        if (batch.HasLongNames)
        {
            Flush();
        }
        else if (batch.IsFull)
        {
            Close();
        }
    }

    /// <summary>Writes all lines that have been added, at the end of a file.</summary>
    public void Flush()
    {
        if (_ring[_open % _ring.Length] is { IsEmpty: false })
        {
            lock (_lock)
            {
                _open++;
            }
        }

        while (_oldest < _open)
        {
            WriteOldest();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _hasEnded = true;
            Monitor.PulseAll(_lock);
        }

        for (int i = 0; _hasStarted && i < _threads.Length; i++)
        {
            _threads[i].Join();
        }
    }

    // Lets the other threads have the batch, and finds a place for the next one.
    private void Close()
    {
        lock (_lock)
        {
            _open++;
            Monitor.Pulse(_lock);
        }

        if (!_hasStarted)
        {
            _hasStarted = true;
            for (int i = 0; i < _threads.Length; i++)
            {
                _threads[i] = new Thread(Work) { IsBackground = true };
                _threads[i].Start();
            }
        }

        if (_open - _oldest == _ring.Length)
        {
            WriteOldest();
        }
    }

    private void WriteOldest()
    {
        LineBatch oldest = _ring[_oldest % _ring.Length];
        while (true)
        {
            LineBatch? batch;
            lock (_lock)
            {
                while (!oldest.IsFormatted && _waiting == _open)
                {
                    Monitor.Wait(_lock);
                }

                batch = oldest.IsFormatted ? null : Take();
            }

            if (batch is null)
            {
                break;
            }

            Format(batch, _formatter ??= _createFormatter());
        }

        oldest.WriteTo(_output);
        _oldest++;
    }

    private void Work()
    {
        ILineFormatter formatter = _createFormatter();
        while (true)
        {
            LineBatch batch;
            lock (_lock)
            {
                while (_waiting == _open && !_hasEnded)
                {
                    Monitor.Wait(_lock);
                }

                if (_hasEnded)
                {
                    return;
                }

                batch = Take();
            }

            Format(batch, formatter);
        }
    }

    private LineBatch Take() => _ring[_waiting++ % _ring.Length];

    private void Format(LineBatch batch, ILineFormatter formatter)
    {
        batch.Format(formatter);
        lock (_lock)
        {
            batch.IsFormatted = true;
            Monitor.PulseAll(_lock);
        }
    }
}

using System;
using System.IO;

namespace Arm64MmioDecode.Scanning.Input;

/// <summary>Keeps what a stream delivers: little of it in memory, more in a temporary file that is deleted with the source.</summary>
internal static class SpooledSource
{
    private const int InMemory = 4 << 20;
    private const int ChunkLength = 1 << 16;

    public static ByteSource Read(Stream stream, long maximumLength)
    {
        var start = new MemoryStream();
        byte[] chunk = new byte[ChunkLength];
        FileStream? file = null;
        try
        {
            long length = 0;
            while (true)
            {
                int read = stream.Read(chunk, 0, chunk.Length);
                if (read == 0)
                {
                    break;
                }

                length += read;
                if (length > maximumLength)
                {
                    throw new InvalidImageException($"more than {maximumLength} bytes");
                }

                if (file is null && length > InMemory)
                {
                    file = new FileStream(
                        Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
                        FileMode.CreateNew,
                        FileAccess.ReadWrite,
                        FileShare.None,
                        ChunkLength,
                        FileOptions.DeleteOnClose);
                    start.WriteTo(file);
                    start.SetLength(0);
                    start.Capacity = 0;
                }

                (file ?? (Stream)start).Write(chunk, 0, read);
            }

            if (file is null)
            {
                return ByteSource.FromMemory(start.GetBuffer().AsMemory(0, (int)start.Length));
            }

            file.Flush();
            return MappedSource.Map(file);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }
}

using System;
using System.IO;
using Arm64MmioDecode.Scanning;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>A binary file that the user named: whatever is wrong with it is one line.</summary>
internal static class UserFile
{
    /// <summary>Makes sure that a file can be read.</summary>
    /// <exception cref="BadInputException">It cannot.</exception>
    public static void Check(string file) => Use(file, static bytes => bytes.Length);

    /// <summary>Maps a file for as long as it is used.</summary>
    /// <exception cref="BadInputException">It cannot be read, or is not what it should be.</exception>
    public static T Use<T>(string file, Func<ByteSource, T> use)
    {
        if (Directory.Exists(file))
        {
            throw new BadInputException($"cannot read {Quoted.Text(file)}: it is a directory");
        }

        try
        {
            using ByteSource bytes = ByteSource.OpenFile(file);
            return use(bytes);
        }
        catch (InvalidImageException e)
        {
            throw new BadInputException($"{Quoted.Text(file)}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BadInputException($"cannot read {Quoted.Text(file)}: {e.Message}", e);
        }
    }
}

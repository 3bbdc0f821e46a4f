extern alias TableCompiler;

using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Encodings;

/// <summary>How many words each row of an encodings file takes, computed from its fixed bits and rejected values alone.</summary>
internal static class RowCounts
{
    public static Dictionary<EncodingRow, long> Predict(IEnumerable<EncodingRow> rows)
    {
        var counts = new Dictionary<EncodingRow, long>();
        foreach (EncodingRow row in rows.OrderByDescending(row => BitOperations.PopCount(row.Pattern.Mask)))
        {
            long count = Words(row.Pattern.Mask, row.Pattern.Value, row.Rejects, 0, row.Pattern.Length);
            foreach (EncodingRow narrower in counts.Keys.Where(other => !row.Words.IsDisjointFrom(other.Words)))
            {
                count -= counts[narrower];
            }

            counts.Add(row, count);
        }

        return counts;
    }

    // Words of a cube that are in none of the rejected cubes, by inclusion and exclusion.
    private static long Words(uint mask, uint value, List<(uint Mask, uint Value)> rejects, int from, int width)
    {
        long count = 1L << (width - BitOperations.PopCount(mask));
        for (int i = from; i < rejects.Count; i++)
        {
            if (((value ^ rejects[i].Value) & mask & rejects[i].Mask) == 0)
            {
                count -= Words(mask | rejects[i].Mask, value | rejects[i].Value, rejects, i + 1, width);
            }
        }

        return count;
    }
}

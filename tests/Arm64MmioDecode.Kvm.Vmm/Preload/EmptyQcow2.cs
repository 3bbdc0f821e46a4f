using System;
using System.Buffers.Binary;
using System.IO;

namespace Arm64MmioDecode.Kvm.Vmm.Preload;

/// <summary>Writes an empty image that QEMU can put snapshots into: docs/interop/qcow2.rst of QEMU, version 2.</summary>
internal static class EmptyQcow2
{
    private const int ClusterBits = 16;
    private const int Cluster = 1 << ClusterBits;

    public static void Write(string path, ulong size)
    {
        // Clusters: the header, the table of reference counts, their only block, the table of the first level.
        byte[] image = new byte[4 * Cluster];
        Span<byte> header = image;
        BinaryPrimitives.WriteUInt32BigEndian(header, 0x514649fb);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt32BigEndian(header[20..], ClusterBits);
        BinaryPrimitives.WriteUInt64BigEndian(header[24..], size);
        BinaryPrimitives.WriteUInt32BigEndian(header[36..], (uint)((size + (1UL << 29) - 1) >> 29)); // an entry is a table of 512 MiB
        BinaryPrimitives.WriteUInt64BigEndian(header[40..], 3 * Cluster);
        BinaryPrimitives.WriteUInt64BigEndian(header[48..], Cluster);
        BinaryPrimitives.WriteUInt32BigEndian(header[56..], 1);
        BinaryPrimitives.WriteUInt64BigEndian(image.AsSpan(Cluster), 2 * Cluster);
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(image.AsSpan((2 * Cluster) + (2 * i)), 1);
        }

        File.WriteAllBytes(path, image);
    }
}

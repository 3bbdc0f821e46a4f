namespace Arm64MmioDecode.Tests.Tooling.Scalable;

/// <summary>One element of a scalable access, in the manual's element order.</summary>
/// <param name="Address">Where it is, without tag bits.</param>
/// <param name="Size">Its bytes in memory.</param>
/// <param name="IsActive">Whether its predicate element is TRUE; always for instructions without a predicate.</param>
/// <param name="Register">The vector, predicate or array vector that holds it.</param>
/// <param name="Offset">The first byte of it there.</param>
internal readonly record struct ScalableElement(ulong Address, int Size, bool IsActive, int Register, int Offset)
{
    public bool Contains(ulong address) => address - Address < (ulong)Size;
}

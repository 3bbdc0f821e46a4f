namespace Arm64MmioDecode.Emulation;

/// <summary>What a plan reads from and writes to: devices, or devices and guest RAM.</summary>
/// <remarks>
/// <para>
/// Addresses are the guest's virtual addresses. A machine whose guest uses stage 1 translation puts a bus in front that
/// translates each address. Apart from <see cref="UnalignedPolicy.Pass"/> every transaction is naturally aligned, and none
/// crosses a 4 KiB boundary, so that one translation serves it.
/// </para>
/// <para>
/// Data is in the order of the byte lanes: the byte at the lowest address is the least significant one.
/// An error is a value. An exception that an implementation throws leaves the plan with nothing committed to the registers.
/// </para>
/// </remarks>
public interface IMmioBus
{
    /// <summary>Reads from the bus.</summary>
    /// <param name="address">The address of the first byte.</param>
    /// <param name="size">1, 2, 4 or 8 bytes, at most <see cref="EmulationOptions.BusWidth"/>.</param>
    /// <param name="value">The data; bits above <paramref name="size"/> are ignored.</param>
    /// <returns>Whether the access succeeded.</returns>
    public BusStatus Read(ulong address, int size, out ulong value);

    /// <summary>Writes to the bus.</summary>
    /// <param name="address">The address of the first byte.</param>
    /// <param name="size">1, 2, 4 or 8 bytes, at most <see cref="EmulationOptions.BusWidth"/>.</param>
    /// <param name="value">The data; bits above <paramref name="size"/> are zero.</param>
    /// <returns>Whether the access succeeded.</returns>
    public BusStatus Write(ulong address, int size, ulong value);
}

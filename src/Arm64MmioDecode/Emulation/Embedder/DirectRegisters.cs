using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// A vCPU's registers without an interface call where they are the library's own <see cref="GuestRegisters"/>: an exit asks some ten times, and
/// so many calls that the compiler cannot see through cost as much as all the rest.
/// </summary>
internal static class DirectRegisters
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadPc(this IGuestRegisters registers) => registers is GuestRegisters own ? own.Pc : registers.Pc;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WritePc(this IGuestRegisters registers, ulong value)
    {
        if (registers is GuestRegisters own)
        {
            own.Pc = value;
        }
        else
        {
            registers.Pc = value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadPState(this IGuestRegisters registers) => registers is GuestRegisters own ? own.PState : registers.PState;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadX(this IGuestRegisters registers, int number) => registers is GuestRegisters own ? own.GetX(number) : registers.GetX(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteX(this IGuestRegisters registers, int number, ulong value)
    {
        if (registers is GuestRegisters own)
        {
            own.SetX(number, value);
        }
        else
        {
            registers.SetX(number, value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadV(this IGuestRegisters registers, int number, out ulong low, out ulong high)
    {
        if (registers is GuestRegisters own)
        {
            own.GetV(number, out low, out high);
        }
        else
        {
            registers.GetV(number, out low, out high);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteV(this IGuestRegisters registers, int number, ulong low, ulong high)
    {
        if (registers is GuestRegisters own)
        {
            own.SetV(number, low, high);
        }
        else
        {
            registers.SetV(number, low, high);
        }
    }
}

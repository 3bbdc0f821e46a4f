using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// A vCPU's registers without an interface call where they are the library's own <see cref="GuestRegisters"/>: an exit asks some ten times, and
/// so many calls that the compiler cannot see through cost as much as all the rest.
/// </summary>
internal static class DirectRegisters
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadPc(this IGuestRegisters registers) => IsOwn(registers) ? Own(registers).Pc : registers.Pc;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WritePc(this IGuestRegisters registers, ulong value)
    {
        if (IsOwn(registers))
        {
            Own(registers).Pc = value;
        }
        else
        {
            registers.Pc = value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadPState(this IGuestRegisters registers) => IsOwn(registers) ? Own(registers).PState : registers.PState;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadX(this IGuestRegisters registers, int number) => IsOwn(registers) ? Own(registers).GetX(number) : registers.GetX(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteX(this IGuestRegisters registers, int number, ulong value)
    {
        if (IsOwn(registers))
        {
            Own(registers).SetX(number, value);
        }
        else
        {
            registers.SetX(number, value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadV(this IGuestRegisters registers, int number, out ulong low, out ulong high)
    {
        if (IsOwn(registers))
        {
            Own(registers).GetV(number, out low, out high);
        }
        else
        {
            registers.GetV(number, out low, out high);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteV(this IGuestRegisters registers, int number, ulong low, ulong high)
    {
        if (IsOwn(registers))
        {
            Own(registers).SetV(number, low, high);
        }
        else
        {
            registers.SetV(number, low, high);
        }
    }

    // The type itself is compared: a test with "is" is a call where the profile has not seen it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOwn(IGuestRegisters registers) => registers.GetType() == typeof(GuestRegisters);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static GuestRegisters Own(IGuestRegisters registers) => Unsafe.As<GuestRegisters>(registers);
}

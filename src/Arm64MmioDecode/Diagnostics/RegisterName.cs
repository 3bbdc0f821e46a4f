using System.Globalization;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>General-purpose registers as assembly names them.</summary>
internal static class RegisterName
{
    private const int ZeroRegister = 31;

    /// <summary>A data register of A64: Xt or Wt, of which 31 is the zero register.</summary>
    public static string A64(int number, bool sixtyFour) =>
        (sixtyFour ? "x" : "w") + (number == ZeroRegister ? "zr" : number.ToString(CultureInfo.InvariantCulture));

    /// <summary>A core register of A32 and T32.</summary>
    public static string AArch32(int number) => number switch
    {
        13 => "sp",
        14 => "lr",
        15 => "pc",
        _ => "r" + number.ToString(CultureInfo.InvariantCulture),
    };
}

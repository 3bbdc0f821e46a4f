using System.Globalization;

namespace Arm64MmioDecode.Descriptors;

/// <summary>General-purpose registers as assembly names them.</summary>
internal static class RegisterName
{
    private const int ZeroRegister = 31;

    /// <summary>A data register of A64: Xt or Wt, of which 31 is the zero register.</summary>
    public static string A64(int number, bool sixtyFour) =>
        (sixtyFour ? "x" : "w") + (number == ZeroRegister ? "zr" : number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The eight registers that LD64B and the like transfer, X<paramref name="first"/> to X(<paramref name="first"/> + 7).</summary>
    public static string EightOf(int first) => A64(first, sixtyFour: true) + " to " + A64(first + 7, sixtyFour: true);

    /// <summary>A core register of A32 and T32.</summary>
    public static string AArch32(int number) => number switch
    {
        13 => "sp",
        14 => "lr",
        15 => "pc",
        _ => "r" + number.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The core register that lies in an X register, with its mode where it is banked ("lr_svc" for X18); "pc" for 31.</summary>
    public static string AArch32OfView(int number) => number switch
    {
        31 => "pc",
        >= 24 => AArch32(number - 16) + "_fiq",
        >= 16 => (number % 2 == 0 ? "lr_" : "sp_") + s_modes[(number - 16) / 2],
        15 => "sp_hyp",
        _ => AArch32(number),
    };

    // X16 to X23 hold LR and SP of these modes, two each ("Mapping of the general-purpose registers between the Execution states").
    private static readonly string[] s_modes = ["irq", "svc", "abt", "und"];
}

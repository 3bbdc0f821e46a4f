#if !NET5_0_OR_GREATER
namespace System.Runtime.CompilerServices;

/// <summary>The marker that the compiler needs for <c>init</c> accessors, which .NET Standard 2.0 lacks.</summary>
internal static class IsExternalInit
{
}
#endif

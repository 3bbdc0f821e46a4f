using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Objects;

/// <summary>The opaque pointers of the interface.</summary>
internal static class Handle
{
    public static nint Of(object target) => GCHandle.ToIntPtr(GCHandle.Alloc(target));

    /// <summary>The object behind a pointer; null for NULL and for a pointer to something else.</summary>
    public static T? Target<T>(nint handle)
        where T : class => handle == 0 ? null : GCHandle.FromIntPtr(handle).Target as T;

    public static void Free(nint handle)
    {
        if (handle != 0)
        {
            GCHandle.FromIntPtr(handle).Free();
        }
    }
}

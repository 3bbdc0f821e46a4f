using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]
// Every P/Invoke signature here is blittable: no marshalling stubs at run time.
[assembly: DisableRuntimeMarshalling]

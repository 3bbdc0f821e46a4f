using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Native.Objects;

/// <summary>The caller's register blocks with those of the Guarded Control Stack.</summary>
internal sealed class GuardedRegisterBlock : RegisterBlock, IGuardedControlStackRegisters;

/// <summary>The caller's register blocks with those of SVE, SME and the Guarded Control Stack.</summary>
internal sealed class GuardedScalableRegisterBlock : ScalableRegisterBlock, IGuardedControlStackRegisters;

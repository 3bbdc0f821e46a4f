using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <content>All of an instruction at once, on a bus that answers at once.</content>
public sealed partial class AccessPlan
{
    /// <summary>Prepares a plan and drives it on a bus to its end.</summary>
    /// <param name="access">The instruction.</param>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="bus">What it accesses. An exception that it throws leaves the registers unchanged.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>How it ended; see <see cref="Fault"/> and <see cref="NotEmulatedReason"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> or <paramref name="bus"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// A transaction is wider than 8 bytes and <paramref name="bus"/> is no <see cref="IWideMmioBus"/>, or it transfers a tag and
    /// <paramref name="bus"/> is no <see cref="ITagMemory"/>.
    /// </exception>
    public EmulationStatus Execute(in AccessDescriptor access, IGuestRegisters registers, IMmioBus bus, in EmulationOptions options)
    {
        var reference = new BusReference(bus ?? throw new ArgumentNullException(nameof(bus)));
        if (access.AddressingMode != AddressingMode.Reported && TryExecutePlain(in access, 0, registers, ref reference, in options))
        {
            return Status;
        }

        Prepare(in access, registers, in options);
        Drive(ref reference, bus);
        return Commit(registers);
    }

    /// <summary>Prepares a plan for an access that a syndrome describes, and drives it on a bus to its end.</summary>
    /// <param name="access">The access.</param>
    /// <param name="reportedAddress">The address that the exit reports; used for <see cref="AddressingMode.Reported"/> only.</param>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="bus">What it accesses. An exception that it throws leaves the registers unchanged.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>How it ended; see <see cref="Fault"/> and <see cref="NotEmulatedReason"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> or <paramref name="bus"/> is null.</exception>
    /// <exception cref="ArgumentException">As <see cref="Execute(in AccessDescriptor, IGuestRegisters, IMmioBus, in EmulationOptions)"/>.</exception>
    public EmulationStatus Execute(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, IMmioBus bus, in EmulationOptions options)
    {
        var reference = new BusReference(bus ?? throw new ArgumentNullException(nameof(bus)));
        if (TryExecutePlain(in access, reportedAddress, registers, ref reference, in options))
        {
            return Status;
        }

        Prepare(in access, reportedAddress, registers, in options);
        Drive(ref reference, bus);
        return Commit(registers);
    }

    /// <summary>Prepares a plan and drives it on a bus to its end, without virtual calls.</summary>
    /// <typeparam name="TBus">The bus, which takes transactions of up to 8 bytes and no tags.</typeparam>
    /// <param name="access">The instruction.</param>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="bus">What it accesses. An exception that it throws leaves the registers unchanged.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>How it ended; see <see cref="Fault"/> and <see cref="NotEmulatedReason"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentException">A transaction is wider than 8 bytes or transfers a tag.</exception>
    public EmulationStatus Execute<TBus>(in AccessDescriptor access, IGuestRegisters registers, ref TBus bus, in EmulationOptions options)
        where TBus : struct, IMmioBus
    {
        if (access.AddressingMode != AddressingMode.Reported && TryExecutePlain(in access, 0, registers, ref bus, in options))
        {
            return Status;
        }

        Prepare(in access, registers, in options);
        Drive(ref bus, null);
        return Commit(registers);
    }

    /// <summary>Prepares a plan for an access that a syndrome describes, and drives it on a bus to its end, without virtual calls.</summary>
    /// <typeparam name="TBus">The bus, which takes transactions of up to 8 bytes and no tags.</typeparam>
    /// <param name="access">The access.</param>
    /// <param name="reportedAddress">The address that the exit reports; used for <see cref="AddressingMode.Reported"/> only.</param>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="bus">What it accesses. An exception that it throws leaves the registers unchanged.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>How it ended; see <see cref="Fault"/> and <see cref="NotEmulatedReason"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentException">A transaction is wider than 8 bytes or transfers a tag.</exception>
    public EmulationStatus Execute<TBus>(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, ref TBus bus, in EmulationOptions options)
        where TBus : struct, IMmioBus
    {
        if (TryExecutePlain(in access, reportedAddress, registers, ref bus, in options))
        {
            return Status;
        }

        Prepare(in access, reportedAddress, registers, in options);
        Drive(ref bus, null);
        return Commit(registers);
    }

    /// <summary>Performs all transactions of a prepared plan.</summary>
    /// <param name="bus">The bus, for transactions of up to 8 bytes.</param>
    /// <param name="wide">The same bus, for the others.</param>
    internal void Drive<TBus>(ref TBus bus, IMmioBus? wide)
        where TBus : struct, IMmioBus
    {
        _isDriving = true;
        try
        {
            while (_sequence.IsActive)
            {
                Phase phase = _sequence.Phase;
                BusStatus status = _sequence.Run(ref bus, wide);
                if (!status.IsSuccess)
                {
                    RaiseBusFault(status, phase);
                    return;
                }

                EndPhase(phase);
            }
        }
        finally
        {
            _isDriving = false;
        }
    }

    // A bus that is an object, as the driver takes it.
    private readonly struct BusReference : IMmioBus
    {
        private readonly IMmioBus _bus;

        public BusReference(IMmioBus bus) => _bus = bus;

        public BusStatus Read(ulong address, int size, out ulong value) => _bus.Read(address, size, out value);

        public BusStatus Write(ulong address, int size, ulong value) => _bus.Write(address, size, value);
    }
}

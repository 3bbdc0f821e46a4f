using System.Collections.Generic;

namespace Arm64MmioDecode.Kvm.Preload;

/// <summary>The memory slots of a machine, kept as the front has them.</summary>
internal sealed unsafe class MachineMemory
{
    private static readonly Dictionary<nint, MachineMemory> s_machines = [];

    private readonly HashSet<uint> _numbers = [];
    private uint _version;

    public KvmMemorySlots Slots { get; } = new();

    public static MachineMemory Of(nint machine)
    {
        lock (s_machines)
        {
            if (!s_machines.TryGetValue(machine, out MachineMemory? memory))
            {
                s_machines[machine] = memory = new MachineMemory();
            }

            return memory;
        }
    }

    /// <summary>Takes over what has changed. The front holds its slots meanwhile.</summary>
    public void Update(FrontCpu* cpu)
    {
        lock (_numbers)
        {
            if (_version == cpu->SlotsVersion)
            {
                return;
            }

            foreach (uint number in _numbers)
            {
                Slots.Set(number, 0, 0, 0);
            }

            _numbers.Clear();
            for (uint i = 0; i < cpu->SlotCount; i++)
            {
                FrontSlot* slot = &cpu->Slots[i];
                Slots.Set(slot->Number, slot->Address, slot->Size, (nint)slot->Host, (KvmSlotOptions)slot->Flags);
                _numbers.Add(slot->Number);
            }

            _version = cpu->SlotsVersion;
        }
    }
}

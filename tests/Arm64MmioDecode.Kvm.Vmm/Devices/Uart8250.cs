using System;
using System.Text;

namespace Arm64MmioDecode.Kvm.Vmm.Devices;

/// <summary>A 16550 UART, transmit only: every byte that the guest sends goes to a sink, one line at a time.</summary>
internal sealed class Uart8250(Action<string> line, Action<bool> interrupt) : IDevice
{
    private const byte TransmitterEmptyEnable = 1 << 1;
    private const byte DivisorLatchAccess = 1 << 7;
    private const byte Fifo = 1 << 0;

    private readonly object _lock = new();
    private readonly StringBuilder _text = new();
    private byte _interruptEnable;
    private byte _lineControl;
    private byte _modemControl;
    private byte _fifoControl;
    private byte _scratch;
    private ushort _divisor = 1;
    private bool _transmitterEmptyPending;

    public bool TryRead(ulong offset, int size, out ulong value)
    {
        lock (_lock)
        {
            value = offset switch
            {
                0 => DivisorSelected ? (byte)_divisor : (byte)0,
                1 => DivisorSelected ? (byte)(_divisor >> 8) : _interruptEnable,
                2 => ReadInterruptIdentification(),
                3 => _lineControl,
                4 => _modemControl,
                5 => 0x60, // transmitter empty, holding register empty
                6 => 0xb0, // carrier, data set ready, clear to send
                7 => _scratch,
                _ => 0,
            };
            return true;
        }
    }

    public bool TryWrite(ulong offset, int size, ulong value)
    {
        byte data = (byte)value;
        lock (_lock)
        {
            switch (offset)
            {
                case 0 when DivisorSelected:
                    _divisor = (ushort)((_divisor & 0xff00) | data);
                    break;
                case 0:
                    Transmit(data);
                    _transmitterEmptyPending = true;
                    break;
                case 1 when DivisorSelected:
                    _divisor = (ushort)((_divisor & 0xff) | (data << 8));
                    break;
                case 1:
                    // Enabling the interrupt while the transmitter is empty raises it at once.
                    _transmitterEmptyPending |= (data & ~_interruptEnable & TransmitterEmptyEnable) != 0;
                    _interruptEnable = data;
                    break;
                case 2:
                    _fifoControl = data;
                    break;
                case 3:
                    _lineControl = data;
                    break;
                case 4:
                    _modemControl = data;
                    break;
                case 7:
                    _scratch = data;
                    break;
            }

            UpdateInterrupt();
            return true;
        }
    }

    private bool DivisorSelected => (_lineControl & DivisorLatchAccess) != 0;

    private bool InterruptRaised => _transmitterEmptyPending && (_interruptEnable & TransmitterEmptyEnable) != 0;

    private byte ReadInterruptIdentification()
    {
        byte fifo = (_fifoControl & Fifo) != 0 ? (byte)0xc0 : (byte)0;
        if (!InterruptRaised)
        {
            return (byte)(fifo | 1);
        }

        _transmitterEmptyPending = false;
        UpdateInterrupt();
        return (byte)(fifo | 2);
    }

    private void UpdateInterrupt() => interrupt(InterruptRaised);

    private void Transmit(byte data)
    {
        if (data == '\n')
        {
            line(_text.ToString());
            _text.Clear();
        }
        else if (data != '\r' && _text.Length < 4096)
        {
            _text.Append((char)data);
        }
    }
}

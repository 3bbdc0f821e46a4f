using System;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace Arm64MmioDecode.Kvm.Vmm.Preload;

/// <summary>QEMU's human monitor on a socket.</summary>
internal sealed class QemuMonitor : IDisposable
{
    private const string Prompt = "(qemu) ";

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public QemuMonitor(string path)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                _socket.Connect(new UnixDomainSocketEndPoint(path));
                break;
            }
            catch (SocketException) when (i < 100)
            {
                Thread.Sleep(50);
            }
        }

        _socket.ReceiveTimeout = 30_000;
        ReadToPrompt();
    }

    /// <summary>Gives a command and returns what it printed.</summary>
    public string Do(string command)
    {
        _socket.Send(Encoding.ASCII.GetBytes(command + "\n"));
        return ReadToPrompt();
    }

    public void Dispose() => _socket.Dispose();

    private string ReadToPrompt()
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().EndsWith(Prompt, StringComparison.Ordinal))
        {
            int length = _socket.Receive(buffer);
            if (length == 0)
            {
                break;
            }

            text.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }

        return text.ToString();
    }
}

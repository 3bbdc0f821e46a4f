using System;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Kvm;

/// <summary>A request to KVM that the host refused. Nothing that a guest executes causes it.</summary>
public sealed class KvmException : Exception
{
    /// <summary>Makes an exception without details.</summary>
    public KvmException()
        : this("A KVM request failed.")
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">What failed.</param>
    public KvmException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and a cause.</summary>
    /// <param name="message">What failed.</param>
    /// <param name="innerException">Why.</param>
    public KvmException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    private KvmException(string operation, int error)
        : base($"{operation}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})")
    {
        Operation = operation;
        ErrorNumber = error;
    }

    /// <summary>The system call or ioctl that failed, by its name in linux/kvm.h.</summary>
    public string Operation { get; } = string.Empty;

    /// <summary>The errno value, or 0 if there is none.</summary>
    public int ErrorNumber { get; }

    /// <summary>The exception for the errno that the last system call of this thread left.</summary>
    /// <param name="operation">The system call or ioctl that failed.</param>
    internal static KvmException FromLastError(string operation) => new(operation, Marshal.GetLastPInvokeError());
}

using System.Net;
using System.Net.Sockets;

namespace WeChatMask.Web;

/// <summary>What stands for the address of a caller wherever calls are counted by it.</summary>
/// <remarks>An IPv6 line gets at least a /64, 2^64 addresses to call from, so that network is counted; an IPv4 address is the same in either form.</remarks>
public static class CallerAddress
{
    private const int NetworkBytes = 8;

    public static string Of(HttpContext context) => Of(context.Connection.RemoteIpAddress);

    public static string Of(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4().ToString();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"{new IPAddress([.. address.GetAddressBytes().AsSpan(0, NetworkBytes), .. new byte[NetworkBytes]])}/64"
            : address.ToString();
    }
}

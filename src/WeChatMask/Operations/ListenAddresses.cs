using System.Net;
using System.Net.Sockets;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>Looks at the addresses to listen on before anything is made: whether they can be read, are this machine's, and are free.</summary>
internal static class ListenAddresses
{
    private static readonly string[] Anywhere = ["*", "+", "[::]"];

    /// <exception cref="StartFaultException">One of them cannot be listened on.</exception>
    public static void Check(IConfiguration configuration)
    {
        var urls = configuration[WebHostDefaults.ServerUrlsKey] ?? "";
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) Check(url);
    }

    private static void Check(string url)
    {
        var address = Read(url);
        if (address.IsUnixPipe || address.Port == 0) return;
        if (Anywhere.Contains(address.Host, StringComparer.Ordinal)) Try(url, new IPEndPoint(IPAddress.IPv6Any, address.Port));
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) Try(url, new IPEndPoint(IPAddress.Loopback, address.Port));
        else if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)) Try(url, new IPEndPoint(ip, address.Port));
        // The server would take any other name for every address of the machine, a mistyped one too.
        else throw Wrong(url, "its host is no IP address, localhost or *");
    }

    private static BindingAddress Read(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            if (address.Scheme is not ("http" or "https")) throw Wrong(url, "it begins with neither http:// nor https://");
            if (address.PathBase.Length > 0) throw Wrong(url, "nothing may stand behind its port");
            if (address.Port is < 0 or > IPEndPoint.MaxPort) throw Wrong(url, "a port is 0 to 65535");
            return address;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw Wrong(url, "it cannot be read");
        }
    }

    private static void Try(string url, IPEndPoint endpoint)
    {
        try
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (endpoint.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StartFaultException($"The address {url} of --urls is in use by another program.", e) { ExitCode = ExitCodes.NotYet };
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            throw new StartFaultException($"The address {url} of --urls is not one of this machine's.", e);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new StartFaultException($"This user may not listen on the port of {url}; take one above 1023.", e);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported)
        {
            // A machine without IPv6; the server knows how to do without.
        }
    }

    private static StartFaultException Wrong(string url, string why) =>
        new($"The address {(url.Length > 200 ? url[..200] : url)} of --urls cannot be listened on: {why}. Take one such as http://127.0.0.1:5080.");
}

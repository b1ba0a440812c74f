using System.Net;
using WeChatMask.City;
using WeChatMask.Web;

namespace WeChatMask.Tests.City;

/// <summary>Browsers that log in as staff, each from some address.</summary>
internal static class Callers
{
    private static int browsers;

    /// <summary>A browser at an address; one that nobody has seen unless it is named.</summary>
    public static LoginCaller At(string address, string? browser = null) =>
        new(browser ?? $"browser {Interlocked.Increment(ref browsers)}", CallerAddress.Of(IPAddress.Parse(address)));
}

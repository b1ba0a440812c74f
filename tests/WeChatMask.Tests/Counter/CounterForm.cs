using WeChatMask.Tests.Pages;

namespace WeChatMask.Tests.Counter;

/// <summary>The counter's pages as a browser without scripts uses them.</summary>
internal static class CounterForm
{
    /// <summary>Opens a page and sends its form to one of its handlers.</summary>
    public static async Task<PageReader> SendAsync(HttpClient clerk, string path, string handler, params (string Name, string Value)[] fields)
    {
        var page = await PageReader.OpenAsync(clerk, path);
        var address = handler.Length == 0 ? page.Address : new Uri(page.Address, $"?handler={handler}");
        return await (page with { Address = address }).PostAsync(clerk, fields);
    }

    /// <summary>Sends one booking.</summary>
    public static Task<PageReader> OneAsync(
        HttpClient clerk, string handler, string code, string lastFour, string requestId, params (string Name, string Value)[] more) =>
        SendAsync(clerk, "/pharmacy/scan", handler, [("Code", code), ("LastFour", lastFour), ("RequestId", requestId), .. more]);

    /// <summary>Sends one proxy with several bookings; request ids are made of the name given.</summary>
    public static Task<PageReader> ProxyAsync(
        HttpClient clerk, string handler, string name, string idNumber, string requestId, params (string Code, string LastFour)[] lines) =>
        SendAsync(clerk, "/pharmacy/proxy", handler,
        [
            ("ProxyName", name), ("ProxyIdNumber", idNumber),
            .. lines.SelectMany((l, i) => new (string, string)[]
            {
                ($"Lines[{i}].Code", l.Code), ($"Lines[{i}].LastFour", l.LastFour), ($"Lines[{i}].RequestId", $"{requestId}-{i}"),
            }),
        ]);

    /// <summary>The verdicts shown, in the page's order: the page's own first, then its lines'.</summary>
    public static string[] Verdicts(this PageReader page) =>
        [.. System.Text.RegularExpressions.Regex.Matches(page.Html, "data-verdict=\"(\\w+)\"").Select(m => m.Groups[1].Value)];
}

using System.Net;
using System.Text.RegularExpressions;

namespace WeChatMask.Tests.Pages;

/// <summary>A page as a browser without scripts has it: its text, and its form to fill in and send.</summary>
internal sealed record PageReader(HttpStatusCode Status, Uri Address, HttpResponseMessage Answer, string Html)
{
    /// <summary>Opens a page as a browser asks for it.</summary>
    public static Task<PageReader> OpenAsync(HttpClient browser, string path) =>
        SendAsync(browser, new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)));

    /// <summary>The value of a hidden field.</summary>
    public string Hidden(string name)
    {
        var field = Regex.Match(Html, $"<input[^>]*name=\"{Regex.Escape(name)}\"[^>]*>");
        Assert.True(field.Success, $"There is no field {name} on {Address}.");
        return WebUtility.HtmlDecode(Regex.Match(field.Value, "value=\"([^\"]*)\"").Groups[1].Value);
    }

    /// <summary>Sends the page's form to the page's own address, with its token.</summary>
    public Task<PageReader> PostAsync(HttpClient browser, params (string Name, string Value)[] fields) => PostToAsync(browser, Address, fields);

    /// <summary>Sends a form of the page, with its token, to an address of the form's own.</summary>
    public Task<PageReader> PostToAsync(HttpClient browser, string path, params (string Name, string Value)[] fields) => PostToAsync(browser, new Uri(path, UriKind.Relative), fields);

    private Task<PageReader> PostToAsync(HttpClient browser, Uri address, (string Name, string Value)[] fields)
    {
        var form = fields.Append((Name: "__RequestVerificationToken", Value: Hidden("__RequestVerificationToken")));
        return SendAsync(browser, new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(form.Select(f => new KeyValuePair<string, string>(f.Name, f.Value))),
        });
    }

    /// <summary>The whole page as one line of text.</summary>
    /// <remarks>A place where a word may break is not seen.</remarks>
    public string Text => WebUtility.HtmlDecode(Regex.Replace(Regex.Replace(Html, "<[^>]+>", " "), @"\s+", " ")).Replace("\u200B", "", StringComparison.Ordinal);

    private static async Task<PageReader> SendAsync(HttpClient browser, HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml");
        var answer = await browser.SendAsync(request);
        return new PageReader(answer.StatusCode, answer.RequestMessage!.RequestUri!, answer, await answer.Content.ReadAsStringAsync());
    }
}

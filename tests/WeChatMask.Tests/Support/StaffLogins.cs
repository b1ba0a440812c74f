using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Operations;
using WeChatMask.Sandbox;

namespace WeChatMask.Tests.Support;

/// <summary>The staff's log-in, and what the public reads of a pharmacy's books.</summary>
internal static class StaffLogins
{
    /// <summary>Sends the log-in form with the page's token; the answer is the redirect or the page.</summary>
    public static async Task<HttpResponseMessage> LogInAsync(HttpClient browser, string username, string password, string? returnUrl = null)
    {
        var query = returnUrl is null ? "" : "?returnUrl=" + Uri.EscapeDataString(returnUrl);
        var token = Phone.FormToken(await browser.GetStringAsync(new Uri("/staff/login" + query, UriKind.Relative)));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["username"] = username, ["password"] = password, ["__RequestVerificationToken"] = token, ["returnUrl"] = returnUrl ?? "",
        });
        return await browser.PostAsync(new Uri("/staff/login", UriKind.Relative), form);
    }

    /// <summary>The code that an authenticator app with the secret shows now.</summary>
    public static string CodeOf(string secret, DateTimeOffset? at = null) =>
        new OtpNet.Totp(OtpNet.Base32Encoding.ToBytes(secret)).ComputeTotp((at ?? TimeProvider.System.GetUtcNow()).UtcDateTime);

    /// <summary>Sends the second step's form.</summary>
    public static async Task<HttpResponseMessage> EnterCodeAsync(HttpClient browser, string code)
    {
        var token = Phone.FormToken(await browser.GetStringAsync(new Uri("/staff/code", UriKind.Relative)));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["Code"] = code, ["__RequestVerificationToken"] = token });
        return await browser.PostAsync(new Uri("/staff/code", UriKind.Relative), form);
    }

    /// <summary>Makes the demo administrator's current code good again: many tests log in within one step of the clock.</summary>
    public static Task RenewCodeAsync(this SandboxHost host) => host.Get<Database>().WriteAsync(
        t => t.ExecuteAsync("UPDATE staff SET totp_step = 0 WHERE username = @name", new { name = DemoStaffStore.Administrator }), default);

    /// <summary>A pharmacy's books of a round.</summary>
    public static async Task<JsonElement> BooksAsync(this SandboxHost host, string date, string pharmacy) =>
        (await host.Http.GetJsonAsync($"/api/public/rounds/{date}")).GetProperty("pharmacies").EnumerateArray()
            .Single(p => p.GetProperty("code").GetString() == pharmacy);

    /// <summary>A figure of a pharmacy's books.</summary>
    public static int Figure(this JsonElement books, string name) => books.GetProperty(name).GetInt32();

    /// <summary>Fails with the promises that do not hold.</summary>
    public static async Task AssertSoundAsync(this SandboxHost host)
    {
        Assert.Empty((await host.Get<InvariantQueries>().RunAsync(default)).Where(r => r.Broken != 0).Select(r => r.Name));
        await CityLog.HoldsAsync(host.Get<Database>());
    }
}

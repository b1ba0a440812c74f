using System.Net;
using System.Text.RegularExpressions;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>The page on which a resident's phone checks the own booking in the public log, as it is without a script.</summary>
public sealed class ProofPageTests
{
    [Fact]
    public async Task Each_line_says_what_is_to_be_checked_and_none_has_a_tick_before_a_phone_has_checked_it()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        using var wang = await host.NewResidentAsync(1);
        var booked = (await wang.BookAsync("LD01", "a")).Body;
        var number = booked.GetProperty("number").GetString();
        var booking = await PageReader.OpenAsync(wang.Http, $"/bookings/{number}");
        Assert.Contains($"data-receipt-of=\"{number}\"", booking.Html, StringComparison.Ordinal);
        Assert.Contains($"href=\"/bookings/{number}/proof\"", booking.Html, StringComparison.Ordinal);

        var early = await PageReader.OpenAsync(wang.Http, $"/bookings/{number}/proof");
        Assert.Equal(HttpStatusCode.OK, early.Status);
        Assert.Contains("名单公布以后", early.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("data-line=\"list\"", early.Html, StringComparison.Ordinal);

        await host.SetClockAsync("2020-02-10T22:05:00+08:00");
        var page = await PageReader.OpenAsync(wang.Http, $"/bookings/{number}/proof");
        var proof = await wang.Http.GetJsonAsync($"/api/bookings/{number}/proof");
        var index = Regex.Match(proof.GetProperty("receipt").GetString()!, "\nindex (\\d+)\n").Groups[1].Value;
        string[] lines = [.. Regex.Matches(page.Html, "<li data-line=\"\\w+\">(?<text>.*?)<span", RegexOptions.Singleline | RegexOptions.ExplicitCapture).Select(m => WebUtility.HtmlDecode(m.Groups["text"].Value).Trim())];

        Assert.Matches($"^您的预约是公开账本第 {index} 行，19:00:0\\d 写入$", lines[0]);
        var shop = (await host.Http.GetJsonAsync("/api/board")).GetProperty("pharmacies")[0].GetProperty("name").GetString();
        Assert.Equal($"您在{shop}排第 1 号，共 160 个名额", lines[1]);
        Assert.Equal($"名单第 1 行是您：张**，尾号 {People.IdNumber(1)[^4..]}", lines[2]);
        Assert.Equal($"账本核验码 {proof.GetProperty("code").GetString()}，请与药店门口的告示比对", lines[3]);
        Assert.DoesNotContain('✓', string.Join("", lines) + Regex.Match(page.Html, "<ol class=\"proofs\">.*?</ol>", RegexOptions.Singleline).Value);
        Assert.True(page.Answer.Headers.CacheControl!.NoStore);
        PublicPageTests.AssertNothingInline(page.Html);
        // What is checked by other means stands there as it is.
        Assert.Contains(proof.GetProperty("receipt").GetString()!.Trim(), WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);
        Assert.Contains(proof.GetProperty("proofSalt").GetString()!, page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shell_checks_the_signature_by_the_lines_that_the_page_gives()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        using var wang = await host.NewResidentAsync(1);
        var number = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString();
        var page = await PageReader.OpenAsync(wang.Http, $"/bookings/{number}/proof");
        var commands = WebUtility.HtmlDecode(Regex.Matches(page.Html, "<pre class=\"raw\">(?<text>.*?)</pre>", RegexOptions.Singleline | RegexOptions.ExplicitCapture)[^1].Groups["text"].Value);

        Assert.Equal((0, "Verified OK"), await RunAsync(commands));
        Assert.NotEqual(0, (await RunAsync(commands.Replace("sandbox/log\\n", "sandbox/log\\n1", StringComparison.Ordinal))).Code);
    }

    [Fact]
    public async Task Whoever_has_no_such_booking_or_no_receipt_is_told_so_with_a_way_on()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:59:00+08:00");
        await host.SetClockAsync("2020-02-10T19:00:00+08:00");
        using var wang = await host.NewResidentAsync(1);
        using var other = await host.NewResidentAsync(2);
        var number = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString();

        var strange = await PageReader.OpenAsync(other.Http, $"/bookings/{number}/proof");
        Assert.Equal(HttpStatusCode.NotFound, strange.Status);
        Assert.Contains("href=\"/bookings\"", strange.Html, StringComparison.Ordinal);

        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE booking SET log_batch = NULL"), default);
        var gone = await PageReader.OpenAsync(wang.Http, $"/bookings/{number}/proof");
        Assert.Equal(HttpStatusCode.NotFound, gone.Status);
        Assert.Contains("这个预约没有凭据", gone.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"/bookings/{number}\"", gone.Html, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Said)> RunAsync(string commands)
    {
        var folder = Directory.CreateTempSubdirectory("openssl-");
        try
        {
            using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", commands])
            {
                WorkingDirectory = folder.FullName, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var said = await shell.StandardOutput.ReadToEndAsync();
            await shell.WaitForExitAsync();
            return (shell.ExitCode, said.Trim());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

using System.Net;
using System.Text.RegularExpressions;
using Hangfire;
using Hangfire.Storage;
using WeChatMask.Jobs;
using WeChatMask.Tests.Counter;

namespace WeChatMask.Tests.Jobs;

/// <summary>Who may see the dashboard, and that nobody changes anything by it.</summary>
public sealed partial class JobDashboardTests(CounterHost host) : IClassFixture<CounterHost>
{
    private static readonly string[] Pages = ["", "/recurring", "/jobs/failed", "/servers"];

    [Fact]
    public async Task Only_administrators_see_it()
    {
        using var anonymous = host.Anonymous();
        var clerk = await host.ClerkAsync();
        var administrator = await host.StaffAsync("administrator");
        foreach (var path in Pages)
        {
            var page = At(path);
            foreach (var other in new[] { anonymous, clerk })
            {
                using var led = await other.GetAsync(page);
                Assert.Equal(HttpStatusCode.Found, led.StatusCode);
                Assert.StartsWith("/staff/login?", led.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
            }

            using var shown = await administrator.GetAsync(page);
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        }
    }

    [Fact]
    public async Task It_is_in_Chinese_names_no_storage_and_leads_back()
    {
        var page = await (await host.StaffAsync("administrator")).GetStringAsync(At("/recurring"));

        Assert.Contains("<html lang=\"zh\">", page, StringComparison.Ordinal);
        Assert.Contains("公布名单", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/administrator\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Memory", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_policy_allows_one_thing_more_than_the_sites()
    {
        var administrator = await host.StaffAsync("administrator");
        using var site = await administrator.GetAsync(new Uri("/administrator", UriKind.Relative));
        using var dashboard = await administrator.GetAsync(At(""));

        Assert.Equal(Policy(site).Append("style-src-attr 'unsafe-inline'").Order(StringComparer.Ordinal), Policy(dashboard).Order(StringComparer.Ordinal));

        static IEnumerable<string> Policy(HttpResponseMessage answer) => answer.Headers.GetValues("Content-Security-Policy").Single().Split(';', StringSplitOptions.TrimEntries);
    }

    [Fact]
    public async Task Nothing_can_be_changed_by_it()
    {
        var administrator = await host.StaffAsync("administrator");
        var page = await administrator.GetStringAsync(At("/recurring"));
        Assert.DoesNotContain("/recurring/remove", page, StringComparison.Ordinal);
        using var connection = host.Get<JobStorage>().GetConnection();
        var before = connection.GetRecurringJobs().Count;
        Assert.Equal(Schedule.Jobs.Count, before);

        // Without the page's token it is not even asked.
        Assert.Equal(HttpStatusCode.Forbidden, await RemoveAsync(administrator, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await RemoveAsync(administrator, FormToken().Match(page).Groups["token"].Value));

        Assert.Equal(before, connection.GetRecurringJobs().Count);
    }

    [Fact]
    public async Task The_administrators_page_leads_to_it() => Assert.Contains(
        $"href=\"{JobDashboard.Path}\"", await (await host.StaffAsync("administrator")).GetStringAsync(new Uri("/administrator", UriKind.Relative)), StringComparison.Ordinal);

    private static Uri At(string path) => new(JobDashboard.Path + path, UriKind.Relative);

    private static async Task<HttpStatusCode> RemoveAsync(HttpClient browser, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, At("/recurring/remove"));
        request.Content = new FormUrlEncodedContent([new("jobs[]", "PublishLists")]);
        if (token is not null) request.Headers.Add("RequestVerificationToken", token);
        using var answer = await browser.SendAsync(request);
        return answer.StatusCode;
    }

    [GeneratedRegex("name=\"csrf-token\" content=\"(?<token>[^\"]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex FormToken();
}

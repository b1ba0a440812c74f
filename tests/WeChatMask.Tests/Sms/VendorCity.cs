using System.Net.Http.Json;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Sms;

/// <summary>Loudi with SMS vendors instead of the gateway, and what its outbox says.</summary>
internal static class VendorCity
{
    /// <summary>The night before the lists of 10 February are published.</summary>
    public const string Evening = "2020-02-10T19:00:00+08:00";

    /// <summary>When the round closes, lists are published and messages go out.</summary>
    public const string Published = "2020-02-10T22:00:00+08:00";

    /// <summary>A city whose jobs run only when its clock is moved.</summary>
    public static async Task<SandboxHost> StartAsync(DatabaseKind engine, string providers, params (string Key, string Value)[] settings)
    {
        var host = await SandboxHost.StartAsync("loudi", Evening, engine: engine, configure: builder =>
        {
            builder.Configuration["Sms:Providers"] = providers;
            // Receipts come when the test asks for them.
            builder.Configuration["Sandbox:PushReceipts"] = "false";
            foreach (var (key, value) in settings) builder.Configuration[key] = value;
        });
        await host.HoldJobsAsync();
        return host;
    }

    /// <summary>Residents who each book, some perhaps on one phone.</summary>
    public static async Task BookAsync(this SandboxHost host, int residents, string? mobile = null)
    {
        string[] pharmacies = ["LD01", "LD02", "LD03", "LD04", "LD05"];
        await Parallel.ForEachAsync(Enumerable.Range(0, residents), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            using var resident = await host.NewResidentAsync(i, mobile: mobile);
            Assert.Equal(201, (await resident.BookAsync(pharmacies[i % pharmacies.Length], "a")).Status);
        });
    }

    /// <summary>Every row of the outbox.</summary>
    public static Task<List<OutboxRow>> OutboxAsync(this SandboxHost host) => host.Get<Database>().QueryAsync<OutboxRow>(
        "SELECT id, status, provider, problem, attempts, maybe_repeated, receipt, receipt_code, due_at FROM outbox WHERE channel = 0 ORDER BY id");

    /// <summary>Who carried each message in the inbox.</summary>
    public static async Task<Dictionary<string, int>> CarriedAsync(this SandboxHost host) =>
        (await host.SmsAsync()).CountBy(s => s.GetProperty("vendor").GetString()!).ToDictionary(StringComparer.Ordinal);

    /// <summary>Alarms by subject, as health tells them.</summary>
    public static async Task<IReadOnlyList<string>> WarningsAsync(this SandboxHost host)
    {
        using var answer = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(200, (int)answer.StatusCode);
        return [.. (await answer.JsonAsync()).GetProperty("warnings").EnumerateArray().Select(w => w.GetString()!)];
    }

    /// <summary>Makes a number behave: ok, unknown, blocked or off.</summary>
    public static async Task SetNumberAsync(this SandboxHost host, string mobile, string state)
    {
        using var answer = await host.Http.PutAsJsonAsync($"/sandbox/sms/numbers/{mobile}", new { state });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Lets the vendors push their receipts now.</summary>
    public static async Task PushReceiptsAsync(this SandboxHost host) =>
        Assert.Equal(200, (await host.Http.PostAsync("/sandbox/sms/receipts", new { })).Status);

    /// <summary>Each message arrived, and none twice.</summary>
    public static void AssertOnce(IReadOnlyList<JsonElement> inbox, int messages)
    {
        Assert.Equal(messages, inbox.Count);
        Assert.Equal(messages, inbox.Select(s => s.GetProperty("id").GetString()).Distinct(StringComparer.Ordinal).Count());
    }
}

/// <summary>A row of the outbox.</summary>
internal sealed class OutboxRow
{
    public long Id { get; init; }

    public int Status { get; init; }

    public string? Provider { get; init; }

    public string? Problem { get; init; }

    public int Attempts { get; init; }

    public bool MaybeRepeated { get; init; }

    public int Receipt { get; init; }

    public string? ReceiptCode { get; init; }

    public DateTimeOffset DueAt { get; init; }
}

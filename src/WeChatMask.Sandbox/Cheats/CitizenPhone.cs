using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>
/// A citizen's phone: it has kept the receipts of two bookings, and at the next visit holds the log against them, and what the city
/// shows of its own people against what it was told.
/// </summary>
public sealed class CitizenPhone(PublicSite site, IStringLocalizer<Text.Cheat> text) : IDisposable
{
    private const string LogIn = "/login?returnUrl=%2Fhealth%2Flive";

    private (string OpenId, HttpClient Http)? browser;

    /// <summary>Logs in as every phone is; it stays so as long as it can.</summary>
    public async Task<HttpClient> LogInAsync(string openId, CancellationToken cancellationToken)
    {
        Dispose();
        var (address, cookies) = (new Uri(site.Address), new CookieContainer());
        cookies.Add(address, new Cookie("sandbox_openid", openId, "/"));
#pragma warning disable CA2000 // The client, which this phone keeps and disposes of, disposes of it.
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = cookies }) { BaseAddress = address };
#pragma warning restore CA2000
        browser = (openId, http);
        using var answer = await http.GetAsync(new Uri(LogIn, UriKind.Relative), cancellationToken);
        answer.EnsureSuccessStatusCode();
        return http;
    }

    public void Dispose()
    {
        browser?.Http.Dispose();
        browser = null;
    }

    /// <param name="stage">With what the phone has kept.</param>
    /// <param name="half">Where this phone is served.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<Verdict> LookAsync(Stage stage, string half, CancellationToken cancellationToken)
    {
        List<string> found = [.. await LogAsync(stage, half, cancellationToken), .. await RowAsync(stage, cancellationToken), .. await BookingsAsync(stage, cancellationToken)];
        List<string> grounds = [text["Phone_Receipts", stage.Bookings.Count], text["Phone_Log"], text["Phone_Own"]];
        return found.Count == 0
            ? new Verdict("phone", false, text["Phone_Good", stage.Bookings[0].Serial], grounds)
            : new Verdict("phone", true, found[0], [.. found.Skip(1), .. grounds]);
    }

    /// <summary>The log as it is now must begin with the log that each receipt was proved in.</summary>
    private async Task<IEnumerable<string>> LogAsync(Stage stage, string half, CancellationToken cancellationToken)
    {
        var log = site.Log(half, stage.Key);
        if (await log.NewestAsync(cancellationToken) is not { } newest) return [text["Phone_NoLog"]];
        foreach (var receipt in ReceiptsOf(stage))
        {
            var kept = receipt.Note.Checkpoint;
            if (newest.Checkpoint.Size < kept.Size) return [text["Phone_Shorter", kept.Size, newest.Checkpoint.Size]];
            if (!await log.HasOnlyGrownAsync(kept, newest.Checkpoint, cancellationToken)) return [text["Phone_Rewritten", receipt.Index]];
        }

        return [];
    }

    /// <summary>The list must show at the serial of the receipt whoever it is of.</summary>
    private async Task<IEnumerable<string>> RowAsync(Stage stage, CancellationToken cancellationToken)
    {
        var own = stage.Bookings[0];
        if (await site.ListAsync(stage.Listed, stage.Code, cancellationToken) is not { } list) return [text["Phone_NoList"]];
        var row = list.GetProperty("entries").EnumerateArray().FirstOrDefault(e => e.GetProperty("serial").GetInt32() == own.Serial);
        if (row.ValueKind == JsonValueKind.Undefined) return [text["Phone_NoRow", own.Serial, own.Name]];
        var (name, number) = (row.GetProperty("name").GetString()!, row.GetProperty("idNumber").GetString()!);
        return name == own.Name && number == own.IdNumber ? [] : [text["Phone_OtherRow", own.Serial, Called(own.Name, own.IdNumber), Called(name, number)]];
    }

    /// <summary>Each booking must be there under its number, with its serial.</summary>
    private async Task<IEnumerable<string>> BookingsAsync(Stage stage, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (var booking in stage.Bookings)
        {
            using var answer = await AskAsync(stage.OpenId, $"/api/bookings/{booking.Number}", cancellationToken);
            if (answer.StatusCode == HttpStatusCode.NotFound)
            {
                found.Add(text["Phone_NoBooking", booking.Number]);
                continue;
            }

            answer.EnsureSuccessStatusCode();
            var serial = (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("serial").GetInt32();
            if (serial != booking.Serial) found.Add(text["Phone_OtherSerial", booking.Serial, serial]);
        }

        return found;
    }

    private async Task<HttpResponseMessage> AskAsync(string openId, string path, CancellationToken cancellationToken)
    {
        var address = new Uri(path, UriKind.Relative);
        if (browser is { } known && known.OpenId == openId)
        {
            var answer = await known.Http.GetAsync(address, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.Unauthorized) return answer;
            answer.Dispose();
        }

        return await (await LogInAsync(openId, cancellationToken)).GetAsync(address, cancellationToken);
    }

    /// <summary>The newest first: it knows most.</summary>
    private static IEnumerable<Receipt> ReceiptsOf(Stage stage) =>
        stage.Bookings.Reverse().Select(b => Receipt.TryVerify(b.Receipt, [VerifierKey.TryParse(stage.Key)!])).OfType<Receipt>();

    private string Called(string name, string number) => text["Called", name, number[^4..]];
}

using WeChatMask.BrowserTests.Support;
using WeChatMask.Tests.Support;

namespace WeChatMask.BrowserTests.Stories;

/// <summary>A booking as its resident has it.</summary>
/// <param name="Person">Which made-up person.</param>
/// <param name="Number">The booking number.</param>
/// <param name="Voucher">The text behind the code.</param>
/// <param name="Picture">The code's picture, PNG.</param>
internal sealed record Ticket(int Person, string Number, string Voucher, byte[] Picture);

/// <summary>Loudi on the morning of 12 February: bookings of two evenings, those of the first have lapsed.</summary>
internal sealed class CounterCity : IAsyncDisposable
{
    private CounterCity(SandboxHost host) => Host = host;

    public SandboxHost Host { get; }

    /// <summary>A booking of the day before.</summary>
    public Ticket Yesterday { get; private set; } = null!;

    /// <summary>A booking at another pharmacy.</summary>
    public Ticket Elsewhere { get; private set; } = null!;

    /// <summary>Bookings at the first pharmacy, to be handed out now.</summary>
    public List<Ticket> Today { get; } = [];

    public static async Task<CounterCity> StartAsync(int bookings)
    {
        var city = new CounterCity(await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00"));
        city.Yesterday = await city.BookAsync(100, "LD01");
        await city.Host.SetClockAsync("2020-02-11T19:00:00+08:00");
        city.Elsewhere = await city.BookAsync(101, "LD02");
        for (var i = 0; i < bookings; i++) city.Today.Add(await city.BookAsync(i, "LD01"));
        await city.Host.SetClockAsync("2020-02-12T10:00:00+08:00");
        return city;
    }

    /// <summary>A voucher whose number is real and whose signature is not.</summary>
    public static byte[] Forged(Ticket ticket) => Counter.VoucherPicture.Png(ticket.Voucher[..^4] + "2222");

    /// <summary>Hands over at another phone of the same pharmacy.</summary>
    public async Task HandOverElsewhereAsync(Ticket ticket)
    {
        using var clerk = await Host.ClerkAsync("LD01");
        var (_, body) = await clerk.PostAsync("/api/pharmacy/redemptions", new { voucher = ticket.Voucher, requestId = $"other-{ticket.Number}" });
        Assert.Equal("redeemed", body.GetProperty("verdict").GetString());
    }

    public async Task<string> StatusAsync(Ticket ticket)
    {
        using var phone = await Host.PhoneAsync($"o-{ticket.Person}");
        return (await phone.GetJsonAsync($"/api/bookings/{ticket.Number}")).GetProperty("status").GetString()!;
    }

    /// <summary>A clerk's phone, logged in.</summary>
    public async Task<BrowserPhone> ClerkAsync(PhoneOptions? options = null)
    {
        var phone = await BrowserPhone.OpenAsync(Host, options ?? new PhoneOptions());
        await phone.LogInAsync("clerk-ld01", "clerk-demo");
        return phone;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private async Task<Ticket> BookAsync(int person, string pharmacy)
    {
        using var resident = await Host.NewResidentAsync(person);
        var (status, booking) = await resident.BookAsync(pharmacy, "one");
        Assert.Equal(201, status);
        var number = booking.GetProperty("number").GetString()!;
        var view = await resident.Http.GetJsonAsync($"/api/bookings/{number}");
        return new Ticket(person, number, view.GetProperty("voucher").GetString()!, await resident.Http.GetByteArrayAsync($"/bookings/{number}/voucher.png"));
    }
}

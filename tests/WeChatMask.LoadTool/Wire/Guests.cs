using System.Globalization;
using System.Text.Unicode;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Wire;

/// <summary>Somebody with a phone, and what it remembers.</summary>
internal sealed class Guest
{
    /// <summary>Which of the made-up people this is; the openid and the particulars follow from it.</summary>
    public required int Number { get; init; }

    /// <summary>The account's id, where it was made ahead.</summary>
    public long Account { get; set; }

    /// <summary>The log-in's cookie as it is sent.</summary>
    public byte[] Cookie { get; set; } = [];

    /// <summary>The place in the line of those who wait to log in, as it is sent; empty for who has none.</summary>
    public byte[] Place { get; set; } = [];

    /// <summary>What they have booked.</summary>
    public string Booking { get; set; } = "";

    /// <summary>The registered person's id.</summary>
    public byte[] Resident { get; set; } = [];
}

/// <summary>What residents' phones ask, byte by byte as through a city's proxy.</summary>
internal static class Guests
{
    // A carrier's address is shared by so many; log-ins are limited by address.
    private const int PerAddress = 20;

    /// <summary>Reads the board as a phone that has seen none, or that has seen what the tag names.</summary>
    public static ValueTask<int> BoardAsync(this Line line, Guest guest, ReadOnlySpan<byte> tag = default)
    {
        var length = Head(line, "GET"u8, "/api/board"u8, guest, []);
        if (!tag.IsEmpty) length += Write(line.Request[length..], "If-None-Match: "u8, tag, "\r\n"u8);
        return line.AskAsync(length + Write(line.Request[length..], "Accept-Encoding: gzip, br\r\n\r\n"u8));
    }

    /// <summary>Reads what the public log says of itself, as a phone does that keeps a receipt.</summary>
    public static ValueTask<int> CheckpointAsync(this Line line, Guest guest)
    {
        var length = Head(line, "GET"u8, "/log/checkpoint"u8, guest, []);
        return line.AskAsync(length + Write(line.Request[length..], "\r\n"u8));
    }

    /// <summary>Asks what shows that the public log of one size has only grown to another.</summary>
    public static ValueTask<int> ConsistencyAsync(this Line line, Guest guest, long from, long to)
    {
        Span<byte> path = stackalloc byte[80];
        Utf8.TryWrite(path, CultureInfo.InvariantCulture, $"/log/consistency?from={from}&to={to}", out var written);
        var length = Head(line, "GET"u8, path[..written], guest, []);
        return line.AskAsync(length + Write(line.Request[length..], "\r\n"u8));
    }

    /// <summary>Reads the board as it is, for a program.</summary>
    public static ValueTask<int> AskBoardPlainAsync(this Line line) => line.AskAsync(Write(line.Request, "GET /api/board HTTP/1.1\r\nHost: mask.example.gov.cn\r\nX-Forwarded-Proto: https\r\n\r\n"u8));

    /// <summary>Reads the front page as somebody who has never been here.</summary>
    public static ValueTask<int> HomeAsync(this Line line) => line.AskAsync(Write(line.Request, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n\r\n"u8));

    /// <summary>Both redirects of a log-in; the cookie is the guest's then. Gives the status that it ended with.</summary>
    public static async ValueTask<int> LogInAsync(this Line line, Guest guest)
    {
        var status = await line.ComeAsync(guest);
        return status == 302 ? await line.ReturnAsync(guest) : status;
    }

    /// <summary>The first redirect of a log-in, to WeChat or into the line.</summary>
    public static ValueTask<int> ComeAsync(this Line line, Guest guest) => line.AskAsync(Page(line, "/login?returnUrl=%2F"u8, guest, []));

    /// <summary>Whether the last answer sends into the line of those who wait to log in.</summary>
    public static bool IsSentToLine(this Line line) => line.Location.IndexOf("/login/line"u8) >= 0;

    /// <summary>Asks for the turn of somebody who waits: 302 when it has come, 200 with the time to ask again when it has not.</summary>
    public static ValueTask<int> WaitAsync(this Line line, Guest guest) => line.AskAsync(Page(line, "/login/line?returnUrl=%2F"u8, guest, guest.Place));

    /// <summary>Back from WeChat, after the answer that led there.</summary>
    public static async ValueTask<int> ReturnAsync(this Line line, Guest guest)
    {
        var status = await line.AskAsync(WriteReturn(line, guest));
        if (status != 302 || line.Cookie("__Host-wm_resident="u8).IsEmpty) return status == 302 ? 0 : status;
        guest.Cookie = line.Cookie("__Host-wm_resident="u8).ToArray();
        return status;
    }

    /// <summary>Registers the guest's person; 201 and the id is the guest's.</summary>
    public static async ValueTask<int> RegisterAsync(this Line line, Guest guest)
    {
        var status = await line.AskAsync(WriteRegistration(line, guest));
        if (status == 201) guest.Resident = Text(line.Body, "\"id\":\""u8).ToArray();
        return status;
    }

    /// <summary>Tries to book.</summary>
    public static ValueTask<int> BookAsync(this Line line, Guest guest, ReadOnlySpan<char> pharmacy, int attempt = 0)
    {
        Utf8.TryWrite(line.Content, CultureInfo.InvariantCulture, $"{{\"residentId\":\"{(ReadOnlySpan<byte>)guest.Resident}\",\"pharmacyCode\":\"{pharmacy}\",\"requestId\":\"load-{guest.Number}-{attempt}\"}}", out var length);
        return line.AskAsync(Post(line, "/api/bookings"u8, guest, length));
    }

    /// <summary>Hands over at a counter what somebody has booked, by its number and the last four of their card.</summary>
    public static ValueTask<int> HandOverAsync(this Line line, Guest clerk, Guest booker)
    {
        Utf8.TryWrite(line.Content, CultureInfo.InvariantCulture, $"{{\"number\":\"{booker.Booking}\",\"idNumberLast4\":\"{People.IdNumber(booker.Number).AsSpan(^4)}\",\"requestId\":\"hand-{booker.Number}\"}}", out var length);
        return line.AskAsync(Post(line, "/api/pharmacy/redemptions"u8, clerk, length));
    }

    /// <summary>The code of a refusal or another member that is text.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> body, ReadOnlySpan<byte> member)
    {
        var at = body.IndexOf(member);
        if (at < 0) return default;
        var value = body[(at + member.Length)..];
        return value[..value.IndexOf((byte)'"')];
    }

    private static int WriteReturn(Line line, Guest guest)
    {
        // Before the request, which is written elsewhere than the answer that it is made of.
        var state = line.Location[(line.Location.IndexOf("state="u8) + 6)..];
        state = state[..state.IndexOf((byte)'#')];
        Span<byte> path = stackalloc byte[160];
        Utf8.TryWrite(path, CultureInfo.InvariantCulture, $"/login/callback?code=c-{guest.Number}&state={state}", out var length);
        return Page(line, path[..length], guest, line.Cookie("__Host-wm_login_"u8));
    }

    private static int WriteRegistration(Line line, Guest guest)
    {
        Utf8.TryWrite(
            line.Content, CultureInfo.InvariantCulture, $"{{\"name\":\"张三丰\",\"idNumber\":\"{People.IdNumber(guest.Number)}\",\"mobile\":\"138{guest.Number:00000000}\",\"consent\":true}}", out var length);
        return Post(line, "/api/residents"u8, guest, length);
    }

    private static int Post(Line line, ReadOnlySpan<byte> path, Guest guest, int contentLength)
    {
        var length = Head(line, "POST"u8, path, guest, guest.Cookie);
        Utf8.TryWrite(line.Request[length..], CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {contentLength}\r\n\r\n", out var more);
        return line.Join(length + more, contentLength);
    }

    private static int Page(Line line, ReadOnlySpan<byte> path, Guest guest, ReadOnlySpan<byte> cookie)
    {
        var length = Head(line, "GET"u8, path, guest, cookie);
        return length + Write(line.Request[length..], "Accept: text/html\r\n\r\n"u8);
    }

    private static int Head(Line line, ReadOnlySpan<byte> method, ReadOnlySpan<byte> path, Guest guest, ReadOnlySpan<byte> cookie)
    {
        var address = guest.Number / PerAddress;
        Utf8.TryWrite(
            line.Request, CultureInfo.InvariantCulture,
            $"{method} {path} HTTP/1.1\r\nHost: mask.example.gov.cn\r\nUser-Agent: Mozilla/5.0 (iPhone) MicroMessenger/8.0.40\r\nX-Forwarded-For: 10.{address >> 16}.{address >> 8 & 255}.{address & 255}\r\nX-Forwarded-Proto: https\r\n",
            out var length);
        if (!cookie.IsEmpty) length += Write(line.Request[length..], "Cookie: "u8, cookie, "\r\n"u8);
        return length;
    }

    private static int Write(Span<byte> to, ReadOnlySpan<byte> one, ReadOnlySpan<byte> two = default, ReadOnlySpan<byte> three = default)
    {
        one.CopyTo(to);
        two.CopyTo(to[one.Length..]);
        three.CopyTo(to[(one.Length + two.Length)..]);
        return one.Length + two.Length + three.Length;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>A message that a vendor took.</summary>
/// <param name="Vendor">Aliyun or Tencent.</param>
/// <param name="VendorId">The vendor's id: BizId or SerialNo.</param>
/// <param name="OurId">What the sender called it: OutId or SessionContext.</param>
/// <param name="Mobile">Eleven digits.</param>
/// <param name="At">When, by the sandbox's clock.</param>
/// <param name="State">How the number behaved.</param>
internal sealed record TakenSms(string Vendor, string VendorId, string OurId, string Mobile, DateTimeOffset At, NumberState State);

/// <summary>Carries what vendors took to the phones, and remembers it for their records and receipts.</summary>
internal sealed partial class VendorDelivery(SmsInbox inbox, VendorBook book, SandboxClock clock, CityCalendar calendar)
{
    private readonly ConcurrentQueue<TakenSms> records = new();
    private readonly ConcurrentQueue<TakenSms> unreported = new();
    private long last = 2_020_000_000;

    /// <summary>Everything that was taken, oldest first.</summary>
    public IEnumerable<TakenSms> Records => records;

    /// <summary>A new number for an id.</summary>
    public long NextId() => Interlocked.Increment(ref last);

    /// <summary>Takes a message.</summary>
    public void Carry(string vendor, string vendorId, string ourId, string mobile, string text)
    {
        var state = book.StateOf(mobile);
        if (state == NumberState.Ok) inbox.Add(new ReceivedSms(mobile, text, calendar.Local(clock.GetUtcNow()), ourId, false, vendor));
        var taken = new TakenSms(vendor, vendorId, ourId, mobile, clock.GetUtcNow(), state);
        records.Enqueue(taken);
        unreported.Enqueue(taken);
    }

    /// <summary>Messages whose receipts were not pushed yet; they are this caller's now.</summary>
    public IReadOnlyList<TakenSms> Unreported()
    {
        var all = new List<TakenSms>();
        while (unreported.TryDequeue(out var one)) all.Add(one);
        return all;
    }

    /// <summary>Puts messages back whose receipts could not be pushed.</summary>
    public void PutBack(IEnumerable<TakenSms> messages)
    {
        foreach (var message in messages) unreported.Enqueue(message);
    }

    /// <summary>Fills a template's places; the names or numbers that had no value are returned.</summary>
    public static (string Text, IReadOnlyList<string> Missing) Fill(VendorTemplate template, string sign, IReadOnlyDictionary<string, string> values)
    {
        var missing = new List<string>();
        var text = Place().Replace(template.Text, match =>
        {
            var name = match.Groups["name"].Value;
            if (values.TryGetValue(name, out var value)) return value;
            missing.Add(name);
            return "";
        });
        return (string.Create(CultureInfo.InvariantCulture, $"\u3010{sign}\u3011{text}"), missing);
    }

    /// <summary>Whether a value holds an address.</summary>
    public static bool HasAddress(string value) => Address().IsMatch(value);

    /// <summary>Whether it is a mobile number of the mainland.</summary>
    public static bool IsMobile(string number) => Mobile().IsMatch(number);

    [GeneratedRegex(@"\$?\{(?<name>[A-Za-z0-9_]+)\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();

    [GeneratedRegex(@"https?://|www\.|[a-z0-9-]+\.(?:com|cn|net|org)\b", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"^1[3-9][0-9]{9}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mobile();
}

using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Sms;

/// <summary>Keeps each number to its share of a day. Numbers are counted by their keyed hash, over all nodes.</summary>
public sealed class SmsNumbers(Database database, SmsNumberStore store, PersonalData personal, IOptionsMonitor<SmsSettings> settings, CityCalendar calendar)
{
    private const int Notices = 0;
    private const int Codes = 1;

    /// <summary>Takes one of a number's log-in codes of today. Returns whether there was one left.</summary>
    public async Task<bool> TakeCodeAsync(string mobile, CancellationToken cancellationToken)
    {
        var cap = settings.CurrentValue.DailyCodeCap;
        if (cap == 0) return true;
        var share = new NumberShare(personal.KeyedHash(HashPurpose.Mobile, mobile), Codes, calendar.Today, cap);
        return await database.WriteAsync(transaction => store.TakeAsync(transaction, share), cancellationToken);
    }

    /// <summary>
    /// Takes one of today's notices for each number, given by the message's id, in the transaction that writes down that they are
    /// counted. Returns the ids that today has no room for.
    /// </summary>
    public async Task<IReadOnlySet<long>> TakeNoticesAsync(WriteTransaction transaction, IReadOnlyDictionary<long, string> mobiles)
    {
        ArgumentNullException.ThrowIfNull(mobiles);
        var over = new HashSet<long>();
        var cap = settings.CurrentValue.DailyCap;
        if (cap == 0) return over;
        // All nodes lock numbers in the same order.
        var shares = mobiles.Select(m => (Id: m.Key, Share: new NumberShare(personal.KeyedHash(HashPurpose.Mobile, m.Value), Notices, calendar.Today, cap)));
        foreach (var (id, share) in shares.OrderBy(s => s.Share.NumberHash, StringComparer.Ordinal).ThenBy(s => s.Id))
        {
            if (!await store.TakeAsync(transaction, share)) over.Add(id);
        }

        return over;
    }
}

/// <summary>One number's share of a day, by its keyed hash; the purpose is 0 for notices, 1 for log-in codes.</summary>
public sealed record NumberShare(string NumberHash, int Purpose, DateOnly Day, int Cap)
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => $"NumberShare {Day:yyyy-MM-dd}";
}

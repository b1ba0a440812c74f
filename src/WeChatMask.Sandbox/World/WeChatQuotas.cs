using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>How many calls the stand-in takes in a day of the city, as WeChat counts them for each call.</summary>
public sealed class WeChatQuotas(CityCalendar calendar)
{
    private const int ClearsAMonth = 10;

    private readonly Lock gate = new();
    private readonly Dictionary<string, int> used = new(StringComparer.Ordinal);
    private DateOnly day;
    private DateOnly month;
    private int clears;

    /// <summary>Calls a day, of a service account with few followers. What is not named has a hundred thousand.</summary>
    public IDictionary<string, int> Limits { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["cgi-bin/token"] = 2_000,
        ["cgi-bin/stable_token"] = 500_000,
        ["cgi-bin/ticket/getticket"] = 1_000_000,
        ["cgi-bin/menu/create"] = 1_000,
        ["cgi-bin/menu/get"] = 10_000,
        ["cgi-bin/message/custom/send"] = 500_000,
    };

    /// <summary>Counts a call, or says that the day's are used up.</summary>
    public bool Take(string call)
    {
        lock (gate)
        {
            Turn();
            var count = used.GetValueOrDefault(call);
            if (count >= (Limits.TryGetValue(call, out var limit) ? limit : 100_000)) return false;
            used[call] = count + 1;
            return true;
        }
    }

    /// <summary>Gives the day's calls back, ten times a month.</summary>
    public bool Clear()
    {
        lock (gate)
        {
            Turn();
            if (clears >= ClearsAMonth) return false;
            clears++;
            used.Clear();
            return true;
        }
    }

    private void Turn()
    {
        var today = calendar.Today;
        if (day != today)
        {
            day = today;
            used.Clear();
        }

        var first = new DateOnly(today.Year, today.Month, 1);
        if (month != first) (month, clears) = (first, 0);
    }
}

using System.Globalization;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.Sandbox;

/// <summary>Tells a log again so that a friend was the first of a pharmacy and everybody else one place further back.</summary>
internal static class ForgedLog
{
    /// <param name="lines">As they were.</param>
    /// <param name="day">The round.</param>
    /// <param name="code">The pharmacy.</param>
    /// <param name="friend">The friend's line.</param>
    /// <param name="root">Of the pharmacy's new list.</param>
    /// <param name="hasEnded">Whether the round is over, so that the friend's place has gone on as one that was not collected.</param>
    /// <returns>The new lines, and where the friend's stands.</returns>
    public static (List<string> Lines, int At) PutFirst(IReadOnlyList<string> lines, DateOnly day, string code, LogEntry friend, in Hash root, bool hasEnded)
    {
        var date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var told = new List<string>(lines.Count + 1);
        var at = -1;
        var isCarried = !hasEnded;
        foreach (var line in lines)
        {
            var parts = line.Split(' ');
            switch (parts)
            {
                case ["book", var on, var of, ..] when on == date && of == code:
                    if (at < 0)
                    {
                        at = told.Count;
                        told.Add(friend.Text);
                    }

                    Add(parts, 4, 1);
                    break;
                case ["cancel" or "give" or "void" or "move" or "lapse" or "transfer", var on, var of, ..] when on == date && of == code:
                    Add(parts, 3, 1);
                    break;
                case ["transfer", var on, _, _, var to, _] when on == date && to == code:
                    Add(parts, 5, 1);
                    break;
                case ["list", var on, var of, _, _] when on == date && of == code:
                    Add(parts, 3, 1);
                    parts[4] = root.ToString();
                    break;
                // The sum is the same: one place fewer was left over, one more was not collected.
                case ["carry", var from, _, var of, ..] when from == date && of == code && !isCarried:
                    Add(parts, 4, -1);
                    Add(parts, 5, 1);
                    isCarried = true;
                    break;
                default:
                    break;
            }

            told.Add(string.Join(' ', parts));
        }

        return at < 0 ? throw new InvalidOperationException($"Nobody has booked at {code} on {date}.") : (told, at);
    }

    private static void Add(string[] parts, int field, int by) =>
        parts[field] = (long.Parse(parts[field], CultureInfo.InvariantCulture) + by).ToString(CultureInfo.InvariantCulture);
}

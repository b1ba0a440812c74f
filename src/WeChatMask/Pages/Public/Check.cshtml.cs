using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Rounds;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>What the public log proves and what it does not, and everything by which somebody checks it. What is put in to be checked stays in the browser.</summary>
[AllowAnonymous]
[CacheablePage(Seconds = 2)]
public sealed class CheckModel(LogReader log, LogStateQueries state, LogKeys keys, KeyHoldStore holds, NoticeLogReader notices, RoundQueries rounds) : PageModel
{
    /// <summary>Sentences <c>Proved_1</c> and so on of what is proved.</summary>
    internal const int Proved = 8;

    /// <summary>Sentences <c>Open_1</c> and so on of what is not.</summary>
    internal const int Open = 4;

    /// <summary>Sentences <c>Word_Signed</c> and so on that the script says.</summary>
    internal static readonly string[] Words =
    [
        "Signed", "Unchecked", "Unchecked_Why", "Witness", "Line", "Line_Book", "Line_Find", "Inside", "Code", "Code_Note", "Joined", "Parted", "Broken", "Other", "Behind", "Away",
        "Empty", "Unreadable", "Refused_origin", "Refused_unsigned", "Refused_signature", "Refused_witness", "Refused_proof", "Refused_entry", "Refused_receipt", "Refused_note", "Refused_base64",
    ];

    private const int CodesShown = 30;
    private const int LongestNumber = 20;

    /// <summary>The newest note; null where the log has not begun.</summary>
    public LogNote? Newest { get; private set; }

    /// <summary>The first round that the log tells of; null where it tells of all.</summary>
    public DateOnly? From { get; private set; }

    /// <summary>The published marks of the latest rounds, newest first.</summary>
    public IReadOnlyList<LogMark> Codes { get; private set; } = [];

    /// <summary>The round that a sheet on a door leads to.</summary>
    public NoticeLog? Round { get; private set; }

    /// <summary>What was typed as a line's number; empty where nothing was.</summary>
    public string Typed { get; private set; } = "";

    /// <summary>The number, where it is one of a line that there is.</summary>
    public long? Number { get; private set; }

    public string Line { get; private set; } = "";

    /// <summary>By which anybody checks what the log has signed, the key in use first.</summary>
    public IReadOnlyList<VerifierKey> Keys { get; private set; } = [];

    public IReadOnlyList<WitnessState> Witnesses { get; private set; } = [];

    /// <summary>Rounds in dispute, newest first.</summary>
    public IReadOnlyList<DateOnly> Held { get; private set; } = [];

    /// <summary>When the log before this one was given up, in seconds since 1970; null where there was none.</summary>
    public long? ForkedAt { get; private set; }

    /// <summary>How many logs were given up.</summary>
    public int Forks { get; private set; }

    public async Task OnGetAsync(string? d, string? n, CancellationToken cancellationToken)
    {
        Newest = await log.NewestAsync(cancellationToken);
        if (Newest is not { Checkpoint: var newest }) return;
        var head = await state.HeadAsync(cancellationToken);
        From = head.LogFrom is { } from && from > DateOnly.MinValue ? from : null;
        Codes = await log.NewestMarksAsync(LogMarkKind.Published, CodesShown, cancellationToken);
        Keys = keys.KeysOf(newest.Origin);
        Witnesses = await state.WitnessesAsync(cancellationToken);
        Held = [.. (await holds.AllAsync(cancellationToken)).Select(h => h.RoundDate)];
        if (RouteDay.Read(d) is { } day && await rounds.FindAsync(day, cancellationToken) is not null) Round = await notices.OfAsync(day, cancellationToken);
        await FindForkAsync(newest, cancellationToken);
        await FindLineAsync(n?.Trim() ?? "", newest, cancellationToken);
    }

    private async Task FindForkAsync(Checkpoint newest, CancellationToken cancellationToken)
    {
        // A log that goes on in place of another says so in its second line; its name has its number.
        if (newest.Size < 2 || (await log.EntriesAsync(1, 1, cancellationToken)) is not [var second] || LogEntry.TryParse(second) is not { Kind: EntryKind.Fork }) return;
        ForkedAt = long.Parse(second.Split(' ')[4], CultureInfo.InvariantCulture);
        Forks = int.TryParse(newest.Origin.AsSpan(newest.Origin.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Max(1, number - 1) : 1;
    }

    private async Task FindLineAsync(string typed, Checkpoint newest, CancellationToken cancellationToken)
    {
        Typed = typed.Length <= LongestNumber ? typed : typed[..LongestNumber];
        // People write a long number with commas, as the pages show it.
        if (!long.TryParse(Typed.Replace(",", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number >= newest.Size) return;
        if (await log.EntriesAsync(number, 1, cancellationToken) is not [var line]) return;
        (Number, Line) = (number, line);
    }
}

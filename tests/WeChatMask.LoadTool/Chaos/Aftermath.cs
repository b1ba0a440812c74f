using System.Diagnostics;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>Holds the city to what it told people.</summary>
internal static class Aftermath
{
    private const int Repeated = 30;
    private const int ShownFindings = 5;
    private static readonly TimeSpan LongestSending = TimeSpan.FromSeconds(90);
    private static readonly ParallelOptions Lanes = new() { MaxDegreeOfParallelism = 16 };

    /// <summary>Asks for every promised booking through the API. Gives how many are there as they were told.</summary>
    public static async Task<int> FindAsync(ChaosCity city, Answers answers, List<string> broken)
    {
        var found = 0;
        var next = 0;
        await Parallel.ForEachAsync(answers.Bookings, Lanes, async (told, _) =>
        {
            var node = city.Nodes[(int)((uint)Interlocked.Increment(ref next) % city.Nodes.Count)];
            var bookings = await told.Guest.Phone.BookingsAsync(node.Http);
            if (bookings.Any(b => b.GetProperty("number").GetString() == told.Number && b.GetProperty("serial").GetInt32() == told.Serial
                && b.GetProperty("pharmacyCode").GetString() == told.Pharmacy)) Interlocked.Increment(ref found);
        });
        foreach (var told in answers.Bookings.Take(Repeated))
        {
            var reply = await told.Guest.Phone.BookAsync(city.Nodes[0].Http, told.Pharmacy, told.RequestId);
            if (reply.Status != 200 || reply.Text("number") != told.Number) broken.Add($"a request sent again was answered {reply.Status} {reply.Code}");
        }

        return found;
    }

    /// <summary>Every booking has its message, and a second one only with the mark that it may be one.</summary>
    public static async Task CheckMessagesAsync(ChaosCity city, Answers answers, List<string> broken, List<string> notes)
    {
        var watch = Stopwatch.StartNew();
        while (await city.Queries.WaitingNoticesAsync() > 0 && watch.Elapsed < LongestSending) await Task.Delay(200);
        var messages = await city.MessagesAsync();
        var texts = string.Join('\n', messages.Select(m => m.Text));
        var without = answers.Bookings.Count(b => !texts.Contains(b.Number, StringComparison.Ordinal));
        if (without > 0) broken.Add($"{without} bookings have no message");
        var unmarked = messages.GroupBy(m => m.Id, StringComparer.Ordinal).Count(g => g.Count(m => !m.Repeat) > 1);
        if (unmarked > 0) broken.Add($"{unmarked} messages came twice without a mark");
        var twice = messages.GroupBy(m => m.Id, StringComparer.Ordinal).Count(g => g.Count() > 1);
        if (twice > 0) notes.Add($"{twice} of {messages.Count} messages came again, marked as a repetition");
    }

    /// <summary>Every row is what the public log says, and every promised booking has its line.</summary>
    public static async Task CheckLogAsync(ChaosCity city, Answers answers, List<string> broken, List<string> notes)
    {
        var log = await city.Queries.LogAsync();
        broken.AddRange(log.Findings.Take(ShownFindings).Select(f => f.Sentence));
        if (log.Count > ShownFindings) broken.Add($"{log.Count} rows in all are not as the log says");
        if (log.Size < answers.Bookings.Count) broken.Add($"the log has {log.Size} lines, and {answers.Bookings.Count} bookings were promised");
        notes.Add($"the public log's {log.Size} lines were held against the rows");
    }

    /// <summary>Leaves what the nodes printed where it can be read.</summary>
    public static async Task KeepOutputAsync(ChaosCity city, string fault)
    {
        var file = Path.Combine(Path.GetTempPath(), $"wechatmask-chaos-{fault}.log");
        await File.WriteAllLinesAsync(file, city.Nodes.SelectMany((n, i) => n.Output.Select(line => $"node{i}: {line}")));
        await Console.Error.WriteLineAsync($"  what the nodes printed is in {file}");
    }
}

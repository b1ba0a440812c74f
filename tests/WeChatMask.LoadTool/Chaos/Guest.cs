using System.Diagnostics;
using System.Globalization;
using WeChatMask.Tests.Support;

namespace WeChatMask.LoadTool.Chaos;

/// <summary>A resident who wants one booking and does not give up: the same request again until there is an answer.</summary>
internal sealed class Guest(int person)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The phone.</summary>
    public Phone Phone { get; } = new(string.Create(CultureInfo.InvariantCulture, $"chaos-{person}"));

    /// <summary>Logs in and registers.</summary>
    public Task JoinAsync(ChaosNode node) => Phone.JoinAsync(node.Http, person);

    /// <summary>Books at the first pharmacy that has a place; everybody begins at the one that has few.</summary>
    /// <returns>Whether there was an answer in the end.</returns>
    public async Task<bool> BookAsync(Func<Entrance> next, Answers answers)
    {
        var watch = Stopwatch.StartNew();
        var wish = 0;
        while (watch.Elapsed < Patience)
        {
            var pharmacy = wish == 0 ? ChaosCity.Few : ChaosCity.Plenty[(person + wish) % ChaosCity.Plenty.Count];
            var request = string.Create(CultureInfo.InvariantCulture, $"chaos-{wish}");
            var entrance = next();
            var asked = Stopwatch.GetTimestamp();
            try
            {
                var reply = await Phone.BookAsync(entrance.Http, pharmacy, request);
                if (reply.Status is 200 or 201)
                {
                    answers.Accept(entrance, asked, new Told(this, request, pharmacy, reply.Text("number")!, reply.Body.GetProperty("serial").GetInt32()));
                    return true;
                }

                if (reply is { Status: 409, Code: "sold_out" } && wish == 0)
                {
                    wish++;
                    continue;
                }

                // A proxy's word that its node's line broke or stayed silent.
                if (reply.Status is 502 or 504) answers.Miss();
                else answers.Refuse("POST /api/bookings", reply);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                answers.Miss();
            }

            await Task.Delay(Random.Shared.Next(200, 600));
        }

        return false;
    }
}

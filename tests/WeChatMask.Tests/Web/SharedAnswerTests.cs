using WeChatMask.Tests.Support;
using WeChatMask.Web;

namespace WeChatMask.Tests.Web;

/// <summary>What leaves at the door is what the route behind would have said, headers and all.</summary>
public sealed class SharedAnswerTests
{
    private const string Clock = "/api/clock";

    private static readonly string[] OfTheMoment = ["Date", "Age"];

    [Theory]
    [InlineData("/api/board", "Accept", "application/json")]
    [InlineData("/api/board", "Accept-Encoding", "gzip, deflate")]
    [InlineData("/api/board", "If-None-Match", "*")]
    [InlineData(Clock, "Accept", "application/json")]
    [InlineData("/log/checkpoint", "Accept", "text/plain")]
    [InlineData("/log/checkpoint", "Accept-Encoding", "gzip, deflate")]
    public async Task An_answer_at_the_door_is_the_routes(string path, string header, string value)
    {
        await using var host = await SandboxHost.StartAsync();
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
            Assert.Equal(await AskAsync(path + "/", method), await AskAsync(path, method));

        async Task<string> AskAsync(string asked, HttpMethod method)
        {
            using var request = new HttpRequestMessage(method, new Uri(asked, UriKind.Relative));
            request.Headers.TryAddWithoutValidation(header, value);
            request.Headers.TryAddWithoutValidation("Origin", "https://elsewhere.example");
            using var answer = await host.Http.SendAsync(request);
            // An instant is written without the noughts at its end.
            var headers = answer.Headers.Concat(answer.Content.Headers).Where(h => !OfTheMoment.Contains(h.Key, StringComparer.Ordinal) && (path, h.Key) is not (Clock, "Content-Length"))
                .Select(h => $"{h.Key}: {string.Join(',', h.Value)}").Order(StringComparer.Ordinal);
            return $"{answer.StatusCode}\n{string.Join('\n', headers)}";
        }
    }

    [Theory]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("GZIP;q=0.5, br;q=0", "gzip")]
    [InlineData("br ; q=0.000,gzip ;q=0", null)]
    [InlineData("x-gzip, brotli", null)]
    [InlineData("gzip;q=1.0;x=0", "gzip")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Bytes_are_squeezed_as_the_caller_takes_them(string? header, string? encoding) => Assert.Equal(encoding, SharedAnswers.Encoding(header, ["br", "gzip"]));

    [Theory]
    [InlineData("\"a\"", true)]
    [InlineData("W/\"a\"", true)]
    [InlineData("\"b\" ,W/\"a\"", true)]
    [InlineData("*", true)]
    [InlineData("\"aa\"", false)]
    [InlineData("a", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_tag_is_known_again(string? header, bool known) => Assert.Equal(known, SharedAnswers.Has(header, "\"a\""));
}

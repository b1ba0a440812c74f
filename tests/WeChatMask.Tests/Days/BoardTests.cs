using WeChatMask.Data;
using System.Net;
using Microsoft.Extensions.Hosting;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Days;

public sealed class BoardTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [EngineTheory]
    public async Task Listeners_are_let_go_when_the_server_stops(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        await using var stream = await host.Http.GetStreamAsync(new Uri("/api/board/events", UriKind.Relative));
        using var reader = new StreamReader(stream);
        Assert.Equal("event: board", await reader.ReadLineAsync());

        host.Get<IHostApplicationLifetime>().StopApplication();

        await reader.ReadToEndAsync().WaitAsync(Patience);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("W/{0}")]
    [InlineData("\"other\", {0}")]
    [InlineData("*")]
    public async Task Who_has_the_newest_board_is_told_so(string format)
    {
        await using var host = await SandboxHost.StartAsync();
        using var first = await host.Http.GetAsync(new Uri("/api/board", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/board");
        request.Headers.TryAddWithoutValidation("If-None-Match", string.Format(System.Globalization.CultureInfo.InvariantCulture, format, first.Headers.ETag));

        using var again = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }
}

using System.Net.ServerSentEvents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Rounds;

public sealed class BoardMemoryTests
{
    private static readonly string[] Sent = ["User-Agent", "Cookie", "Referer", "Accept", "Accept-Encoding", "Accept-Language", "Origin", "Cache-Control", "From", "Authorization", "X-Forwarded-For", "Sec-Fetch-Mode"];

    [Fact]
    public async Task What_a_phone_has_sent_is_not_kept_while_it_follows_the_board()
    {
        var phone = new SentTexts();
        await using var host = await SandboxHost.StartAsync(configure: b => b.Services.AddSingleton<IStartupFilter>(phone));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/board/events?view=figures");
        foreach (var name in Sent) request.Headers.TryAddWithoutValidation(name, $"of-this-phone={Guid.NewGuid()}");

        using var answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var heard = SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator();
        Assert.True(await heard.MoveNextAsync());

        Assert.Equal(Sent.Length, phone.Texts.Count);
        GC.Collect();
        Assert.Equal([], Sent.Where((_, i) => phone.Texts[i].IsAlive));
    }

    /// <summary>Looks at what the server has read of a call before anything of ours does.</summary>
    private sealed class SentTexts : IStartupFilter
    {
        public List<WeakReference> Texts { get; } = [];

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, rest) =>
            {
                if (context.Request.Path == "/api/board/events") Texts.AddRange(Sent.Select(name => new WeakReference(context.Request.Headers[name][0])));
                return rest(context);
            });
            next(app);
        };
    }
}

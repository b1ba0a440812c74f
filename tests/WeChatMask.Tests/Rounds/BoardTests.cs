using System.IO.Compression;
using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Tests.Support;
using Xunit.Abstractions;

namespace WeChatMask.Tests.Rounds;

public sealed class BoardTests(ITestOutputHelper output)
{
    [EngineTheory]
    public async Task Listeners_are_let_go_when_the_server_stops(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync(engine: engine);
        await using var stream = await host.Http.GetStreamAsync(new Uri("/api/board/events", UriKind.Relative));
        using var reader = new StreamReader(stream);
        Assert.Equal("event: board", await reader.ReadLineAsync());

        host.Get<IHostApplicationLifetime>().StopApplication();

        await reader.ReadToEndAsync().WaitAsync(Eventually.GiveUp);
    }

    [Fact]
    public async Task Where_a_node_is_full_whoever_comes_is_told_to_poll_and_gets_in_when_another_goes()
    {
        await using var host = await SandboxHost.StartAsync(configure: b => b.Configuration["Site:BoardListeners"] = "3");
        var streams = new List<Stream>();
        for (var i = 0; i < 3; i++) streams.Add(await ListenAsync(host.Http));

        using var refused = await host.Http.GetAsync(new Uri("/api/board/events?view=figures", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "poll"), (refused.StatusCode, (await refused.JsonAsync()).Code()));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 5, 15);
        Assert.Equal("*", Assert.Single(refused.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(new Uri("/api/board", UriKind.Relative))).StatusCode);

        await streams[0].DisposeAsync();
        await Eventually.UntilAsync(() => host.Get<BoardListeners>().Count == 2);
        streams[0] = await ListenAsync(host.Http);
        foreach (var stream in streams) await stream.DisposeAsync();
    }

    [Fact]
    public async Task An_account_follows_with_two_browsers_and_nobody_is_counted_by_address()
    {
        await using var host = await SandboxHost.StartAsync();
        using var one = await host.NewResidentAsync(1);
        using var two = await host.NewResidentAsync(2);
        using var clerk = await host.ClerkAsync("LD01");
        var streams = new List<Stream>();
        foreach (var http in new[] { one.Http, two.Http, clerk, host.Http, host.Http, host.Http })
        {
            streams.Add(await ListenAsync(http));
            streams.Add(await ListenAsync(http));
        }

        foreach (var http in new[] { one.Http, two.Http, clerk })
        {
            using var refused = await http.GetAsync(new Uri("/api/board/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "poll"), (refused.StatusCode, (await refused.JsonAsync()).Code()));
        }

        await streams[0].DisposeAsync();
        await Eventually.UntilAsync(() => host.Get<BoardListeners>().Count == 11);
        await using var again = await ListenAsync(one.Http);
        foreach (var stream in streams) await stream.DisposeAsync();
    }

    private static async Task<Stream> ListenAsync(HttpClient http)
    {
        var stream = await http.GetStreamAsync(new Uri("/api/board/events?view=figures", UriKind.Relative));
        var first = new byte[12];
        await stream.ReadExactlyAsync(first);
        Assert.Equal("event: board", Encoding.ASCII.GetString(first));
        return stream;
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

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task The_whole_board_of_a_large_city_is_under_20_KB(string encoding)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T17:31:00+08:00");
        using var phone = await host.NewResidentAsync(1);
        Assert.Equal(201, (await phone.BookAsync("CZ100", "a")).Status);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/board");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);

        using var answer = await host.Http.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();

        Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
        Assert.InRange(bytes.Length, 1, 20 * 1024);
        await using var squeezed = new MemoryStream(bytes);
        await using Stream plain = encoding == "br" ? new BrotliStream(squeezed, CompressionMode.Decompress) : new GZipStream(squeezed, CompressionMode.Decompress);
        using var board = await JsonDocument.ParseAsync(plain);
        Assert.Equal(228, board.RootElement.GetProperty("pharmacies").GetArrayLength());
        output.WriteLine($"{encoding}: {bytes.Length:#,0} bytes");
    }

    [Fact]
    public async Task Listeners_hear_at_most_once_a_second_and_only_what_changed()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T17:31:00+08:00");
        var residents = new List<ResidentPhone>();
        for (var i = 0; i < 12; i++) residents.Add(await host.NewResidentAsync(i));
        // Before the first event can come: however late this test looks, there are no more events than there were seconds.
        var start = TimeProvider.System.GetTimestamp();
        await using var stream = await host.Http.GetStreamAsync(new Uri("/api/board/events", UriKind.Relative));
        var heard = new List<JsonElement>();
        var booked = new HashSet<string>(StringComparer.Ordinal);
        // An event that never comes must fail the test and not hold up the run.
        using var patience = new CancellationTokenSource(Eventually.GiveUp);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(patience.Token))
        {
            heard.Add(JsonSerializer.Deserialize<JsonElement>(item.Data));
            if (heard.SelectMany(Codes).Count() >= residents.Count) break;
            // Two bookings after each event; the next event tells of both.
            for (var i = 0; i < 2 && booked.Count < residents.Count; i++)
            {
                var code = $"CZ{booked.Count + 1:000}";
                Assert.Equal(201, (await residents[booked.Count].BookAsync(code, "a")).Status);
                booked.Add(code);
            }
        }

        var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        Assert.True(heard.Count <= seconds + 2, $"{heard.Count} events in {seconds:0.0} s");
        Assert.Equal(booked.Order(StringComparer.Ordinal), heard.SelectMany(Codes).Order(StringComparer.Ordinal));
        var versions = heard.ConvertAll(e => e.GetProperty("version").GetInt64());
        Assert.Equal(versions.Order(), versions);
        output.WriteLine($"{heard.Count} events in {seconds:0.0} s, the largest {heard.Max(e => e.GetRawText().Length):#,0} bytes");
        foreach (var resident in residents) resident.Dispose();
    }

    [Fact]
    public async Task Who_has_the_directory_hears_the_same_figures_and_version_in_a_fraction_of_the_bytes()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T17:31:00+08:00");
        // What is due is done when this returns: the evening is planned.
        await host.AdvanceAsync("PT1S");
        using var patience = new CancellationTokenSource(Eventually.GiveUp);
        await using var whole = SseParser.Create(await host.Http.GetStreamAsync(new Uri("/api/board/events", UriKind.Relative))).EnumerateAsync(patience.Token).GetAsyncEnumerator();
        await using var figures = SseParser.Create(await host.Http.GetStreamAsync(new Uri("/api/board/events?view=figures", UriKind.Relative))).EnumerateAsync(patience.Token).GetAsyncEnumerator();
        Assert.True(await whole.MoveNextAsync() && await figures.MoveNextAsync());
        Assert.Equal(Version(whole.Current.Data), Version(figures.Current.Data));

        // The second in which something happens at each of the 228.
        await host.Get<Database>().WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync("UPDATE quota SET planned = planned + 1 WHERE round_date = '2020-02-03' AND window_index = 1");
                await QuotaStore.TouchBoardAsync(transaction);
                return true;
            },
            default);
        host.Get<Board>().MarkChanged();
        Assert.True(await whole.MoveNextAsync() && await figures.MoveNextAsync());

        var (before, after) = (JsonSerializer.Deserialize<JsonElement>(whole.Current.Data), JsonSerializer.Deserialize<JsonElement>(figures.Current.Data));
        Assert.Equal(("board", "board"), (whole.Current.EventType, figures.Current.EventType));
        Assert.Equal(before.GetProperty("version").GetInt64(), after.GetProperty("version").GetInt64());
        Assert.Equal(before.GetProperty("version").GetInt64(), (await host.Http.GetJsonAsync("/api/board")).GetProperty("version").GetInt64());
        Assert.Equal(1, after.GetProperty("window").GetInt32());
        Assert.Equal(Rows(before), Rows(after));
        Assert.Equal(228, Rows(after).Length);
        Assert.True(before.GetProperty("changed")[0].TryGetProperty("address", out _));
        Assert.False(after.GetProperty("changed")[0].TryGetProperty("address", out _));
        var (was, now) = (Encoding.UTF8.GetByteCount(whole.Current.Data), Encoding.UTF8.GetByteCount(figures.Current.Data));
        Assert.True(now * 2 < was, $"{was} bytes, {now} bytes");
        output.WriteLine($"228 pharmacies in one event: {was:#,0} bytes whole, {now:#,0} bytes figures");
    }

    [Fact]
    public async Task All_who_look_see_one_view_until_a_booking_or_the_clock_changes_it()
    {
        await using var city = await DeskCity.CreateAsync(3, [2, 2], "19:00-19:10", "19:20-19:30");
        var board = city.AddNode().Board;
        var calendar = new CityCalendar(Options.Create(new SiteSettings()), city.Clock);
        var first = BoardView.Of(await board.GetAsync(default), calendar);

        Assert.Same(first, BoardView.Of(await board.GetAsync(default), calendar));
        Assert.Equal((1, 2), (first.Round!.Window!.Index, first.Pharmacies[0].Left));

        city.Clock.Now = DeskCity.Opening.AddMinutes(10);
        var between = BoardView.Of(await board.GetAsync(default), calendar);
        Assert.Equal((2, 4), (between.Round!.Window!.Index, between.Pharmacies[0].Left));
        Assert.Same(between, BoardView.Of(await board.GetAsync(default), calendar));

        board.MarkChanged();
        Assert.NotSame(between, BoardView.Of(await board.GetAsync(default), calendar));
    }

    [EngineTheory]
    public async Task Each_change_of_the_board_says_when_it_was_and_one_of_a_city_that_has_not_changed_says_nothing(DatabaseKind engine)
    {
        await using var city = await DeskCity.CreateAsync(engine, 2, [3]);
        var people = await city.RegisterAsync(2);
        var node = await city.AddNode().StartAsync();
        var calendar = new CityCalendar(Options.Create(new SiteSettings()), city.Clock);
        foreach (var (person, second) in people.Zip([5, 12]))
        {
            city.Clock.Now = DeskCity.Opening.AddSeconds(second);
            await node.BookAsync(person, city.Codes[0]);
            Assert.Equal(city.Clock.Now, BoardView.Of(await node.Board.GetAsync(default), calendar).ChangedAt);
            city.Clock.Now = DeskCity.Opening.AddSeconds(second + 3);
            node.Board.MarkChanged();
            Assert.Equal(DeskCity.Opening.AddSeconds(second), BoardView.Of(await node.Board.GetAsync(default), calendar).ChangedAt);
        }

        await city.Database.WriteAsync(t => t.ExecuteAsync("UPDATE board_version SET changed_at = NULL"), default);
        node.Board.MarkChanged();
        Assert.Null(BoardView.Of(await node.Board.GetAsync(default), calendar).ChangedAt);
    }

    [Fact]
    public async Task The_answer_the_events_and_the_page_say_when_the_board_last_changed()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:10+08:00");
        using var resident = await host.NewResidentAsync(1);
        using var patience = new CancellationTokenSource(Eventually.GiveUp);
        await using var events = SseParser.Create(await host.Http.GetStreamAsync(new Uri("/api/board/events?view=figures", UriKind.Relative))).EnumerateAsync(patience.Token).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());

        await resident.BookAsync("LD01", "one");

        var change = await host.Get<Database>().ScalarAsync<long>("SELECT changed_at FROM board_version");
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(change, ChangedAt(JsonSerializer.Deserialize<JsonElement>(events.Current.Data)));
        Assert.Equal(change, ChangedAt(await host.Http.GetJsonAsync("/api/board")));
        var time = DateTimeOffset.FromUnixTimeMilliseconds(change).ToOffset(TimeSpan.FromHours(8));
        var said = time.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        foreach (var page in new[] { "/", "/nearby?q=" }) Assert.Contains($"最近变动{said}", await host.Http.GetStringAsync(new Uri(page, UriKind.Relative)), StringComparison.Ordinal);

        // The next day the time alone would be taken for one of today.
        await host.SetClockAsync("2020-02-12T08:00:00+08:00");
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE board_version SET version = version + 1, changed_at = @change", new { change }), default);
        host.Get<Board>().MarkChanged();
        Assert.Contains("最近变动2月10日，", await host.Http.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
    }

    private static long ChangedAt(JsonElement answer) => answer.GetProperty("changedAt").GetDateTimeOffset().ToUnixTimeMilliseconds();

    private static long Version(string data) => JsonSerializer.Deserialize<JsonElement>(data).GetProperty("version").GetInt64();

    private static string[] Rows(JsonElement change) =>
    [
        .. change.GetProperty("changed").EnumerateArray().Select(p => string.Join(' ', new[] { "code", "status", "places", "left", "booked", "redeemed" }.Select(f => p.GetProperty(f)))),
    ];

    private static IEnumerable<string> Codes(JsonElement change) =>
        change.GetProperty("changed").EnumerateArray().Select(p => p.GetProperty("code").GetString()!);
}

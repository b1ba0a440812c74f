using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using WeChatMask.WeChat;

namespace WeChatMask.LoadTool;

/// <summary>
/// The official account while a city writes to it: encrypted messages at a fixed rate as WeChat's servers send them, first
/// alone and then beside a booking rush. A message is due at its moment whether or not the earlier ones were answered, and
/// its time counts from there, so that a stall is felt by everybody who had to wait for it.
/// </summary>
internal sealed class ChatMeasurement : IDisposable
{
    private const int MessagesASecond = 500;
    private const int People = 5_000;
    // One in so many is sent again, as WeChat does when it has not heard an answer in time.
    private const int Resend = 50;
    private const string Settings = "sandbox-settings.json";

    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);
    private static readonly string[] Words = ["预约", "查询", "几点", "药店", "多少钱", "名单", "还有吗", "取消", "你好", "帮助"];

    private readonly HttpClient http;
    private readonly WeChatSettings account;
    private readonly MessageCrypto crypto;
    private readonly TimeSpan worldAhead;
    private readonly long firstId = Random.Shared.NextInt64(1_000_000_000_000, 9_000_000_000_000_000);

    private ChatMeasurement(HttpClient http, WeChatSettings account, TimeSpan worldAhead)
    {
        this.http = http;
        this.account = account;
        this.worldAhead = worldAhead;
        crypto = new MessageCrypto(account);
    }

    /// <summary>Writes alone for some seconds, then for as long as a rush of bookings takes.</summary>
    public static async Task<int> RunAsync(Uri url, Options options)
    {
        var alone = new Samples();
        using (var chat = await ConnectAsync(url))
        {
            // The first calls pay for compilation and caches, in this tool too.
            await chat.WriteAsync(new Samples(), For(TimeSpan.FromSeconds(2)));
            await chat.WriteAsync(alone, For(TimeSpan.FromSeconds(options.Seconds)));
        }

        alone.Report($"{MessagesASecond} chat messages a second, alone");
        await ComeToFreshRoundAsync(url);
        var beside = new Samples();
        var rush = await RushMeasurement.RunAsync(url, options, async stop =>
        {
            using var chat = await ConnectAsync(url);
            await chat.WriteAsync(beside, stop);
        });
        beside.Report($"{MessagesASecond} chat messages a second, beside the rush");
        return rush + Report.Verdict([.. alone.Faults.Concat(beside.Faults).GroupBy(f => f, StringComparer.Ordinal).Select(f => $"{f.Count()} times: {f.Key}")]);
    }

    /// <inheritdoc />
    public void Dispose() => http.Dispose();

    private static CancellationToken For(TimeSpan time) => new CancellationTokenSource(time).Token;

    // An earlier measurement may have used up the places of today's round.
    private static async Task ComeToFreshRoundAsync(Uri url)
    {
        using var caller = new HttpClient { BaseAddress = url };
        var opensAt = (await caller.GetFromJsonAsync<JsonElement>("/api/board")).GetProperty("round").GetProperty("opensAt").GetDateTimeOffset();
        var now = (await caller.GetFromJsonAsync<JsonElement>("/sandbox/clock")).GetProperty("now").GetDateTimeOffset();
        if (now < opensAt) return;
        using var moved = await caller.PostAsJsonAsync("/sandbox/clock", new { now = opensAt.AddDays(1).AddMinutes(-1) });
        moved.EnsureSuccessStatusCode();
    }

    private static async Task<ChatMeasurement> ConnectAsync(Uri url)
    {
        var settings = new ConfigurationBuilder().AddJsonFile(Path.Combine(AppContext.BaseDirectory, Settings)).Build();
        var given = settings.GetSection(WeChatSettings.Section).Get<WeChatSettings>()!;
        var caller = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = url };
        var clock = await caller.GetFromJsonAsync<JsonElement>("/sandbox/clock");
        return new ChatMeasurement(caller, given, clock.GetProperty("now").GetDateTimeOffset() - TimeProvider.System.GetUtcNow());
    }

    private async Task WriteAsync(Samples samples, CancellationToken stop)
    {
        var under = Channel.CreateUnbounded<Task>();
        var from = Stopwatch.GetTimestamp();
        var sent = 0;
        using var timer = new PeriodicTimer(Tick);
        while (!stop.IsCancellationRequested)
        {
            for (var due = (int)(Stopwatch.GetElapsedTime(from).TotalSeconds * MessagesASecond); sent < due; sent++)
            {
                var moment = TimeSpan.FromSeconds((double)sent / MessagesASecond);
                var number = sent;
                under.Writer.TryWrite(Task.Run(() => SendAsync(number, samples, from, moment), CancellationToken.None));
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        under.Writer.Complete();
        await foreach (var call in under.Reader.ReadAllAsync(CancellationToken.None)) await call;
    }

    private async Task SendAsync(int number, Samples samples, long from, TimeSpan moment)
    {
        var words = Words[number % Words.Length];
        var id = firstId + number;
        var called = Stopwatch.GetTimestamp();
        var first = await PostAsync(id, words, samples);
        samples.Times.Add(Stopwatch.GetElapsedTime(from) - moment);
        // A node that is out of breath asks people to send again, and a resend of that is handled afresh.
        if (number % Resend != 0 || first is null || Stopwatch.GetElapsedTime(called) > InTime) return;
        samples.CountResend();
        if (await PostAsync(id, words, samples) is { } again && !string.Equals(again, first, StringComparison.Ordinal)) samples.Faults.Add("a resend got another reply");
    }

    // The words of the reply, or of its card; null when there was none.
    private async Task<string?> PostAsync(long id, string words, Samples samples)
    {
        var now = TimeProvider.System.GetUtcNow() + worldAhead;
        var message = crypto.Seal(
            string.Create(
                CultureInfo.InvariantCulture,
                $"<xml><ToUserName><![CDATA[gh_load]]></ToUserName><FromUserName><![CDATA[oChat{id % People}]]></FromUserName><CreateTime>{now.ToUnixTimeSeconds()}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{words}]]></Content><MsgId>{id}</MsgId></xml>"),
            now);
        var query = $"/wechat?signature={Signature.Compute(account.Token, message.Timestamp, message.Nonce)}&timestamp={message.Timestamp}&nonce={message.Nonce}&encrypt_type=aes&msg_signature={message.MsgSignature}";
        using var body = new StringContent($"<xml><ToUserName><![CDATA[gh_load]]></ToUserName><Encrypt><![CDATA[{message.Encrypt}]]></Encrypt></xml>", Encoding.UTF8, "text/xml");
        try
        {
            using var answer = await http.PostAsync(new Uri(query, UriKind.Relative), body);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode && text.StartsWith("<xml>", StringComparison.Ordinal)) return Open(text);
            samples.Faults.Add(string.Create(CultureInfo.InvariantCulture, $"a message got {(int)answer.StatusCode} without words"));
        }
        catch (HttpRequestException failure)
        {
            samples.Faults.Add(failure.HttpRequestError.ToString());
        }

        return null;
    }

    private string Open(string envelope)
    {
        var fields = MessageXml.ReadFields(envelope);
        var reply = MessageXml.ReadFields(crypto.Open(new SealedMessage(fields[MessageXml.Encrypt], fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"])));
        return reply.GetValueOrDefault("Content") ?? reply["Articles"];
    }

    private sealed class Samples
    {
        private int resent;

        public ConcurrentBag<TimeSpan> Times { get; } = [];

        public ConcurrentBag<string> Faults { get; } = [];

        public void CountResend() => Interlocked.Increment(ref resent);

        public void Report(string name)
        {
            LoadTool.Report.Line(name, Times.Count, "messages", $"{resent} of them sent again, {Faults.Count} without their answer");
            LoadTool.Report.Latencies("  answer", Times);
        }
    }
}

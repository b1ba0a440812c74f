using System.Collections.Concurrent;
using System.Text.Json;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>The stand-in's messages to people: checks each as WeChat would, shows it in the phone's chat, and reports later.</summary>
public sealed class WeChatSends(Chats chats, WeChatTemplates templates, WeChatReports reports, SandboxClock clock, CityCalendar calendar)
{
    private const int AfterWords = 5;
    private const int AfterTouch = 3;
    private static readonly TimeSpan WordsLife = TimeSpan.FromHours(48);
    private static readonly TimeSpan TouchLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SameMessage = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, bool> refusing = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, long Id)> sent = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset[]> said = new(StringComparer.Ordinal);
    private long lastMessage = 1_000_000;

    /// <summary>Makes a phone refuse notices, or take them again.</summary>
    public void Refuse(string openId, bool refuses) => refusing[openId] = refuses;

    /// <summary>A template message.</summary>
    public IResult Template(JsonElement body)
    {
        var openId = Text(body, "touser");
        if (Receiver(openId) is var wrong and not 0) return WeChatAnswer.Error(wrong);
        if (WeChatTemplates.Find(Text(body, "template_id"), subscription: false) is not { } template) return WeChatAnswer.Error(40037);
        if (!body.TryGetProperty("data", out var data) || !WeChatTemplates.Fits(template, data)) return WeChatAnswer.Error(47003);
        if (Text(body, "url") is { Length: > 0 } url && !IsWeb(url)) return WeChatAnswer.Error(40066);
        var id = Interlocked.Increment(ref lastMessage);
        if (Text(body, "client_msg_id") is { Length: > 0 } own)
        {
            // The same id to the same person within ten minutes is one message.
            var now = clock.GetUtcNow();
            var known = sent.AddOrUpdate($"{openId} {own}", (now, id), (_, old) => (now - old.At).Duration() < SameMessage ? old : (now, id));
            if (known.Id != id) return Taken(known.Id);
        }

        Show(openId, templates.Show(template, data), Text(body, "url"));
        reports.Delivered(openId, id);
        return Taken(id);
    }

    /// <summary>A subscription notice.</summary>
    public IResult Subscription(JsonElement body)
    {
        var openId = Text(body, "touser");
        if (Receiver(openId) is var wrong and not 0) return WeChatAnswer.Error(wrong == 43004 ? 43101 : wrong);
        if (WeChatTemplates.Find(Text(body, "template_id"), subscription: true) is not { } template) return WeChatAnswer.Error(40037);
        if (refusing.GetValueOrDefault(openId)) return WeChatAnswer.Error(43101);
        if (!body.TryGetProperty("data", out var data) || !WeChatTemplates.Fits(template, data)) return WeChatAnswer.Error(47003);
        if (Text(body, "page") is { Length: > 0 } page && !IsWeb(page)) return WeChatAnswer.Error(41030);
        var id = Interlocked.Increment(ref lastMessage);
        Show(openId, templates.Show(template, data), Text(body, "page"));
        reports.Delivered(openId, template.Id, id);
        return Taken(id);
    }

    /// <summary>A text to somebody who did something in the chat lately.</summary>
    public IResult Service(JsonElement body)
    {
        var openId = Text(body, "touser");
        if (Receiver(openId) is var wrong and not 0) return WeChatAnswer.Error(wrong == 43004 ? 45015 : wrong);
        var words = body.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.Object ? Text(text, "content") : "";
        if (Text(body, "msgtype") != "text" || words.Length == 0) return WeChatAnswer.Error(44004);
        var now = clock.GetUtcNow();
        if (chats.Of(openId).LastOrDefault(l => Most(l.Act) > 0) is not { } last || now - last.At > Life(last.Act)) return WeChatAnswer.Error(45015);
        var times = said.GetValueOrDefault(openId, []).Where(t => t >= last.At).ToArray();
        if (times.Length >= Most(last.Act)) return WeChatAnswer.Error(45047);
        said[openId] = [.. times, now];
        Show(openId, words, "");
        return WeChatAnswer.Error(0);
    }

    private static int Most(PhoneAct act) => act.Type == "text" ? AfterWords : act.Event is "CLICK" or "subscribe" or "SCAN" ? AfterTouch : 0;

    private static TimeSpan Life(PhoneAct act) => act.Type == "text" ? WordsLife : TouchLife;

    private int Receiver(string openId) => !PhoneEndpoints.IsOpenId(openId) ? 40003 : chats.IsFollowing(openId) ? 0 : 43004;

    private void Show(string openId, string words, string url)
    {
        var reply = url.Length == 0
            ? new PhoneReply("text", words)
            : new PhoneReply("news", Articles: [new PhoneArticle(words.Split('\n')[0], string.Join('\n', words.Split('\n').Skip(1)), "", url)]);
        chats.Add(new ChatLine(openId, calendar.Local(clock.GetUtcNow()), PhoneAct.Pushed, StatusCodes.Status200OK, reply));
    }

    private static IResult Taken(long id) => WeChatAnswer.Json(new { errcode = 0, errmsg = "ok", msgid = id });

    private static string Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static bool IsWeb(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}

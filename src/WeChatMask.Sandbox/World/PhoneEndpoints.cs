using System.Xml;
using WeChatMask.Settings;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>Phones over HTTP.</summary>
internal static class PhoneEndpoints
{
    private const int LongestOpenId = 64;
    private const int LongestText = 2_000;

    /// <summary>Maps what a phone can do.</summary>
    public static void MapPhones(this IEndpointRouteBuilder sandbox)
    {
        sandbox.MapPost("/phones/{openId}/messages", SendAsync);
        sandbox.MapPut("/phones/{openId}/notices", (string openId, NoticeChoice choice, WeChatSends sends) =>
        {
            sends.Refuse(openId, !choice.Accepts);
            return TypedResults.NoContent();
        });
        sandbox.MapGet("/phones/{openId}/messages", (string openId, Chats chats) => TypedResults.Ok(chats.Of(openId)));
    }

    /// <summary>Whether a text can be an openid.</summary>
    public static bool IsOpenId(string? text) =>
        text?.Length is > 0 and <= LongestOpenId && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static async Task<IResult> SendAsync(
        string openId, PhoneMessage message, Phones phones, Chats chats, CityCalendar calendar, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var complete = message.Type switch
        {
            "text" => IsText(message.Content) && message.Event is null && message.EventKey is null,
            "event" => IsText(message.Event) && message.Content is null && (message.EventKey is null or "" || IsText(message.EventKey)),
            _ => false,
        };
        if (!complete || !IsOpenId(openId) || !IsMode(message.Mode, out var mode))
            return refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_message");
        var act = new PhoneAct(message.Type, message.Content, message.Event, message.EventKey);
        var at = calendar.Local(calendar.Now);
        var answer = await phones.SendAsync(openId, act, mode, cancellationToken);
        chats.Add(new ChatLine(openId, at, act, answer.Status, answer.Reply));
        return TypedResults.Ok(answer);
    }

    // What XML cannot hold could not be typed on a phone either.
    private static bool IsText(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LongestText) return false;
        for (var i = 0; i < text.Length; i++)
        {
            var pair = i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]);
            if (!pair && !XmlConvert.IsXmlChar(text[i])) return false;
            if (pair) i++;
        }

        return true;
    }

    private static bool IsMode(string? text, out MessageMode? mode)
    {
        mode = text switch
        {
            "plain" => MessageMode.Plain,
            "compatible" => MessageMode.Compatible,
            "safe" => MessageMode.Safe,
            _ => null,
        };
        return text is null or "plain" or "compatible" or "safe";
    }

    internal sealed record NoticeChoice(bool Accepts);

    internal sealed record PhoneMessage(string Type, string? Content = null, string? Event = null, string? EventKey = null, string? Mode = null);
}

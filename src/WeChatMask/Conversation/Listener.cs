using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>Takes what people send to the official account and picks the answer. Whatever is typed or touched gets an answer in words.</summary>
/// <remarks>
/// An answer may read the database and give a booking back, but it never calls out: WeChat waits five seconds. Nothing
/// of a message is logged. What WeChat reports without a person waiting (unsubscribe, VIEW, results of templates) gets none.
/// </remarks>
public sealed partial class Listener(
    Phrases phrases, RoundAnswers round, BookingAnswers bookings, GeneralAnswers general, AccountReports reports, ILogger<Listener> log)
{
    private const string Scene = "qrscene_";

    /// <summary>The answer to one message.</summary>
    public async Task<Reply> AnswerAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return message.MsgType switch
            {
                "text" => await AnswerAsync(message.FromUserName, message.Content, cancellationToken),
                "event" => await AnswerEventAsync(message, cancellationToken),
                "voice" when message.Fields.GetValueOrDefault("Recognition") is { Length: > 0 } spoken =>
                    await AnswerAsync(message.FromUserName, spoken, cancellationToken),
                "image" or "voice" or "video" or "shortvideo" or "location" or "link" => general.TypePlease(),
                _ => NoReply.Instance,
            };
        }
#pragma warning disable CA1031 // Silence would leave a person waiting; whatever failed, they can be told to try again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailure(failure.GetType().Name);
            return general.Busy();
        }
    }

    private async Task<Reply> AnswerEventAsync(InboundMessage message, CancellationToken cancellationToken)
    {
        await reports.TakeAsync(message, cancellationToken);
        var key = message.EventKey ?? "";
        if (message.IsEvent("subscribe"))
        {
            // Other values than a scene are an ordinary follow. The prefix is taken off once: a scene may begin with it.
            var scene = key.StartsWith(Scene, StringComparison.Ordinal) ? key[Scene.Length..] : "";
            return await WelcomeAsync(scene, isNew: true, cancellationToken);
        }

        if (message.IsEvent("SCAN")) return await WelcomeAsync(key, isNew: false, cancellationToken);
        // A menu key is one of the words; what a later menu adds is answered like words that are not known.
        return message.IsEvent("CLICK") ? await AnswerAsync(message.FromUserName, key, cancellationToken) : NoReply.Instance;
    }

    private async Task<Reply> WelcomeAsync(string scene, bool isNew, CancellationToken cancellationToken) =>
        await round.PharmacyAsync(scene, cancellationToken)
            ?? (isNew ? await general.WelcomeAsync(cancellationToken) : await round.BookAsync(cancellationToken));

    private async Task<Reply> AnswerAsync(string openId, string? typed, CancellationToken cancellationToken)
    {
        var text = TypedText.Of(typed);
        if (text.Number is { } number && phrases.IsConfirmation(text.Words)) return await bookings.CancelAsync(openId, number, cancellationToken);
        var intent = phrases.Find(text.Words, TypedText.Normalise(await general.GoodsAsync(cancellationToken)));
        if (text.Number is { } asked && intent is (Intent.Unknown or Intent.Query or Intent.Book))
            return await bookings.OneAsync(openId, asked, cancellationToken);
        if (text.Suspect != SuspectNumber.None && intent is (Intent.Unknown or Intent.Query or Intent.Cancel)) return general.About(text.Suspect);
        return intent switch
        {
            Intent.Book => await round.BookAsync(cancellationToken),
            Intent.Query => await bookings.NewestAsync(openId, cancellationToken),
            Intent.Lists => await round.ListsAsync(cancellationToken),
            Intent.Cancel => await bookings.AskAsync(openId, cancellationToken),
            Intent.Pharmacies => await round.PharmaciesAsync(cancellationToken),
            Intent.Hours => await round.HoursAsync(cancellationToken),
            Intent.Price => await round.PriceAsync(cancellationToken),
            Intent.Complaints => await general.ComplaintsAsync(cancellationToken),
            Intent.Human => await general.HumanAsync(cancellationToken),
            Intent.Help => general.Help(),
            _ => general.Unknown(),
        };
    }

    // The type alone: a message of an exception may quote what was typed.
    [LoggerMessage(Level = LogLevel.Error, Message = "No answer in the conversation, {Failure}; the person was asked to try again")]
    private partial void LogFailure(string failure);
}

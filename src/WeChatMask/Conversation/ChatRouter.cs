using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>Picks the answer. Whatever is typed or touched gets one in words.</summary>
/// <remarks>
/// An answer may read the database and give a booking back, but it never calls out: WeChat waits five seconds. Nothing
/// of a message is logged. What WeChat reports without a person waiting (unsubscribe, VIEW, results of templates) gets none.
/// </remarks>
public sealed class ChatRouter(Phrases phrases, RoundAnswers round, BookingAnswers bookings, GeneralAnswers general)
{
    /// <summary>The answer to what was sent, said, or touched; the first line that fits counts.</summary>
    public async Task<Reply> AnswerAsync(string openId, MessageContent content, CancellationToken cancellationToken)
    {
        var text = WordsOf(content) is { } words ? TypedText.Of(words) : null;
        var intent = text is null ? Intent.Unknown : await IntentOfAsync(text, cancellationToken);
        return (content, intent, text) switch
        {
            (SubscribeEvent { Scene: { } scene }, _, _) => await round.PharmacyAsync(scene, cancellationToken) ?? await general.WelcomeAsync(cancellationToken),
            (SubscribeEvent, _, _) => await general.WelcomeAsync(cancellationToken),
            (ScanEvent scan, _, _) => await round.PharmacyAsync(scan.Scene, cancellationToken) ?? await round.BookAsync(cancellationToken),
            (ScanCodeEvent scan, _, _) => await round.PharmacyAsync(scan.ScanResult ?? "", cancellationToken) ?? await round.BookAsync(cancellationToken),
            (LocationMessage place, _, _) => await round.NearAsync(place, cancellationToken),
            (_, _, null) => IsAwaited(content) ? general.TypePlease(content) : NoReply.Instance,
            (_, Intent.ConfirmCancel, { Number: { } number }) => await bookings.CancelAsync(openId, number, cancellationToken),
            (_, _, { IsEmpty: true }) => general.SignsOnly(),
            (_, Intent.Unknown or Intent.Query or Intent.Book, { Number: { } number }) => await bookings.OneAsync(openId, number, cancellationToken),
            (_, Intent.Unknown or Intent.Query or Intent.Cancel, { Suspect: not SuspectNumber.None }) => general.About(text.Suspect),
            (_, Intent.Book, _) => await round.BookAsync(cancellationToken),
            (_, Intent.Query, _) => await bookings.NewestAsync(openId, cancellationToken),
            (_, Intent.Lists, _) => await round.ListsAsync(cancellationToken),
            (_, Intent.Code, _) => await round.CodeAsync(cancellationToken),
            (_, Intent.Cancel, _) => await bookings.AskAsync(openId, cancellationToken),
            (_, Intent.Pharmacies, _) => await round.PharmaciesAsync(cancellationToken),
            (_, Intent.Hours, _) => await round.HoursAsync(cancellationToken),
            (_, Intent.Price, _) => await round.PriceAsync(cancellationToken),
            (_, Intent.Complaints, _) => await general.ComplaintsAsync(cancellationToken),
            (_, Intent.Human, _) => await general.HumanAsync(cancellationToken),
            (_, Intent.Thanks, _) => general.Thanks(),
            (_, Intent.Help, _) => general.Help(),
            _ => general.Unknown(),
        };
    }

    /// <summary>Whether anything is to be done about a message. The rest, such as pages opened from the menu, is only acknowledged.</summary>
    public static bool Concerns(MessageContent content) =>
        IsAwaited(content) || content is UnsubscribeEvent or TemplateSentEvent or SubscriptionSentEvent;

    /// <summary>Whether a person looks at the chat for an answer.</summary>
    public static bool IsAwaited(MessageContent content) => content switch
    {
        SubscribeEvent or ScanEvent or ClickEvent or ScanCodeEvent => true,
        EventContent or UnknownMessage => false,
        _ => true,
    };

    // A menu key is one of the words; what a later menu adds is answered like words that are not known.
    private static string? WordsOf(MessageContent content) => content switch
    {
        TextMessage said => said.Content,
        VoiceMessage { Recognition.Length: > 0 } spoken => spoken.Recognition,
        ClickEvent touched => touched.Key,
        _ => null,
    };

    private async Task<Intent> IntentOfAsync(TypedText text, CancellationToken cancellationToken)
    {
        if (text.Words.Length == 0) return Intent.Unknown;
        if (text.Number is not null && phrases.IsConfirmation(text.Words)) return Intent.ConfirmCancel;
        return phrases.Find(text.Words, TypedText.Normalise(await general.GoodsAsync(cancellationToken)));
    }
}

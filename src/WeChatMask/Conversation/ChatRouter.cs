using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>Takes what people send to the official account and picks the answer. Whatever is typed or touched gets an answer in words.</summary>
/// <remarks>
/// An answer may read the database and give a booking back, but it never calls out: WeChat waits five seconds. Nothing
/// of a message is logged. What WeChat reports without a person waiting (unsubscribe, VIEW, results of templates) gets none.
/// </remarks>
public sealed class ChatRouter(Phrases phrases, RoundAnswers round, BookingAnswers bookings, GeneralAnswers general)
{
    /// <summary>Whether anything is to be done about a message. The rest, such as pages opened from the menu, is only acknowledged.</summary>
    public static bool Concerns(MessageContent content) =>
        IsAwaited(content) || content is UnsubscribeEvent or TemplateSentEvent or SubscriptionPopupEvent or SubscriptionChangeEvent or SubscriptionSentEvent;

    /// <summary>Whether a person looks at the chat for an answer.</summary>
    public static bool IsAwaited(MessageContent content) => content switch
    {
        SubscribeEvent or ScanEvent or ClickEvent or ScanCodeEvent { IsWaiting: true } => true,
        EventContent or UnknownMessage => false,
        _ => true,
    };

    /// <summary>The answer to one message.</summary>
    /// <param name="openId">Who sent it.</param>
    /// <param name="content">What it says.</param>
    /// <param name="cancellationToken">The time for it is over.</param>
    public async Task<Reply> AnswerAsync(string openId, MessageContent content, CancellationToken cancellationToken) => content switch
    {
        TextMessage said => await AnswerAsync(openId, said.Content, cancellationToken),
        VoiceMessage { Recognition.Length: > 0 } spoken => await AnswerAsync(openId, spoken.Recognition, cancellationToken),
        LocationMessage place => await round.NearAsync(place, cancellationToken),
        SubscribeEvent follow => await WelcomeAsync(follow.Scene ?? "", isNew: true, cancellationToken),
        ScanEvent scan => await WelcomeAsync(scan.Scene, isNew: false, cancellationToken),
        ScanCodeEvent { IsWaiting: true } scan => await WelcomeAsync(scan.ScanResult ?? "", isNew: false, cancellationToken),
        // A menu key is one of the words; what a later menu adds is answered like words that are not known.
        ClickEvent touched => await AnswerAsync(openId, touched.Key, cancellationToken),
        _ => IsAwaited(content) ? general.TypePlease(content) : NoReply.Instance,
    };

    private async Task<Reply> WelcomeAsync(string scene, bool isNew, CancellationToken cancellationToken) =>
        await round.PharmacyAsync(scene, cancellationToken)
            ?? (isNew ? await general.WelcomeAsync(cancellationToken) : await round.BookAsync(cancellationToken));

    private async Task<Reply> AnswerAsync(string openId, string? typed, CancellationToken cancellationToken)
    {
        var text = TypedText.Of(typed);
        if (text.Number is { } number && phrases.IsConfirmation(text.Words)) return await bookings.CancelAsync(openId, number, cancellationToken);
        if (text.IsEmpty) return general.SignsOnly();
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
            Intent.Thanks => general.Thanks(),
            Intent.Help => general.Help(),
            _ => general.Unknown(),
        };
    }
}

using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.Conversation;

/// <summary>Answers that are the same for everybody: what can be asked, and whom to call.</summary>
public sealed class GeneralAnswers(ChatText text, PolicyQueries policies, CityQueries city, SiteLinks links)
{
    /// <summary>The present goods' name, or nothing before the city has rules.</summary>
    public async Task<string> GoodsAsync(CancellationToken cancellationToken) =>
        (await policies.TodayAsync(cancellationToken))?.Goods.Name ?? "";

    public async Task<Reply> WelcomeAsync(CancellationToken cancellationToken)
    {
        var account = (await city.NamesAsync(cancellationToken)).Account;
        return Words(account.Length == 0 ? text["Welcome"] : text["WelcomeTo", account]);
    }

    public Reply Help() => Words(text["Help", links.To("/guide")]);

    public Reply Thanks() => new TextReply(text["Thanks"]);

    public Reply Unknown() => Words(text["Unknown"]);

    public Reply SignsOnly() => Words(text["TypePlease_Signs"]);

    /// <summary>To pictures, voices and whatever else cannot be read; it names what came.</summary>
    public Reply TypePlease(MessageContent content) => Words(text[content switch
    {
        VoiceMessage => "TypePlease_Voice",
        ImageMessage or VideoMessage => "TypePlease_Picture",
        LinkMessage => "TypePlease_Link",
        _ => "TypePlease_File",
    }]);

    public Reply Busy() => new TextReply(text["Busy"]);

    /// <summary>To digits that are nearly a booking number, or that should not stand in a chat.</summary>
    public Reply About(SuspectNumber number) => new TextReply(
        number == SuspectNumber.Personal ? text["PersonalNumber", links.To("/residents")] : text["WrongNumber", BookingNumber.Length]);

    public Task<Reply> ComplaintsAsync(CancellationToken cancellationToken) => CallAsync("Complaints", cancellationToken);

    /// <summary>That nobody sits here, and whom to call.</summary>
    public Task<Reply> HumanAsync(CancellationToken cancellationToken) => CallAsync("Human", cancellationToken);

    private async Task<Reply> CallAsync(string sentence, CancellationToken cancellationToken)
    {
        var numbers = (await policies.TodayAsync(cancellationToken))?.Complaints ?? [];
        var call = numbers.Count == 0 ? text["NoNumbers"] : text["Numbers", text.Join(numbers)];
        return new TextReply(text[sentence, call, links.To("/complaints")]);
    }

    private TextReply Words(string first) => new($"{first}\n\n{text["Words"]}");
}

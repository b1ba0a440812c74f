using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Microsoft.Extensions.Localization;
using Microsoft.Net.Http.Headers;
using WeChatMask.City;
using WeChatMask.Levers;
using WeChatMask.OpenData;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Supervision;
using WeChatMask.Text;
using WeChatMask.Web;

namespace WeChatMask.Pages.Public;

/// <summary>The notices as an Atom feed (RFC 4287): published rounds, and everything that was changed with its reason.</summary>
public sealed class NoticeFeed(
    RoundQueries rounds, DayReportQueries reports, LeverQueries levers, LeverFormatter leverWords, PolicyChangeQueries policies, PlanChangeQueries plans, PlanFormatter planWords,
    CityQueries cities, CityCalendar calendar, SiteLinks links, PageFormatter format, IStringLocalizer<OpenRecords> text)
{
    public const string Path = "/notices.atom";

    private const string Atom = "http://www.w3.org/2005/Atom";
    private const int EachShown = 30;
    private const int MostShown = 60;

    internal static async Task<IResult> AnswerAsync(NoticeFeed feed, HttpContext context, CancellationToken cancellationToken)
    {
        var document = await feed.WriteAsync(cancellationToken);
        context.Response.Headers.CacheControl = "public, max-age=60";
        return TypedResults.Bytes(document, "application/atom+xml; charset=utf-8", entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(document))[..32]}\""));
    }

    private async Task<byte[]> WriteAsync(CancellationToken cancellationToken)
    {
        var names = await cities.NamesAsync(cancellationToken);
        var entries = (await EntriesAsync(cancellationToken)).OrderByDescending(e => e.At).ThenBy(e => e.Link, StringComparer.Ordinal).Take(MostShown).ToList();
        using var stream = new MemoryStream();
        using (var xml = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true }))
        {
            xml.WriteStartElement("feed", Atom);
            xml.WriteAttributeString("xml", "lang", null, "zh-CN");
            Element(xml, "title", $"{text["Feed_Title"].Value} · {names.Account}");
            Element(xml, "id", links.To(Path));
            Link(xml, "self", Path);
            Link(xml, "alternate", "/notices");
            Element(xml, "updated", Instant(entries.Count == 0 ? DateTimeOffset.UnixEpoch : entries[0].At));
            xml.WriteStartElement("author", Atom);
            Element(xml, "name", names.Account);
            xml.WriteEndElement();
            foreach (var entry in entries)
            {
                xml.WriteStartElement("entry", Atom);
                Element(xml, "title", entry.Title);
                Element(xml, "id", links.To(entry.Link));
                Link(xml, "alternate", entry.Link);
                Element(xml, "updated", Instant(entry.At));
                Element(xml, "summary", entry.Text);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return stream.ToArray();
    }

    private async Task<List<Entry>> EntriesAsync(CancellationToken cancellationToken)
    {
        var entries = new List<Entry>();
        var newest = await rounds.NewestAsync(EachShown, cancellationToken);
        foreach (var round in newest)
        {
            if (round.PublishedAt is { } at)
                entries.Add(new Entry(at, Notice(round.Date), text["Feed_Round", format.LongDay(round.Date)], text["Feed_Round_More", format.Day(round.PickupDate)]));
        }

        if (newest.Count > 0)
        {
            foreach (var (date, corrected) in await reports.CorrectedAsync(newest[^1].Date, cancellationToken))
            {
                if (corrected is { } at) entries.Add(new Entry(at, $"{Notice(date)}#correction-{Stamp(at)}", text["Feed_Correction", format.LongDay(date)], text["Feed_Correction_More"]));
            }
        }

        foreach (var lever in await levers.NewestAsync(EachShown, cancellationToken))
            entries.Add(new Entry(lever.CreatedAt, string.Create(CultureInfo.InvariantCulture, $"{Notice(lever.RoundDate)}#lever-{lever.Id}"), text["Feed_Lever", format.LongDay(lever.RoundDate)], leverWords.Sentence(lever)));
        foreach (var plan in await plans.NoticesAsync(EachShown, ofDaysToCome: false, cancellationToken))
            entries.Add(new Entry(plan.CreatedAt, $"/notices#plan-{CityFormatter.Date(plan.RoundDate)}-{Stamp(plan.CreatedAt)}", text["Feed_Plan", format.LongDay(plan.RoundDate)], planWords.Sentence(plan)));
        foreach (var policy in await policies.NoticesAsync(EachShown, cancellationToken))
            entries.Add(new Entry(policy.PublishedAt, string.Create(CultureInfo.InvariantCulture, $"/notices/rules#policy-{policy.Id}"), text["Feed_Policy", format.LongDay(policy.From)], policy.Reason));
        return entries;
    }

    private void Link(XmlWriter xml, string rel, string path)
    {
        xml.WriteStartElement("link", Atom);
        xml.WriteAttributeString("rel", rel);
        xml.WriteAttributeString("href", links.To(path));
        xml.WriteEndElement();
    }

    private static void Element(XmlWriter xml, string name, string value) => xml.WriteElementString(name, Atom, value);

    private static string Notice(DateOnly date) => $"/notices/{CityFormatter.Date(date)}";

    private static string Stamp(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private string Instant(DateTimeOffset at) => calendar.Local(at).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    // The link is the entry's id too, so it never changes.
    private sealed record Entry(DateTimeOffset At, string Link, string Title, string Text);
}

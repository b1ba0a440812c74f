using System.Net;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Residents;

/// <summary>Passports, travel permits and old permanent residence cards: only where the policy takes them, and each person once.</summary>
public sealed class DocumentTests
{
    private const string Passport = "E12345678";
    private const string Evening = "2020-02-09T19:00:00+08:00";
    private const string Morning = "2020-02-10T09:10:00+08:00";

    [Theory]
    [InlineData(DocumentType.Passport, "E12345678", "E12345678")]
    [InlineData(DocumentType.Passport, "ｅ 1234 5678", "E12345678")]
    [InlineData(DocumentType.Passport, "g-12345678\r\n", "G12345678")]
    [InlineData(DocumentType.Passport, "123456789", "123456789")]
    [InlineData(DocumentType.Passport, "AB12X", "AB12X")]
    [InlineData(DocumentType.Passport, "1234", null)]
    [InlineData(DocumentType.Passport, "ABCDEFGH", null)]
    [InlineData(DocumentType.Passport, "E1234567890123456", null)]
    [InlineData(DocumentType.Passport, "E1234567*", null)]
    [InlineData(DocumentType.Passport, "", null)]
    [InlineData(DocumentType.HomeReturnPermit, "H12345678", "H12345678")]
    [InlineData(DocumentType.HomeReturnPermit, "ｍ１２３４５６７８", "M12345678")]
    [InlineData(DocumentType.HomeReturnPermit, "H1234567801", "H12345678")]
    [InlineData(DocumentType.HomeReturnPermit, "H1234567", null)]
    [InlineData(DocumentType.HomeReturnPermit, "A12345678", null)]
    [InlineData(DocumentType.TaiwanPermit, "12345678", "12345678")]
    [InlineData(DocumentType.TaiwanPermit, "1234567801", "12345678")]
    [InlineData(DocumentType.TaiwanPermit, "1234567801 (B)", "12345678")]
    [InlineData(DocumentType.TaiwanPermit, "1234567B", null)]
    [InlineData(DocumentType.TaiwanPermit, "123456789", null)]
    [InlineData(DocumentType.PermanentResidence, "KAZ110090123105", "KAZ110090123105")]
    [InlineData(DocumentType.PermanentResidence, "kaz 1100 9012 3105", "KAZ110090123105")]
    [InlineData(DocumentType.PermanentResidence, "KA1110090123105", null)]
    [InlineData(DocumentType.PermanentResidence, "KAZ11009012310", null)]
    public void Each_document_has_its_own_form(DocumentType type, string typed, string? number)
    {
        var read = IdentityNumber.TryParse(type, typed, TypedRow.Today, out var fault);

        Assert.Equal((number, number is null ? IdentityNumberFault.Form : IdentityNumberFault.None), (read?.Value, fault));
        if (number is null) return;
        Assert.Equal((type, $"{type}:{number}"), (read!.Type, read.Key));
        Assert.EndsWith(number.Length >= 8 ? number[^4..] : "*", $"{read}", StringComparison.Ordinal);
        Assert.DoesNotContain(number, $"{read}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_is_known_by_its_number_as_ever() =>
        Assert.Equal("43130219850612987X", IdentityNumber.TryParse(DocumentType.IdentityCard, "43130219850612987x", TypedRow.Today, out _)!.Key);

    [Fact]
    public async Task Without_the_policys_word_there_are_cards_only()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Evening);
        using var phone = await host.PhoneAsync("o-1");

        var (status, body) = await phone.PostAsync("/api/residents", Person("passport", Passport));

        Assert.Equal((422, "invalid_id_number"), (status, body.Code()));
        Assert.Equal("documentType", Assert.Single(body.GetProperty("errors").EnumerateObject()).Name);
        Assert.DoesNotContain("documentType", (await PageReader.OpenAsync(phone, "/residents")).Html, StringComparison.Ordinal);
    }

    [EngineTheory]
    public async Task A_passport_is_registered_booked_and_collected_by_and_is_one_person(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", Evening, engine: engine, configure: RegistryCalls.Ruling(policy => policy["otherDocuments"] = true));
        using var phone = await host.PhoneAsync("o-1");
        using var family = await host.PhoneAsync("o-2");
        var page = await PageReader.OpenAsync(phone, "/residents");
        Assert.Contains("<option value=\"Passport\"", page.Html, StringComparison.Ordinal);
        var wrong = await page.PostAsync(phone, ("name", "Anna Smith"), ("documentType", "HomeReturnPermit"), ("idNumber", Passport), ("mobile", People.Mobile(1)), ("consent", "true"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.Contains("港澳居民来往内地通行证号是", wrong.Text, StringComparison.Ordinal);
        Assert.Matches("<option value=\"HomeReturnPermit\" selected", wrong.Html);
        var added = await page.PostAsync(phone, ("name", "Anna Smith"), ("documentType", "Passport"), ("idNumber", "ｅ1234 5678"), ("mobile", People.Mobile(1)), ("consent", "true"));
        Assert.Equal(HttpStatusCode.OK, added.Status);
        Assert.Contains("护照 *****5678", added.Text, StringComparison.Ordinal);
        var me = (await phone.GetJsonAsync("/api/me")).GetProperty("residents")[0];
        Assert.Equal(("passport", "*****5678"), (me.GetProperty("documentType").GetString(), me.GetProperty("idNumber").GetString()));
        var again = (await family.PostAsync("/api/residents", Person("passport", "E-12345678"))).Body.GetProperty("id").GetString();
        // The same characters on another document are another person.
        var other = (await family.PostAsync("/api/residents", Person("home_return_permit", "H12345678"))).Body.GetProperty("id").GetString();

        var (status, booking) = await BookAsync(phone, me.GetProperty("id").GetString(), "a");
        Assert.Equal(201, status);
        Assert.Equal((409, "already_booked"), await RefusedAsync(family, again));
        var (otherStatus, permit) = await BookAsync(family, other, "b");
        Assert.Equal(201, otherStatus);

        await host.SetClockAsync(Morning);
        using var clerk = await host.ClerkAsync("LD01");
        var number = booking.GetProperty("number").GetString();
        Assert.Equal("identity_mismatch", await VerdictAsync(clerk, new { number, idNumberLast4 = "5679", requestId = "c" }));
        // The person of the other document collects for both; the own booking counts for nobody's cap.
        var proxy = new { name = "Anna Smith", documentType = "home_return_permit", idNumber = "H1234567802" };
        Assert.Equal("redeemed", await VerdictAsync(clerk, new { number = permit.GetProperty("number").GetString(), idNumberLast4 = "5678", proxy, requestId = "d" }));
        Assert.Equal(0, await UsedAsync(host));
        Assert.Equal("redeemed", await VerdictAsync(clerk, new { number, idNumberLast4 = "5678", proxy, requestId = "e" }));
        Assert.Equal(1, await UsedAsync(host));
        Assert.Contains("\"documentType\": \"passport\"", await ExportAsync(phone), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_shows_a_card_where_the_policy_takes_nothing_else()
    {
        await using var host = await SandboxHost.StartAsync("loudi", Evening);
        using var booker = await host.NewResidentAsync(1);
        var number = (await booker.BookAsync("LD01", "a")).Body.GetProperty("number").GetString();
        await host.SetClockAsync(Morning);
        using var clerk = await host.ClerkAsync("LD01");

        var (status, body) = await clerk.PostAsync(
            "/api/pharmacy/redemptions",
            new { number, idNumberLast4 = People.IdNumber(1)[^4..], proxy = new { name = "Anna Smith", documentType = "passport", idNumber = Passport }, requestId = "c" });

        Assert.Equal((422, "invalid_id_number"), (status, body.Code()));
        Assert.DoesNotContain("ProxyDocument", (await PageReader.OpenAsync(clerk, "/pharmacy/scan")).Html, StringComparison.Ordinal);
    }

    private static object Person(string documentType, string idNumber) =>
        new { name = "Anna Smith", documentType, idNumber, mobile = People.Mobile(1), consent = true };

    private static Task<(int Status, JsonElement Body)> BookAsync(HttpClient phone, string? residentId, string requestId) =>
        phone.PostAsync("/api/bookings", new { residentId, pharmacyCode = "LD01", requestId });

    private static async Task<(int, string?)> RefusedAsync(HttpClient phone, string? residentId)
    {
        var (status, body) = await BookAsync(phone, residentId, "x");
        return (status, body.Code());
    }

    private static async Task<string?> VerdictAsync(HttpClient clerk, object body)
    {
        var (status, answer) = await clerk.PostAsync("/api/pharmacy/redemptions", body);
        Assert.True(status == 200, $"{answer}");
        return answer.GetProperty("verdict").GetString();
    }

    private static Task<long> UsedAsync(SandboxHost host) => host.Get<Database>().ScalarAsync<long>("SELECT COALESCE(SUM(used), 0) FROM proxy_day");

    private static async Task<string> ExportAsync(HttpClient phone)
    {
        var page = await PageReader.OpenAsync(phone, "/my-data");
        return (await (page with { Address = new Uri(page.Address, "?handler=export") }).PostAsync(phone)).Html;
    }
}

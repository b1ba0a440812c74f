using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Sandbox.Pages;

namespace WeChatMask.Sandbox;

/// <summary>A made-up person with well-formed particulars.</summary>
/// <param name="OpenId">Their phone.</param>
/// <param name="Name">As on a card.</param>
/// <param name="IdNumber">Eighteen characters with a right check character.</param>
/// <param name="Mobile">Eleven digits.</param>
public sealed record MadeUpPerson(string OpenId, string Name, string IdNumber, string Mobile);

/// <summary>The city's made-up people: as many neighbours as are wanted, and those whose phones the sandbox's page shows.</summary>
/// <remarks>The same number is always the same person, so a sandbox that is started again still knows who has come.</remarks>
public sealed class CrowdPeople(IStringLocalizer<Text.World> text)
{
    /// <summary>What every neighbour's openid begins with.</summary>
    public const string OpenIdPrefix = "oSandboxNeighbour-";

    // Ranges of their own, so that nobody who is typed in by hand meets them.
    private const string MobilePrefix = "166";
    private const string Area = "431381";
    private const string ShownArea = "431322";

    // Birth dates before a sequence number comes round again.
    private const int CardsADay = 20_160;

    private static readonly int[] Weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    private const string Checks = "10X98765432";

    /// <summary>Whether a phone number is a neighbour's.</summary>
    public static bool IsNeighbour(string mobile) => mobile.StartsWith(MobilePrefix, StringComparison.Ordinal);

    /// <summary>The neighbour of a number, counted from 0.</summary>
    public MadeUpPerson Neighbour(int number) => new(
        string.Create(CultureInfo.InvariantCulture, $"{OpenIdPrefix}{number:00000000}"),
        NameOf(number),
        IdNumber(Area, number),
        string.Create(CultureInfo.InvariantCulture, $"{MobilePrefix}{number:00000000}"));

    /// <summary>The people of the demo phones, in their order.</summary>
    public IReadOnlyList<MadeUpPerson> Shown =>
    [
        .. DemoPhones.OpenIds.Select((openId, i) => new MadeUpPerson(
            openId,
            text[FormattableString.Invariant($"Person_{i + 1}")],
            IdNumber(ShownArea, 8 + (i * 13) + (CardsADay * (217 + (i * 111)))),
            string.Create(CultureInfo.InvariantCulture, $"1390000{1000 + i + 1}"))),
    ];

    private static string IdNumber(string area, int number)
    {
        // Every one of 28 days in 12 months of 60 years, then the next sequence number: 20,160,000 people without a repeat.
        var body = string.Create(
            CultureInfo.InvariantCulture,
            $"{area}{1940 + (number % 60):0000}{1 + (number / 60 % 12):00}{1 + (number / 720 % 28):00}{number / CardsADay % 1000:000}");
        return body + Checks[body.Select((digit, place) => (digit - '0') * Weights[place]).Sum() % Checks.Length];
    }

    private string NameOf(int number)
    {
        string surnames = text["Surnames"];
        string given = text["GivenNames"];
        var first = given[number / surnames.Length % given.Length];
        // Every third name has one character after the surname, as many have.
        return number % 3 == 0 ? $"{surnames[number % surnames.Length]}{first}" : $"{surnames[number % surnames.Length]}{first}{given[number * 7 % given.Length]}";
    }
}

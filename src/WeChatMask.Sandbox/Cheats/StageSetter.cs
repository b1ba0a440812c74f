using System.Globalization;
using WeChatMask.Bookings;
using WeChatMask.Data;
using WeChatMask.Domain;
using WeChatMask.PublicLog;
using WeChatMask.Residents;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Sandbox;

/// <summary>
/// Brings the city to where cheating pays: yesterday's lists are out, tonight's round is being booked. All of it by the product's own
/// ways, the clock and the crowd. On the way a phone keeps two receipts, a door gets its code, a journalist keeps the log, and a backup is made.
/// </summary>
public sealed class StageSetter(
    ClockMover mover, RoundQueries rounds, Crowd crowd, CrowdPeople people, StageQueries queries, Registration registration, BookingDesk desk,
    CityCopyStore copies, CheatFiles files, CitizenPhone phone, Door door, Journalist journalist, LogKeys keys, Board board, DueWork work, SchedulerPause pause, Database database, CityCalendar calendar)
{
    /// <summary>What every witness's openid begins with.</summary>
    public const string OpenIdPrefix = "oSandboxWitness-";

    // Beyond all neighbours who may ever come.
    private const int FirstNumber = 15_000_000;

    private const int ComeBefore = 80;
    private const int ComeAfter = 120;
    private const int MostWaits = 30;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LeastOpen = TimeSpan.FromMinutes(10);

    /// <summary>Sets the stage and keeps it; null where the city has no round to come or does not let people in.</summary>
    public async Task<Stage?> SetAsync(CancellationToken cancellationToken)
    {
        if (await OpenAsync(cancellationToken) is not { } listed) return null;
        var pharmacy = BoardView.Of(await board.GetAsync(cancellationToken), calendar).Pharmacies.First(p => p.Status == PharmacyStatus.Open && p.Left > 0);
        var owner = await RegisterAsync(cancellationToken);
        var first = await BookAsync(owner, 0, pharmacy.Code, cancellationToken);
        await mover.MoveAsync(_ => listed.Times.ClosesAt + Minute);
        if (!await IsPublishedAsync(listed.Date, cancellationToken)) return null;
        await copies.TakeAsync(files.Yesterday, cancellationToken);

        if (await OpenAsync(cancellationToken) is not { } open || open.Date == listed.Date) return null;
        var second = await BookAsync(owner, 1, pharmacy.Code, cancellationToken);
        // Somebody who has booked nothing: the friend, if one is wanted.
        await crowd.RegisterAsync(1, cancellationToken);

        await SettleAsync(cancellationToken);
        var key = keys.Key.ToString();
        var printed = await door.PrintAsync(listed.Date, key, cancellationToken);
        if (first is null || second is null || printed is null || await journalist.KeepAsync(key, cancellationToken) is not var (note, lines)) return null;
        var stage = new Stage(listed.Date, open.Date, pharmacy.Code, pharmacy.Name, owner.OpenId, [first, second], printed, key, note, lines);
        files.Write(stage);
        return stage;
    }

    /// <summary>Whether the stage still stands: its lists are shown, and its second round can be booked.</summary>
    public async Task<bool> StandsAsync(Stage stage, CancellationToken cancellationToken) =>
        await rounds.FindAsync(stage.Listed, cancellationToken) is { PublishedAt: not null } listed && listed.KeepsPersonalData(calendar.Today)
        && await rounds.FindAsync(stage.Open, cancellationToken) is { } open && open.Admission(calendar.Now) == Refusal.None;

    /// <summary>A round that is open and has most of its places, else the next one; for that the clock goes on.</summary>
    private async Task<RoundState?> OpenAsync(CancellationToken cancellationToken)
    {
        if (await rounds.FindAsync(calendar.Today, cancellationToken) is { } present)
        {
            if (present.Admission(calendar.Now) == Refusal.None && present.Times.ClosesAt - calendar.Now > LeastOpen && await IsFreeAsync(cancellationToken)) return present;
            if (calendar.Now < present.Times.OpensAt && !present.IsClosed) return await MoveAsync(present.Times.OpensAt, cancellationToken);
        }

        var next = await database.ReadAsync(connection => rounds.OpensAfterAsync(connection, calendar.Today), cancellationToken);
        return next is { } at ? await MoveAsync(at, cancellationToken) : null;
    }

    private async Task<RoundState?> MoveAsync(DateTimeOffset opening, CancellationToken cancellationToken)
    {
        await mover.MoveAsync(_ => opening + Minute);
        return await rounds.FindAsync(calendar.DateOf(opening), cancellationToken) is { } round && round.Admission(calendar.Now) == Refusal.None ? round : null;
    }

    private async Task<bool> IsFreeAsync(CancellationToken cancellationToken)
    {
        var pharmacies = BoardView.Of(await board.GetAsync(cancellationToken), calendar).Pharmacies;
        return pharmacies.Sum(p => p.Left) > pharmacies.Sum(p => p.Places) / 2;
    }

    private async Task<bool> IsPublishedAsync(DateOnly round, CancellationToken cancellationToken)
    {
        for (var waits = 0; waits < MostWaits; waits++)
        {
            if (await rounds.FindAsync(round, cancellationToken) is { PublishedAt: not null }) return true;
            await mover.MoveAsync(now => now + Minute);
        }

        return false;
    }

    /// <summary>Lets what is due be done, messages too: what is sent between a copy and its return would be sent twice.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        await using var held = await pause.HoldAsync(cancellationToken);
        await work.RunAllAsync(cancellationToken);
    }

    /// <summary>A phone with two people on it.</summary>
    private async Task<Owner> RegisterAsync(CancellationToken cancellationToken)
    {
        var phones = await queries.PhonesAsync(cancellationToken);
        var openId = string.Create(CultureInfo.InvariantCulture, $"{OpenIdPrefix}{phones:0000}");
        await phone.LogInAsync(openId, cancellationToken);
        var account = await queries.AccountAsync(openId, cancellationToken);
        var persons = new List<(MadeUpPerson, long)>();
        foreach (var place in (int[])[0, 1])
        {
            var person = people.Neighbour(FirstNumber + (2 * phones) + place);
            var done = await registration.RegisterAsync(account, person.Name, DocumentType.IdentityCard, person.IdNumber, person.Mobile, consent: true, cancellationToken);
            persons.Add((person, done.Id));
        }

        return new Owner(openId, account, persons);
    }

    /// <summary>Some neighbours book, then one of the phone's people, then more neighbours. Null where the phone's was refused.</summary>
    private async Task<KeptBooking?> BookAsync(Owner owner, int place, string code, CancellationToken cancellationToken)
    {
        await crowd.BookAsync(ComeBefore, cancellationToken);
        var (person, resident) = owner.Persons[place];
        var answer = await desk.BookAsync(new BookingRequest(owner.Account, resident, code, Guid.NewGuid().ToString("N")));
        await crowd.BookAsync(ComeAfter, cancellationToken);
        return answer is { Booking: { } made, Line: { } line }
            ? new KeptBooking(made.RoundDate, made.Number, made.Serial, Masking.Name(person.Name), Masking.Document(person.IdNumber), line.Receipt)
            : null;
    }

    private sealed record Owner(string OpenId, long Account, IReadOnlyList<(MadeUpPerson Person, long Resident)> Persons);
}

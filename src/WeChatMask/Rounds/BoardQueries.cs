using System.Data.Common;
using Dapper;
using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Rounds;

/// <summary>Reads what the board shows, as of one version.</summary>
public sealed class BoardQueries(Database database, RoundQueries rounds)
{
    /// <summary>The version alone: one row, cheap enough to ask every half second.</summary>
    public Task<long> VersionAsync(CancellationToken cancellationToken) =>
        database.ScalarAsync<long>("SELECT version FROM board_version WHERE id = 1", cancellationToken: cancellationToken);

    /// <summary>Waits until another node may have changed the board, at most for a while.</summary>
    public Task WaitForOthersAsync(TimeSpan atMost, CancellationToken cancellationToken) => database.Engine.WaitForOthersAsync(atMost, cancellationToken);

    /// <summary>Round, pharmacies and figures of <paramref name="today"/>.</summary>
    public Task<BoardSnapshot> LoadAsync(DateOnly today, DateTimeOffset asOf, long seenChanges, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => LoadAsync(connection, today, asOf, seenChanges), cancellationToken);

    private async Task<BoardSnapshot> LoadAsync(DbConnection connection, DateOnly today, DateTimeOffset asOf, long seenChanges)
    {
        // The version is read first: what follows may be newer than it says, never older.
        var version = await connection.ExecuteScalarAsync<long>("SELECT version FROM board_version WHERE id = 1");
        var round = await rounds.FindAsync(connection, null, today);
        var pharmacies = await connection.QueryAsync<BoardPharmacy>(
            """
            SELECT p.id, p.code, p.name, p.address, p.district, p.latitude, p.longitude, p.phone, p.status,
                   COALESCE(t.cancelled_late, 0) AS cancelled_late,
                   COALESCE(y.redeemed, 0)       AS redeemed
              FROM pharmacy p
              LEFT JOIN pharmacy_round t ON t.round_date = @today AND t.pharmacy_id = p.id
              LEFT JOIN round h          ON h.pickup_date = @today
              LEFT JOIN pharmacy_round y ON y.round_date = h.date AND y.pharmacy_id = p.id
             WHERE t.pharmacy_id IS NOT NULL
                OR (@withoutRound = 1 AND p.joins_on <= @today AND p.status <> @withdrawn)
             ORDER BY p.code
            """,
            new { today, withoutRound = round is null ? 1 : 0, withdrawn = PharmacyStatus.Withdrawn });
        var windows = (await connection.QueryAsync<QuotaRow>(
                """
                SELECT pharmacy_id, window_index, planned, carried_in, rolled_in, rolled_out, taken
                  FROM quota
                 WHERE round_date = @today
                 ORDER BY pharmacy_id, window_index
                """,
                new { today }))
            .ToLookup(w => w.PharmacyId);
        return new BoardSnapshot(version, asOf, seenChanges, today, round, [.. pharmacies.Select(p => p.With([.. windows[p.Id]]))]);
    }
}

/// <summary>One numbered state of the board, the same for everybody who asks while it is the newest.</summary>
/// <param name="Version">Counted in the database.</param>
/// <param name="AsOf">When it was read.</param>
/// <param name="SeenChanges">How many local changes had been marked before it was read.</param>
/// <param name="Today">The city day it shows.</param>
/// <param name="Round">That day's round, or none.</param>
/// <param name="Pharmacies">By code.</param>
public sealed record BoardSnapshot(
    long Version, DateTimeOffset AsOf, long SeenChanges, DateOnly Today, RoundState? Round, IReadOnlyList<BoardPharmacy> Pharmacies);

/// <summary>A pharmacy on the board, with its places by window.</summary>
public sealed record BoardPharmacy
{
    public long Id { get; init; }

    public string Code { get; init; } = "";

    public string Name { get; init; } = "";

    public string Address { get; init; } = "";

    public string District { get; init; } = "";

    public double Latitude { get; init; }

    public double Longitude { get; init; }

    public string Phone { get; init; } = "";

    public PharmacyStatus Status { get; init; }

    public int CancelledLate { get; init; }

    public int Redeemed { get; init; }

    public IReadOnlyList<QuotaRow> Windows { get; init; } = [];

    internal BoardPharmacy With(IReadOnlyList<QuotaRow> windows) => this with { Windows = windows };

    /// <summary>The figures people see while <paramref name="window"/> (from 1) is the present or next one.</summary>
    /// <remarks>Rolling is shown as if it were done, so that the first second of a window shows the same as the rest.</remarks>
    public PharmacyFigures At(int window)
    {
        var places = Windows.Select(w => w.ToPlaces()).ToList();
        QuotaLedger.RollUpTo(places, window);
        var present = places.Find(p => p.Window == window);
        return new PharmacyFigures(
            Code, Name, Address, District, Latitude, Longitude, Phone, Status,
            present is null ? 0 : present.Places + present.RolledIn - present.RolledOut,
            present?.Left ?? 0,
            places.Sum(p => p.Taken) - CancelledLate,
            Redeemed,
            places.Sum(p => p.CarriedIn),
            present is { Left: > 0 } ? null : places.Find(p => p.Window > window && p.Places > 0)?.Window);
    }
}

/// <summary>What the contract's board says of one pharmacy; its place in WGS-84.</summary>
/// <remarks><c>CarriedIn</c> is what came to the round from earlier ones, below zero when stock lacked; <c>NextWindow</c> is told when nothing is left now: the window (from 1) that has places next.</remarks>
public sealed record PharmacyFigures(
    string Code, string Name, string Address, string District, double Latitude, double Longitude, string Phone,
    PharmacyStatus Status, int Places, int Left, int Booked, int Redeemed, int CarriedIn, int? NextWindow);

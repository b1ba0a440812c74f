using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>Looks at the database as a start would, and changes nothing.</summary>
/// <remarks>While a city is just being set up, <c>first</c>, what only its first start makes is not missed.</remarks>
internal sealed class DatabaseDiagnosis(IServiceProvider services, DoctorReport report, bool first)
{
    private const string Subject = "database";
    private const string Import = "wechatmask import CITY.json";
    private const long LeastFreeBytes = 1L << 30;

    // A standby may be a moment behind; one that does not come that far meanwhile stays behind.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>True when there is a city whose tables are those of this build.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        CheckDisk();
        var engine = services.GetRequiredService<Database>().Engine;
        try
        {
            if (engine.MayComeBack) await engine.ProbeAsync(cancellationToken);
            else if (first && Folder() is { } folder && !IsWritable(folder)) return false;
            await engine.RequireCityAsync(cancellationToken);
        }
        catch (StartFaultException) when (first)
        {
            report.Ok(Subject, $"it can be used and is empty; next: {Import}");
            return false;
        }
        catch (Exception e) when (e is DbException or StartFaultException or IOException or UnauthorizedAccessException)
        {
            foreach (var fault in StartFaults.Of(e)) report.Mend(Subject, fault.Sentence);
            return false;
        }

        report.Ok(Subject, "it answers");
        try
        {
            return await CheckCityAsync(cancellationToken);
        }
        catch (DbException e)
        {
            foreach (var fault in StartFaults.Of(e)) report.Mend(Subject, fault.Sentence);
            return false;
        }
    }

    private async Task<bool> CheckCityAsync(CancellationToken cancellationToken)
    {
        var queries = services.GetRequiredService<DoctorQueries>();
        var ours = Migrator.Files.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var applied = await queries.SchemaAsync(cancellationToken);
        if (applied.Where(a => !ours.Contains(a)).Max(StringComparer.Ordinal) is { } newer)
        {
            report.Mend("schema", $"a newer build has brought it up to {newer}; install that version on every node");
            return false;
        }

        if (ours.Count > applied.Count)
        {
            report.Ok("schema", string.Create(CultureInfo.InvariantCulture, $"{ours.Count - applied.Count} steps are missing; the next start of a node, or {Import}, runs them"));
            return false;
        }

        report.Ok("schema", "it is this version's");
        await CheckKeysAsync(cancellationToken);
        await CheckClockAsync(cancellationToken);
        await CheckStandbyAsync(cancellationToken);
        await CheckFillingAsync(queries, cancellationToken);
        return true;
    }

    private async Task CheckKeysAsync(CancellationToken cancellationToken)
    {
        var wrong = await services.GetRequiredService<Startup>().WrongKeysAsync(note: false, cancellationToken);
        foreach (var sentence in wrong) report.Mend("keys", sentence);
        if (wrong.Count == 0) report.Ok("keys", "they are those that the database was used with");
    }

    private async Task CheckClockAsync(CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<NodeStore>().ClockFitsAsync(cancellationToken)) report.Ok("clock", "within a second of the database's");
        else report.Mend("clock", "more than a second off the database server's; let both keep time by NTP");
    }

    private async Task CheckStandbyAsync(CancellationToken cancellationToken)
    {
        const string subject = "standby", without = "the public's files come from the database meanwhile";
        var database = services.GetRequiredService<Database>();
        var newest = await database.ReadAsync(BoardStateQueries.ReadAsync, cancellationToken);
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            while (await database.StandbyStateAsync(cancellationToken) is { } held)
            {
                if (held.Version >= newest.Version) report.Ok(subject, "it answers and holds what the database held");
                else if (TimeProvider.System.GetElapsedTime(began) > Moment) report.Mend(subject, FormattableString.Invariant(
                    $"it answers and is {newest.Version - held.Version} versions of the board behind, {(newest.ChangedAt - held.ChangedAt)?.TotalSeconds:0} s; {without}. Look at its replication"));
                else
                {
                    await Task.Delay(Look, cancellationToken);
                    continue;
                }

                return;
            }
        }
        catch (DbException e)
        {
            report.Mend(subject, $"what Database:ReadConnectionString names cannot be read: {e.Message}; {without}");
        }
    }

    private async Task CheckFillingAsync(DoctorQueries queries, CancellationToken cancellationToken)
    {
        var (policies, pharmacies) = (await queries.PoliciesAsync(cancellationToken), await queries.PharmaciesAsync(cancellationToken));
        if (policies > 0 && pharmacies > 0) report.Ok("city", string.Create(CultureInfo.InvariantCulture, $"{policies} policies, {pharmacies} pharmacies"));
        else if (first) report.Skip("city", $"nothing is imported yet; next: {Import}");
        else report.Mend("city", $"it has no policy or no pharmacy: {Import}");
        const string cure = "wechatmask staff first-administrator prints the link by which the first one sets a password";
        if (await queries.AdministratorsAsync(cancellationToken) > 0) report.Ok("staff", "there is an administrator");
        else if (first) report.Skip("staff", $"no administrator yet; {cure}");
        else report.Mend("staff", $"there is no administrator: {cure}");
    }

    private void CheckDisk()
    {
        var folder = Folder() ?? "/";
        while (!Directory.Exists(folder)) folder = Path.GetDirectoryName(folder) ?? "/";
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var shown = string.Create(CultureInfo.InvariantCulture, $"{free / (double)LeastFreeBytes:0.0} GiB are free at {folder}");
        if (free >= LeastFreeBytes) report.Ok("disk", shown);
        else report.Mend("disk", $"{shown}; at a full disk nobody can book: make room");
    }

    // Of an embedded database; a server's disk is not this machine's to see.
    private string? Folder()
    {
        if (services.GetRequiredService<Database>().Engine.MayComeBack) return null;
        var parts = new DbConnectionStringBuilder { ConnectionString = services.GetRequiredService<IOptions<DatabaseSettings>>().Value.ConnectionString };
        return parts.TryGetValue("Data Source", out var file) && file is string { Length: > 0 } path ? Path.GetDirectoryName(Path.GetFullPath(path)) : null;
    }

    private bool IsWritable(string folder)
    {
        try
        {
            PrivateFiles.CreateFolder(folder);
            using var trial = new FileStream(
                Path.Combine(folder, $".doctor-{Guid.NewGuid():N}"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report.Mend(Subject, $"nothing can be written in {folder}: {e.Message} Let the folder belong to the user wechatmask, or run: wechatmask prepare");
            return false;
        }
    }
}

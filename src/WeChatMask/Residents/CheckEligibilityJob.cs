using System.Collections.Concurrent;
using WeChatMask.Bookings;
using WeChatMask.Domain;
using WeChatMask.Jobs;
using WeChatMask.Rounds;
using WeChatMask.Settings;

namespace WeChatMask.Residents;

/// <summary>
/// Asks the registry away from the desk: ahead of the opening about everybody whose answer grows old, and about provisional
/// bookings until the registry has answered; then settles those.
/// </summary>
public sealed class CheckEligibilityJob(
    EligibilityStore store, ProvisionalStore provisional, RegistryClient registry, PolicyQueries policies, CityCalendar calendar) : IJob
{
    private const int MostPerRun = 2_000;
    private const int AtOnce = 200;

    // Below the registry's whole concurrency, so that people who register are not kept waiting by it.
    private const int Lanes = 8;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var asked = 0;
        while (asked < MostPerRun && await DueAsync(cancellationToken) is { Count: > 0 } due)
        {
            var answered = await AskAsync(due, cancellationToken);
            asked += answered;
            if (answered < due.Count) break;
        }

        return asked + await provisional.SettleAnsweredAsync(cancellationToken);
    }

    private async Task<List<PersonToAsk>> DueAsync(CancellationToken cancellationToken)
    {
        var waiting = await store.WaitingAsync(AtOnce, cancellationToken);
        if (waiting.Count > 0 || await policies.TodayAsync(cancellationToken) is not { Eligibility: EligibilityCheck.Registry } policy) return waiting;
        var nextRound = calendar.Today.AddDays(1);
        return await store.StaleAsync(
            EligibilityRules.AskAgainBefore(policy, calendar.Now), nextRound.AddDays(-policy.CooldownDays), AtOnce, cancellationToken);
    }

    /// <summary>Asks about each. One is asked first, alone; while that one gets no answer nobody else is asked.</summary>
    private async Task<int> AskAsync(List<PersonToAsk> due, CancellationToken cancellationToken)
    {
        // In no order, so that one person whom the registry stumbles over cannot stand before the others for good.
        var people = due.ToArray();
        Random.Shared.Shuffle(people);
        var answers = new ConcurrentBag<(PersonToAsk Person, RegistryAnswer Answer)>();
        var (firstId, firstName) = store.Read(people[0]);
        if (await registry.ProbeAsync(people[0].DocumentType, firstId, firstName, cancellationToken) is not { } first) return 0;
        answers.Add((people[0], first));
        await Parallel.ForEachAsync(
            people.Skip(1),
            new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellationToken },
            async (person, token) =>
            {
                var (idNumber, name) = store.Read(person);
                if (await registry.LookUpAsync(person.DocumentType, idNumber, name, token) is { } answer) answers.Add((person, answer));
            });
        await store.WriteAsync(answers, cancellationToken);
        return answers.Count;
    }
}

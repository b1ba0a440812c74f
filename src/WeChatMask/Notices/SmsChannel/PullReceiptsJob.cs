using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Jobs;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>Asks vendors for receipts that were not pushed: a push may be lost, or the city's address may not be reached from outside.</summary>
/// <remarks>It sends nothing. A receipt that is told twice is written down once.</remarks>
public sealed class PullReceiptsJob(
    UnreportedStore unreported, ReceiptStore receipts, IEnumerable<ISmsVendor> vendors, IOptionsMonitor<SmsSettings> settings, PersonalData personal,
    CityCalendar calendar) : IJob
{
    // One after the other, which is far below what vendors allow (Tencent Cloud 20 a second, Aliyun 5,000).
    private const int MostPerRun = 200;

    // Aliyun pushes again after 1, 5 and 10 minutes and then no more (its manual, SmsReport, page 101867).
    private static readonly TimeSpan PushTime = TimeSpan.FromMinutes(20);

    // What no network has answered in a week, none will.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var found = 0;
        var names = settings.CurrentValue.ProviderNames();
        foreach (var vendor in vendors.Where(v => names.Contains(v.Name, StringComparer.Ordinal)))
        {
            if (vendor.KeepsReceipts is { } keeps) found += await PullAsync(vendor, keeps < Longest ? keeps : Longest, cancellationToken);
        }

        return found;
    }

    private async Task<int> PullAsync(ISmsVendor vendor, TimeSpan age, CancellationToken cancellationToken)
    {
        var now = calendar.Now;
        var pulled = new List<SmsReceipt>();
        foreach (var notice in await unreported.LeaseAsync(vendor.Name, now - age, now - PushTime, MostPerRun, cancellationToken))
        {
            var mobile = personal.DecryptOrNothing(notice.Mobile);
            if (mobile.Length == 0) continue;
            var (isAnswered, receipt) = await vendor.PullAsync(new SentSms(notice.Id, notice.ProviderId, mobile, notice.SentAt), cancellationToken);
            // Whoever does not answer for one will not for the others; they are asked about again.
            if (!isAnswered) break;
            if (receipt is not null) pulled.Add(receipt);
        }

        // Facts by now: they are written even while the process is stopping.
        await receipts.RecordAsync(pulled, CancellationToken.None);
        return pulled.Count;
    }
}

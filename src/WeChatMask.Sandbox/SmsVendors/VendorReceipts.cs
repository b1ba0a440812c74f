using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Sandbox;

/// <summary>Pushes receipts to the app as both vendors do: by itself every second, and at once when asked.</summary>
internal sealed partial class VendorReceipts(
    VendorDelivery delivery, OwnAddress self, IHttpClientFactory clients,
    IOptionsMonitor<SecretSettings> secrets, IConfiguration configuration,
    ILogger<VendorReceipts> log) : BackgroundService
{
    private const string AutomaticSetting = "Sandbox:PushReceipts";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan VendorZone = TimeSpan.FromHours(8);
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Pushes what there is. Returns how many receipts the app took; the others are pushed again later.</summary>
    public async Task<int> PushAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var all = delivery.Unreported();
            var taken = 0;
            foreach (var group in all.GroupBy(t => t.Vendor, StringComparer.Ordinal))
            {
                if (await PushAsync(group.Key, [.. group], cancellationToken)) taken += group.Count();
                else delivery.PutBack(group);
            }

            return taken;
        }
        finally
        {
            turn.Release();
        }
    }

    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!configuration.GetValue(AutomaticSetting, true)) return;
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (self.Value.Length > 0) await PushAsync(stoppingToken);
        }
    }

    private async Task<bool> PushAsync(string vendor, IReadOnlyList<TakenSms> messages, CancellationToken cancellationToken)
    {
        var aliyun = vendor == AliyunSmsProvider.ProviderName;
        var address = $"{self.Value}/sms/receipts/{(aliyun ? "aliyun" : "tencent")}/{secrets.CurrentValue.SmsReceiptToken}";
        using var client = clients.CreateClient(nameof(VendorReceipts));
        try
        {
            using var answer = await client.PostAsJsonAsync(new Uri(address), messages.Select(m => aliyun ? Aliyun(m) : Tencent(m)), cancellationToken);
            if (!answer.IsSuccessStatusCode) return false;
            var said = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return said.GetProperty(aliyun ? "code" : "result").GetInt32() == 0;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException)
        {
            Log.NotTaken(log, vendor, e.GetType().Name);
            return false;
        }
    }

    /// <summary>What Alibaba Cloud calls it.</summary>
    internal static string AliyunCode(NumberState state) =>
        state switch { NumberState.Ok => "DELIVERED", NumberState.Blocked => "MOBILE_IN_BLACK", _ => "MOBILE_NOT_ON_SERVICE" };

    /// <summary>What Tencent Cloud calls it.</summary>
    internal static string TencentCode(NumberState state) => state == NumberState.Ok ? "DELIVRD" : "MK:0001";

    private static object Aliyun(TakenSms taken) => new
    {
        phone_number = taken.Mobile, send_time = Time(taken.At), report_time = Time(taken.At), success = taken.State == NumberState.Ok,
        err_code = AliyunCode(taken.State),
        err_msg = "", sms_size = "1", biz_id = taken.VendorId, out_id = taken.OurId,
    };

    private static object Tencent(TakenSms taken) => new
    {
        user_receive_time = Time(taken.At), nationcode = "86", mobile = taken.Mobile, report_status = taken.State == NumberState.Ok ? "SUCCESS" : "FAIL",
        errmsg = TencentCode(taken.State), description = "", sid = taken.VendorId,
    };

    /// <summary>A time as both vendors write it in receipts.</summary>
    internal static string Time(DateTimeOffset at) => at.ToOffset(VendorZone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Receipts of {Vendor} were not taken: {Problem}")]
        public static partial void NotTaken(ILogger log, string vendor, string problem);
    }
}

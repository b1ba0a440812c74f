using Microsoft.AspNetCore.Mvc;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>Messages to people: outbox, senders, receipts.</summary>
public static class NoticesRoom
{
    // Vendors gather some hundred receipts in a push.
    private const int LargestPush = 1024 * 1024;

    /// <summary>Registers outbox, texts, senders and receipts of both channels.</summary>
    public static void AddNotices(this IServiceCollection services)
    {
        services.AddSingleton<NoticeOutbox>().AddSingleton<OutboxStore>().AddSingleton<NoticeTexts>().AddSingleton<NoticeCapStore>().AddSingleton<NoticeQueries>();
        services.AddSingleton<OutboxAgeQueries>();
        services.AddSingleton<ReceiptStore>().AddSingleton<ReceiptEndpoints.Taker>().AddSingleton<UnreportedStore>();
        services.AddSection<WeChatNoticeSettings, WeChatNoticeSettingsValidator>(WeChatNoticeSettings.Section);
        services.AddSingleton<WeChatNoticeTexts>();
    }

    /// <summary>Maps one address for each vendor: <c>/sms/receipts/aliyun/TOKEN</c> and <c>/sms/receipts/tencent/TOKEN</c>.</summary>
    public static void MapNotices(this IEndpointRouteBuilder routes)
    {
        var receipts = routes.MapGroup("/sms/receipts").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(LargestPush));
        receipts.MapPost("/aliyun/{token}", (string token, HttpRequest request, ReceiptEndpoints.Taker taker) =>
            taker.TakeAsync(token, request, SmsReceipts.OfAliyun, new { code = 0, msg = "OK" }));
        receipts.MapPost("/tencent/{token}", (string token, HttpRequest request, ReceiptEndpoints.Taker taker) =>
            taker.TakeAsync(token, request, SmsReceipts.OfTencent, new { result = 0, errmsg = "OK" }));
    }
}

using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>The stand-ins for both vendors of short messages over HTTP.</summary>
internal static class VendorEndpoints
{
    /// <summary>Alibaba Cloud's address, below <c>/sandbox</c>.</summary>
    public const string AliyunPath = "/sms/aliyun";

    /// <summary>Tencent Cloud's address, below <c>/sandbox</c>.</summary>
    public const string TencentPath = "/sms/tencent";

    /// <summary>Registers the stand-ins.</summary>
    public static void AddSmsVendors(this IServiceCollection services)
    {
        services.AddSingleton<VendorBook>().AddSingleton<VendorLimits>().AddSingleton<VendorDelivery>();
        services.AddSingleton<AliyunProof>().AddSingleton<AliyunSms>().AddSingleton<TencentProof>().AddSingleton<TencentSms>();
        services.AddSingleton<VendorReceipts>();
        services.AddHostedService(s => s.GetRequiredService<VendorReceipts>());
        services.AddHttpClient(nameof(VendorReceipts)).RemoveAllLoggers();
    }

    /// <summary>Maps vendors, the behaviour of numbers, and the push of receipts.</summary>
    public static void MapSmsVendors(this IEndpointRouteBuilder sandbox)
    {
        string[] methods = [HttpMethods.Get, HttpMethods.Post];
        sandbox.MapMethods(AliyunPath, methods, (HttpContext context, AliyunSms aliyun) => aliyun.AnswerAsync(context));
        sandbox.MapPost(TencentPath, (HttpContext context, TencentSms tencent) => tencent.AnswerAsync(context));
        sandbox.MapPost("/sms/receipts", async (VendorReceipts receipts, CancellationToken cancellationToken) =>
            Results.Ok(new { pushed = await receipts.PushAsync(cancellationToken) }));
        sandbox.MapPut("/sms/numbers/{mobile}", (string mobile, NumberOrder order, VendorBook book, RefusalResults refusals) =>
        {
            if (!VendorDelivery.IsMobile(mobile) || !order.State.All(char.IsAsciiLetterLower) || !Enum.TryParse(order.State, ignoreCase: true, out NumberState state))
                return refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_number");
            book.Set(mobile, state);
            return Results.Ok(new { mobile, order.State });
        });
    }

    internal sealed record NumberOrder(string State);
}

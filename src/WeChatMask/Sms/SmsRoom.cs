using WeChatMask.Settings;

namespace WeChatMask.Sms;

public static class SmsRoom
{
    // A vendor's address changes behind its name; connections that live for good would not follow.
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);

    public static IServiceCollection AddSms(this IServiceCollection services)
    {
        services.AddSection<SmsSettings, SmsSettingsValidator>("Sms");
        services.AddVendor<GatewaySmsProvider>().AddVendor<AliyunSmsProvider>().AddVendor<TencentSmsProvider>();
        services.AddSingleton<SmsNumberStore>().AddSingleton<SmsNumbers>().AddSingleton<SmsAlarmStore>().AddSingleton<SmsAlarms>();
        services.AddSingleton<ISmsProvider, SmsFailover>();
        return services;
    }

    // Nothing is sent again, followed or logged by the client: a call holds a person's number, and a repeat is another message.
    private static IServiceCollection AddVendor<T>(this IServiceCollection services)
        where T : class, ISmsVendor
    {
        services.AddHttpClient<T>(http =>
            {
                http.Timeout = Timeout.InfiniteTimeSpan;
                http.MaxResponseContentBufferSize = VendorCall.MostAnswerBytes;
            })
            .UseSocketsHttpHandler((handler, _) =>
            {
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                handler.PooledConnectionLifetime = ConnectionLife;
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
        return services.AddSingleton<ISmsVendor>(s => s.GetRequiredService<T>());
    }
}

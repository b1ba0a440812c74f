using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace WeChatMask.WeChat;

/// <summary>What the container has to know of this room.</summary>
public static class WeChatRegistration
{
    /// <summary>Registers settings (checked at the start), webhook and client. The <see cref="MessageHandler"/> is the feature's to register.</summary>
    public static IServiceCollection AddWeChat(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WeChatSettings>().Bind(configuration.GetSection(WeChatSettings.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WeChatSettings>, WeChatSettingsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Webhook>();

        // The address of a call holds the secret and the code: the factory's request log is taken out, and no
        // redirect may carry them to another host.
        services.AddHttpClient<WeChatClient>(http =>
            {
                http.Timeout = WeChatClient.Timeout;
                http.MaxResponseContentBufferSize = WeChatClient.MostAnswerBytes;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false, UseCookies = false,
                // Held for the program's life by those who ask again and again; addresses may move meanwhile.
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .RemoveAllLoggers();
        return services;
    }
}

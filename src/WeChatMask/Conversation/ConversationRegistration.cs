using Microsoft.Extensions.Options;
using WeChatMask.Web;
using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>What the container has to know of the conversation.</summary>
public static class ConversationRegistration
{
    /// <summary>Registers the <see cref="MessageHandler"/> that the webhook asks.</summary>
    public static IServiceCollection AddConversation(this IServiceCollection services)
    {
        services.AddOptions<MenuSettings>().BindConfiguration(MenuSettings.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<MenuSettings>, MenuSettingsRules>();
        services.AddHttpContextAccessor();
        services.AddSingleton(Phrases.Load());
        services.AddSingleton<SiteLinks>().AddSingleton<ChatText>().AddSingleton<ConversationQueries>().AddSingleton<Menu>();
        services.AddSingleton<RoundAnswers>().AddSingleton<BookingAnswers>().AddSingleton<GeneralAnswers>().AddSingleton<AccountReports>().AddSingleton<Listener>().AddSingleton<SlowAnswers>();
        services.AddScoped<MessageHandler>(provider => provider.GetRequiredService<SlowAnswers>().AnswerAsync);
        return services;
    }
}

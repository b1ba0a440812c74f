using Microsoft.Extensions.Options;
using WeChatMask.OfficialAccount;
using WeChatMask.WeChat;
using WeChatMask.Web;

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
        services.AddSingleton<RoundAnswers>().AddSingleton<BookingAnswers>().AddSingleton<GeneralAnswers>().AddSingleton<Listener>();
        services.AddSingleton<HandledMessageStore>().AddSingleton<MessageDesk>().AddSingleton<AnswerOnce>().AddSingleton<Reception>();
        services.AddHostedService(provider => provider.GetRequiredService<MessageDesk>());
        services.AddSingleton<AccountReports>().AddSingleton<SlowAnswers>();
        services.AddSingleton<EventReaction>(provider => provider.GetRequiredService<AccountReports>().TakeAsync);
        services.AddScoped<MessageHandler>(provider => provider.GetRequiredService<SlowAnswers>().AnswerAsync);
        return services;
    }
}

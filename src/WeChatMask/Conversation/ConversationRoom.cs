using WeChatMask.OfficialAccount;
using WeChatMask.WeChat;
using WeChatMask.Web;

namespace WeChatMask.Conversation;

/// <summary>What the account answers; the <see cref="MessageHandler"/> that the webhook asks for.</summary>
public static class ConversationRoom
{
    public static IServiceCollection AddConversation(this IServiceCollection services)
    {
        services.AddSingleton(Phrases.Load());
        services.AddSingleton<ChatText>().AddSingleton<ConversationQueries>();
        services.AddSingleton<RoundAnswers>().AddSingleton<BookingAnswers>().AddSingleton<GeneralAnswers>().AddSingleton<ChatRouter>();
        services.AddSingleton<HandledMessageStore>().AddSingleton<ClaimWriter>().AddSingleton<MessageDeduplicator>().AddSingleton<DeferredReplies>();
        services.AddHostedService(provider => provider.GetRequiredService<ClaimWriter>());
        services.AddSingleton<AccountReports>();
        services.AddSingleton<EventReaction>(provider => provider.GetRequiredService<AccountReports>().TakeAsync);
        services.AddSingleton<MessageDispatcher>();
        services.AddScoped<MessageHandler>(provider => provider.GetRequiredService<MessageDispatcher>().AnswerAsync);
        return services;
    }
}

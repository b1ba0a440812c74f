namespace WeChatMask.DayEnd;

/// <summary>What follows the close: slots, published lists, and at the end of pickup the lapse.</summary>
public static class DayEndRoom
{
    public static void AddDayEnd(this IServiceCollection services) => services.AddSingleton<PublishStore>().AddSingleton<ListRootQueries>().AddSingleton<LapseStore>();
}

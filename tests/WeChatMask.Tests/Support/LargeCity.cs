using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.DayEnd;
using WeChatMask.Domain;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Stock;

namespace WeChatMask.Tests.Support;

/// <summary>A desk's city whose round is closed with many bookings, each person with a name and a number as they lie in a database.</summary>
internal sealed class LargeCity : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private LargeCity(DeskCity desk, DeskNode node)
    {
        Desk = desk;
        var site = Options.Create(new SiteSettings());
        var calendar = new CityCalendar(site, desk.Clock);
        services = new ServiceCollection()
            .AddSingleton(node.Database).AddSingleton(node.Board).AddSingleton(node.Keys).AddSingleton(calendar).AddSingleton(DeskNode.Outbox(calendar))
            .AddSingleton(new PersonalData(Options.Create(DeskCity.Secrets())))
            .AddSingleton<PolicyQueries>().AddSingleton<RoundQueries>().AddSingleton<StockQueries>().AddSingleton<MovedPickupStore>().AddSingleton<ShortageStore>()
            .AddSingleton<ListRootQueries>().AddSingleton<PublishStore>().BuildServiceProvider();
    }

    public DeskCity Desk { get; }

    public PublishStore Publish => services.GetRequiredService<PublishStore>();

    public async Task<RoundState> RoundAsync() => (await services.GetRequiredService<RoundQueries>().FindAsync(DeskCity.Day, default))!;

    /// <summary>Makes it; the clock stands after the close, and slots are assigned.</summary>
    public static async Task<LargeCity> CreateAsync(int pharmacies, int bookings, DatabaseKind engine = DatabaseKind.Sqlite)
    {
        var desk = await DeskCity.CreateAsync(engine, pharmacies, [(bookings / pharmacies) + 1]);
        var people = await desk.RegisterAsync(bookings);
        var node = desk.AddNode();
        var city = new LargeCity(desk, node);
        var personal = city.services.GetRequiredService<PersonalData>();
        await node.StartAsync();
        foreach (var wave in people.Index().Chunk(5000))
            await Task.WhenAll(wave.Select(p => node.BookAsync(p.Item, desk.Codes[p.Index % pharmacies], p.Index.ToString(CultureInfo.InvariantCulture))));
        await desk.Database.WriteAsync(
            t => t.ExecuteAsync("UPDATE resident SET name = @name, id_number = @number", new { name = personal.Encrypt("王小明"), number = personal.Encrypt(People.IdNumber(1)) }), default);
        desk.Clock.Now = DeskCity.Opening.AddHours(3);
        await node.Rounds.CloseDueAsync(default);
        await city.Publish.AssignSlotsAsync(default);
        return city;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await Desk.DisposeAsync();
    }
}

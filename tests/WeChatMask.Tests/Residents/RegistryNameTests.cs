using System.Net.Http.Json;
using WeChatMask.Data;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Residents;

/// <summary>The registry compares names: in one spelling, and a person is told when it is the name that differs.</summary>
public sealed class RegistryNameTests
{
    private const string Differs = "姓名与证件不一致";

    [Theory]
    [InlineData("张三", "张　三")]
    [InlineData("张 三", "张三")]
    [InlineData("阿•迪力", "阿．迪力")]
    [InlineData("王\ue826", "王\u9fb5")]
    [InlineData("王\u9fb5", "王\ue826")]
    [InlineData("Nguye\u0302\u0303n", "Nguyễn")]
    [InlineData("ＡＮＮＡ　ＬＩ", "ANNA LI")]
    public async Task Two_spellings_of_a_name_are_one(string registered, string typed)
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T17:30:00+08:00");
        await TellAsync(host, registered);
        using var phone = await host.PhoneAsync("o-1");

        Assert.Equal(201, (await phone.PostAsync("/api/residents", Person(typed))).Status);
        Assert.Equal(403, (await phone.PostAsync("/api/residents", Person("李四"))).Status);
    }

    [Fact]
    public async Task Another_name_is_told_with_what_to_do()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T17:30:00+08:00");
        await TellAsync(host, "张三");
        using var phone = await host.PhoneAsync("o-1");

        var (status, body) = await phone.PostAsync("/api/residents", Person("张三丰"));
        Assert.Equal((403, "not_eligible", "name"), (status, body.Code(), body.GetProperty("reason").GetString()));
        Assert.StartsWith(Differs, body.GetProperty("title").GetString(), StringComparison.Ordinal);
        var page = await (await PageReader.OpenAsync(phone, "/residents")).PostAsync(
            phone, ("name", "张三丰"), ("idNumber", People.IdNumber(1)), ("mobile", People.Mobile(1)), ("consent", "true"));
        Assert.Contains(Differs, page.Text, StringComparison.Ordinal);
        Assert.Equal("张三丰", page.Hidden("name"));
    }

    [Fact]
    public async Task A_name_that_the_registry_denies_later_is_told_at_the_desk_too()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-03T17:30:00+08:00");
        using var wang = await host.NewResidentAsync(1);
        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE resident SET eligible = 0, reason = 'name'", new { }), default);

        var (status, body) = await wang.BookAsync("CZ001", "a");

        Assert.Equal((403, "not_eligible", "name"), (status, body.Code(), body.GetProperty("reason").GetString()));
        Assert.StartsWith(Differs, body.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Contains(Differs, (await PageReader.OpenAsync(wang.Http, "/residents")).Text, StringComparison.Ordinal);
    }

    private static object Person(string name) => new { name, idNumber = People.IdNumber(1), mobile = People.Mobile(1), consent = true };

    private static async Task TellAsync(SandboxHost host, string name)
    {
        using var put = await host.Http.PutAsJsonAsync($"/sandbox/registry/{People.IdNumber(1)}", new { name, eligible = true });
        put.EnsureSuccessStatusCode();
    }
}

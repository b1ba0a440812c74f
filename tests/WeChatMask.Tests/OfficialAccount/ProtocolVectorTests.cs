using System.Text.Json;
using WeChatMask.Tests.Support;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.OfficialAccount;

/// <summary>The project's own vectors for calls to WeChat's API.</summary>
public sealed class ProtocolVectorTests
{
    private const string JsSdk = "10_jssdk.json";
    private const string Errors = "18_api_errors.json";
    private const string Menus = "19_menu.json";

    public static TheoryData<string> JsSdkCases => VectorFile.Ids(JsSdk);

    public static TheoryData<string> ErrorCases => VectorFile.Ids(Errors);

    public static TheoryData<string> MenuCases => VectorFile.Ids(Menus);

    [Theory]
    [MemberData(nameof(JsSdkCases))]
    public void A_page_is_signed_without_its_fragment(string id)
    {
        var item = VectorFile.Case(JsSdk, id);
        var (ticket, nonce, time, page) = (item.Text("jsapi_ticket"), item.Text("noncestr"), item.GetProperty("timestamp").GetInt64(), item.Text("page_url"));

        Assert.Equal(item.Text("expected_string1"), JsSdkSignature.Text(ticket, nonce, time, page));
        Assert.Equal(item.Text("expected_signature"), JsSdkSignature.Of(ticket, nonce, time, page));
    }

    [Theory]
    [MemberData(nameof(ErrorCases))]
    public async Task Each_errcode_has_its_action(string id)
    {
        var item = VectorFile.Case(Errors, id);
        if (item.TryGetProperty("response", out var response))
        {
            using var world = new TokenWorld { Answer = response.GetString(), ContentType = item.Text("content_type") };
            using var answer = await world.Client.ReadAsync("cgi-bin/menu/get", "T", CancellationToken.None);
            Assert.Equal("ok", answer.RootElement.GetProperty("errmsg").GetString());
            return;
        }

        var expected = string.Concat(item.Text("expected_action").Split('_').Select(word => $"{char.ToUpperInvariant(word[0])}{word[1..]}"));
        Assert.Equal(expected, WeChatErrors.ActionOf(item.GetProperty("errcode").GetInt32()).ToString());
    }

    [Theory]
    [MemberData(nameof(MenuCases))]
    public void A_menu_is_judged_as_WeChat_would(string id)
    {
        var item = VectorFile.Case(Menus, id);

        Assert.Equal(item.GetProperty("valid").GetBoolean(), MenuRules.Check(item.GetProperty("menu").Deserialize<MenuDefinition>()) == 0);
    }

    [Fact]
    public void Chinese_goes_out_as_it_is()
    {
        var body = System.Text.Encoding.UTF8.GetString(WeChatClient.Body(new MenuDefinition([new MenuButton("预约", "click", "BOOK")])));

        Assert.Equal("""{"button":[{"name":"预约","type":"click","key":"BOOK"}]}""", body);
    }

    [Theory]
    [InlineData("thing1", "娄底市娄星区长青中街北段平安大药房旗舰店一号柜", "娄底市娄星区长青中街北段平安大药房旗舰…")]
    [InlineData("thing1", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀…")]
    [InlineData("phrase5", "预约成功", "预约成功")]
    [InlineData("character_string2", "10203040506 号", "10203040506")]
    [InlineData("name3", "一二三四五六七八九十甲", "一二三四五六七八九…")]
    [InlineData("amount4", "8.00元", "8.00元")]
    public void A_field_is_cut_to_the_platforms_length(string field, string value, string expected) =>
        Assert.Equal(expected, TemplateFields.Fit(field, value));
}

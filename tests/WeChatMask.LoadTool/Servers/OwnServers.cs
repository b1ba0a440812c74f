using System.Globalization;

namespace WeChatMask.LoadTool.Servers;

/// <summary>The servers that this program is itself when it is told to: the web server alone, and WeChat.</summary>
internal static class OwnServers
{
    /// <summary>Serves until it is ended.</summary>
    public static async Task<int> ServeAsync(string role, int port, string[] more)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        var app = builder.Build();
        app.MapGet("/health/ready", () => "");
        switch (role, more)
        {
            case ("bare", [var get, var post]):
                MapBare(app, int.Parse(get, CultureInfo.InvariantCulture), int.Parse(post, CultureInfo.InvariantCulture));
                break;
            case ("wechat", []):
                MapWeChat(app);
                break;
            case ("tickets", [var database, var places]):
                await TicketShop.MapAsync(app, database, int.Parse(places, CultureInfo.InvariantCulture));
                break;
            default:
                return Options.Misused();
        }

        await app.RunAsync();
        return 0;
    }

    // What the framework gives who writes no more than this: the answers are as long as the product's.
    private static void MapBare(WebApplication app, int get, int post)
    {
        var (read, written) = (Filler(get), Filler(post));
        app.MapGet("/api/board", () => Results.Bytes(read, "application/json"));
        app.MapPost("/api/bookings", async context =>
        {
            var body = context.Request.BodyReader;
            while (true)
            {
                var part = await body.ReadAsync(context.RequestAborted);
                body.AdvanceTo(part.Buffer.End);
                if (part.IsCompleted) break;
            }

            context.Response.StatusCode = StatusCodes.Status201Created;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = written.Length;
            await context.Response.Body.WriteAsync(written, context.RequestAborted);
        });
    }

    // A code names its openid, so nothing has to be remembered. Whatever else the product asks is well.
    private static void MapWeChat(WebApplication app)
    {
        app.MapGet("/sns/oauth2/access_token", (string code) => Results.Text($$"""{"access_token":"t","expires_in":7200,"openid":"o-{{code}}","scope":"snsapi_base"}""", "application/json"));
        app.MapFallback(() => Results.Text("""{"errcode":0,"errmsg":"ok","access_token":"t","ticket":"t","url":"http://weixin.qq.com/q/t","expires_in":7200}""", "application/json"));
    }

    private static byte[] Filler(int length)
    {
        var filler = new byte[length];
        Array.Fill(filler, (byte)'x');
        return filler;
    }
}

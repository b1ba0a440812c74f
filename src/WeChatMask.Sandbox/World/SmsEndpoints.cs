using WeChatMask.Settings;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>The stand-in for the provider of short messages, and its inbox.</summary>
internal static class SmsEndpoints
{
    /// <summary>Path under <c>/sandbox</c> that the app posts messages to.</summary>
    public const string GatewayPath = "/sms/gateway";

    /// <summary>Maps gateway and inbox.</summary>
    public static void MapSms(this IEndpointRouteBuilder sandbox)
    {
        sandbox.MapGroup("").FailingAs(Neighbour.Sms).MapPost(GatewayPath, Take);
        sandbox.MapGet("/sms", (SmsInbox inbox, string? mobile) => TypedResults.Ok(inbox.All(mobile)));
    }

    private static IResult Take(GatewayMessage message, SmsInbox inbox, SandboxClock clock, CityCalendar calendar, RefusalResults refusals)
    {
        if (string.IsNullOrWhiteSpace(message.Id) || string.IsNullOrWhiteSpace(message.Mobile) || string.IsNullOrWhiteSpace(message.Text))
            return refusals.Plain(StatusCodes.Status422UnprocessableEntity, "invalid_message");
        inbox.Add(new ReceivedSms(message.Mobile, message.Text, calendar.Local(clock.GetUtcNow()), message.Id, message.Repeat));
        return Results.Ok(new { message.Id });
    }

    internal sealed record GatewayMessage(string Id, string Mobile, string Text, bool Repeat = false);
}

using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Net.Http.Headers;
using WeChatMask.Residents;
using WeChatMask.Web;

namespace WeChatMask.Sandbox;

/// <summary>Passes calls on to the world's owner, so that whoever speaks with any node speaks with the one world.</summary>
internal sealed partial class WorldForwarder(JoinedWorld world, IHttpClientFactory clients, RefusalResults refusals, ILogger<WorldForwarder> log)
{
    // The stand-ins look at no others; those of the connection are each connection's own.
    private static readonly string[] Asked =
    [
        HeaderNames.Accept, HeaderNames.AcceptLanguage, HeaderNames.Cookie, HeaderNames.IfNoneMatch,
        RegistrySignature.CallerHeader, RegistrySignature.TimeHeader, RegistrySignature.NonceHeader, RegistrySignature.SignatureHeader,
    ];

    private static readonly string[] Answered =
        [HeaderNames.Location, HeaderNames.ETag, HeaderNames.CacheControl, HeaderNames.RetryAfter, HeaderNames.SetCookie];

    /// <summary>Asks the owner and answers as it does; without it, 503.</summary>
    public async Task ForwardAsync(HttpContext context)
    {
        using var client = clients.CreateClient(nameof(WorldForwarder));
        using var question = Question(context.Request);
        try
        {
            using var answer = await client.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            await AnswerAsync(context, answer);
        }
        catch (HttpRequestException e) when (!context.Response.HasStarted)
        {
            Log.Lost(log, world.Owner, e.Message);
            await refusals.Plain(StatusCodes.Status503ServiceUnavailable, "world_lost").ExecuteAsync(context);
        }
    }

    private HttpRequestMessage Question(HttpRequest request)
    {
        var question = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(world.Owner, request.GetEncodedPathAndQuery()));
        foreach (var name in Asked)
        {
            if (request.Headers.TryGetValue(name, out var values)) question.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        if (request.ContentLength is null or 0 && request.ContentType is null) return question;
        question.Content = new StreamContent(request.Body);
        if (request.ContentType is { } type) question.Content.Headers.TryAddWithoutValidation(HeaderNames.ContentType, type);
        question.Content.Headers.ContentLength = request.ContentLength;
        return question;
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage answer)
    {
        var response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        foreach (var name in Answered)
        {
            if (answer.Headers.TryGetValues(name, out var values)) response.Headers[name] = values.ToArray();
        }

        if (answer.Content.Headers.ContentType is { } type) response.ContentType = type.ToString();
        response.ContentLength = answer.Content.Headers.ContentLength is > 0 and var length ? length : null;
        await answer.Content.CopyToAsync(response.Body, context.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The world at {Owner} does not answer: {Problem}")]
        public static partial void Lost(ILogger log, Uri owner, string problem);
    }
}

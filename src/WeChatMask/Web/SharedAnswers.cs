using Microsoft.Extensions.Primitives;

namespace WeChatMask.Web;

/// <summary>Answers that are the same for everybody and lie ready in memory leave at the door: half of what such a call costs would be the way through rights, limits and routes, which have nothing to say of it.</summary>
public static class SharedAnswers
{
    /// <summary>Answers GET of one path. <paramref name="answer"/> gives null, and has written nothing, where it is not ready: then the route behind answers, with all that may go wrong on its way.</summary>
    /// <remarks>Put behind <see cref="HeadRequests.UseHead"/>. The route has to be mapped too, so that it is known with who may call it.</remarks>
    public static IApplicationBuilder UseSharedAnswer(this IApplicationBuilder app, string path, Func<HttpContext, Task?> answer)
    {
        var headers = SafeHeaders.Writer(app.ApplicationServices);
        return app.Use((context, next) =>
        {
            if (!string.Equals(context.Request.Path.Value, path, StringComparison.Ordinal) || !HttpMethods.IsGet(context.Request.Method) || !AskedHosts.AreSound(context.Request)) return next(context);
            headers(context);
            return answer(context) ?? next(context);
        });
    }

    /// <summary>Writes a whole body that is JSON.</summary>
    public static Task WriteBytesAsync(this HttpContext context, ReadOnlyMemory<byte> json, string type = "application/json; charset=utf-8")
    {
        var response = context.Response;
        response.ContentType = type;
        response.ContentLength = json.Length;
        return response.Body.WriteAsync(json).AsTask();
    }

    /// <summary>Whether the caller has what this strong tag names.</summary>
    /// <remarks>Whoever compresses, we or a proxy, makes tags weak; for a GET they compare alike (RFC 9110, 13.1.2).</remarks>
    public static bool Has(StringValues ifNoneMatch, string tag)
    {
        foreach (var line in ifNoneMatch)
        {
            var given = line.AsSpan();
            foreach (var part in given.Split(','))
            {
                var one = given[part].Trim();
                if (one is "*" || one.SequenceEqual(tag) || (one.StartsWith("W/") && one[2..].SequenceEqual(tag))) return true;
            }
        }

        return false;
    }

    /// <summary>The first of <paramref name="encodings"/> that the caller takes, or null.</summary>
    public static string? Encoding(StringValues acceptEncoding, string[] encodings)
    {
        foreach (var encoding in encodings)
        {
            foreach (var line in acceptEncoding)
            {
                if (Takes(line, encoding)) return encoding;
            }
        }

        return null;
    }

    private static bool Takes(ReadOnlySpan<char> accepted, string encoding)
    {
        foreach (var part in accepted.Split(','))
        {
            var one = accepted[part];
            var end = one.IndexOf(';');
            if ((end < 0 ? one : one[..end]).Trim().Equals(encoding, StringComparison.OrdinalIgnoreCase) && (end < 0 || !IsZero(one[(end + 1)..].Trim()))) return true;
        }

        return false;
    }

    private static bool IsZero(ReadOnlySpan<char> quality) =>
        quality.StartsWith("q=", StringComparison.OrdinalIgnoreCase) && quality[2..].Trim().Trim("0.").IsEmpty;
}

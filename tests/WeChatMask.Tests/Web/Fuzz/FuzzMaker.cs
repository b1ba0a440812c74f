using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using WeChatMask.Tests.WeChat;
using WeChatMask.WeChat;

namespace WeChatMask.Tests.Web.Fuzz;

/// <summary>Makes hostile requests of good ones: the same seed makes the same.</summary>
internal sealed class FuzzMaker(int seed, string host, WeChatSettings account, long now)
{
    private const int LargeBody = 70_000;

    private static readonly string[] Odd =
    [
        "", " ", "\0", "a\0b", "LD01 ", "😷", "'\"\\%_;--", "-1", "0", "1e309", "99999999999999999999", "2147483648", "-9223372036854775808", "0x10", "NaN", "true", "null", "[]", "{}", "../../etc/passwd",
        "..%2f..%2f", "%", "%zz", "%00", "%c0%ae", "%ed%a0%80", "<script>", "${jndi:ldap://x}", "{{7*7}}", "' OR 1=1 --", "2020-02-30", "0001-01-01", "9999-12-31", "99999-01-01", "2020-02-10T25:61:00+99:00", "１２３４", "\u202Eabc", "\uFEFF", "\uFFFF",
        "\u0661\u0662", "a,b;c=d", "\t", "\u2028", "//evil.example", "/\\evil.example", "http://evil.example", "javascript:alert(1)", "LD01", "LD02", "10000000001", "43130219850612987X", "13800138000", "+8613800138000", "d", "D41D8CD98F00B204", "AAAA====", "open", "paused",
    ];

    private static readonly string[] Names =
        ["pharmacy", "date", "from", "code", "state", "returnUrl", "view", "q", "page", "number", "since", "k", "handler", "token", "id", "url", "to", "kind", "who", "on", "lat", "lng", "signature", "timestamp", "nonce", "echostr", "Step", "__proto__", "a[0]", "a.b", ""];

    private static readonly string[] Headers =
    [
        "Accept", "Accept-Encoding", "Accept-Language", "If-None-Match", "If-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range", "Content-Encoding", "Content-Language", "Origin", "Referer", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host",
        "X-Forwarded-Proto", "X-HTTP-Method-Override", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Authorization", "Cache-Control", "Pragma", "Upgrade-Insecure-Requests", "X-Requested-With", "RequestVerificationToken", "traceparent", "tracestate", "baggage", "Request-Id", "Forwarded", "Via", "TE", "X-Odd", "DNT", "Date", "From", "Max-Forwards",
    ];

    private static readonly string[] HeaderValues =
    [
        "*", "*/*", "text/html", "application/json;q=2", "text/html;q=0.0001,*;q=", ";;;", ",,,", "\"", "W/\"x\"", "\"a\",\"b\",*", "bytes=0-0", "bytes=-1", "bytes=5-2", "bytes=0-,5-9", "bytes=99999999999999999999-", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "0", "-1", "gzip, br;q=0", "identity;q=0", "zh-CN,zh;q=9", "xx-invalid-culture-name-that-is-long",
        "null", "https://evil.example", "MicroMessenger", "Mozilla/5.0 MicroMessenger/8.0", "00-00000000000000000000000000000000-0000000000000000-00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "Basic !!!!", "Bearer x", "127.0.0.1, 10.0.0.1", "[::1]:99999", "https", "DELETE", "text/html, application/json",
    ];

    private static readonly string[] Types =
    [
        "application/json", "application/json; charset=utf-8", "application/json; charset=utf-16", "application/json; charset=\"", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "text/xml", "text/plain", "application/xml", "nonsense", "", "*/*", "application/problem+json", "a/b; c=\"d", "application/json, text/html",
    ];

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "FOO", "PROPFIND"];

    private readonly Random random = new(seed);
    private readonly Mutation mutation = new(new Random(seed ^ 0x5EED));
    private readonly ArrayBufferWriter<byte> request = new(4096);

    public Random Random => random;

    /// <summary>The next one. Its bytes are good until the one after.</summary>
    /// <param name="good">What it is made of.</param>
    /// <param name="caller">Who sends it.</param>
    /// <param name="hasRight">Whether it carries what proves that it may: a form's token, a signature. Else it never does.</param>
    public (ReadOnlyMemory<byte> Bytes, bool IsHead, bool IsLast) Make(FuzzSeed good, FuzzCaller caller, bool hasRight)
    {
        var body = Body(good, caller, hasRight);
        var path = good.Kind == FuzzBody.Xml ? good.Path + Proof(hasRight) : good.Path;
        var spots = random.Next(1, 4);
        var method = good.Method;
        var type = good.Kind switch { FuzzBody.Json => "application/json", FuzzBody.Form => "application/x-www-form-urlencoded", FuzzBody.Xml => "text/xml", _ => null };
        var cookie = caller.Cookie;
        var extra = new StringBuilder();
        for (; spots > 0; spots--)
        {
            switch (random.Next(12))
            {
                case 0 or 1:
                    path = Path(path);
                    break;
                case 2 or 3:
                    path = Query(path);
                    break;
                case 4:
                    extra.Append(Any(Headers)).Append(": ").Append(Line(random.Next(2) == 0 ? Any(HeaderValues) : Any(Odd))).Append("\r\n");
                    break;
                case 5 when random.Next(4) == 0:
                    method = Any(Methods);
                    break;
                case 6 when type is not null && random.Next(3) == 0:
                    type = Any(Types);
                    break;
                case 7 when random.Next(3) == 0:
                    cookie = Cookie(cookie);
                    break;
                default:
                    body = good.Kind switch
                    {
                        FuzzBody.Json => Json(body),
                        FuzzBody.Form => Form(body, hasRight),
                        FuzzBody.Xml => Encoding.UTF8.GetString(mutation.Of(Encoding.UTF8.GetBytes(body))),
                        _ => body,
                    };
                    break;
            }
        }

        return Write(method, path, type, cookie, extra.ToString(), good.Kind == FuzzBody.None && method is "GET" or "HEAD" ? null : body);
    }

    private (ReadOnlyMemory<byte>, bool, bool) Write(string method, string path, string? type, string cookie, string extra, string? body)
    {
        var head = new StringBuilder(method).Append(' ').Append(Target(path)).Append(" HTTP/1.1\r\nHost: ").Append(host).Append("\r\n");
        if (cookie.Length > 0) head.Append("Cookie: ").Append(Line(cookie)).Append("\r\n");
        if (type is not null) head.Append("Content-Type: ").Append(Line(type)).Append("\r\n");
        head.Append(extra);
        var bytes = body is null ? [] : Encoding.UTF8.GetBytes(body);
        if (body is not null && random.Next(200) == 0) bytes = mutation.Of(bytes);
        if (body is not null && random.Next(2_000) == 0) bytes = [.. bytes, .. new byte[LargeBody]];
        var isChunked = body is not null && random.Next(50) == 0;
        if (isChunked) head.Append("Transfer-Encoding: chunked\r\n");
        else if (body is not null) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {bytes.Length}\r\n");
        // Now and then the frame itself is spoilt: then nothing more can be sent on that line.
        var isSpoilt = random.Next(100) == 0;
        head.Append(isSpoilt ? "Connection: close\r\n\r\n" : "\r\n");
        request.ResetWrittenCount();
        var start = Encoding.UTF8.GetBytes(head.ToString());
        request.Write(isSpoilt ? mutation.Of(start) : start);
        if (isChunked && bytes.Length > 0)
        {
            request.Write(Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
            request.Write(bytes);
            request.Write("\r\n0\r\n\r\n"u8);
        }
        else if (isChunked) request.Write("0\r\n\r\n"u8);
        else request.Write(bytes);
        return (request.WrittenMemory, method == "HEAD", isSpoilt);
    }

    // A body goes with the right proof only where its sender has a right to what it asks.
    private string Body(FuzzSeed good, FuzzCaller caller, bool hasRight)
    {
        if (!good.IsForm) return good.Body;
        var token = hasRight ? caller.Token : random.Next(3) switch { 0 => "", 1 => Any(Odd), _ => caller.Token.Length > 8 ? caller.Token[..^8] + "AAAAAAAA" : "" };
        return $"{good.Body}{(good.Body.Length > 0 ? "&" : "")}{FuzzSeeds.Token}={Uri.EscapeDataString(Sound(token))}";
    }

    private string Proof(bool hasRight)
    {
        var timestamp = now.ToString(CultureInfo.InvariantCulture);
        var nonce = random.Next(1_000_000).ToString(CultureInfo.InvariantCulture);
        var signature = hasRight ? Signature.Compute(account.Token, timestamp, nonce) : Signature.Compute("wrong", timestamp, nonce);
        return $"?signature={signature}&timestamp={timestamp}&nonce={nonce}&openid=o-fuzz";
    }

    private string Path(string path)
    {
        var (front, query) = Split(path);
        var parts = front.Split('/').ToList();
        var at = random.Next(parts.Count);
        switch (random.Next(6))
        {
            case 0 or 1:
                parts[at] = Escaped(Any(Odd));
                break;
            case 2:
                parts[at] = Escaped(mutation.Of(parts[at]));
                break;
            case 3:
                parts.Insert(at, random.Next(3) switch { 0 => "..", 1 => ".", _ => "" });
                break;
            case 4:
                parts[at] = string.Concat(parts[at].Select(c => $"%{(int)c & 0xFF:X2}"));
                break;
            default:
                parts[at] = new string('a', random.Next(3) == 0 ? 5_000 : 300);
                break;
        }

        return string.Join('/', parts) is { Length: > 0 } made && made[0] == '/' ? made + query : "/" + string.Join('/', parts) + query;
    }

    private string Query(string path)
    {
        var pair = $"{Any(Names)}={Escaped(random.Next(8) == 0 ? new string('x', 2_000) : Any(Odd))}";
        return random.Next(5) == 0 ? path.Split('?')[0] + "?" + Escaped(mutation.Of(pair)) : path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + pair;
    }

    private static (string Front, string Query) Split(string path) => path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? (path[..at], path[at..]) : (path, "");

    private string Cookie(string cookie) => random.Next(6) switch
    {
        0 => "",
        1 => mutation.Of(cookie),
        2 => cookie + "; " + cookie,
        3 => cookie + $"; {Any(Names)}={Any(Odd)}; wm_large=1; wm_form={Any(Odd)}; wm_login={new string('A', 100)}; wm_browser={Any(Odd)}; wm_staff_tries={Any(Odd)}",
        4 => cookie + "; wm_staff=chunks-" + Any(Odd),
        _ => cookie.Replace('=', random.Next(2) == 0 ? ';' : ' '),
    };

    private string Json(string body)
    {
        JsonNode? node = null;
        try
        {
            node = JsonNode.Parse(body);
            // Read through: a name that is there twice is found only then.
            if (node is not null) _ = Values(node).Count();
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
        {
            node = null;
        }

        if (node is null || random.Next(6) == 0) return mutation.Of(body);
        var places = Values(node).ToList();
        if (places.Count == 0) return random.Next(2) == 0 ? new string('[', random.Next(200)) : "{\"" + Line(Any(Names)) + "\":1}";
        var place = places[random.Next(places.Count)];
        switch (random.Next(6))
        {
            case 0:
                place.ReplaceWith(random.Next(int.MinValue, int.MaxValue));
                break;
            case 1:
                place.ReplaceWith(new JsonArray(place.DeepClone()));
                break;
            case 2 when place.Parent is JsonObject parent:
                parent.Remove(place.GetPropertyName());
                break;
            case 3 when place.Parent is JsonObject holder:
                holder[Any(Names)] = place.DeepClone();
                break;
            case 4:
                place.ReplaceWith<JsonNode?>(null);
                break;
            default:
                place.ReplaceWith(random.Next(30) == 0 ? new string('口', 20_000) : Sound(Any(Odd)));
                break;
        }

        return node.ToJsonString();
    }

    private static IEnumerable<JsonNode> Values(JsonNode node) => node switch
    {
        JsonObject o => o.Where(p => p.Value is not null).SelectMany(p => Values(p.Value!).Prepend(p.Value!)),
        JsonArray a => a.Where(v => v is not null).SelectMany(v => Values(v!).Prepend(v!)),
        _ => [],
    };

    private string Form(string body, bool hasRight)
    {
        var pairs = body.Split('&').ToList();
        var fields = hasRight ? Enumerable.Range(0, pairs.Count).Where(i => !pairs[i].StartsWith(FuzzSeeds.Token, StringComparison.Ordinal)).ToList() : [.. Enumerable.Range(0, pairs.Count)];
        if (fields.Count == 0) return body;
        var at = fields[random.Next(fields.Count)];
        var name = pairs[at].Split('=')[0];
        switch (random.Next(6))
        {
            case 0:
                pairs[at] = mutation.Of(pairs[at]);
                break;
            case 1:
                pairs.Insert(at, pairs[at]);
                break;
            case 2:
                pairs.RemoveAt(at);
                break;
            case 3:
                pairs.Add($"{Any(Names)}={Escaped(Any(Odd))}");
                break;
            default:
                pairs[at] = $"{name}={Escaped(random.Next(20) == 0 ? new string('口', 3_000) : Any(Odd))}";
                break;
        }

        return string.Join('&', pairs);
    }

    private string Any(string[] of) => of[random.Next(of.Length)];

    // As browsers write them, or raw as attackers do.
    private string Escaped(string text) => random.Next(4) == 0 ? text : Uri.EscapeDataString(Sound(text));

    private static string Sound(string text) => string.Concat(text.Where(c => !char.IsSurrogate(c)));

    private static string Line(string text) => text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);

    private static string Target(string path) => path.Replace(" ", "%20", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
}

using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Features;

namespace WeChatMask.Web;

/// <summary>Over https every cookie is called <c>__Host-…</c>, so that browsers keep it to this very host and to https, and none that another host or plain http has set is read.</summary>
/// <remarks>The whole product reads and writes cookies through these, whoever sets them: no cookie can be forgotten. Over plain http, which only the sandbox speaks, browsers would refuse the name.</remarks>
public static class HostCookies
{
    private const string Prefix = "__Host-";

    // What is the product's; a cookie of the sandbox's pages is set by their own script.
    private const string Ours = "wm_";

    public static IApplicationBuilder UseHostCookies(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!context.Request.IsHttps) return next(context);
        var given = new GivenCookies(context.Request.Cookies);
        var set = new SetCookies(context.Response.Cookies);
        context.Features.Set<IRequestCookiesFeature>(given);
        context.Features.Set<IResponseCookiesFeature>(set);
        return next(context);
    });

    private sealed class GivenCookies(IRequestCookieCollection sent) : IRequestCookiesFeature, IRequestCookieCollection
    {
        private IRequestCookieCollection? replaced;

        public IRequestCookieCollection Cookies { get => replaced ?? this; set => replaced = value; }

        public int Count => Names.Count();

        public ICollection<string> Keys => [.. Names];

        public string? this[string key] => TryGetValue(key, out var value) ? value : null;

        private IEnumerable<string> Names => sent.Keys.Where(k => !k.StartsWith(Ours, StringComparison.Ordinal)).Select(Short);

        public bool ContainsKey(string key) => TryGetValue(key, out _);

        public bool TryGetValue(string key, [NotNullWhen(true)] out string? value) =>
            sent.TryGetValue(Prefix + key, out value) || (!key.StartsWith(Ours, StringComparison.Ordinal) && sent.TryGetValue(key, out value));

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
            sent.Where(c => !c.Key.StartsWith(Ours, StringComparison.Ordinal)).Select(c => KeyValuePair.Create(Short(c.Key), c.Value)).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private static string Short(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
    }

    private sealed class SetCookies(IResponseCookies answer) : IResponseCookiesFeature, IResponseCookies
    {
        public IResponseCookies Cookies => this;

        public void Append(string key, string value) => Append(key, value, new CookieOptions());

        public void Append(string key, string value, CookieOptions options) => answer.Append(Prefix + key, value, Of(options));

        public void Delete(string key) => Delete(key, new CookieOptions());

        public void Delete(string key, CookieOptions options) => answer.Delete(Prefix + key, Of(options));

        // What the name promises, or browsers drop the cookie.
        private static CookieOptions Of(CookieOptions options) => new(options) { Secure = true, Path = "/", Domain = null };
    }
}

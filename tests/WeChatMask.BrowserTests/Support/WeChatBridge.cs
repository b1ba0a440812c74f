using Microsoft.Playwright;

namespace WeChatMask.BrowserTests.Support;

/// <summary>
/// What WeChat puts into a page beneath its JS-SDK, which is the real one here: it takes the page's signature and the list
/// of interfaces, and refuses every interface that the list does not name, as WeChat does.
/// </summary>
internal static class WeChatBridge
{
    private const string UserAgent = "Mozilla/5.0 (Linux; Android 10) MicroMessenger/8.0.1";

    /// <summary><c>REFUSAL</c> is what it says instead of doing one of its interfaces; only a name stands for saying nothing at all.</summary>
    private const string Script = """
        window.bridge = { declared: [], answers: {}, said: [], opened: null };
        window.WeixinJSBridge = {
          on: () => undefined,
          invoke(name, options, done) {
            const { bridge } = window;
            const [of, word] = 'REFUSAL'.split(':');
            const called = name === 'preVerifyJSAPI' ? 'config' : name;
            const say = (text, more) => setTimeout(() => {
              bridge.said.push(text);
              done({ ...more, err_msg: text });
            });
            if (called === 'getNetworkType') return undefined;
            if (called === of) return word === undefined ? undefined : say(`${called}:${word}`);
            if (called === 'config') {
              bridge.declared = [...options.verifyJsApiList];
              const isSigned = options.verifyAppId && options.verifyTimestamp && options.verifyNonceStr && /^[0-9a-f]{40}$/.test(options.verifySignature);
              return say(isSigned ? 'config:ok' : 'config:fail,invalid signature');
            }
            if (!bridge.declared.includes(called)) return say(`${called}:fail_the permission value is offline verifying`);
            if (called === 'openLocation') bridge.opened = options;
            return say(`${called}:ok`, bridge.answers[called]);
          },
        };
        """;

    /// <summary>A phone whose pages are shown inside WeChat.</summary>
    /// <param name="options">The phone.</param>
    /// <param name="refusal">What WeChat says instead of doing it: <c>openLocation:fail</c>; a name alone: nothing is ever answered.</param>
    public static PhoneOptions Inside(PhoneOptions options, string refusal = "") =>
        options with { UserAgent = UserAgent, Before = Script.Replace("REFUSAL", refusal, StringComparison.Ordinal) };

    /// <summary>What an interface answers, by the name that WeChat itself uses.</summary>
    public static Task AnswerAsync(IPage page, string name, object answer) =>
        page.EvaluateAsync("([name, answer]) => { window.bridge.answers[name] = answer; }", new[] { name, answer });

    /// <summary>Everything it has answered, in order.</summary>
    public static Task<string[]> SaidAsync(IPage page) => page.EvaluateAsync<string[]>("() => window.bridge.said");
}

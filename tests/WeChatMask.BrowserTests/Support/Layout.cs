using Microsoft.Playwright;

namespace WeChatMask.BrowserTests.Support;

/// <summary>What a page weighs and how still it stands.</summary>
internal static class Layout
{
    /// <summary>Elements that reach beyond the screen's right edge, unless something around them scrolls or clips.</summary>
    private const string OverflowScript = """
        () => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          const held = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (getComputedStyle(p).overflowX !== 'visible' && p !== document.body) return true; return false; };
          return [...document.body.querySelectorAll('*')]
            .filter((e) => e.getBoundingClientRect().right > width + 0.5 && !held(e))
            .map((e) => `${e.tagName.toLowerCase()}.${e.className} to ${Math.round(e.getBoundingClientRect().right)} of ${width}: ${e.textContent.trim().slice(0, 30)}`)
            .concat([`the page is ${document.documentElement.scrollWidth} wide on ${width}`]);
        }
        """;

    /// <summary>All shifts that no key or tap caused, two frames after everything has arrived.</summary>
    private const string ShiftScript = """
        () => new Promise((done) => {
          const moves = [];
          const place = (r) => `${Math.round(r.x)},${Math.round(r.y)} ${Math.round(r.width)}x${Math.round(r.height)}`;
          const named = (n) => (n ? `${n.nodeName.toLowerCase()}.${(n.getAttribute && n.getAttribute('class')) || ''}` : '?');
          const source = (s) => `${s.node && s.node.nodeType === 3 ? `text of ${named(s.node.parentElement)}` : named(s.node)} '${((s.node && s.node.textContent) || '').trim().slice(0, 20)}' from ${place(s.previousRect)} to ${place(s.currentRect)}`;
          // A blank between two words has a place too, but nobody sees it, nor less than a pixel.
          const near = (a, b) => ['x', 'y', 'width', 'height'].every((side) => Math.abs(a[side] - b[side]) < 1);
          const unseen = (s) => near(s.previousRect, s.currentRect) || (s.node && s.node.nodeType === 3 && !s.node.textContent.trim());
          const add = (entries) => { for (const e of entries) if (!e.hadRecentInput && e.value > 0 && !e.sources.every(unseen)) moves.push(`the layout shifts by ${e.value.toFixed(5)}: ${e.sources.map(source).join('; ')}`); };
          const watch = new PerformanceObserver((list) => add(list.getEntries()));
          watch.observe({ type: 'layout-shift', buffered: true });
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => { add(watch.takeRecords()); done(moves); })));
        })
        """;

    /// <summary>Scripts that were loaded under two names, with and without a fingerprint, and so run twice.</summary>
    private const string TwiceScript = """
        () => {
          const names = performance.getEntriesByType('resource').map((r) => new URL(r.name).pathname).filter((n) => n.endsWith('.js'));
          const plain = [...new Set(names)].map((n) => n.replace(/\.[a-z0-9]{10}\.js$/, '.js'));
          return plain.filter((n, i) => plain.indexOf(n) !== i).map((n) => `${n} runs twice`);
        }
        """;

    /// <summary>The height of the board's age with the words that the page came with, then those of a script.</summary>
    private const string AgeHeightsScript = """
        () => {
          const line = document.querySelector('[data-age]');
          const words = line.querySelector('span') ?? line;
          const before = words.textContent;
          const ages = ['23:59:59', line.dataset.seconds.replace('{0}', 9), line.dataset.minutes.replace('{0}', 9999)];
          const changes = ['', ...['23:59:59', line.dataset.date.replace('{0}', 12).replace('{1}', 31)].map((c) => line.dataset.change.replace('{0}', c))];
          const heights = changes.flatMap((change) => ages.map((age) => {
            words.textContent = change + line.dataset.pattern.replace('{0}', age);
            return line.getBoundingClientRect().height;
          }));
          words.textContent = before;
          return heights;
        }
        """;

    /// <summary>How high the line of the board's age is in each of its forms, at a screen width.</summary>
    public static async Task<IReadOnlyList<double>> AgeHeightsAsync(IPage page, int width)
    {
        await page.SetViewportSizeAsync(width, PhoneOptions.UsualHeight);
        return await page.EvaluateAsync<double[]>(AgeHeightsScript);
    }

    /// <summary>Scripts that run twice.</summary>
    public static async Task<IReadOnlyList<string>> TwiceAsync(IPage page) => await page.EvaluateAsync<string[]>(TwiceScript);

    /// <summary>What is too wide at a screen width.</summary>
    public static async Task<IReadOnlyList<string>> OverflowAsync(IPage page, int width)
    {
        await page.SetViewportSizeAsync(width, PhoneOptions.UsualHeight);
        return await page.EvaluateAsync<string[]>(OverflowScript);
    }

    /// <summary>What moved while the page was arriving, how far and from where to where; none when it stood still.</summary>
    public static async Task<IReadOnlyList<string>> ShiftsAsync(IPage page) => await page.EvaluateAsync<string[]>(ShiftScript);

    /// <summary>Waits until what has arrived is on the screen.</summary>
    public static Task PaintAsync(IPage page) => page.EvaluateAsync("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))");

    /// <summary>Starts counting what comes over the wire, headers and compressed bodies.</summary>
    public static async Task<Weight> WeighAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        var weight = new Weight(session);
        session.Event("Network.loadingFinished").OnEvent += (_, e) => weight.Add(e!.Value.GetProperty("encodedDataLength").GetDouble());
        await session.SendAsync("Network.enable");
        return weight;
    }

    /// <summary>Bytes so far.</summary>
    internal sealed class Weight(ICDPSession session) : IAsyncDisposable
    {
        private double bytes;

        /// <summary>Bytes over the wire.</summary>
        public double Bytes => Volatile.Read(ref bytes);

        /// <summary>Adds an answer.</summary>
        public void Add(double more) => Interlocked.Exchange(ref bytes, Bytes + more);

        /// <inheritdoc />
        public async ValueTask DisposeAsync() => await session.DetachAsync();
    }
}

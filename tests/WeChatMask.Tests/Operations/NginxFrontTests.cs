using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Operations;

/// <summary>The real nginx with the file that is shipped, before a city: only ports, folders and the number of listeners are others.</summary>
public sealed class NginxFrontTests
{
    private const string Nginx = "/usr/sbin/nginx";
    private const string Name = "mask.example.gov.cn";
    private const int Listeners = 3;
    private const int MostTries = 20;

    [Fact]
    public async Task It_lets_through_what_the_app_takes_refuses_what_the_app_refuses_and_listeners_starve_nobody()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T19:00:00+08:00", settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ForwardedHeaders_Enabled"] = "true", ["Site:PublicBaseUrl"] = $"https://{Name}",
        });
        await using var front = await Front.StartAsync(host.Address);
        using var through = front.Client();
        var token = host.Get<IOptions<SecretSettings>>().Value.SmsReceiptToken;

        using var straight = host.Browser();
        foreach (var client in new[] { straight, through })
        {
            Assert.Equal(200, await PostAsync(client, $"/sms/receipts/aliyun/{token}", Receipts(250)));
            Assert.Equal(413, await PostAsync(client, $"/sms/receipts/aliyun/{token}", new string(' ', (1024 * 1024) + 1)));
            foreach (var path in new[] { "/api/residents", "/api/bookings", "/staff/login", "/residents", "/nowhere" })
            {
                var tooLarge = await PostAsync(client, path, new string('x', 65 * 1024));
                // Whoever is unknown is told that first by the app; nginx knows nobody.
                Assert.True(tooLarge is 413 || (client == straight && tooLarge is 400 or 401 or 404 or 302), $"{path} {tooLarge}");
                Assert.NotEqual(413, await PostAsync(client, path, new string('x', 63 * 1024)));
            }
        }

        await ListenAsync(through);
        await SameWordsAsync(host, through);

        // The log says what kind of page, and neither token nor query.
        await front.DisposeAsync();
        var log = front.Log;
        Assert.Contains("\"POST /sms\" 200", log, StringComparison.Ordinal);
        Assert.DoesNotContain(token!, log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-in-query", log, StringComparison.Ordinal);
    }

    private static async Task ListenAsync(HttpClient through)
    {
        var open = new List<HttpResponseMessage>();
        try
        {
            for (var i = 0; i < Listeners; i++)
            {
                var stream = await through.GetAsync(new Uri("/api/board/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
                open.Add(stream);
                Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
                using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(), leaveOpen: true);
                // The first event comes at once: nothing is gathered on the way.
                Assert.NotEmpty((await reader.ReadLineAsync().WaitAsync(Eventually.GiveUp))!);
            }

            using var beyond = await through.GetAsync(new Uri("/api/board/events", UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, beyond.StatusCode);
            Assert.Equal("poll", (await beyond.JsonAsync()).Code());
            Assert.InRange(beyond.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 5, 15);
            for (var i = 0; i < 20; i++)
            {
                using var board = await through.GetAsync(new Uri("/api/board", UriKind.Relative));
                Assert.Equal(HttpStatusCode.OK, board.StatusCode);
            }
        }
        finally
        {
            foreach (var stream in open) stream.Dispose();
        }
    }

    // What nginx says in the app's place is what the app says.
    private static async Task SameWordsAsync(SandboxHost host, HttpClient through)
    {
        using var phone = await host.PhoneAsync("o-front");
        foreach (var caller in new[] { phone, through })
        {
            using var body = new StringContent(new string('x', 65 * 1024), Encoding.UTF8, "application/json");
            using var answer = await caller.PostAsync(new Uri("/api/residents", UriKind.Relative), body);
            var problem = await answer.JsonAsync();
            Assert.Equal((413, "too_large", "提交的内容太大。"), ((int)answer.StatusCode, problem.Code(), problem.GetProperty("title").GetString()));
        }

        // As many log-ins as the app takes in one go, and then its refusal.
        var statuses = new Dictionary<int, int>();
        for (var i = 0; i < 700; i++)
        {
            using var login = await through.GetAsync(new Uri("/login?state=secret-in-query", UriKind.Relative));
            statuses[(int)login.StatusCode] = statuses.GetValueOrDefault((int)login.StatusCode) + 1;
            if (login.StatusCode != HttpStatusCode.TooManyRequests) continue;
            Assert.Equal(10, login.Headers.RetryAfter?.Delta?.TotalSeconds);
            break;
        }

        Assert.True(statuses.GetValueOrDefault(302) >= 590, JsonSerializer.Serialize(statuses));
        Assert.Equal(1, statuses.GetValueOrDefault(429));
    }

    private static string Receipts(int count)
    {
        var all = Enumerable.Range(0, count).Select(i => new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["phone_number"] = "13800138000", ["send_time"] = "2020-02-10 19:00:00", ["report_time"] = "2020-02-10 19:00:03", ["success"] = true,
            ["err_code"] = "DELIVERED", ["err_msg"] = "用户接收成功".PadRight(60, ' '), ["sms_size"] = "1", ["biz_id"] = string.Create(CultureInfo.InvariantCulture, $"biz-{i:D24}"), ["out_id"] = string.Create(CultureInfo.InvariantCulture, $"{i}"),
        });
        var text = JsonSerializer.Serialize(all);
        Assert.True(text.Length > 66 * 1024, $"{text.Length}");
        return text;
    }

    private static async Task<int> PostAsync(HttpClient client, string path, string body)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                using var content = new StringContent(body, Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), content);
                return (int)answer.StatusCode;
            }
            catch (HttpRequestException) when (tries < MostTries)
            {
                // Hung up on before it had read the answer, since it had not sent all.
            }
        }
    }

    private sealed class Front : IAsyncDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("front-").FullName;
        private readonly int port = FreePort();
        private string fingerprint = "";
        private Process? process;

        public string Log { get; private set; } = "";

        public static async Task<Front> StartAsync(Uri node)
        {
            var front = new Front();
            await front.BeginAsync(node);
            return front;
        }

        public HttpClient Client()
        {
            var line = EarlyAnswers.Handler();
            (line.AllowAutoRedirect, line.UseCookies) = (false, false);
            // Made for this test, and known by its fingerprint.
            line.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString(HashAlgorithmName.SHA256) == fingerprint;
            // Asked by the city's name, which nginx serves alone.
            return new HttpClient(line) { BaseAddress = new Uri($"https://127.0.0.1:{port}"), DefaultRequestHeaders = { Host = Name } };
        }

        public async ValueTask DisposeAsync()
        {
            if (process is null) return;
            using (var kill = Process.Start("kill", ["-QUIT", FormattableString.Invariant($"{process.Id}")])) await kill.WaitForExitAsync();
            using (var patience = new CancellationTokenSource(Eventually.GiveUp)) await process.WaitForExitAsync(patience.Token);
            process.Dispose();
            process = null;
            Log = await File.ReadAllTextAsync(Path.Combine(folder, "access.log"));
            Directory.Delete(folder, recursive: true);
        }

        private async Task BeginAsync(Uri node)
        {
            var source = Path.Combine(Repository.Root, "scripts/deploy/nginx");
            var conf = await File.ReadAllTextAsync(Path.Combine(source, "nginx.conf"));
            conf = conf.Replace("/etc/wechatmask/tls", folder, StringComparison.Ordinal).Replace("/var/log/nginx", folder, StringComparison.Ordinal).Replace("/run/nginx.pid", $"{folder}/nginx.pid", StringComparison.Ordinal);
            conf = Regex.Replace(conf, "^user .*$", $"daemon off; master_process off; error_log {folder}/error.log;", RegexOptions.Multiline);
            conf = Regex.Replace(conf, @"^\s*listen \[::\].*$", "", RegexOptions.Multiline);
            conf = conf.Replace("listen 80 ", $"listen 127.0.0.1:{FreePort()} ", StringComparison.Ordinal).Replace("listen 443 ", $"listen 127.0.0.1:{port} ", StringComparison.Ordinal);
            // A test has not as many files and ports as a city's machine.
            conf = conf.Replace("limit_conn listeners 20000", $"limit_conn listeners {Listeners}", StringComparison.Ordinal);
            conf = Regex.Replace(conf, "^worker_rlimit_nofile .*$", "", RegexOptions.Multiline).Replace("worker_connections 65536", "worker_connections 512", StringComparison.Ordinal);
            conf = conf.Replace("http {\n", $"http {{\n{string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(p => $"    {p}_temp_path {folder}/{p};\n"))}", StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), conf);
            await File.WriteAllTextAsync(Path.Combine(folder, "mime.types"), "types { text/html html; }");
            var upstream = await File.ReadAllTextAsync(Path.Combine(source, "upstream-one-box.conf"));
            await File.WriteAllTextAsync(Path.Combine(folder, "wechatmask-upstream.conf"), upstream.Replace("127.0.0.1:5080", node.Authority, StringComparison.Ordinal));
            await WriteCertificateAsync();
            process = Process.Start(new ProcessStartInfo(Nginx, ["-p", folder, "-c", $"{folder}/nginx.conf", "-e", $"{folder}/error.log"]) { UseShellExecute = false, RedirectStandardError = true })!;
            await Eventually.UntilAsync(() =>
            {
                Assert.False(process.HasExited, File.Exists(Path.Combine(folder, "error.log")) ? File.ReadAllText(Path.Combine(folder, "error.log")) : "nginx ended.");
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    socket.Connect(IPAddress.Loopback, port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            });
        }

        private async Task WriteCertificateAsync()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var certificate = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
            await File.WriteAllTextAsync(Path.Combine(folder, "fullchain.pem"), certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(Path.Combine(folder, "privkey.pem"), key.ExportPkcs8PrivateKeyPem());
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}

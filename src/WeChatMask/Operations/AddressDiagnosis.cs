using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using WeChatMask.Rounds;

namespace WeChatMask.Operations;

/// <summary>Looks at the city from outside: whether its name resolves, its certificate holds, and it is this city that answers there.</summary>
/// <remarks>While a city is just being set up, <c>first</c>, nothing need answer yet.</remarks>
internal sealed class AddressDiagnosis(Uri address, TimeProvider time, DoctorReport report, bool first)
{
    private const int LeastDays = 14;
    private const string Later = "start a node and nginx, then: wechatmask doctor";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Runs the tests.</summary>
    /// <param name="board">Reads the board's version from this machine's database; null where it has none yet.</param>
    /// <param name="cancellationToken">Stops them.</param>
    public async Task RunAsync(BoardQueries? board, CancellationToken cancellationToken)
    {
        if (address.IsLoopback) report.Skip("address", $"{address.Authority} is this machine's own; people cannot reach it");
        else if (!await ResolvesAsync(cancellationToken)) return;
        if (address.Scheme == Uri.UriSchemeHttps && !await CheckCertificateAsync(cancellationToken)) return;
        if (board is null) report.Skip("city at the address", first ? Later : "there is no city here to compare with");
        else await CheckCityAsync(board, cancellationToken);
    }

    private async Task<bool> ResolvesAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = await Dns.GetHostAddressesAsync(address.DnsSafeHost, cancellationToken);
            report.Ok("address", $"{address.Host} is {string.Join(", ", found.Select(a => a.ToString()))}");
            return true;
        }
        catch (SocketException e)
        {
            report.Mend("address", $"{address.Host} is not found in DNS ({e.Message}): have the domain's owner point it at this city's proxy");
            return false;
        }
    }

    private async Task<bool> CheckCertificateAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var errors = SslPolicyErrors.None;
        var end = DateTimeOffset.MinValue;
        try
        {
            using var line = new TcpClient();
            await line.ConnectAsync(address.DnsSafeHost, address.Port, patience.Token);
            await using var tls = new SslStream(line.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, found) =>
            {
                errors = found;
                if (certificate is X509Certificate2 known) end = new DateTimeOffset(known.NotAfter.ToUniversalTime(), TimeSpan.Zero);
                return found == SslPolicyErrors.None;
            });
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = address.DnsSafeHost }, patience.Token);
        }
        catch (AuthenticationException e)
        {
            report.Mend("certificate", WhyNot(errors, end, e));
            return false;
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            if (first) report.Skip("certificate", $"nothing answers at {address.Authority} yet; {Later}");
            else report.Mend("certificate", $"nothing answers at {address.Host}:{address.Port} ({e.Message}): start nginx, and let the firewall pass its port");
            return false;
        }

        var days = (int)Math.Floor((end - time.GetUtcNow()).TotalDays);
        var text = string.Create(CultureInfo.InvariantCulture, $"it holds for {days} more days");
        if (days >= LeastDays) report.Ok("certificate", text);
        else report.Mend("certificate", $"{text} only: renew it now, and see why it was not renewed by itself");
        return true;
    }

    private string WhyNot(SslPolicyErrors errors, DateTimeOffset end, AuthenticationException e)
    {
        if (errors == SslPolicyErrors.None) return $"TLS is refused by who answers at {address.Authority} ({e.Message}): see nginx's configuration and its log";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"the certificate is not for {address.Host}: get one for this name";
        return end < time.GetUtcNow()
            ? string.Create(CultureInfo.InvariantCulture, $"the certificate has been over since {end:yyyy-MM-dd}: renew it")
            : "nobody that browsers trust stands behind the certificate: have nginx send its whole chain (fullchain.pem), from a public authority";
    }

    /// <summary>The board's version rises with every booking and never falls: whoever tells one that this database has just had is this city.</summary>
    private async Task CheckCityAsync(BoardQueries board, CancellationToken cancellationToken)
    {
        const string subject = "city at the address";
        var before = await board.VersionAsync(cancellationToken);
        var (told, problem) = await AskAsync(cancellationToken);
        var after = await board.VersionAsync(cancellationToken);
        if (told is null)
        {
            if (first) report.Skip(subject, $"{problem}; {Later}");
            else report.Mend(subject, $"{problem}: see systemctl status 'wechatmask@*' and nginx's error log");
        }
        // A node asks for news every half second; what it tells may be a moment old.
        else if (told >= before - 1 && told <= after) report.Ok(subject, $"{address.Authority} serves this city");
        else report.Mend(subject, $"{address.Authority} serves another city, or a node that hears nothing new: its board has version {told}, this database has {after}");
    }

    private async Task<(long? Version, string Problem)> AskAsync(CancellationToken cancellationToken)
    {
        using var line = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = Patience };
        using var http = new HttpClient(line, disposeHandler: false) { Timeout = Patience };
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "/api/board"), cancellationToken);
            if (!answer.IsSuccessStatusCode) return (null, $"/api/board is answered with {(int)answer.StatusCode}");
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("version", out var version) && version.TryGetInt64(out var number)
                ? (number, "")
                : (null, "/api/board is answered by something else");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, $"/api/board is not answered ({e.Message})");
        }
    }
}

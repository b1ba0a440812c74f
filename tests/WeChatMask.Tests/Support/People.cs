using System.Globalization;
using System.Net;
using System.Text.Json;

namespace WeChatMask.Tests.Support;

/// <summary>Made-up people with well-formed particulars.</summary>
internal static class People
{
    private static readonly int[] Weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

    /// <summary>The identity number of the i-th person; different for each.</summary>
    public static string IdNumber(int i)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"431302{1940 + (i % 60):0000}{1 + (i / 60 % 12):00}{1 + (i / 720 % 28):00}{i / 20160 % 1000:000}");
        return body + "10X98765432"[body.Select((c, n) => (c - '0') * Weights[n]).Sum() % 11];
    }

    /// <summary>The mobile number of the i-th person.</summary>
    public static string Mobile(int i) => string.Create(CultureInfo.InvariantCulture, $"1380000{i % 10_000:0000}");

    /// <summary>What a registration of the i-th person says.</summary>
    public static object Registration(int i, string? mobile = null) =>
        new { name = "张三丰", idNumber = IdNumber(i), mobile = mobile ?? Mobile(i), consent = true };

    /// <summary>A phone with one person registered on it.</summary>
    public static async Task<ResidentPhone> NewResidentAsync(this SandboxHost host, int i, string? openId = null, string? mobile = null)
    {
        var phone = await host.PhoneAsync(openId ?? $"o-{i}");
        var (status, body) = await phone.PostAsync("/api/residents", Registration(i, mobile));
        Assert.Equal((int)HttpStatusCode.Created, status);
        return new ResidentPhone(phone, body.GetProperty("id").GetString()!);
    }
}

/// <summary>A logged-in phone and the person registered on it.</summary>
internal sealed record ResidentPhone(HttpClient Http, string ResidentId) : IDisposable
{
    public void Dispose() => Http.Dispose();

    /// <summary>Tries to book.</summary>
    public Task<(int Status, JsonElement Body)> BookAsync(string pharmacy, string requestId) =>
        Http.PostAsync("/api/bookings", new { residentId = ResidentId, pharmacyCode = pharmacy, requestId });

    /// <summary>Gives a booking back and tells the status.</summary>
    public async Task<int> CancelAsync(string number)
    {
        using var answer = await Http.DeleteAsync(new Uri($"/api/bookings/{number}", UriKind.Relative));
        return (int)answer.StatusCode;
    }
}

using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WeChatMask.City;
using WeChatMask.Residents;
using WeChatMask.Sandbox;
using WeChatMask.Settings;

namespace WeChatMask.Tests.Support;

/// <summary>The stand-in population registry in a line, and cities whose rules ask it.</summary>
internal static class RegistryCalls
{
    private const string Path = "/sandbox/registry/lookups";

    /// <summary>A look-up signed as the app signs its own, through a node or straight.</summary>
    public static async Task<(int Status, JsonElement Body)> LookUpAsync(
        this SandboxHost host, string idNumber, string name, string? nonce = null, DateTimeOffset? at = null, string? key = null)
    {
        var body = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { idNumber, name }));
        var time = (at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        nonce ??= Guid.NewGuid().ToString("N");
        key ??= host.Get<IOptions<SecretSettings>>().Value.RegistryKey;
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add(RegistrySignature.CallerHeader, "test");
        request.Headers.Add(RegistrySignature.TimeHeader, time);
        request.Headers.Add(RegistrySignature.NonceHeader, nonce);
        request.Headers.Add(RegistrySignature.SignatureHeader, RegistrySignature.Of(key, "POST", Path, time, nonce, body));
        using var answer = await host.Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.JsonAsync());
    }

    /// <summary>Tells the registry whether the i-th person may book.</summary>
    public static async Task TellRegistryAsync(this SandboxHost host, int person, bool eligible)
    {
        using var put = await host.Http.PutAsJsonAsync($"/sandbox/registry/{People.IdNumber(person)}", new { name = "张三丰", eligible, reason = "elsewhere" });
        put.EnsureSuccessStatusCode();
    }

    /// <summary>The city's rules with the registry asked, an answer kept for some days, and what happens while there is none.</summary>
    public static Action<WebApplicationBuilder> Asking(string outage, int keepDays = 1) => Ruling(policy =>
    {
        policy["eligibility"] = "registry";
        policy["registry"] = new JsonObject { ["keepDays"] = keepDays, ["outage"] = outage };
    });

    /// <summary>The city's rules with something changed in each of their versions.</summary>
    public static Action<WebApplicationBuilder> Ruling(Action<JsonObject> change) => builder =>
    {
        var city = (CityFile)builder.Services.Last(s => s.ServiceType == typeof(CityFile)).ImplementationInstance!;
        var policies = city.Policies.Select(p =>
        {
            var policy = JsonNode.Parse(p.GetRawText())!.AsObject();
            change(policy);
            return JsonSerializer.SerializeToElement(policy);
        });
        builder.Services.Replace(ServiceDescriptor.Singleton(city with { Policies = [.. policies] }));
    };
}

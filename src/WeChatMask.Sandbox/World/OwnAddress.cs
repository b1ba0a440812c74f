using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace WeChatMask.Sandbox;

/// <summary>Where this sandbox listens, which is known once the server has its port.</summary>
public sealed class OwnAddress
{
    /// <summary>The first address, without a slash at the end; empty before the start.</summary>
    public string Value { get; internal set; } = "";
}

/// <summary>The settings that point the app at the stand-ins, told anew when the port is known.</summary>
internal sealed class StandInSettings : ConfigurationProvider, IConfigurationSource
{
    /// <inheritdoc />
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Points the app at <paramref name="self"/>; whoever reads settings at each call sees it.</summary>
    public void PointAt(string self)
    {
        Set("Site:PublicBaseUrl", self);
        Set("WeChat:ApiBaseUrl", $"{self}/sandbox{WeChatEndpoints.BasePath}");
        Set("WeChat:AuthorizeBaseUrl", $"{self}/sandbox");
        Set("Sms:GatewayUrl", $"{self}/sandbox{SmsEndpoints.GatewayPath}");
        Set("Registry:BaseUrl", $"{self}/sandbox{RegistryEndpoints.BasePath}");
        OnReload();
    }
}

/// <summary>Tells the app where the stand-ins are, after the server has bound its port and before the jobs run.</summary>
internal sealed class OwnAddressTeller(IServer server, OwnAddress self, StandInSettings settings) : IHostedLifecycleService
{
    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        self.Value = server.Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/');
        settings.PointAt(self.Value);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

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
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Points the app at the world's owner; whoever reads settings at each call sees it. A city has one address, whatever its nodes'.</summary>
    public void PointAt(string owner)
    {
        Set("Site:PublicBaseUrl", owner);
        Set("WeChat:ApiBaseUrl", $"{owner}/sandbox{WeChatEndpoints.BasePath}");
        Set("WeChat:AuthorizeBaseUrl", $"{owner}/sandbox");
        Set("Sms:GatewayUrl", $"{owner}/sandbox{SmsEndpoints.GatewayPath}");
        Set("Sms:Aliyun:Endpoint", $"{owner}/sandbox{VendorEndpoints.AliyunPath}");
        Set("Sms:Tencent:Endpoint", $"{owner}/sandbox{VendorEndpoints.TencentPath}");
        Set("Registry:BaseUrl", $"{owner}/sandbox{RegistryEndpoints.BasePath}");
        OnReload();
    }
}

/// <summary>Tells the app where the stand-ins are, after the server has bound its port and before the jobs run.</summary>
internal sealed class OwnAddressTeller(IServer server, OwnAddress self, StandInSettings settings, JoinedWorld? world = null) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        self.Value = server.Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/');
        if (world is null) settings.PointAt(self.Value);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

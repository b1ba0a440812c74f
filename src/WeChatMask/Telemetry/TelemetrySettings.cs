using Microsoft.Extensions.Options;

namespace WeChatMask.Telemetry;

/// <summary>Where metrics, traces and logs are sent by OTLP. Without an endpoint nothing is made or sent.</summary>
public sealed class TelemetrySettings
{
    /// <summary>How a collector is spoken to by gRPC.</summary>
    public const string Grpc = "grpc";

    /// <summary>How a collector is spoken to by plain HTTP; the signals' paths are put behind the endpoint.</summary>
    public const string HttpProtobuf = "http/protobuf";

    /// <summary>Address of an OpenTelemetry collector, http or https, mostly with port 4317 for gRPC and 4318 for HTTP. Take https when it is on another machine.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary><c>grpc</c>, or <c>http/protobuf</c>, which puts <c>/v1/metrics</c>, <c>/v1/traces</c> and <c>/v1/logs</c> behind the address.</summary>
    public string Protocol { get; set; } = Grpc;

    /// <summary>The name that all nodes of the city share; <c>service.instance.id</c> tells them apart.</summary>
    public string ServiceName { get; set; } = "wechatmask";

    /// <summary>Which part of the requests is traced, 0 to 1; a caller's <c>traceparent</c> is not heard. Metrics count all of them.</summary>
    public double SampleRatio { get; set; } = 0.1;

    /// <summary>What the collector asks for, as <c>name=value</c>, several with commas. A secret: no message shows it.</summary>
    public string Headers { get; set; } = "";
}

/// <summary>Refuses what no collector could be reached by, with the key's name and the cure.</summary>
internal sealed class TelemetrySettingsValidator : IValidateOptions<TelemetrySettings>
{
    public ValidateOptionsResult Validate(string? name, TelemetrySettings options)
    {
        var faults = new List<string>();
        if (options.Endpoint.Length > 0 && !IsAddress(options.Endpoint))
            faults.Add("Telemetry:Endpoint must be an absolute http or https address without a query, for example https://collector.example.gov.cn:4317, or empty to send nothing.");
        if (options.Protocol is not (TelemetrySettings.Grpc or TelemetrySettings.HttpProtobuf))
            faults.Add($"Telemetry:Protocol is {TelemetrySettings.Grpc} or {TelemetrySettings.HttpProtobuf}.");
        if (options.ServiceName.Length is 0 or > 64 || !options.ServiceName.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            faults.Add("Telemetry:ServiceName is 1 to 64 letters, digits, hyphens, dots or underscores.");
        if (options.SampleRatio is not (>= 0 and <= 1)) faults.Add("Telemetry:SampleRatio is 0 to 1; 0.1 traces every tenth request.");
        if (options.Headers.Length > 0 && !options.Headers.Split(',').All(IsHeader))
            faults.Add("Telemetry:Headers must be name=value, several of them with commas in between, or empty.");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0;

    private static bool IsHeader(string pair)
    {
        var name = pair.Split('=', 2)[0].Trim();
        return name.Length > 0 && name.Length < pair.Trim().Length && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            && pair.All(char.IsAscii);
    }
}

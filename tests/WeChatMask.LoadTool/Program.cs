using System.Globalization;
using WeChatMask.LoadTool;
using WeChatMask.LoadTool.Chaos;
using WeChatMask.LoadTool.Rows;
using WeChatMask.LoadTool.Servers;
using WeChatMask.LoadTool.Simulation;

return args switch
{
    ["rush", .. var rest] when Options.Parse(rest) is { Url: { } url } options => await LiveWatchers.RushAsync(url, options),
    ["listen", .. var rest] when Options.Parse(rest) is { Url: { } url } options => await ListenMeasurement.RunAsync(url, options),
    ["browse", .. var rest] when Options.Parse(rest) is { Url: { } url } options => await BrowseMeasurement.RunAsync(url, options),
    ["chat", .. var rest] when Options.Parse(rest) is { Url: { } url } options => await ChatMeasurement.RunAsync(url, options),
    ["page", var path, .. var rest] when Options.Parse(rest) is { Url: { } url } => await PageMeasurement.RunAsync(url, path),
    ["bench", .. var rest] => await BenchCommand.RunAsync(rest),
    ["serve", var role, var port, .. var rest] when int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => await OwnServers.ServeAsync(role, number, rest),
    ["desk", .. var rest] when Options.Parse(rest) is { } options => await DeskMeasurement.RunAsync(options),
    ["chaos", .. var rest] when ChaosOptions.Parse(rest) is { } options => await ChaosCommand.RunAsync(options),
    ["simulate", .. var rest] when SimulationOptions.Parse(rest) is { } options => await SimulateCommand.RunAsync(options),
    _ => Options.Misused(),
};

using WeChatMask.LoadTool;

return args switch
{
    ["rush", .. var rest] when Options.Parse(rest) is { Url: { } url } options => await RushMeasurement.RunAsync(url, options),
    ["board", .. var rest] when Options.Parse(rest) is { Url: { } url } options => await BoardMeasurement.RunAsync(url, options),
    ["desk", .. var rest] when Options.Parse(rest) is { } options => await DeskMeasurement.RunAsync(options),
    _ => Options.Misused(),
};

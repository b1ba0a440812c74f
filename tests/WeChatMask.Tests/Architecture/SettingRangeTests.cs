using System.Collections;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WeChatMask.Sms;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Architecture;

/// <summary>Every property of every class of settings has a range: what is outside of it stops the start with the key's name.</summary>
public sealed class SettingRangeTests
{
    // Not a range, but nothing to refuse either.
    private static readonly HashSet<Type> TakesAll = [typeof(bool), typeof(TimeOnly)];

    private static readonly Dictionary<Type, object[]> Hostile = new()
    {
        [typeof(int)] = [int.MinValue, -1, int.MaxValue],
        [typeof(long)] = [long.MinValue, -1L, long.MaxValue],
        [typeof(double)] = [double.NaN, double.NegativeInfinity, -0.001, double.MaxValue],
        [typeof(TimeSpan)] = [TimeSpan.MinValue, TimeSpan.FromTicks(-1), TimeSpan.MaxValue],
        [typeof(string)] = ["a\nb", "\0", "a\u001b[2Jb", new string('x', 100_000)],
    };

    [Fact]
    public async Task What_is_outside_of_a_settings_range_stops_the_start_by_its_name()
    {
        await using var app = Build();
        var tried = 0;
        var passed = new List<string>();
        foreach (var (section, type) in SampleSettingsTests.Sections)
        {
            Assert.Empty(Faults(app, type, Bound(app, section, type)));
            foreach (var (key, hostile, break_) in Breaks(section, type))
            {
                var options = Bound(app, section, type);
                break_(options);
                tried++;
                if (!Faults(app, type, options).Any(f => f.StartsWith(key, StringComparison.Ordinal))) passed.Add($"{key} takes {Show(hostile)}");
            }
        }

        Assert.True(tried > 200, $"Only {tried} were tried.");
        Assert.Empty(passed);
    }

    [Theory]
    [InlineData("Site:PublicBaseUrl", "ftp://mask.example.gov.cn")]
    [InlineData("Site:PublicBaseUrl", "mask.example.gov.cn")]
    [InlineData("Site:PublicBaseUrl", "https://user@mask.example.gov.cn")]
    [InlineData("Site:PublicBaseUrl", "https://mask.example.gov.cn?x")]
    [InlineData("Site:TimeZone", "")]
    [InlineData("Sms:GatewayUrl", "nonsense")]
    [InlineData("Sms:GatewayUrl", "file:///etc/passwd")]
    [InlineData("Sms:Tencent:SmsSdkAppId", "1400002020")]
    [InlineData("Sms:Tencent:SecretKey", "sandboxTencentSecretKey2020")]
    [InlineData("WeChat:EncodingAesKeyNext", "sandboxAbCdEfGhIjKlMnOpQrStUvWxYz0123456789")]
    [InlineData("WeChat:Token", "Sandbox12345")]
    [InlineData("WeChat:Token", "1234567")]
    [InlineData("Database:WaitAtStart", "2.00:00:00")]
    [InlineData("Database:ReadConnectionString", "Data Source=copy.db")]
    public async Task A_value_that_would_do_harm_is_refused_by_its_name(string key, string value)
    {
        await using var app = Build((key, value));
        var section = key.Split(':')[0];
        var type = SampleSettingsTests.Sections[section];

        Assert.StartsWith(key + " ", Assert.Single(Faults(app, type, Bound(app, section, type)).Distinct(StringComparer.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_short_token_is_taken_where_the_city_says_so_by_name()
    {
        await using var app = Build(("WeChat:Token", "abc"), ("WeChat:AllowShortToken", "true"));
        var type = SampleSettingsTests.Sections["WeChat"];

        Assert.Empty(Faults(app, type, Bound(app, "WeChat", type)));
    }

    private static WebApplication Build(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(ProgramProcess.Good.Select(g => KeyValuePair.Create(g.Key, (string?)g.Value)));
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.AddWeChatMask();
        return builder.Build();
    }

    private static object Bound(WebApplication app, string section, Type type)
    {
        var options = Activator.CreateInstance(type)!;
        app.Configuration.GetSection(section).Bind(options);
        return options;
    }

    private static IReadOnlyList<string> Faults(WebApplication app, Type type, object options)
    {
        var validators = app.Services.GetServices(typeof(IValidateOptions<>).MakeGenericType(type)).ToList();
        var validate = typeof(IValidateOptions<>).MakeGenericType(type).GetMethod("Validate")!;
        return [.. validators.Select(v => (ValidateOptionsResult)validate.Invoke(v, [Options.DefaultName, options])!).Where(r => r.Failed).SelectMany(r => r.Failures!)];
    }

    /// <summary>One way to break each property, here and in the sections below; what cannot be broken is a fault of this test.</summary>
    private static IEnumerable<(string Key, object Hostile, Action<object> Break)> Breaks(string key, Type type, int depth = 0)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var name = $"{key}:{property.Name}";
            var kind = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            var isCollection = kind != typeof(string) && typeof(IEnumerable).IsAssignableFrom(kind);
            if ((property.SetMethod is null && !isCollection) || TakesAll.Contains(kind)) continue;
            if (kind.IsEnum) yield return (name, 99, o => property.SetValue(o, Enum.ToObject(kind, 99)));
            else if (Hostile.TryGetValue(kind, out var values))
            {
                foreach (var value in values) yield return (name, value, o => property.SetValue(o, value));
            }
            else if (isCollection)
            {
                foreach (var one in InCollection(name, property, kind, depth)) yield return one;
            }
            else
            {
                Assert.True(kind.Assembly == typeof(WeChatMaskApp).Assembly, $"{name} is a {kind}: say what is outside of its range.");
                foreach (var (inner, value, break_) in Breaks(name, kind, depth)) yield return (inner, value, o => break_(property.GetValue(o)!));
            }
        }
    }

    private static IEnumerable<(string Key, object Hostile, Action<object> Break)> InCollection(string name, PropertyInfo property, Type kind, int depth)
    {
        var item = kind.GetGenericArguments()[^1];
        // A button of the menu has buttons.
        if (depth > 1) yield break;
        var entry = item == typeof(SmsTemplate) ? nameof(SmsKind.LoginCode) : "k";
        if (typeof(IDictionary).IsAssignableFrom(kind) && item == typeof(string))
        {
            foreach (var value in Hostile[typeof(string)]) yield return ($"{name}:{entry}", value, o => ((IDictionary)property.GetValue(o)!)[entry] = value);
            yield break;
        }

        var isList = typeof(IList).IsAssignableFrom(kind);
        foreach (var (inner, value, break_) in Breaks(isList ? $"{name}:0" : $"{name}:{entry}", item, depth + 1))
        {
            yield return (inner, value, o =>
            {
                var made = Activator.CreateInstance(item)!;
                break_(made);
                if (isList) ((IList)property.GetValue(o)!).Add(made);
                else ((IDictionary)property.GetValue(o)!)[entry] = made;
            });
        }
    }

    private static string Show(object value) => value is string { Length: > 20 } text ? $"{text.Length} characters" : System.Text.Json.JsonSerializer.Serialize($"{value}");
}

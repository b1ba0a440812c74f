using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace WeChatMask.Settings;

/// <summary>What holds for every setting, whatever it is for: a text is one line of bounded length, a choice is one of those there are.</summary>
/// <remarks>What a setting must be beyond that stands in its section's own validator.</remarks>
internal sealed class SettingShapes<T>(string section) : IValidateOptions<T>, IPostConfigureOptions<T>
    where T : class
{
    private const int LongestText = 4096;

    /// <summary>A null in a file means the same as an empty text; so no rule meets one.</summary>
    public void PostConfigure(string? name, T options) => Walk(section, options, (_, owner, property) =>
    {
        if (property.PropertyType == typeof(string) && property.GetValue(owner) is null && property.SetMethod is { IsPublic: true } && !IsNullable(property))
            property.SetValue(owner, "");
    });

    public ValidateOptionsResult Validate(string? name, T options)
    {
        var faults = new List<string>();
        Walk(section, options, (key, owner, property) =>
        {
            switch (property.GetValue(owner))
            {
                case string text:
                    Check(faults, key, text);
                    break;
                case Enum choice when !Enum.IsDefined(property.PropertyType, choice):
                    faults.Add($"{key} is one of {string.Join(", ", Enum.GetNames(property.PropertyType))}.");
                    break;
                case IDictionary<string, string> texts:
                    foreach (var (part, text) in texts) Check(faults, $"{key}:{part}", text);
                    break;
                default:
                    break;
            }
        });
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Check(List<string> faults, string key, string? text)
    {
        if (text is null) faults.Add($"{key} is null.");
        else if (text.Length > LongestText) faults.Add(FormattableString.Invariant($"{key} is longer than {LongestText} characters."));
        else if (text.Any(char.IsControl)) faults.Add($"{key} holds a control character, such as the end of a line.");
    }

    private static void Walk(string key, object owner, Action<string, object, PropertyInfo> see)
    {
        foreach (var property in owner.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0))
        {
            var inner = $"{key}:{property.Name}";
            see(inner, owner, property);
            switch (property.GetValue(owner))
            {
                case null or string:
                    break;
                case IDictionary entries:
                    foreach (DictionaryEntry entry in entries)
                    {
                        if (IsSection(entry.Value)) Walk($"{inner}:{entry.Key}", entry.Value!, see);
                    }

                    break;
                case IList list:
                    for (var i = 0; i < list.Count; i++)
                    {
                        if (IsSection(list[i])) Walk(FormattableString.Invariant($"{inner}:{i}"), list[i]!, see);
                    }

                    break;
                case var part when IsSection(part):
                    Walk(inner, part, see);
                    break;
                default:
                    break;
            }
        }
    }

    private static bool IsSection(object? value) => value is not (null or string) && value.GetType().Assembly == typeof(T).Assembly && !value.GetType().IsEnum;

    private static bool IsNullable(PropertyInfo property) => new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
}

/// <summary>Registers a section of the settings.</summary>
internal static class SettingSections
{
    /// <summary>Binds it, and checks it at the start by what holds for every setting and by its own rules.</summary>
    public static IServiceCollection AddSection<TSettings, TValidator>(this IServiceCollection services, string section, IConfiguration? configuration = null)
        where TSettings : class
        where TValidator : class, IValidateOptions<TSettings>
    {
        var options = services.AddOptions<TSettings>();
        options = configuration is null ? options.BindConfiguration(section) : options.Bind(configuration.GetSection(section));
        options.ValidateOnStart();
        var shapes = new SettingShapes<TSettings>(section);
        services.AddSingleton<IValidateOptions<TSettings>>(shapes).AddSingleton<IPostConfigureOptions<TSettings>>(shapes);
        return services.AddSingleton<IValidateOptions<TSettings>, TValidator>();
    }
}

using System.Globalization;

namespace WeChatMask.Web;

/// <summary>A day in an address.</summary>
internal static class RouteDay
{
    /// <summary>The day, or null where the text is none.</summary>
    public static DateOnly? Read(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}

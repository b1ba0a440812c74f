using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace WeChatMask.Web;

/// <summary>An answer whose length is said ahead, for what a rush asks: the framework's own goes out in pieces, the last one only to say that it was the last.</summary>
/// <param name="value">Becomes the body.</param>
/// <param name="location">Where what was made can be found; null where nothing was.</param>
internal sealed class WholeAnswer<T>(T value, string? location = null) : IResult, IStatusCodeHttpResult, IValueHttpResult<T>
{
    public int? StatusCode => location is null ? StatusCodes.Status200OK : StatusCodes.Status201Created;

    public T Value => value;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        httpContext.Response.StatusCode = StatusCode!.Value;
        if (location is not null) httpContext.Response.Headers.Location = location;
        return httpContext.WriteBytesAsync(JsonSerializer.SerializeToUtf8Bytes(value, json));
    }
}

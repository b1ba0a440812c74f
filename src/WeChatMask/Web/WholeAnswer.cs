using System.Buffers;
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

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        httpContext.Response.StatusCode = StatusCode!.Value;
        if (location is not null) httpContext.Response.Headers.Location = location;
        var bytes = AnswerBuffers.Take();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = json.Encoder, SkipValidation = true })) JsonSerializer.Serialize(writer, value, json);
        await httpContext.WriteBytesAsync(bytes.WrittenMemory);
        AnswerBuffers.GiveBack(bytes);
    }
}

/// <summary>What answers are written into before their length is known. Each thread keeps one: a new one for each answer of a rush is never in the processor's cache.</summary>
file static class AnswerBuffers
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? kept;

    public static ArrayBufferWriter<byte> Take()
    {
        var bytes = kept ?? new ArrayBufferWriter<byte>(1024);
        kept = null;
        bytes.ResetWrittenCount();
        return bytes;
    }

    public static void GiveBack(ArrayBufferWriter<byte> bytes) => kept = bytes;
}

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WeChatMask.Data.Backup;

/// <summary>A row as one line of JSON: an array of its values. The same row makes the same bytes on every engine, so that checksums can be compared.</summary>
internal static class RowLine
{
    // Chinese stays legible and short.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(ArrayBufferWriter<byte> line, object?[] row)
    {
        using (var json = new Utf8JsonWriter(line, Options))
        {
            json.WriteStartArray();
            foreach (var value in row) Write(json, value);
            json.WriteEndArray();
        }

        line.Write("\n"u8);
    }

    /// <summary>The values of a line.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static object?[] Read(string line, int columns)
    {
        try
        {
            using var row = JsonDocument.Parse(line);
            if (row.RootElement.GetArrayLength() == columns) return [.. row.RootElement.EnumerateArray().Select(Value)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Said below.
        }

        throw new InvalidDataException("A row is not what was written.");
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null or DBNull:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case double real:
                json.WriteNumberValue(real);
                break;
            case long or int or short or sbyte or byte or uint or bool:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            default:
                throw new InvalidDataException($"A column holds a {value.GetType().Name}, which no type of the schema is.");
        }
    }

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(),
        _ => throw new InvalidDataException("A value is of no type of the schema."),
    };
}

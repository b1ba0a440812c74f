using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace WeChatMask.Web;

/// <summary>Puts an example of what is sent and of what comes back into the description of each operation. They were recorded from a sandbox's day.</summary>
internal sealed class ApiExamples : IOpenApiOperationTransformer
{
    private const string File = "Web/ApiExamples.json";
    private static readonly Lazy<JsonObject> All = new(Read);

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (All.Value[$"{context.Description.HttpMethod} /{context.Description.RelativePath?.TrimEnd('/')}"] is not { } example) return Task.CompletedTask;
        Show(operation.RequestBody?.Content, example["request"]);
        foreach (var (status, answer) in operation.Responses ?? [])
        {
            if (status.StartsWith('2')) Show(answer.Content, example["response"]);
        }

        return Task.CompletedTask;
    }

    private static void Show(IDictionary<string, OpenApiMediaType>? content, JsonNode? example)
    {
        foreach (var media in content?.Values ?? []) media.Example = example?.DeepClone();
    }

    private static JsonObject Read()
    {
        using var stream = typeof(ApiExamples).Assembly.GetManifestResourceStream(File) ?? throw new InvalidOperationException($"{File} is missing.");
        return JsonNode.Parse(stream)!.AsObject();
    }
}

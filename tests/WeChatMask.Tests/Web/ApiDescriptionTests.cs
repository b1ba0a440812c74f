using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Web;

/// <summary>The description of the API costs its making once.</summary>
public sealed class ApiDescriptionTests
{
    [Fact]
    public async Task It_is_made_once_for_all_who_ask_and_again_after_a_failure()
    {
        var documents = new Documents();
        await using var host = await SandboxHost.StartAsync(configure: b => b.Services.AddKeyedSingleton<IOpenApiDocumentProvider>("v1", documents));
        var path = new Uri("/openapi/v1.json", UriKind.Relative);

        using (var failed = await host.Http.GetAsync(path)) Assert.False(failed.IsSuccessStatusCode);
        var texts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Http.GetStringAsync(path)));

        Assert.Contains("counted", Assert.Single(texts.Distinct(StringComparer.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(2, documents.Asked);
    }

    // Fails when it is asked first.
    private sealed class Documents : IOpenApiDocumentProvider
    {
        private int asked;

        public int Asked => asked;

        public Task<OpenApiDocument> GetOpenApiDocumentAsync(CancellationToken cancellationToken = default) => Interlocked.Increment(ref asked) == 1
            ? Task.FromException<OpenApiDocument>(new InvalidOperationException("for the test"))
            : Task.FromResult(new OpenApiDocument { Info = new OpenApiInfo { Title = "counted", Version = "1" }, Paths = [] });
    }
}

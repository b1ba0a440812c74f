using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Diagnostics;
using WeChatMask.Data;
using WeChatMask.Domain;

namespace WeChatMask.Web;

/// <summary>Every error a program meets is problem+json with a code; a person's browser gets the plain page instead.</summary>
public static partial class Errors
{
    /// <summary>Strict JSON and the handlers behind it.</summary>
    public static IServiceCollection AddErrors(this IServiceCollection services)
    {
        services.AddSingleton<RefusalResults>().AddSingleton<FieldFaults>();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(o =>
        {
            var json = o.SerializerOptions;
            json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.RespectNullableAnnotations = true;
            json.RespectRequiredConstructorParameters = true;
            json.NumberHandling = JsonNumberHandling.Strict;
            json.AllowDuplicateProperties = false;
            json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        });
        // Before the framework's own writer, which is asked only where this one declines.
        services.AddSingleton<IProblemDetailsWriter, PageForPeople>();
        services.AddProblemDetails();
        services.AddExceptionHandler<Outages>();
        services.AddExceptionHandler<UnholdableTexts>();
        services.AddExceptionHandler<BadRequests>();
        return services;
    }

    /// <summary>Put before everything else that may fail.</summary>
    public static IApplicationBuilder UseErrors(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            SuppressDiagnosticsCallback = c => c.Exception is BadHttpRequestException or OperationCanceledException
                || IsOutage(c.HttpContext, c.Exception) || IsUnholdable(c.HttpContext, c.Exception),
        });
        app.UseStatusCodePages(context => WriteAsync(context.HttpContext));
        return app;
    }

    /// <summary>Whether the caller is a program: the protocol's routes, and everybody who did not ask for HTML.</summary>
    /// <remarks>A browser that opens an address asks for HTML and never for JSON. A program of the API or of a file may name both.</remarks>
    public static bool WantsProblem(HttpContext context)
    {
        var path = context.Request.Path;
        var accepts = context.Request.Headers.Accept.ToString();
        return path.StartsWithSegments("/wechat", StringComparison.Ordinal)
            || path.StartsWithSegments("/sandbox", StringComparison.Ordinal)
            || !accepts.Contains("text/html", StringComparison.OrdinalIgnoreCase)
            || ((path.StartsWithSegments("/api", StringComparison.Ordinal) || Path.HasExtension(path.Value)) && accepts.Contains("json", StringComparison.OrdinalIgnoreCase));
    }

    internal static Task WriteAsync(HttpContext context, string? code = null)
    {
        var status = context.Response.StatusCode;
        var refusals = context.RequestServices.GetRequiredService<RefusalResults>();
        return WantsProblem(context)
            ? refusals.Plain(status, code ?? CodeOf(status)).ExecuteAsync(context)
            : ErrorPage.WriteAsync(context, status);
    }

    internal static string CodeOf(int status) => status switch
    {
        400 => "bad_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        405 => "method_not_allowed",
        408 => "request_timeout",
        413 => "too_large",
        415 => "unsupported_media_type",
        422 => "invalid_request",
        429 => "too_many_requests",
        503 => "unavailable",
        >= 500 => "internal_error",
        _ => "error",
    };

    // A race that was lost at every try passes as well.
    private static bool IsOutage(HttpContext context, Exception exception) =>
        IsOfDatabase(context, exception, (engine, e) => !engine.IsUniqueClash(e) && (engine.IsOutage(e) || engine.MayRetry(e)));

    private static bool IsUnholdable(HttpContext context, Exception exception) => IsOfDatabase(context, exception, (engine, e) => engine.IsUnholdable(e));

    private static bool IsOfDatabase(HttpContext context, Exception exception, Func<DatabaseEngine, DbException, bool> isIt)
    {
        var engine = context.RequestServices.GetRequiredService<Database>().Engine;
        // What reads in between, such as the form's token or a page, may have wrapped it.
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is DbException problem && isIt(engine, problem)) return true;
        }

        return false;
    }

    /// <summary>A database that is away for a moment is no fault of the program's: whoever asks is told to come again.</summary>
    private sealed class Outages(RefusalResults refusals, ILogger<Outages> log) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (!IsOutage(httpContext, exception)) return false;
            Log.NoAnswer(log, exception.Message);
            httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            if (WantsProblem(httpContext)) await refusals.Result(Refusal.Busy).ExecuteAsync(httpContext);
            else await ErrorPage.WriteAsync(httpContext, StatusCodes.Status503ServiceUnavailable);
            return true;
        }
    }

    /// <summary>A text that the database cannot hold was sent by somebody; nobody can type it.</summary>
    private sealed class UnholdableTexts : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (!IsUnholdable(httpContext, exception)) return false;
            httpContext.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await WriteAsync(httpContext);
            return true;
        }
    }

    private sealed class BadRequests : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
            {
                httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                return true;
            }

            var bad = exception as BadHttpRequestException;
            httpContext.Response.StatusCode = bad?.StatusCode ?? StatusCodes.Status500InternalServerError;
            await WriteAsync(httpContext, bad?.InnerException is JsonException ? "malformed_json" : null);
            return true;
        }
    }

    /// <summary>Every refusal is written as a problem, so this is where a person gets a page with its sentence instead.</summary>
    private sealed class PageForPeople : IProblemDetailsWriter
    {
        public bool CanWrite(ProblemDetailsContext context) => !WantsProblem(context.HttpContext);

        public async ValueTask WriteAsync(ProblemDetailsContext context) =>
            await ErrorPage.WriteAsync(context.HttpContext, context.HttpContext.Response.StatusCode, context.ProblemDetails.Title);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The database does not answer: {Problem}")]
        public static partial void NoAnswer(ILogger log, string problem);
    }
}

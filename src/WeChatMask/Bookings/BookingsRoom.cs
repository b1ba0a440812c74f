using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using WeChatMask.Web;

namespace WeChatMask.Bookings;

/// <summary>Booking, looking and giving back.</summary>
public static class BookingsRoom
{
    public static void AddBookings(this IServiceCollection services)
    {
        services.AddSingleton<BookingStore>().AddSingleton<BookingQueries>().AddSingleton<BookingReceipts>().AddSingleton<BookingViews>().AddSingleton<CancellationStore>();
        services.AddSingleton<WithdrawalStore>().AddSingleton<PersonBookingQueries>();
        services.AddSingleton<ProvisionalStore>().AddSingleton<ProvisionalQueries>();
        services.AddSingleton<DeskTally>().AddSingleton<DeskSecondStore>().AddSingleton<DeskSeconds>();
        services.AddHostedService(s => s.GetRequiredService<DeskSeconds>());
        services.ConfigureAll<OpenApiOptions>(Describe);
        services.AddSingleton<BookingDesk>();
        services.AddHostedService(s => s.GetRequiredService<BookingDesk>());
    }

    public static void MapBookings(this IEndpointRouteBuilder routes)
    {
        var residents = routes.MapResidentApi("/api/bookings");
        residents.MapPost("/", BookingEndpoints.BookAsync).Produces<BookingView>(StatusCodes.Status201Created).Produces<BookingView>();
        residents.MapGet("/", BookingEndpoints.ListAsync).Produces<BookingList>();
        residents.MapGet("/{number}", BookingEndpoints.FindAsync).Produces<BookingView>();
        residents.MapDelete("/{number}", BookingEndpoints.CancelAsync).Produces(StatusCodes.Status204NoContent);
        routes.MapClerkApi("/api/pharmacy/bookings").MapPost("/{number}/cancel", WithdrawalEndpoints.CancelAsync).Produces(StatusCodes.Status204NoContent);
        var supervisors = routes.MapSupervisorApi("/api/supervisor/bookings");
        supervisors.MapPost("/find", WithdrawalEndpoints.FindAsync).Produces<PersonBookingList>();
        supervisors.MapPost("/{number}/annul", WithdrawalEndpoints.AnnulAsync).Produces(StatusCodes.Status204NoContent);
        var files = routes.MapFiles("/bookings/{number}", Sessions.ResidentPolicy);
        files.MapGet("/voucher.svg", BookingEndpoints.VoucherAsync);
        files.MapGet("/voucher.png", BookingEndpoints.VoucherPngAsync);
        files.MapGet("/receipt.txt", BookingEndpoints.ReceiptAsync);
    }

    // Of what is written in its own way the framework knows nothing.
    private static void Describe(OpenApiOptions api)
    {
        var name = api.CreateSchemaReferenceId;
        api.CreateSchemaReferenceId = type => type.Type == typeof(ReceiptText) ? null : name(type);
        api.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(ReceiptText)) schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
            return Task.CompletedTask;
        });
    }
}

using System.Text.Json;
using Npgsql;

namespace WeChatMask.LoadTool.Servers;

/// <summary>
/// The usual way of ticket shops: a row for each place, of which a buyer takes whichever nobody else holds, one transaction each. It knows no
/// serial, no cooldown and no notice; who asks is known by a cookie that is looked up.
/// </summary>
internal static class TicketShop
{
    private const int Connections = 25;

    /// <summary>Fills an empty database and maps the shop.</summary>
    /// <param name="app">The web server.</param>
    /// <param name="database">How PostgreSQL is reached.</param>
    /// <param name="places">How many places each of 200 pharmacies has.</param>
    public static async Task MapAsync(WebApplication app, string database, int places)
    {
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = Connections, MaxAutoPrepare = 20, AutoPrepareMinUsages = 1 });
        await using (var fill = source.CreateCommand(
            $"""
            CREATE TABLE place (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pharmacy text NOT NULL, person text UNIQUE);
            CREATE TABLE login (cookie text PRIMARY KEY, person text NOT NULL);
            INSERT INTO place (pharmacy) SELECT 'P' || to_char(p, 'FM000') FROM generate_series(1, 200) p, generate_series(1, {places});
            CREATE INDEX place_free ON place (pharmacy) WHERE person IS NULL;
            INSERT INTO login SELECT 'c-' || n, 'p-' || n FROM generate_series(0, 200 * {places} - 1) n;
            ANALYZE
            """))
        {
            await fill.ExecuteNonQueryAsync();
        }

        app.MapPost("/api/bookings", async context =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            var pharmacy = body.RootElement.GetProperty("pharmacyCode").GetString()!;
            await using var connection = await source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            if (await ScalarAsync(connection, "SELECT person FROM login WHERE cookie = $1", context.Request.Cookies["__Host-wm_resident"] ?? "") is not string person)
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return;
            }

            var id = await ScalarAsync(
                connection,
                "UPDATE place SET person = $1 WHERE id = (SELECT id FROM place WHERE pharmacy = $2 AND person IS NULL LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id",
                person, pharmacy);
            await transaction.CommitAsync();
            if (id is null)
            {
                await Results.Json(new { code = "sold_out" }, statusCode: StatusCodes.Status409Conflict).ExecuteAsync(context);
                return;
            }

            await Results.Json(new { number = id, pharmacy, person }, statusCode: StatusCodes.Status201Created).ExecuteAsync(context);
        });
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, params string[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        return await command.ExecuteScalarAsync();
    }
}

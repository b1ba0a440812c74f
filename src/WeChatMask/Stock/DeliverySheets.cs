using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Audit;
using WeChatMask.Data;
using WeChatMask.Rounds;
using WeChatMask.Settings;
using WeChatMask.Text;
using WeChatMask.Web;

namespace WeChatMask.Stock;

/// <summary>What the wholesaler's drivers get after the close: how much goes where, and whom to call.</summary>
public sealed class DeliverySheets(Database database, DeliveryQueries queries, PersonalData personal, CityCalendar calendar, IStringLocalizer<Files> text)
{
    private static readonly string[] Columns =
    [
        "Delivery_Code", "Delivery_Name", "Delivery_Address", "Delivery_District", "Delivery_Contact", "Delivery_Bookings", "Delivery_Units",
        "Delivery_Planned", "Delivery_Difference", "Delivery_Delivered", "Delivery_MovedIn",
    ];

    /// <summary>The sheet of a closed round. Contacts are personal, so the reading is audited.</summary>
    public async Task<Sheet> OfAsync(RoundState round, string actor, CancellationToken cancellationToken)
    {
        var day = round.Date.Column();
        await database.WriteAsync(transaction => AuditStore.AddAsync(transaction, calendar.Now, actor, "delivery.read", day), cancellationToken);
        var sheet = new Sheet(string.Create(CultureInfo.InvariantCulture, $"delivery-{day}"), [.. Columns.Select(c => text[c].Value)]);
        foreach (var row in await queries.OfAsync(round.Date, cancellationToken))
        {
            var planned = row.Places * round.Policy.UnitsPerBooking;
            var contact = personal.Decrypt(row.ContactMobile);
            sheet.Add(
                row.Code, row.Name, row.Address, row.District, contact.Length > 0 ? contact : row.Phone,
                row.Bookings, row.Units, planned, row.Units - planned, row.Delivered, row.MovedIn);
        }

        return sheet;
    }
}

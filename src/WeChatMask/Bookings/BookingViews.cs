using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using WeChatMask.Counter;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Settings;

namespace WeChatMask.Bookings;

public sealed record BookingList(IReadOnlyList<BookingView> Bookings);

/// <summary>A booking in the contract's words; provisional while the registry has yet to answer.</summary>
public sealed record BookingView(
    string Number, int Serial, DateOnly Date, DateOnly PickupDate, string PharmacyCode, PickupSlot? Slot,
    int Units, decimal UnitPrice, BookingStatus Status, string? Voucher, string ResidentId, bool Provisional)
{
    /// <summary>True where it ended with its whole round; left out otherwise.</summary>
    public bool? RoundAnnulled { get; init; }

    /// <summary>The proof that it stands in the public log, in the answer to its request alone; left out where it is older than the log.</summary>
    public ReceiptText? Receipt { get; init; }
}

/// <summary>A receipt in an answer. That of a booking just made is written only there.</summary>
/// <remarks>Every booking of a rush has one, and a text of each would be a sixth of what the rush leaves to be collected.</remarks>
[JsonConverter(typeof(Json))]
public sealed class ReceiptText
{
    private readonly LoggedBooking? line;
    private readonly string? text;

    private ReceiptText(LoggedBooking? line, string? text) => (this.line, this.text) = (line, text);

    public static ReceiptText? Of(LoggedBooking? line) => line is null ? null : new ReceiptText(line, null);

    public static ReceiptText? Of(string? text) => text is null ? null : new ReceiptText(null, text);

    public override string ToString() => text ?? line!.Receipt;

    private sealed class Json : JsonConverter<ReceiptText>
    {
        private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (byte)c), (byte)'"', (byte)'\\']);

        public override ReceiptText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Of(reader.GetString())!;

        public override void Write(Utf8JsonWriter writer, ReceiptText value, JsonSerializerOptions options)
        {
            if (value.line is not { } line)
            {
                Write(writer, Encoding.UTF8.GetBytes(value.text!));
                return;
            }

            var utf8 = ArrayPool<byte>.Shared.Rent(Receipt.MostBytes(line.Lines.Note));
            Write(writer, utf8.AsSpan(0, line.Lines.WriteReceipt(utf8, line.Place, line.Salt)));
            ArrayPool<byte>.Shared.Return(utf8);
        }

        /// <summary>Only the lines' ends need to be escaped; the writer would look at each letter, and spell each plus sign out as pages need it.</summary>
        private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> receipt)
        {
            var json = ArrayPool<byte>.Shared.Rent((2 * receipt.Length) + 2);
            json[0] = (byte)'"';
            var rest = receipt;
            int at = 1, length;
            while ((length = rest.IndexOfAny(Escaped)) >= 0 && rest[length] == (byte)'\n')
            {
                rest[..length].CopyTo(json.AsSpan(at));
                "\\n"u8.CopyTo(json.AsSpan(at + length));
                at += length + 2;
                rest = rest[(length + 1)..];
            }

            rest.CopyTo(json.AsSpan(at));
            json[at + rest.Length] = (byte)'"';
            if (length < 0) writer.WriteRawValue(json.AsSpan(0, at + rest.Length + 1), skipInputValidation: true);
            else writer.WriteStringValue(receipt);
            ArrayPool<byte>.Shared.Return(json);
        }
    }
}

/// <summary>Puts bookings into the contract's words, the voucher with them.</summary>
public sealed class BookingViews(Vouchers vouchers, CityCalendar calendar)
{
    public BookingView Of(BookingRow b) => Answer(b) with
    {
        Slot = calendar.Local(b.Slot),
        Voucher = Voucher(b),
    };

    /// <summary>The answer to a booking: the same whenever its request is sent again, which a fresh signature would not be, nor a slot, given with the list.</summary>
    public static BookingView Answer(BookingRow b, ReceiptText? receipt = null) => new(
        b.Number, b.Serial, b.RoundDate, b.PickupDate, b.PharmacyCode, null, b.Units, Money.Yuan(b.UnitPriceFen), b.Status, null, b.ResidentId.ToString(CultureInfo.InvariantCulture), b.Provisional)
    {
        RoundAnnulled = b.IsRoundAnnulled ? true : null,
        Receipt = receipt,
    };

    public string Voucher(BookingRow b) => vouchers.Sign(b.Number, b.PharmacyCode, b.PickupDate);
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using WeChatMask.Settings;
using WeChatMask.Sms;

namespace WeChatMask.Notices;

/// <summary>Where SMS vendors push receipts. They sign nothing, so the address itself holds the secret.</summary>
public static class ReceiptEndpoints
{
    /// <summary>Takes a push: proof, body, store.</summary>
    internal sealed class Taker(ReceiptStore store, IOptionsMonitor<SecretSettings> secrets, CityCalendar calendar)
    {
        /// <summary>Answers what the vendor expects once every receipt is written down; a vendor that gets no answer pushes again.</summary>
        public async Task<IResult> TakeAsync(
            string token, HttpRequest request, Func<JsonElement, DateTimeOffset, IReadOnlyList<SmsReceipt>?> read, object taken)
        {
            if (!IsProved(token)) return TypedResults.NotFound();
            var receipts = await ReadAsync(request, read);
            if (receipts is null) return TypedResults.StatusCode(StatusCodes.Status400BadRequest);
            await store.RecordAsync(receipts, request.HttpContext.RequestAborted);
            return TypedResults.Ok(taken);
        }

        private async Task<IReadOnlyList<SmsReceipt>?> ReadAsync(HttpRequest request, Func<JsonElement, DateTimeOffset, IReadOnlyList<SmsReceipt>?> read)
        {
            try
            {
                using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
                return read(body.RootElement, calendar.Now);
            }
            catch (JsonException)
            {
                return null;
            }
        }

        private bool IsProved(string token)
        {
            var secret = secrets.CurrentValue.SmsReceiptToken;
            return !string.IsNullOrEmpty(secret)
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(secret));
        }
    }
}

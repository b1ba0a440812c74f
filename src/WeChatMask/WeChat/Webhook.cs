using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace WeChatMask.WeChat;

/// <summary>Judges WeChat's calls, hands their messages to the <see cref="MessageHandler"/> and writes its reply.</summary>
/// <remarks>
/// The cause of a refusal goes to the log as a code; the caller sees a bare status, or success where it could do no better. Bodies, secrets and openids are never logged.
/// </remarks>
internal sealed partial class Webhook(IOptionsMonitor<WeChatSettings> settings, TimeProvider clock, ILogger<Webhook> logger)
{
    // Real bodies have a few KB, three times that in compatible mode.
    private const int MostBodyBytes = 64 * 1024;

    // WeChat hangs up after five seconds and asks again; an answer later than this only costs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4.5);

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>The console's check of the address: the echo proves that we know the token. It is plain in every mode.</summary>
    public IResult Verify(HttpContext context)
    {
        try
        {
            var query = WebhookQuery.Read(context.Request.Query, clock.GetUtcNow());
            CheckSignature(query);
            var echo = context.Request.Query["echostr"].ToString();

            // The caller is WeChat, yet asks for nothing that could be given back.
            return echo.Length > 0 ? Plain(echo) : TypedResults.StatusCode(StatusCodes.Status400BadRequest);
        }
        catch (MessageRefusedException refusal)
        {
            return Refuse(refusal.Fault);
        }
    }

    public async Task<IResult> ReceiveAsync(HttpContext context)
    {
        try
        {
            var query = WebhookQuery.Read(context.Request.Query, clock.GetUtcNow());
            if (query.IsEncrypted) RequireMsgSignature(query);
            else CheckPlainCall(query);
            var body = MessageXml.Decode((await ReadBodyAsync(context)).Span);
            var (xml, crypto) = query.IsEncrypted ? Decrypt(query, body) : (CheckPlainBody(body), null);
            var inbound = MessageXml.Parse(xml);

            // WeChat sends a message up to three times; InboundMessage.Identity tells the handler that it is the same.
            var reply = await HandleAsync(context, inbound);
            return Answer(ReplyXml.Write(inbound, reply, clock.GetUtcNow()), crypto);
        }
        catch (MessageRefusedException refusal)
        {
            return Refuse(refusal.Fault);
        }
    }

    private void CheckSignature(WebhookQuery query)
    {
        if (!Signature.Matches(query.Signature, settings.CurrentValue.Token, query.Timestamp, query.Nonce))
            throw new MessageRefusedException(MessageFault.Signature);
    }

    // What can be refused without the body is: a stranger makes us read nothing.
    private static void RequireMsgSignature(WebhookQuery query)
    {
        if (query.MsgSignature is null) throw new MessageRefusedException(MessageFault.Signature);
    }

    private void CheckPlainCall(WebhookQuery query)
    {
        // In safe mode the proof is msg_signature, which a plain call does not have; its signature does not cover
        // the body, so taking it would let one leaked address post anything. Hence 403, as for any missing proof.
        if (settings.CurrentValue.MessageMode == MessageMode.Safe) throw new MessageRefusedException(MessageFault.Downgrade);
        CheckSignature(query);
    }

    private string CheckPlainBody(string body)
    {
        // Where an encrypted copy is there, only that one is believed; a call that strips its proof is a downgrade too.
        if (settings.CurrentValue.MessageMode == MessageMode.Compatible && MessageXml.ReadFields(body).ContainsKey(MessageXml.Encrypt))
            throw new MessageRefusedException(MessageFault.Downgrade);
        return body;
    }

    private (string Xml, MessageCrypto Crypto) Decrypt(WebhookQuery query, string body)
    {
        var account = settings.CurrentValue;
        if (!MessageXml.ReadFields(body).TryGetValue(MessageXml.Encrypt, out var encrypt) || encrypt.Length == 0)
            throw new MessageRefusedException(MessageFault.EncryptMissing);

        // Before the key: a wrong signature is 403 also where plain mode was set up without a key.
        if (!Signature.Matches(query.MsgSignature, account.Token, query.Timestamp, query.Nonce, encrypt))
            throw new MessageRefusedException(MessageFault.Signature);
        var message = new SealedMessage(encrypt, query.MsgSignature ?? "", query.Timestamp, query.Nonce);
        var crypto = new MessageCrypto(account);
        try
        {
            return (crypto.Open(message), crypto);
        }
        catch (MessageRefusedException) when (!string.IsNullOrEmpty(account.EncodingAesKeyNext))
        {
            var next = new MessageCrypto(account.Token, account.EncodingAesKeyNext, account.AppId);
            return (next.Open(message), next);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength > MostBodyBytes) throw new MessageRefusedException(MessageFault.TooLarge);

        // The server counts the framing of chunks too, so it gets twice the room: we decide, and it still stops an endless body.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = 2 * MostBodyBytes;

        // One more than there should be, so that a body that goes on is seen.
        var buffer = new byte[(request.ContentLength ?? MostBodyBytes) + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length <= MostBodyBytes ? buffer.AsMemory(0, length) : throw new MessageRefusedException(MessageFault.TooLarge);
    }

    private async Task<Reply> HandleAsync(HttpContext context, InboundMessage inbound)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(Patience);
        try
        {
            return await context.RequestServices.GetRequiredService<MessageHandler>()(inbound, patience.Token);
        }
#pragma warning disable CA1031 // Any other answer makes WeChat tell the resident that the account is out of order.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailure(failure);
            return NoReply.Instance;
        }
    }

    private ContentHttpResult Answer(string body, MessageCrypto? crypto)
    {
        if (string.Equals(body, ReplyXml.Success, StringComparison.Ordinal)) return Plain(body);

        // An answer is as protected as the question, so safe mode never answers in the clear; and WeChat reads it with
        // the key it asked with, also while the key is being changed.
        return TypedResults.Text(crypto is null ? body : ReplyXml.Write(crypto.Seal(body, clock.GetUtcNow())), "text/xml", Utf8);
    }

    private static ContentHttpResult Plain(string body) => TypedResults.Text(body, "text/plain", Utf8);

    private IResult Refuse(MessageFault fault)
    {
        var status = fault switch
        {
            // An error would make WeChat send the same again and tell the resident that the account is out of order.
            MessageFault.Incomplete => StatusCodes.Status200OK,
            MessageFault.Parameters or MessageFault.Timestamp or MessageFault.Signature or MessageFault.Downgrade => StatusCodes.Status403Forbidden,
            MessageFault.TooLarge => StatusCodes.Status413PayloadTooLarge,
            _ => StatusCodes.Status400BadRequest,
        };
        LogRefusal(fault, status);
        return status == StatusCodes.Status200OK ? Plain(ReplyXml.Success) : TypedResults.StatusCode(status);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "WeChat call refused: {Fault}, answered {Status}")]
    private partial void LogRefusal(MessageFault fault, int status);

    [LoggerMessage(Level = LogLevel.Error, Message = "The handler of a WeChat message failed; answered success")]
    private partial void LogFailure(Exception failure);
}

namespace WeChatMask.WeChat;

/// <summary>
/// What a message says, by its kind (WeChat's documentation of standard messages and events). A value that WeChat left
/// out or wrote in another shape than documented is null: one field more or less must not lose a message.
/// </summary>
public abstract record MessageContent
{
    private protected MessageContent()
    {
    }

    /// <summary>The kind only: words, places and openids do not belong into a log line.</summary>
    public sealed override string ToString() => GetType().Name;
}

/// <summary>Typed words.</summary>
/// <param name="Content">The words; empty when WeChat left them out.</param>
/// <param name="MenuChoice">The item of a menu message that was touched (<c>bizmsgmenuid</c>).</param>
public sealed record TextMessage(string Content, string? MenuChoice) : MessageContent;

/// <summary>A picture.</summary>
public sealed record ImageMessage(string? PicUrl, string? MediaId) : MessageContent;

/// <summary>A recording.</summary>
/// <param name="MediaId">Where it can be fetched.</param>
/// <param name="Format">amr or speex.</param>
/// <param name="Recognition">What WeChat heard, where the account has speech recognition.</param>
public sealed record VoiceMessage(string? MediaId, string? Format, string? Recognition) : MessageContent;

/// <summary>A film.</summary>
/// <param name="MediaId">Where it can be fetched.</param>
/// <param name="ThumbMediaId">Where its picture can be fetched.</param>
/// <param name="IsShort">Taken in the chat itself.</param>
public sealed record VideoMessage(string? MediaId, string? ThumbMediaId, bool IsShort) : MessageContent;

/// <summary>A place that a person sent.</summary>
/// <param name="Latitude">Degrees; WeChat calls it <c>Location_X</c>.</param>
/// <param name="Longitude">Degrees; WeChat calls it <c>Location_Y</c>.</param>
/// <param name="Scale">The map's zoom.</param>
/// <param name="Label">The address in words.</param>
public sealed record LocationMessage(double? Latitude, double? Longitude, int? Scale, string? Label) : MessageContent;

/// <summary>A link that was passed on.</summary>
public sealed record LinkMessage(string? Title, string? Description, string? Url) : MessageContent;

/// <summary>A file. Not in the documentation, but sent.</summary>
/// <param name="Title">Its name.</param>
/// <param name="FileKey">Its key.</param>
/// <param name="FileMd5">Its MD5 sum.</param>
/// <param name="FileTotalLen">Its length in bytes.</param>
public sealed record FileMessage(string? Title, string? FileKey, string? FileMd5, long? FileTotalLen) : MessageContent;

/// <summary>A kind of message that we do not know. WeChat adds them without notice; they are acknowledged.</summary>
public sealed record UnknownMessage : MessageContent;

namespace WeChatMask.WeChat;

/// <summary>
/// What a message says, as far as it matters for the answer (WeChat's documentation of standard messages and events). A value
/// that WeChat left out or wrote in another shape than documented is null: one field more or less must not lose a message.
/// </summary>
public abstract record MessageContent
{
    private protected MessageContent()
    {
    }

    /// <summary>The kind only: words, places and openids do not belong into a log line.</summary>
    public sealed override string ToString() => GetType().Name;
}

/// <summary>Typed words; empty when WeChat left them out.</summary>
public sealed record TextMessage(string Content) : MessageContent;

public sealed record ImageMessage : MessageContent;

/// <summary>A recording, and what WeChat heard in it where the account has speech recognition.</summary>
public sealed record VoiceMessage(string? Recognition) : MessageContent;

public sealed record VideoMessage : MessageContent;

/// <summary>A place that a person sent, in degrees. WeChat calls them <c>Location_X</c> and <c>Location_Y</c>.</summary>
public sealed record LocationMessage(double? Latitude, double? Longitude) : MessageContent;

public sealed record LinkMessage : MessageContent;

/// <summary>A file. Not in the documentation, but sent.</summary>
public sealed record FileMessage : MessageContent;

/// <summary>A kind of message that we do not know. WeChat adds them without notice; they are acknowledged.</summary>
public sealed record UnknownMessage : MessageContent;

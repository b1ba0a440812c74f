using System.Text.Json.Serialization;

namespace WeChatMask.WeChat;

/// <summary>The passive answer to one message. Words come from the feature; this room only writes them.</summary>
[JsonDerivedType(typeof(TextReply), "text")]
[JsonDerivedType(typeof(NewsReply), "news")]
[JsonDerivedType(typeof(NoReply), "none")]
public abstract record Reply
{
    private protected Reply()
    {
    }
}

/// <summary>A line of text; cut at 2048 bytes.</summary>
public sealed record TextReply(string Text) : Reply;

/// <summary>A card that opens an address. WeChat has allowed one article in a reply since 2018.</summary>
public sealed record NewsReply(string Title, string Description, string? PictureUrl, string Url) : Reply;

/// <summary>Nothing is shown to the sender, and WeChat does not ask again.</summary>
public sealed record NoReply : Reply
{
    public static NoReply Instance { get; } = new();
}

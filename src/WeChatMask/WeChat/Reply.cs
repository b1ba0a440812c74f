using System.Text.Json.Serialization;

namespace WeChatMask.WeChat;

/// <summary>The passive answer to one message. Words come from the feature; this room only writes them.</summary>
[JsonDerivedType(typeof(TextReply), "text")]
[JsonDerivedType(typeof(NewsReply), "news")]
[JsonDerivedType(typeof(ImageReply), "image")]
[JsonDerivedType(typeof(VoiceReply), "voice")]
[JsonDerivedType(typeof(VideoReply), "video")]
[JsonDerivedType(typeof(MusicReply), "music")]
[JsonDerivedType(typeof(TransferReply), "transfer")]
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

/// <summary>A picture that was uploaded to WeChat before.</summary>
public sealed record ImageReply(string MediaId) : Reply;

/// <summary>A recording that was uploaded to WeChat before.</summary>
public sealed record VoiceReply(string MediaId) : Reply;

/// <summary>A film that was uploaded to WeChat before.</summary>
public sealed record VideoReply(string MediaId, string? Title, string? Description) : Reply;

/// <summary>Music at an address, with the picture that was uploaded for it.</summary>
public sealed record MusicReply(string ThumbMediaId, string? Title, string? Description, string? MusicUrl, string? HqMusicUrl) : Reply;

/// <summary>Hands the person over to the account's human agents, or to one of them; until they are done, WeChat sends us nothing of the person.</summary>
public sealed record TransferReply(string? KfAccount) : Reply;

/// <summary>Nothing is shown to the sender, and WeChat does not ask again.</summary>
public sealed record NoReply : Reply
{
    /// <summary>The only one needed.</summary>
    public static NoReply Instance { get; } = new();
}

namespace WeChatMask.Pages.Public;

/// <summary>A guide in steps, each with a drawing <c>wwwroot/pictures/{Pictures}-{n}.svg</c> that holds no words: those stand beside it.</summary>
public sealed record GuideView(string Pictures, IReadOnlyList<RuleLine> Steps)
{
    /// <summary>Width of each picture, in CSS pixels.</summary>
    public const int PictureWidth = 320;

    /// <summary>Height of each picture, in CSS pixels.</summary>
    public const int PictureHeight = 220;

    public const string Resident = "resident";

    public const string Clerk = "clerk";
}

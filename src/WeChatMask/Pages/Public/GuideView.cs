namespace WeChatMask.Pages.Public;

/// <summary>A guide in six steps, each with a picture <c>wwwroot/pictures/{Pictures}-{n}.webp</c> that <c>scripts/screenshots</c> takes.</summary>
public sealed record GuideView(string Pictures, IReadOnlyList<RuleLine> Steps)
{
    /// <summary>Width of each picture, in CSS pixels.</summary>
    public const int PictureWidth = 360;

    /// <summary>Height of each picture, in CSS pixels.</summary>
    public const int PictureHeight = 420;

    public const string Resident = "resident";

    public const string Clerk = "clerk";
}

namespace WeChatMask.Sandbox;

/// <summary>What a witness says.</summary>
/// <param name="Witness">Who: <c>phone</c>, <c>door</c>, <c>journalist</c>, <c>night</c>.</param>
/// <param name="Found">Whether it has found that somebody cheated.</param>
/// <param name="Sentence">In one sentence.</param>
/// <param name="Grounds">What that is based on.</param>
public sealed record Verdict(string Witness, bool Found, string Sentence, IReadOnlyList<string> Grounds)
{
    /// <summary>A code as it was printed.</summary>
    public string? Printed { get; init; }

    /// <summary>The code that is shown now.</summary>
    public string? Shown { get; init; }

    /// <summary>How a stranger comes to the same.</summary>
    public string? Command { get; init; }
}

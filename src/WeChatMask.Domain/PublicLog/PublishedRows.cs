using System.Globalization;

namespace WeChatMask.Domain.PublicLog;

/// <summary>The rows of a published list as its root covers them: one a serial from 1 on, masked, cancelled ones too.</summary>
public static class PublishedRows
{
    private const string Broken = "A cell holds a tab or a line end.";

    /// <summary>A slot is null where there is none; the salt is of <see cref="RoundKey.RowSalt"/>.</summary>
    public static string Row(long serial, string maskedName, string maskedNumber, long? startsAt, long? endsAt, ReadOnlySpan<byte> salt)
    {
        if (IsBroken(maskedName)) throw new ArgumentException(Broken, nameof(maskedName));
        if (IsBroken(maskedNumber)) throw new ArgumentException(Broken, nameof(maskedNumber));
        return string.Create(CultureInfo.InvariantCulture, $"{serial}\t{maskedName}\t{maskedNumber}\t{Second(startsAt)}\t{Second(endsAt)}\t{CanonicalBase64.EncodeUrl(salt)}");
    }

    /// <summary>Of the rows in the order of their serials.</summary>
    public static Hash Root(IEnumerable<string> rows)
    {
        var frontier = new Frontier();
        foreach (var row in rows) frontier.Add(MerkleTree.Leaf(row));
        return frontier.Root();
    }

    private static bool IsBroken(string cell) => cell.AsSpan().ContainsAny('\t', '\n');

    private static string Second(long? at) => at?.ToString(CultureInfo.InvariantCulture) ?? "-";
}

using System.Security.Cryptography;
using System.Text.Json;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

public sealed class WhoTests
{
    public static TheoryData<string> WhoVectors => LogVectors.Of("who");

    public static TheoryData<string> ListVectors => LogVectors.Of("list");

    public static TheoryData<string> SampleVectors => LogVectors.Of("sample");

    private static readonly RoundKey Key = new(new byte[RoundKey.Size]);

    [Theory]
    [MemberData(nameof(WhoVectors))]
    public void Every_commitment_is_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);
        if (answer is not { } expected)
        {
            Assert.Throws<ArgumentException>(() => Commitments(input));
            return;
        }

        var key = new RoundKey(input.Hash("roundKey").ToBytes());
        var commitments = Commitments(input);

        Assert.Equal(expected.Hashes("idCommitments"), commitments);
        Assert.Equal(expected.Hash("salt"), key.Salt(input.Text("number")));
        Assert.Equal([key.Salt("another's"), expected.Hash("salt")], key.Salts(["another's", input.Text("number")]));
        Assert.Equal(expected.Hash("who"), Who.Of(key.Salt(input.Text("number")), commitments));
        Assert.Equal(expected.Hash("roundKeyHash"), key.KeyHash);
    }

    [Theory]
    [MemberData(nameof(ListVectors))]
    public void Every_list_is_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);
        if (answer is not { } expected)
        {
            Assert.Throws<ArgumentException>(() => Rows(input));
            return;
        }

        Assert.Equal(expected.Texts("rows"), Rows(input));
        Assert.Equal(expected.Hash("root"), PublishedRows.Root(Rows(input)));
    }

    [Theory]
    [MemberData(nameof(SampleVectors))]
    public void Every_sample_is_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);

        var sample = AuditSample.Of(input.Hash("root"), Pairs(input), (int)input.Long("count"));

        Assert.Equal(Pairs(answer!.Value), sample);

        static IEnumerable<(string, long)> Pairs(JsonElement element) => element.GetProperty("rows").EnumerateArray().Select(r => (r[0].GetString()!, r[1].GetInt64()));
    }

    [Fact]
    public void A_name_is_composed()
    {
        var salt = new byte[Who.ProofSaltSize];

        Assert.Throws<ArgumentException>(() => Who.IdCommitment(salt, "431302195108106978", "e\u0301"));
        Who.IdCommitment(salt, "431302195108106978", "\u00e9");
    }

    [Fact]
    public void A_salt_has_its_size()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Who.IdCommitment(new byte[15], "431302195108106978", "a"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoundKey(new byte[31]));
    }

    [Fact]
    public void A_household_is_told_in_the_order_in_which_it_asked()
    {
        var (salt, one, two) = (Key.Salt("12345678903"), Hash.Of([1]), Hash.Of([2]));

        Assert.NotEqual(Who.Of(salt, one, two), Who.Of(salt, two, one));
        Assert.Equal(
            new Hash(SHA256.HashData([.. "wechatmask who v1\n"u8, .. salt.ToBytes(), .. one.ToBytes(), .. two.ToBytes()])),
            Who.Of(salt, one, two));
        Assert.Equal(Who.Of(salt, [.. Enumerable.Repeat(one, 12)]), new Hash(SHA256.HashData(
            [.. "wechatmask who v1\n"u8, .. salt.ToBytes(), .. Enumerable.Repeat(one.ToBytes(), 12).SelectMany(b => b)])));
    }

    [Theory]
    [InlineData("a\tb")]
    [InlineData("a\nb")]
    public void A_row_holds_no_tab_and_no_line_end(string cell)
    {
        Assert.Throws<ArgumentException>(() => PublishedRows.Row(1, cell, "**1234", null, null, Key.RowSalt("LD01", 1)));
        Assert.Throws<ArgumentException>(() => PublishedRows.Row(1, "a*", cell, null, null, Key.RowSalt("LD01", 1)));
    }

    [Fact]
    public void A_row_without_a_slot_has_hyphens() =>
        Assert.StartsWith("1\ta*\t**1234\t-\t-\t", PublishedRows.Row(1, "a*", "**1234", null, null, Key.RowSalt("LD01", 1)), StringComparison.Ordinal);

    [Fact]
    public void The_root_of_no_rows_is_the_empty_one() => Assert.Equal(MerkleTree.EmptyRoot, PublishedRows.Root([]));

    [Fact]
    public void A_sample_is_at_most_what_there_is() =>
        Assert.Equal([("LD01", 1L), ("LD01", 2L)], AuditSample.Of(Hash.Of([1]), [("LD01", 2), ("LD01", 1)], 10).Order());

    private static Hash[] Commitments(JsonElement input) =>
    [
        .. input.GetProperty("persons").EnumerateArray().Select(p => Who.IdCommitment(LogVectors.Bytes(p.Text("proofSalt")), p.Text("idNumber"), p.Text("name"))),
    ];

    private static List<string> Rows(JsonElement input)
    {
        var key = new RoundKey(input.Hash("roundKey").ToBytes());
        return [.. input.GetProperty("rows").EnumerateArray().Select(r => PublishedRows.Row(
            r.Long("serial"), r.Text("name"), r.Text("idNumber"), Second(r, "startsAt"), Second(r, "endsAt"), key.RowSalt(input.Text("code"), r.Long("serial"))))];

        static long? Second(JsonElement row, string name) => row.GetProperty(name) is { ValueKind: JsonValueKind.Number } at ? at.GetInt64() : null;
    }
}

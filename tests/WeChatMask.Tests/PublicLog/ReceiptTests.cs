using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WeChatMask.Bookings;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

public sealed class ReceiptTests : IDisposable
{
    private const string Origin = "loudi.example/log";

    private static readonly LogEntry Entry = LogEntry.Book(new DateOnly(2020, 2, 10), "LD01", 1, 3, 1581332403, Hash.Of("who"u8));

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static TheoryData<string> Vectors => LogVectors.Of("receipt");

    private VerifierKey[] Keys => [VerifierKey.OfLog(Origin, key)];

    public void Dispose() => key.Dispose();

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_vector_is_judged_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);

        var receipt = input.Keys() is { } known ? Receipt.TryVerify(input.Text("receipt"), known) : null;

        Assert.Equal(answer is null, receipt is null);
        if (answer is not { } expected) return;
        Assert.Equal(expected.Text("entry"), receipt!.Entry);
        Assert.Equal(expected.Long("index"), receipt.Index);
        Assert.Equal(expected.Long("size"), receipt.Note.Checkpoint.Size);
        Assert.Equal(expected.OptionalText("salt"), receipt.Salt?.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_receipt_is_read_as_it_was_written(bool salted)
    {
        var salt = salted ? Hash.Of("salt"u8) : (Hash?)null;

        var receipt = Receipt.TryVerify(Written(salt), Keys)!;

        Assert.Equal(Entry.Text, receipt.Entry);
        Assert.Equal(salt, receipt.Salt);
        Assert.Equal(2, receipt.Index);
        Assert.Equal(5, receipt.Note.Checkpoint.Size);
    }

    [Fact]
    public void An_answer_carries_a_receipt_in_the_same_bytes_whether_it_was_just_made_or_is_asked_for_again()
    {
        var (tree, salt) = (new Frontier(), Hash.Of("salt"u8));
        var added = tree.Add([Entry.Leaf]);
        var made = new LoggedBooking(new LoggedLines([Entry], added, SignedNote.Sign(new Checkpoint(Origin, tree.Size, tree.Root()), key)), 0, salt);

        var json = JsonSerializer.Serialize(ReceiptText.Of(made));

        Assert.Equal(json, JsonSerializer.Serialize(ReceiptText.Of(made.Receipt)));
        Assert.Equal(made.Receipt, JsonSerializer.Deserialize<string>(json));
    }

    [Fact]
    public void An_answer_spells_no_letter_of_a_receipt_out_but_its_lines_ends() =>
        Assert.Equal("\"\\n\u2014 a+b/c=\\n\"", JsonSerializer.Serialize(ReceiptText.Of("\n\u2014 a+b/c=\n")));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\u2014 a+b/c=\n")]
    [InlineData("a\nb\"c")]
    [InlineData("a\nb\\c")]
    [InlineData("a\r\nb\u0001")]
    [InlineData("\ud83d\ude00\n")]
    public void Any_text_in_place_of_a_receipt_comes_out_of_an_answer_as_it_went_in(string text) =>
        Assert.Equal(text, JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(ReceiptText.Of(text))));

    [Fact]
    public void The_only_line_of_a_log_needs_no_path()
    {
        var note = SignedNote.Sign(new Checkpoint(Origin, 1, Entry.Leaf), key);

        Assert.Equal(0, Receipt.TryVerify(Receipt.Write(Entry, null, 0, [], note), Keys)!.Index);
    }

    [Fact]
    public void Every_changed_character_is_noticed()
    {
        var text = Written(null);
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var other in new[] { 'A', '\n' })
            {
                if (text[i] == other) continue;
                var changed = $"{text[..i]}{other}{text[(i + 1)..]}";
                Assert.True(Receipt.TryVerify(changed, Keys) is null, changed);
            }

            Assert.True(Receipt.TryVerify(text.Remove(i, 1), Keys) is null, $"{i} left out");
        }
    }

    [Theory]
    [InlineData("index 02")]
    [InlineData("index 2 ")]
    [InlineData("index -2")]
    [InlineData("index +2")]
    [InlineData("Index 2")]
    [InlineData("index 2000000000000000")]
    public void An_index_of_another_form_is_refused(string line) =>
        Assert.Null(Receipt.TryVerify(Written(null).Replace("\nindex 2\n", $"\n{line}\n", StringComparison.Ordinal), Keys));

    [Theory]
    [InlineData("{0}\n", true)]
    [InlineData("{0}\n{1}\n", true)]
    [InlineData("{0}", false)]
    [InlineData("{0}\n\n", false)]
    [InlineData("{0}\n{1}", false)]
    [InlineData("{0}\n{1}\n\n", false)]
    [InlineData("{0}\n{1}\n{1}\n", false)]
    [InlineData("{0}\n{1}A\n", false)]
    [InlineData("{0}\r\n", false)]
    [InlineData("{0} \n", false)]
    [InlineData("{0}\n{1}\r\n", false)]
    public void What_is_kept_beside_the_proof_has_one_form(string form, bool isOne)
    {
        var extra = string.Format(CultureInfo.InvariantCulture, form, Entry.Text, Hash.Of("salt"u8));
        var lines = Written(null).Split('\n');
        lines[1] = "extra " + Convert.ToBase64String(Encoding.UTF8.GetBytes(extra));

        Assert.Equal(isOne, Receipt.TryVerify(string.Join('\n', lines), Keys) is not null);
    }

    [Fact]
    public void A_line_that_is_no_entry_has_no_receipt()
    {
        const string broken = "book 2020-02-10 LD01 1 03 1581332403 x";
        var note = SignedNote.Sign(new Checkpoint(Origin, 1, MerkleTree.Leaf(broken)), key);
        var text = Receipt.Write(Entry, null, 0, [], note);
        var extra = text.Split('\n')[1];

        Assert.Null(Receipt.TryVerify(text.Replace(extra, "extra " + Convert.ToBase64String(Encoding.ASCII.GetBytes(broken + "\n")), StringComparison.Ordinal), Keys));
    }

    private string Written(Hash? salt)
    {
        Hash[] leaves = [Hash.Of([0]), Hash.Of([1]), Entry.Leaf, Hash.Of([3]), Hash.Of([4])];
        var note = SignedNote.Sign(new Checkpoint(Origin, leaves.Length, MerkleTree.Root(leaves)), key);
        return Receipt.Write(Entry, salt, 2, MerkleTree.InclusionPath(2, leaves.Length, MerkleTree.Over(leaves)), note);
    }
}

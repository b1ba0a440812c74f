using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using WeChatMask.Domain.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

public sealed class SignedNoteTests : IDisposable
{
    private const string Origin = "loudi.example/log";
    private const string Witness = "news.example/witness";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Checkpoint checkpoint = new(Origin, 70_000, Hash.Of("root"u8));

    public static TheoryData<string> CheckpointVectors => LogVectors.Of("checkpoint");

    public static TheoryData<string> CodeVectors => LogVectors.Of("code");

    private VerifierKey[] Keys => [VerifierKey.OfLog(Origin, key), VerifierKey.OfWitness(Witness, other)];

    /// <summary>Signed once, since each signature is another.</summary>
    private string Note { get; }

    public SignedNoteTests() => Note = SignedNote.Sign(checkpoint, key);

    public void Dispose()
    {
        key.Dispose();
        other.Dispose();
    }

    [Theory]
    [MemberData(nameof(CheckpointVectors))]
    public void Every_checkpoint_is_judged_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);

        var note = input.Keys() is { } known ? SignedNote.TryVerify(input.Text("note"), known) : null;

        Assert.Equal(answer is null, note is null);
        if (answer is not { } expected) return;
        Assert.Equal(expected.Text("origin"), note!.Checkpoint.Origin);
        Assert.Equal(expected.Long("size"), note.Checkpoint.Size);
        Assert.Equal(expected.Hash("root"), note.Checkpoint.Root);
        Assert.Equal(expected.Text("code"), note.Checkpoint.Code);
        Assert.Equal(
            expected.GetProperty("witnesses").EnumerateArray().Select(w => new Cosignature(w.Text("name"), (ulong)w.Long("time"))),
            note.Cosignatures);
    }

    [Theory]
    [MemberData(nameof(CodeVectors))]
    public void Every_code_is_as_written(string id)
    {
        var (input, answer) = LogVectors.Case(id);

        Assert.Equal(answer!.Value.Text("code"), new Checkpoint(input.Text("origin"), input.Long("size"), input.Hash("root")).Code);
    }

    [Theory]
    [MemberData(nameof(CheckpointVectors))]
    public void A_key_has_one_text(string id)
    {
        var (input, _) = LogVectors.Case(id);

        Assert.All(input.Texts("vkeys"), text => Assert.Equal(text, VerifierKey.TryParse(text)!.ToString()));
    }

    [Fact]
    public void What_is_signed_is_read_again()
    {
        var note = SignedNote.TryVerify(Note + SignedNote.Cosign(checkpoint, Witness, other, 1581336400), Keys)!;

        Assert.Equal(checkpoint, note.Checkpoint);
        Assert.Equal([new Cosignature(Witness, 1581336400)], note.Cosignatures);
        Assert.Equal(Keys, Keys.Select(k => VerifierKey.TryParse(k.ToString())));
    }

    [Fact]
    public void A_note_may_carry_the_lines_of_two_keys()
    {
        var note = Note + SignedNote.Line(checkpoint, other);

        Assert.NotNull(SignedNote.TryVerify(note, [VerifierKey.OfLog(Origin, key)]));
        Assert.NotNull(SignedNote.TryVerify(note, [VerifierKey.OfLog(Origin, other)]));
        Assert.NotNull(SignedNote.TryVerify(note, [VerifierKey.OfLog(Origin, key), VerifierKey.OfLog(Origin, other)]));
        Assert.Null(SignedNote.TryVerify(Note + SignedNote.Line(checkpoint with { Size = 1 }, other), [VerifierKey.OfLog(Origin, key), VerifierKey.OfLog(Origin, other)]));
    }

    [Fact]
    public void A_note_without_its_logs_line_is_refused()
    {
        var cosigned = $"{checkpoint.Text}\n{SignedNote.Cosign(checkpoint, Witness, other, 1)}";

        Assert.Null(SignedNote.TryVerify(cosigned, Keys));
        Assert.Null(SignedNote.TryVerify(Note, [VerifierKey.OfLog(Origin, other)]));
        Assert.Null(SignedNote.TryVerify(Note, []));
        Assert.Null(SignedNote.TryVerify(checkpoint.Text, Keys));
        Assert.Null(SignedNote.TryVerify(checkpoint.Text + "\n", Keys));
    }

    [Fact]
    public void A_key_signs_for_its_own_name_only()
    {
        var elsewhere = checkpoint with { Origin = "chuzhou.example/log" };
        var line = Note[(Note.LastIndexOf('\n', Note.Length - 2) + 1)..];
        var signature = Signature(elsewhere.Text);

        Assert.Null(SignedNote.TryVerify($"{elsewhere.Text}\n{line}", Keys));
        Assert.Null(SignedNote.TryVerify($"{elsewhere.Text}\n{LineOf(Origin, signature)}", Keys));
        Assert.NotNull(SignedNote.TryVerify($"{elsewhere.Text}\n{LineOf(elsewhere.Origin, signature)}", [VerifierKey.OfLog(elsewhere.Origin, key)]));
    }

    [Fact]
    public void A_cosignature_says_when_and_of_what()
    {
        var line = SignedNote.Cosign(checkpoint, Witness, other, 1581336400);
        var data = Convert.FromBase64String(line.Trim().Split(' ')[2]);
        data[11]++;

        Assert.Null(SignedNote.TryVerify(Note + LineOf(Witness, data, withId: false), Keys));
        Assert.Null(SignedNote.TryVerify(Note + LineOf(Witness, data[..^1], withId: false), Keys));
        Assert.Null(SignedNote.TryVerify(Note + SignedNote.Cosign(checkpoint with { Size = 1 }, Witness, other, 1581336400), Keys));
    }

    [Theory]
    [InlineData("{0}\n{1}\n{2}\nmore\n")]
    [InlineData("{0}\n{1}\n{2}")]
    [InlineData("{0}\n{1}\n")]
    [InlineData("{0}\n\n{1}\n{2}\n")]
    [InlineData("\n{1}\n{2}\n")]
    [InlineData("{0}\n0{1}\n{2}\n")]
    [InlineData("{0}\n+{1}\n{2}\n")]
    [InlineData("{0}\n {1}\n{2}\n")]
    [InlineData("{0}\n1000000000000000\n{2}\n")]
    [InlineData("{0}\n-1\n{2}\n")]
    [InlineData("{0}\n{1}\r\n{2}\n")]
    [InlineData("{0}\t\n{1}\n{2}\n")]
    [InlineData("{0}\u0001\n{1}\n{2}\n")]
    [InlineData("{0}\n{1}\n {2}\n")]
    [InlineData("{0}\n{1}\nAAAA\n")]
    [InlineData("{0}\n{1}\n\n")]
    public void Three_lines_of_another_form_are_refused_however_well_they_are_signed(string form)
    {
        var text = string.Format(CultureInfo.InvariantCulture, form, Origin, checkpoint.Size, Convert.ToBase64String(checkpoint.Root.ToBytes()));

        Assert.Null(SignedNote.TryVerify($"{text}\n{LineOf(text.Split('\n')[0], Signature(text))}", Keys));
    }

    [Fact]
    public void A_root_that_is_not_canonical_is_refused()
    {
        var root = Convert.ToBase64String(checkpoint.Root.ToBytes());
        var last = root[^2];
        var text = $"{Origin}\n{checkpoint.Size}\n{root[..^2]}{(char)(last + 1)}=\n";

        Assert.Equal(checkpoint.Root.ToBytes(), Convert.FromBase64String(text.Split('\n')[2]));
        Assert.Null(SignedNote.TryVerify($"{text}\n{LineOf(Origin, Signature(text))}", Keys));
    }

    [Fact]
    public void The_form_that_these_tests_sign_is_accepted() => Assert.NotNull(SignedNote.TryVerify($"{checkpoint.Text}\n{LineOf(Origin, Signature(checkpoint.Text))}", Keys));

    [Theory]
    [InlineData("\u2014 other.example/w AAAAAAAA\n", true)]
    [InlineData("\u2014 other.example/w AAAAAAAA", false)]
    [InlineData("\u2014 other.example/w AAAAAA==\n", false)]
    [InlineData("\u2014 other.example/w AAAAAAB=\n", false)]
    [InlineData("\u2014 other.example/w AAAA_AAA\n", false)]
    [InlineData("\u2014 other.example/w AAAAAAA\n", false)]
    [InlineData("\u2014 other+example/w AAAAAAAA\n", false)]
    [InlineData("\u2014 other.example/w\n", false)]
    [InlineData("\u2014  AAAAAAAA\n", false)]
    [InlineData("\u2014 other.example/w AAAAAAAA \n", false)]
    [InlineData("\u2014 other.example/w  AAAAAAAA\n", false)]
    [InlineData("\u2014 other\u00a0example/w AAAAAAAA\n", false)]
    [InlineData("\u2014 other\u0001example/w AAAAAAAA\n", false)]
    [InlineData("- other.example/w AAAAAAAA\n", false)]
    [InlineData("\u2013 other.example/w AAAAAAAA\n", false)]
    [InlineData("\u2014 other.example/w AAAAAAAA\r\n", false)]
    [InlineData("\n", false)]
    public void A_line_of_an_unknown_key_is_at_least_a_line(string line, bool isOne) => Assert.Equal(isOne, SignedNote.TryVerify(Note + line, Keys) is not null);

    [Fact]
    public void Half_a_character_is_no_text() => Assert.Null(SignedNote.TryVerify(Note + "\u2014 other.example/w" + (char)0xd800 + " AAAAAAAA\n", Keys));

    [Fact]
    public void A_note_has_room_for_witnesses_and_an_end()
    {
        var line = "\u2014 other.example/w AAAAAAAA\n";
        var many = Note + string.Concat(Enumerable.Repeat(line, 40));
        var rest = (64 * 1024) - Encoding.UTF8.GetByteCount(many) - Encoding.UTF8.GetByteCount("\u2014 ") - " AAAAAAAA\n".Length;
        var full = $"{many}\u2014 {new string('w', rest)} AAAAAAAA\n";

        Assert.NotNull(SignedNote.TryVerify(full, Keys));
        Assert.Equal(64 * 1024, Encoding.UTF8.GetByteCount(full));
        Assert.Null(SignedNote.TryVerify($"{many}\u2014 {new string('w', rest + 1)} AAAAAAAA\n", Keys));
    }

    [Fact]
    public void A_signature_is_in_DER_and_no_looser_form()
    {
        var (r, s) = Numbers(highest: true);
        var (smaller, beside) = Numbers(highest: false);

        Assert.True(IsTaken(Sequence(Integer(r), Integer(s))));
        // The mirrored signature is one too: it proves, it does not identify.
        Assert.True(IsTaken(Sequence(Integer(r), Integer(Order - s))));
        Assert.False(IsTaken(Sequence(Integer(r), Integer(s)).Append((byte)0)));
        Assert.False(IsTaken([0x30, 0x81, .. Sequence(Integer(r), Integer(s)).Skip(1)]));
        Assert.False(IsTaken(Sequence(Padded(r), Integer(s))));
        Assert.False(IsTaken(Sequence(Integer(r), Padded(s))));
        Assert.True(IsTaken(Sequence(Integer(smaller), Integer(beside))));
        Assert.False(IsTaken(Sequence(Padded(smaller), Integer(beside))));
        Assert.False(IsTaken(Sequence(Unsigned(r), Unsigned(s))));
        Assert.False(IsTaken(Sequence(Integer(r))));
        Assert.False(IsTaken(Sequence(Integer(r), Integer(s), Integer(1))));
        Assert.False(IsTaken(Sequence(Integer(r), Integer(s + Order))));
        Assert.False(IsTaken(Sequence(Integer(0), Integer(s))));
        Assert.False(IsTaken(Sequence([0x02, 0x00], Integer(s))));
        Assert.False(IsTaken([.. Fixed(r), .. Fixed(s)]));
        Assert.False(IsTaken([0x30, 0x00]));
    }

    [Fact]
    public void A_key_of_another_form_is_none()
    {
        var text = Keys[0].ToString();
        var parts = text.Split('+', 3);
        using var longer = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Null(VerifierKey.TryParse(parts[0] + "+" + parts[1]));
        Assert.Null(VerifierKey.TryParse("+" + parts[1] + "+" + parts[2]));
        Assert.Null(VerifierKey.TryParse("a b+" + parts[1] + "+" + parts[2]));
        Assert.Null(VerifierKey.TryParse($"{parts[0]}+00000000+{parts[2]}"));
        Assert.Null(VerifierKey.TryParse(text + "\n"));
        Assert.Null(VerifierKey.TryParse(text.TrimEnd('=') + "A"));
        Assert.Null(VerifierKey.TryParse($"{parts[0]}+{parts[1]}+{Convert.ToBase64String([1, .. key.ExportSubjectPublicKeyInfo()])}"));
        Assert.Throws<ArgumentException>(() => VerifierKey.OfLog(Origin, longer));
        Assert.Throws<ArgumentException>(() => VerifierKey.OfLog("a+b", key));
        // A witness's id is of its name too, a log's is not.
        Assert.Null(VerifierKey.TryParse(Keys[1].ToString().Replace("news", "olds", StringComparison.Ordinal)));
        Assert.NotNull(VerifierKey.TryParse(text.Replace("loudi", "other", StringComparison.Ordinal)));
    }

    private static readonly BigInteger Order = BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Of a signature whose numbers both have their highest bit set, or neither: the loose forms of the two are not the same.</summary>
    private (BigInteger R, BigInteger S) Numbers(bool highest)
    {
        while (true)
        {
            var signature = key.SignData(Encoding.UTF8.GetBytes(checkpoint.Text), HashAlgorithmName.SHA256);
            if (signature[0] > 0x7f == highest && signature[32] > 0x7f == highest) return (Number(signature[..32]), Number(signature[32..]));
        }

        static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
    }

    private bool IsTaken(IEnumerable<byte> signature) => SignedNote.TryVerify($"{checkpoint.Text}\n{LineOf(Origin, [.. signature])}", Keys) is not null;

    private byte[] Signature(string text) => key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    private string LineOf(string name, byte[] data, bool withId = true) =>
        $"\u2014 {name} {Convert.ToBase64String(withId ? [.. SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..4], .. data] : data)}\n";

    private static byte[] Sequence(params byte[][] parts) => [0x30, (byte)parts.Sum(p => p.Length), .. parts.SelectMany(p => p)];

    private static byte[] Integer(BigInteger number) => Tagged(number.ToByteArray(isBigEndian: true));

    private static byte[] Padded(BigInteger number) => Tagged([0, .. number.ToByteArray(isBigEndian: true)]);

    private static byte[] Unsigned(BigInteger number) => Tagged(number.ToByteArray(isUnsigned: true, isBigEndian: true));

    private static byte[] Tagged(byte[] digits) => [0x02, (byte)digits.Length, .. digits];

    private static byte[] Fixed(BigInteger number) => number.ToByteArray(isUnsigned: true, isBigEndian: true);
}

using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Tests.Data;

public sealed class PersonalDataTests : IDisposable
{
    private readonly PersonalData personal = new(Options.Create(Secrets("k1")));

    public void Dispose() => personal.Dispose();

    [Fact]
    public void What_is_stored_does_not_show_the_text_and_differs_each_time()
    {
        var stored = personal.Encrypt("43130219850612987X");

        Assert.DoesNotContain("4313", stored, StringComparison.Ordinal);
        Assert.StartsWith("k1:", stored, StringComparison.Ordinal);
        Assert.NotEqual(stored, personal.Encrypt("43130219850612987X"), StringComparer.Ordinal);
        Assert.Equal("43130219850612987X", personal.Decrypt(stored));
    }

    [Fact]
    public void Many_threads_may_encrypt_and_decrypt_at_once()
    {
        var texts = Enumerable.Range(0, 20_000).Select(i => $"张三丰 {i}").ToArray();

        var back = texts.AsParallel().AsOrdered().WithDegreeOfParallelism(8).Select(t => personal.Decrypt(personal.Encrypt(t))).ToArray();

        Assert.Equal(texts, back);
    }

    [Fact]
    public void A_changed_value_is_refused()
    {
        var stored = personal.Encrypt("张三");
        var broken = stored[..20] + (stored[20] == 'A' ? 'B' : 'A') + stored[21..];

        Assert.ThrowsAny<CryptographicException>(() => personal.Decrypt(broken));
    }

    [Fact]
    public void An_old_key_still_reads_what_it_wrote_after_a_new_one_is_active()
    {
        var old = personal.Encrypt("张三");
        var both = Secrets("k1");
        both.EncryptionKeys["k2"] = Convert.ToBase64String(SHA256.HashData("second"u8));
        both.EncryptionKeyId = "k2";
        using var rotated = new PersonalData(Options.Create(both));

        Assert.Equal("张三", rotated.Decrypt(old));
        Assert.StartsWith("k2:", rotated.Encrypt("张三"), StringComparison.Ordinal);
    }

    [Fact]
    public void Persons_are_compared_by_a_keyed_hash()
    {
        var other = Secrets("k1");
        other.IdentityHashKey = Convert.ToBase64String(SHA256.HashData("another"u8));
        using var elsewhere = new PersonalData(Options.Create(other));

        Assert.Equal(personal.PersonHash("43130219850612987X"), personal.PersonHash("43130219850612987X"));
        Assert.NotEqual(personal.PersonHash("43130219850612987X"), elsewhere.PersonHash("43130219850612987X"), StringComparer.Ordinal);
        Assert.NotEqual(personal.HashKeyFingerprint, elsewhere.HashKeyFingerprint, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(HashPurpose.Fingerprint, "fingerprint")]
    [InlineData(HashPurpose.Person, "person")]
    [InlineData(HashPurpose.Message, "message")]
    [InlineData(HashPurpose.Mobile, "mobile")]
    [InlineData(HashPurpose.LoginMobile, "login-mobile")]
    [InlineData(HashPurpose.LoginCode, "login-code")]
    [InlineData(HashPurpose.LoginAddress, "login-address")]
    [InlineData(HashPurpose.LoginState, "login-state")]
    public void Each_purpose_has_its_word_in_the_hash_that_is_stored(HashPurpose purpose, string word)
    {
        var stored = HMACSHA256.HashData(SHA256.HashData("hash"u8), System.Text.Encoding.UTF8.GetBytes($"{word}:13800001234"));

        Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(stored), personal.KeyedHash(purpose, "13800001234"));
    }

    [Fact]
    public void Every_purpose_has_a_word_of_its_own()
    {
        var purposes = Enum.GetValues<HashPurpose>();

        Assert.Equal(purposes.Length, purposes.Select(p => personal.KeyedHash(p, "a")).Distinct(StringComparer.Ordinal).Count());
    }

    private static SecretSettings Secrets(string id)
    {
        var secrets = new SecretSettings { EncryptionKeyId = id, IdentityHashKey = Convert.ToBase64String(SHA256.HashData("hash"u8)) };
        secrets.EncryptionKeys[id] = Convert.ToBase64String(SHA256.HashData("first"u8));
        return secrets;
    }
}

using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.Extensions.Options;
using WeChatMask.Counter;
using WeChatMask.Settings;

namespace WeChatMask.Tests.Counter;

public sealed class VouchersTests
{
    private const string Number = "20000000009";
    private static readonly DateOnly Day = new(2020, 2, 11);
    private readonly string number = Domain_Number();

    private static string Domain_Number() => WeChatMask.Domain.BookingNumber.FromPayload(4_123_456_789).Value;

    private static Vouchers New(params (string Id, ECDsa Key)[] keys)
    {
        var settings = new SecretSettings { VoucherKeyId = keys[0].Id };
        foreach (var (id, key) in keys) settings.VoucherKeys.Add(id, Convert.ToBase64String(key.ExportPkcs8PrivateKey()));
        return new Vouchers(Options.Create(settings));
    }

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public void A_voucher_reads_back_what_was_signed()
    {
        using var vouchers = New(("A", NewKey()));
        var text = vouchers.Sign(number, "LD01", Day);
        Assert.Equal(new VoucherContent(number, "LD01", Day), vouchers.Read(text));
        Assert.Equal(new VoucherContent(number, "LD01", Day), vouchers.Read($"  {text.ToLowerInvariant()}\r\n"));
    }

    [Fact]
    public void Every_character_fits_the_dense_mode_of_a_QR_code()
    {
        using var vouchers = New(("A", NewKey()));
        Assert.Matches("^[0-9A-Z.:-]+$", vouchers.Sign(number, "LD-01", Day));
    }

    [Fact]
    public void A_change_of_any_character_is_forged()
    {
        using var vouchers = New(("A", NewKey()));
        var text = vouchers.Sign(number, "LD01", Day);
        for (var i = 0; i < text.Length; i++)
        {
            var changed = text.ToCharArray();
            changed[i] = changed[i] == '2' ? '3' : '2';
            Assert.Null(vouchers.Read(new string(changed)));
        }
    }

    [Fact]
    public void Another_citys_key_under_the_same_id_is_forged()
    {
        using var ours = New(("A", NewKey()));
        using var theirs = New(("A", NewKey()));
        Assert.Null(ours.Read(theirs.Sign(number, "LD01", Day)));
    }

    [Fact]
    public void Vouchers_of_an_old_key_stay_good_after_a_rotation_and_an_unknown_key_is_forged()
    {
        using var first = NewKey();
        using var before = New(("A", first));
        using var after = New(("B", NewKey()), ("A", first));
        Assert.NotNull(after.Read(before.Sign(number, "LD01", Day)));
        Assert.Null(before.Read(after.Sign(number, "LD01", Day)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("WM1.")]
    [InlineData("WM1.A.....")]
    [InlineData(Number)]
    [InlineData("WM1.A.20000000009.LD01.200211.")]
    [InlineData("口罩")]
    public void Anything_else_is_forged(string text)
    {
        using var vouchers = New(("A", NewKey()));
        Assert.Null(vouchers.Read(text));
        Assert.Null(vouchers.Read(new string('A', 1_000_000)));
    }

    [Fact]
    public async Task Many_threads_sign_and_read_at_once()
    {
        using var vouchers = New(("A", NewKey()));
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), (_, _) =>
        {
            Assert.NotNull(vouchers.Read(vouchers.Sign(number, "LD01", Day)));
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void The_picture_is_an_image_of_its_own_with_a_title()
    {
        var svg = VoucherPicture.Svg("WM1.A.1");
        var root = XDocument.Parse(svg).Root!;
        Assert.Equal("img", root.Attribute("role")!.Value);
        Assert.Equal("WM1.A.1", root.Elements().First(e => e.Name.LocalName == "title").Value);
        Assert.DoesNotContain("href", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("style", svg, StringComparison.Ordinal);
        Assert.Equal(1, svg.Split("http").Length - 1);
    }
}

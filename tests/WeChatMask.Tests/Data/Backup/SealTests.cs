using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using WeChatMask.Data;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Data.Backup;

/// <summary>A file that is not as it was written is refused.</summary>
public sealed class SealTests : BackupTests
{
    [Theory]
    [InlineData("cut short")]
    [InlineData("a flipped bit")]
    [InlineData("a row less")]
    [InlineData("a table less")]
    [InlineData("another manifest")]
    [InlineData("no zip")]
    public async Task A_damaged_file_is_refused_before_anything_is_done(string damage)
    {
        await BackUpSmallCityAsync();
        await DamageAsync(damage);
        await using var target = await OpenAsync(DatabaseKind.Sqlite);

        var (code, said) = await RunAsync(target.Database, TimeProvider.System, "restore", Archive);

        Assert.Equal(1, code);
        Assert.Contains("damaged", said, StringComparison.Ordinal);
        Assert.False(File.Exists(target.File));
    }

    [Fact]
    public async Task A_file_that_somebody_changed_with_all_its_checksums_is_refused_whatever_the_operator_allows()
    {
        await BackUpSmallCityAsync();
        ChangeWithChecksums("pharmacy", "城", "域");
        await using var target = await OpenAsync(DatabaseKind.Sqlite);

        foreach (var allowed in (string[][])[[], ["--unsealed"]])
        {
            var (code, said) = await RunAsync(target.Database, TimeProvider.System, ["restore", Archive, .. allowed]);
            Assert.Equal(1, code);
            Assert.Contains("its seal is not of this key", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_sealed_by_another_key_or_by_none_is_refused_and_one_without_a_seal_is_taken_where_the_operator_says_so()
    {
        await BackUpSmallCityAsync();
        var other = Convert.ToBase64String(SHA256.HashData("other"u8));
        await using var target = await OpenAsync(DatabaseKind.Sqlite);

        var (code, said) = await RunAsync(other, target.Database, TimeProvider.System, new DatabaseSettings(), "restore", Archive);
        Assert.Equal((1, true), (code, said.Contains("its seal is not of this key", StringComparison.Ordinal)));
        using (var zip = ZipFile.Open(Archive, ZipArchiveMode.Update)) zip.GetEntry("manifest.hmac")!.Delete();
        (code, said) = await RunAsync(target.Database, TimeProvider.System, "restore", Archive);
        Assert.Equal((1, true), (code, said.Contains("it has no seal", StringComparison.Ordinal)));
        (code, said) = await RunAsync(target.Database, TimeProvider.System, "restore", Archive, "--unsealed");
        Assert.True(code == 0, said);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2hvcnQ=")]
    [InlineData("not base64")]
    public async Task Without_a_good_key_a_backup_is_made_only_where_the_operator_says_that_it_needs_no_seal(string key)
    {
        await using var city = await DeskCity.CreateAsync(2, [5]);

        var (code, said) = await RunAsync(key, city.Database, TimeProvider.System, new DatabaseSettings(), "backup", Archive);
        Assert.Equal((1, true), (code, said.Contains("Secrets:BackupKey must be base64 of 32 bytes", StringComparison.Ordinal)));
        Assert.False(File.Exists(Archive));
        if (key.Length > 0) return;
        (code, said) = await RunAsync(key, city.Database, TimeProvider.System, new DatabaseSettings(), "backup", Archive, "--unsealed");
        Assert.Equal((0, true), (code, said.Contains("not sealed", StringComparison.Ordinal)));
    }

    // What somebody does who knows the file's form and has no key.
    private void ChangeWithChecksums(string table, string from, string to)
    {
        using var zip = ZipFile.Open(Archive, ZipArchiveMode.Update);
        var rows = Encoding.UTF8.GetBytes(Read($"tables/{table}.jsonl").Replace(from, to, StringComparison.Ordinal));
        Write($"tables/{table}.jsonl", rows);
        var manifest = JsonNode.Parse(Read("manifest.json"))!;
        manifest["tables"]!.AsArray().Single(t => t!["name"]!.GetValue<string>() == table)!["content"]!["checksum"] = Convert.ToHexStringLower(SHA256.HashData(rows));
        var text = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        Write("manifest.json", text);
        Write("manifest.sha256", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(text))));

        string Read(string name)
        {
            using var reader = new StreamReader(zip.GetEntry(name)!.Open());
            return reader.ReadToEnd();
        }

        void Write(string name, byte[] content)
        {
            zip.GetEntry(name)!.Delete();
            using var stream = zip.CreateEntry(name).Open();
            stream.Write(content);
        }
    }

    private async Task DamageAsync(string damage)
    {
        var bytes = await File.ReadAllBytesAsync(Archive);
        switch (damage)
        {
            case "cut short":
                await File.WriteAllBytesAsync(Archive, bytes[..(bytes.Length / 2)]);
                break;
            case "a flipped bit":
                // Inside the packed bookings.
                var at = bytes.AsSpan().IndexOf("tables/booking.jsonl"u8) + 80;
                bytes[at] ^= 0x10;
                await File.WriteAllBytesAsync(Archive, bytes);
                break;
            case "no zip":
                await File.WriteAllTextAsync(Archive, "a city");
                break;
            default:
                await ChangeAsync(damage);
                break;
        }
    }

    private async Task ChangeAsync(string damage)
    {
        await using var zip = await ZipFile.OpenAsync(Archive, ZipArchiveMode.Update);
        var name = damage == "another manifest" ? "manifest.json" : "tables/booking.jsonl";
        var entry = zip.GetEntry(name)!;
        string text;
        using (var reader = new StreamReader(await entry.OpenAsync())) text = await reader.ReadToEndAsync();
        entry.Delete();
        if (damage == "a table less") return;
        await using var writer = new StreamWriter(await zip.CreateEntry(name).OpenAsync());
        await writer.WriteAsync(damage == "a row less" ? text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..] : text.Replace("\"createdAt\": \"2", "\"createdAt\": \"1", StringComparison.Ordinal));
    }
}

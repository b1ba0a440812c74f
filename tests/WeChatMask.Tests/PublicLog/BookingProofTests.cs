using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Levers;
using WeChatMask.Tests.Support;
using Receipts = WeChatMask.Domain.PublicLog.Receipt;

namespace WeChatMask.Tests.PublicLog;

/// <summary>What a resident can show of the own booking, and a stranger can check of the lists, by the public log alone.</summary>
public sealed class BookingProofTests
{
    private const string Round = "2020-02-10";
    private static readonly DateOnly Day = new(2020, 2, 10);

    [EngineTheory]
    public async Task The_answer_to_a_booking_has_its_receipt_and_the_same_request_gets_the_same_bytes(DatabaseKind engine)
    {
        await using var host = await OpenAsync(engine);
        using var wang = await host.NewResidentAsync(1);

        var made = await SendAsync(wang, new { residentId = wang.ResidentId, pharmacyCode = "LD01", requestId = "a" });
        var again = await SendAsync(wang, new { residentId = wang.ResidentId, pharmacyCode = "LD02", requestId = "a" });
        var bare = await SendAsync(wang, new { requestId = "a" });

        Assert.Equal((201, 200, 200), (made.Status, again.Status, bare.Status));
        Assert.Equal(made.Text, again.Text);
        Assert.Equal(made.Text, bare.Text);
        var receipt = Verified(host, made.Json.GetProperty("receipt").GetString()!);
        var second = (await host.NowAsync()).ToUnixTimeSeconds();
        Assert.Matches($"^book {Round} LD01 1 1 ({second - 1}|{second}|{second - 2}) ", receipt.Entry);
        Assert.Equal((await CityLog.ReadAsync(host.Get<Database>())).Entries[(int)receipt.Index], receipt.Entry);
        Assert.False((await wang.Http.GetJsonAsync("/api/bookings")).GetProperty("bookings")[0].TryGetProperty("receipt", out _));
    }

    [EngineTheory]
    public async Task The_same_request_after_a_restart_gets_the_same_bytes_whatever_has_been_added_and_tiled_since(DatabaseKind engine)
    {
        await using var host = await OpenAsync(engine);
        using var wang = await host.NewResidentAsync(1);
        var request = new { residentId = wang.ResidentId, pharmacyCode = "LD01", requestId = "a" };
        var made = await SendAsync(wang, request);
        await host.Get<Database>().WriteAsync(
            t => LogPendingStore.AddAsync(t, [.. Enumerable.Range(0, Tile.Full).Select(i => LogEntry.Audit("office", i, MerkleTree.EmptyRoot))]), default);
        await host.AdvanceAsync("PT5S");
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM log_tile"));

        await host.RestartAsync();

        using var again = await host.PhoneAsync("o-1");
        var repeated = await SendAsync(wang with { Http = again }, request);
        Assert.Equal((201, 200), (made.Status, repeated.Status));
        Assert.Equal(made.Text, repeated.Text);
        Verified(host, repeated.Json.GetProperty("receipt").GetString()!);
    }

    [Fact]
    public async Task A_receipt_is_a_file_of_its_own_account_and_nobody_elses()
    {
        await using var host = await OpenAsync();
        using var wang = await host.NewResidentAsync(1);
        using var other = await host.NewResidentAsync(2);
        var booked = (await wang.BookAsync("LD01", "a")).Body;
        var number = booked.GetProperty("number").GetString();

        using var file = await wang.Http.GetAsync(new Uri($"/bookings/{number}/receipt.txt", UriKind.Relative));

        Assert.Equal(booked.GetProperty("receipt").GetString(), await file.Content.ReadAsStringAsync());
        Assert.Equal(("text/plain", $"receipt-{number}.txt", true), (file.Content.Headers.ContentType!.MediaType, file.Content.Headers.ContentDisposition!.FileName, file.Headers.CacheControl!.NoStore));
        foreach (var path in Paths(number))
        {
            Assert.Equal((404, "unknown_booking"), await RefusedAsync(other.Http, path));
            Assert.Equal((404, "unknown_booking"), await RefusedAsync(other.Http, path.Replace(number!, "x", StringComparison.Ordinal)));
            Assert.Equal(401, (await RefusedAsync(host.Http, path)).Status);
        }
    }

    [Fact]
    public async Task There_is_no_receipt_of_what_is_older_than_the_log_nor_after_the_rounds_key_is_destroyed()
    {
        await using var host = await OpenAsync();
        using var wang = await host.NewResidentAsync(1);
        using var li = await host.NewResidentAsync(2);
        var old = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString();
        var kept = (await li.BookAsync("LD01", "a")).Body.GetProperty("number").GetString();

        await host.Get<Database>().WriteAsync(t => t.ExecuteAsync("UPDATE booking SET log_batch = NULL WHERE number = @old", new { old }), default);
        await AssertGoneAsync(wang, old);
        Assert.True((await li.BookAsync("LD01", "a")).Body.TryGetProperty("receipt", out _));

        await host.Get<Database>().WriteAsync(t => host.Get<RoundKeyStore>().DestroyAsync(t, Day, Day), default);
        await AssertGoneAsync(li, kept);

        static async Task AssertGoneAsync(ResidentPhone phone, string? number)
        {
            var (status, again) = await phone.BookAsync("LD01", "a");
            Assert.Equal((200, number, false), (status, again.GetProperty("number").GetString(), again.TryGetProperty("receipt", out _)));
            foreach (var path in Paths(number)) Assert.Equal((404, "receipt_gone"), await RefusedAsync(phone.Http, path));
        }
    }

    [EngineTheory]
    public async Task The_proof_of_a_booking_holds_piece_by_piece_before_and_after_the_lists_are_out(DatabaseKind engine)
    {
        await using var host = await OpenAsync(engine);
        var numbers = new List<string>();
        var phones = new List<ResidentPhone>();
        for (var i = 1; i <= 5; i++)
        {
            phones.Add(await host.NewResidentAsync(i));
            numbers.Add((await phones[^1].BookAsync(i == 3 ? "LD02" : "LD01", "a")).Body.GetProperty("number").GetString()!);
        }

        Assert.Equal(204, await phones[3].CancelAsync(numbers[3]));

        var before = await ProofAsync(phones[1], numbers[1]);
        Assert.False(before.TryGetProperty("list", out _) || before.TryGetProperty("code", out _));
        AssertHeld(host, before, 2, "LD01", 2);
        await host.SetClockAsync($"{Round}T22:05:00+08:00");
        foreach (var (i, code, serial) in new[] { (0, "LD01", 1), (1, "LD01", 2), (2, "LD02", 1), (3, "LD01", 3), (4, "LD01", 4) })
        {
            var proof = await ProofAsync(phones[i], numbers[i]);
            var (receipt, head) = AssertHeld(host, proof, i + 1, code, serial);
            Assert.Equal((head.Code, proof.GetProperty("code").GetString()), (proof.GetProperty("code").GetString(), await CodeAsync(host)));
            AssertListed(proof.GetProperty("list"), head, code, serial, i + 1);
            Assert.True(receipt.Note.Checkpoint.Size < head.Size);
            // A thing that lists do not tell: whose salt it is.
            Assert.DoesNotContain(proof.GetProperty("proofSalt").GetString()!, (await host.Http.GetStringAsync(new Uri($"/api/public/rounds/{Round}/list?pharmacy={code}", UriKind.Relative))), StringComparison.Ordinal);
            phones[i].Dispose();
        }
    }

    [EngineTheory]
    public async Task The_rows_of_every_list_have_the_root_that_the_log_names(DatabaseKind engine)
    {
        await using var host = await OpenAsync(engine);
        for (var i = 1; i <= 4; i++)
        {
            using var phone = await host.NewResidentAsync(i);
            var (_, booked) = await phone.BookAsync("LD01", "a");
            if (i == 2) Assert.Equal(204, await phone.CancelAsync(booked.GetProperty("number").GetString()!));
        }

        await host.SetClockAsync("2020-02-11T08:00:00+08:00");
        Assert.Equal(4, (await ProvenList.ReadAsync(host, Round, "LD01")).GetProperty("entries").GetArrayLength());
        Assert.Equal(0, (await ProvenList.ReadAsync(host, Round, "LD02")).GetProperty("entries").GetArrayLength());

        // Goods for one: the others' pickup moves, and their slot with it; the list stays what it was.
        using var clerk = await host.ClerkAsync("LD01");
        Assert.Equal(201, (await clerk.PostAsync("/api/pharmacy/deliveries", new { date = "2020-02-11", units = 5, requestId = "d1" })).Status);
        var moved = (await ProvenList.ReadAsync(host, Round, "LD01")).GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal([false, false, true, true], moved.Select(e => e.TryGetProperty("movedTo", out _)));
        Assert.Equal([false, false, true, true], moved.Select(e => e.TryGetProperty("listedSlot", out _)));
    }

    [Fact]
    public async Task The_list_of_a_round_that_was_annulled_before_it_was_out_has_the_serials_of_the_log_and_nobodys_name()
    {
        await using var host = await OpenAsync();
        using var wang = await host.NewResidentAsync(1);
        using var supervisor = await host.SupervisorAsync();
        var number = (await wang.BookAsync("LD01", "a")).Body.GetProperty("number").GetString()!;
        Assert.Equal(201, (await LeverTests.PressAsync(supervisor, "annul", await LeverTests.PreviewAsync(supervisor, new { kind = "annul", date = Round }), "货源中断")).Status);
        await host.SetClockAsync($"{Round}T22:05:00+08:00");

        var entry = Assert.Single((await ProvenList.ReadAsync(host, Round, "LD01")).GetProperty("entries").EnumerateArray());
        var proof = await ProofAsync(wang, number);

        Assert.Equal(("-", "-", "cancelled"), (entry.GetProperty("name").GetString(), entry.GetProperty("idNumber").GetString(), entry.GetProperty("status").GetString()));
        Assert.False(proof.TryGetProperty("list", out _));
        AssertHeld(host, proof, 1, "LD01", 1);
    }

    private static async Task<SandboxHost> OpenAsync(DatabaseKind engine = DatabaseKind.Sqlite)
    {
        var host = await SandboxHost.StartAsync("loudi", $"{Round}T18:59:00+08:00", engine: engine);
        await host.SetClockAsync($"{Round}T19:00:00+08:00");
        return host;
    }

    private static string[] Paths(string? number) => [$"/bookings/{number}/receipt.txt", $"/api/bookings/{number}/proof"];

    private static async Task<(int Status, string Text, JsonElement Json)> SendAsync(ResidentPhone phone, object body)
    {
        using var answer = await phone.Http.PostAsJsonAsync("/api/bookings", body);
        var text = await answer.Content.ReadAsStringAsync();
        // In one piece: its length is said ahead.
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text), answer.Content.Headers.ContentLength);
        return ((int)answer.StatusCode, text, JsonSerializer.Deserialize<JsonElement>(text));
    }

    private static async Task<(int Status, string? Code)> RefusedAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)answer.StatusCode, answer.StatusCode == HttpStatusCode.OK ? null : (await answer.JsonAsync()).Code());
    }

    private static Task<JsonElement> ProofAsync(ResidentPhone phone, string number) => phone.Http.GetJsonAsync($"/api/bookings/{number}/proof");

    private static async Task<string?> CodeAsync(SandboxHost host) => (await host.Http.GetJsonAsync($"/log/marks?date={Round}")).GetProperty("marks").EnumerateArray()
        .Single(m => m.GetProperty("kind").GetString() == "published").GetProperty("code").GetString();

    private static Receipts Verified(SandboxHost host, string text)
    {
        var keys = host.Get<LogKeys>();
        var receipt = Receipts.TryVerify(text, keys.KeysOf(keys.Origin));
        Assert.NotNull(receipt);
        return receipt;
    }

    /// <summary>The receipt holds, is the person's, and its tree is where the checkpoint begins.</summary>
    private static (Receipts Receipt, Checkpoint Head) AssertHeld(SandboxHost host, JsonElement proof, int person, string code, int serial)
    {
        var receipt = Verified(host, proof.GetProperty("receipt").GetString()!);
        var salt = Base64Url.DecodeFromChars(proof.GetProperty("proofSalt").GetString());
        var who = Who.Of(receipt.Salt!.Value, Who.IdCommitment(salt, People.IdNumber(person), "张三丰"));
        Assert.StartsWith($"book {Round} {code} 1 {serial} ", receipt.Entry, StringComparison.Ordinal);
        Assert.EndsWith($" {who}", receipt.Entry, StringComparison.Ordinal);
        var keys = host.Get<LogKeys>();
        var head = SignedNote.TryVerify(proof.GetProperty("checkpoint").GetString()!, keys.KeysOf(keys.Origin))!.Checkpoint;
        var from = receipt.Note.Checkpoint;
        Assert.Equal(from.Origin, head.Origin);
        Assert.True(MerkleTree.VerifyConsistency(from.Size, from.Root, head.Size, head.Root, Hashes(proof.GetProperty("consistency"))));
        return (receipt, head);
    }

    private static void AssertListed(JsonElement list, Checkpoint head, string code, int serial, int person)
    {
        var (row, entry) = (list.GetProperty("row").GetString()!, list.GetProperty("entry").GetString()!);
        var rows = list.GetProperty("rows").GetInt32();
        Assert.StartsWith($"{serial}\t张**\t**************{People.IdNumber(person)[^4..]}\t", row, StringComparison.Ordinal);
        Assert.StartsWith($"list {Round} {code} {rows} ", entry, StringComparison.Ordinal);
        Assert.True(Hash.TryParse(entry.Split(' ')[4], out var root));
        Assert.Equal(serial - 1, list.GetProperty("position").GetInt32());
        Assert.True(MerkleTree.VerifyInclusion(MerkleTree.Leaf(row), serial - 1, rows, Hashes(list.GetProperty("path")), root));
        Assert.True(MerkleTree.VerifyInclusion(MerkleTree.Leaf(entry), list.GetProperty("index").GetInt64(), head.Size, Hashes(list.GetProperty("entryPath")), head.Root));
    }

    private static List<Hash> Hashes(JsonElement texts) => [.. texts.EnumerateArray().Select(t => Hash.TryParse(t.GetString(), out var hash) ? hash : throw new FormatException())];
}

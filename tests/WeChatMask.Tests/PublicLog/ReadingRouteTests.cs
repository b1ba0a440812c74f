using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.PublicLog;

/// <summary>The log over HTTP, as strangers and their tools read it.</summary>
public sealed class ReadingRouteTests
{
    private const string Forever = "public, max-age=31536000, immutable";
    private const string Binary = "application/octet-stream";
    private const string Text = "text/plain; charset=utf-8";
    private const string Problem = "application/problem+json";

    [Fact]
    public async Task Everybody_reads_the_whole_log_and_can_prove_every_line_of_it()
    {
        await using var host = await SandboxHost.StartAsync();
        await using var held = await host.HoldJobsAsync();
        await ReadingTree.GrowAsync(host.Get<Database>(), 700, 3);
        await ReadingTree.TileAllAsync(host.Get<Database>());
        await ReadingTree.GrowAsync(host.Get<Database>(), 400);
        var tree = await ReadingTree.ReadAsync(host.Get<Database>());
        Answer checkpoint = null!;
        await Eventually.UntilAsync(async () => (checkpoint = await AskAsync(host, "/log/checkpoint")).Text.Split('\n')[1] == $"{tree.Size}");
        var keys = (await AskAsync(host, "/log/vkeys")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(k => VerifierKey.TryParse(k)!).ToList();

        Assert.Equal((HttpStatusCode.OK, Text, "public, max-age=1", "*"), checkpoint.Head);
        Assert.Equal(new Checkpoint("sandbox/log", tree.Size, tree.Root(tree.Size)), SignedNote.TryVerify(checkpoint.Text, keys)!.Checkpoint);
        foreach (var tile in Tile.Of(tree.Size).Append(new Tile(0, 1, 7)).Append(new Tile(Tile.Entries, 0, 255)))
        {
            var answer = await AskAsync(host, $"/log/{tile}");
            Assert.Equal((HttpStatusCode.OK, Binary, Forever, "*"), answer.Head);
            Assert.Equal(tree.Bytes(tile), answer.Bytes);
        }

        foreach (var index in new[] { 0, 255, 256, tree.Size - 1 })
        {
            var answer = await AskAsync(host, $"/log/inclusion?index={index}&size={tree.Size}");
            var proof = answer.Json;
            Assert.Equal((HttpStatusCode.OK, "application/json; charset=utf-8", Forever, "*"), answer.Head);
            Assert.Equal((index, tree.Size, tree.Entries[index]), (proof.GetProperty("index").GetInt32(), proof.GetProperty("size").GetInt32(), proof.GetProperty("entry").GetString()!));
            Assert.True(MerkleTree.VerifyInclusion(tree.Leaf(index), index, tree.Size, Path(proof), tree.Root(tree.Size)));
        }

        foreach (var from in new[] { 0, 1, 256, 700, tree.Size })
        {
            var answer = await AskAsync(host, $"/log/consistency?from={from}&to={tree.Size}");
            Assert.Equal((HttpStatusCode.OK, "application/json; charset=utf-8", Forever, "*"), answer.Head);
            Assert.True(MerkleTree.VerifyConsistency(from, tree.Root(from), tree.Size, tree.Root(tree.Size), Path(answer.Json)));
        }

        // What is asked of the newest size is another thing a second later.
        foreach (var path in new[] { "/log/inclusion?index=0", "/log/consistency?from=1" })
        {
            var answer = await AskAsync(host, path);
            Assert.Equal((HttpStatusCode.OK, "application/json; charset=utf-8", "public, max-age=1", "*"), answer.Head);
            Assert.Equal(tree.Size, answer.Json.GetProperty(path.Contains("index", StringComparison.Ordinal) ? "size" : "to").GetInt32());
        }
    }

    [Fact]
    public async Task What_there_is_not_is_refused_by_its_name_and_kept_by_nobody()
    {
        await using var host = await SandboxHost.StartAsync();
        await using var held = await host.HoldJobsAsync();
        await ReadingTree.GrowAsync(host.Get<Database>(), 300);
        var size = (await ReadingTree.ReadAsync(host.Get<Database>())).Size;
        foreach (var (path, status, code) in new (string, int, string)[]
        {
            ($"/log/tile/0/{size / 256:000}", 404, "not_found"), ($"/log/tile/entries/{size / 256:000}.p/{(size % 256) + 1}", 404, "not_found"), ("/log/tile/1/001", 404, "not_found"),
            ("/log/tile/0/0", 404, "not_found"), ("/log/tile/0/x000/001", 404, "not_found"), ("/log/tile/7/000", 404, "not_found"), ("/log/tile/data/000", 404, "not_found"),
            ("/log/tile/0/000.p/256", 404, "not_found"), ("/log/tile/", 404, "not_found"), ("/log/tile/0/x999/x999/x999/x999/x999/999", 404, "not_found"),
            ("/log/docs/x", 404, "not_found"), ($"/log/docs/{new Hash(new byte[32])}", 404, "not_found"), ("/log/checkpoint/witnessed", 404, "not_found"),
            ($"/log/inclusion?index={size}&size={size}", 404, "unknown_entry"), ($"/log/inclusion?index=1&size=1", 404, "unknown_entry"), ("/log/inclusion?index=-1", 404, "unknown_entry"),
            ("/log/inclusion?index=0&size=0", 404, "unknown_entry"), ($"/log/inclusion?index=0&size={size + 1}", 422, "size_too_large"), ("/log/inclusion", 400, "bad_request"),
            ("/log/inclusion?index=x", 400, "bad_request"), ($"/log/consistency?from=1&to={size + 1}", 422, "size_too_large"), ("/log/consistency?from=3&to=2", 422, "size_too_large"),
            ($"/log/consistency?from={size + 1}", 422, "size_too_large"), ("/log/consistency?from=-1&to=2", 422, "invalid_request"), ("/log/marks?date=yesterday", 422, "invalid_date"),
        })
        {
            var answer = await AskAsync(host, path);
            Assert.Equal($"{path} {status} {code}", $"{path} {(int)answer.Head.Status} {answer.Json.Code()}");
            // What is no number is refused before the route is asked.
            if (status != 400) Assert.Equal((Problem, path.StartsWith("/log/tile", StringComparison.Ordinal) ? "no-store" : null, "*"), (answer.Head.Type!.Split(';')[0], answer.Head.Cache, answer.Head.Origin));
        }
    }

    [Fact]
    public async Task A_head_is_answered_like_the_whole_and_other_sites_may_ask_before_they_call()
    {
        await using var host = await SandboxHost.StartAsync();
        foreach (var path in new[] { "/log/checkpoint", "/log/tile/entries/000.p/1", "/log/marks", "/log/inclusion?index=0&size=1" })
        {
            using var head = new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative));
            using var answer = await host.Http.SendAsync(head);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
            Assert.Equal((await AskAsync(host, path)).Head, HeadOf(answer));

            using var before = new HttpRequestMessage(HttpMethod.Options, new Uri(path, UriKind.Relative));
            before.Headers.Add("Origin", "https://elsewhere.example");
            before.Headers.Add("Access-Control-Request-Method", "GET");
            using var allowed = await host.Http.SendAsync(before);
            Assert.Equal(["*"], allowed.Headers.GetValues("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task A_document_is_the_bytes_that_a_line_names()
    {
        await using var host = await SandboxHost.StartAsync();
        var line = (await ReadingTree.ReadAsync(host.Get<Database>())).Entries.First(e => e.StartsWith("policy ", StringComparison.Ordinal));

        var answer = await AskAsync(host, $"/log/docs/{line.Split(' ')[2]}");

        Assert.Equal((HttpStatusCode.OK, "application/json; charset=utf-8", Forever, "*"), answer.Head);
        Assert.Equal(line.Split(' ')[2], Hash.Of(answer.Bytes).ToString());
        Assert.Equal(JsonValueKind.Object, answer.Json.ValueKind);
    }

    [Fact]
    public async Task The_marks_of_a_round_are_found_by_its_day_with_the_codes_that_people_compare()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:40:00+08:00");
        Assert.Empty((await AskAsync(host, "/log/marks?date=2020-02-10")).Json.GetProperty("marks").EnumerateArray());
        await host.SetClockAsync("2020-02-10T18:55:00+08:00");
        var ready = await AskAsync(host, "/log/marks?date=2020-02-10");
        await host.SetClockAsync("2020-02-11T20:00:00+08:00");

        Assert.Equal((HttpStatusCode.OK, "application/json; charset=utf-8", "public, max-age=2", "*"), ready.Head);
        Assert.Equal("ready", Assert.Single(ready.Json.GetProperty("marks").EnumerateArray()).GetProperty("kind").GetString());
        var marks = (await AskAsync(host, "/log/marks?date=2020-02-10")).Json.GetProperty("marks").EnumerateArray().ToList();
        Assert.Equal(["ready", "closed", "published", "ended"], marks.Select(m => m.GetProperty("kind").GetString()));
        Assert.Equal(ready.Json.GetProperty("marks")[0].GetRawText(), marks[0].GetRawText());
        var tree = await ReadingTree.ReadAsync(host.Get<Database>());
        foreach (var mark in marks)
        {
            var note = SignedNote.TryVerify(mark.GetProperty("note").GetString()!, host.Get<LogKeys>().KeysOf("sandbox/log"))!;
            Assert.Equal(tree.Root(note.Checkpoint.Size), note.Checkpoint.Root);
            Assert.Equal((note.Checkpoint.Size, note.Checkpoint.Code, "2020-02-10"), (mark.GetProperty("size").GetInt64(), mark.GetProperty("code").GetString()!, mark.GetProperty("date").GetString()!));
        }

        Assert.StartsWith("publish 2020-02-10 ", tree.Entries[marks[2].GetProperty("size").GetInt32() - 1], StringComparison.Ordinal);
        var all = (await AskAsync(host, "/log/marks")).Json.GetProperty("marks").EnumerateArray().Select(m => m.GetProperty("date").GetString()!).ToList();
        Assert.Equal("2020-02-11", all[0]);
        Assert.Equal(all.OrderDescending(StringComparer.Ordinal), all);
    }

    [Fact]
    public async Task A_witness_that_the_city_knows_may_sign_marks_and_nothing_else_is_taken()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var witness = VerifierKey.OfWitness("gazette.example", key);
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Log:Witnesses:0"] = witness.ToString() };
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:40:00+08:00", settings: settings);
        await host.SetClockAsync("2020-02-10T18:55:00+08:00");
        var mark = (await host.Get<LogReader>().MarksAsync(new DateOnly(2020, 2, 10), default))[0].Note.Checkpoint;
        var keys = (await AskAsync(host, "/log/vkeys")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([host.Get<LogKeys>().Key.ToString(), witness.ToString()], keys);

        Assert.Equal((403, "unknown_witness"), await SendAsync(mark.Size, SignedNote.Cosign(mark, "gazette.example", other, 100)));
        Assert.Equal((403, "unknown_witness"), await SendAsync(mark.Size, SignedNote.Cosign(mark, "nobody.example", key, 100)));
        Assert.Equal((403, "unknown_witness"), await SendAsync(mark.Size, "garbage"));
        Assert.Equal((422, "not_a_mark"), await SendAsync(mark.Size + 1, SignedNote.Cosign(mark with { Size = mark.Size + 1 }, "gazette.example", key, 100)));
        Assert.Equal((422, "bad_signature"), await SendAsync(mark.Size, SignedNote.Cosign(mark with { Root = default }, "gazette.example", key, 100)));
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(host, "/log/checkpoint/witnessed")).Head.Status);

        Assert.Equal((204, null), await SendAsync(mark.Size, SignedNote.Cosign(mark, "gazette.example", key, 100)));
        var first = await AskAsync(host, "/log/checkpoint/witnessed");
        Assert.Equal((HttpStatusCode.OK, Text, "public, max-age=2", "*"), first.Head);
        var note = SignedNote.TryVerify(first.Text, [.. keys.Select(k => VerifierKey.TryParse(k)!)])!;
        Assert.Equal(mark, note.Checkpoint);
        Assert.Equal([new Cosignature("gazette.example", 100)], note.Cosignatures);

        // Again, and an older one: nothing changes. A newer one replaces it, with or without its line end.
        Assert.Equal((204, null), await SendAsync(mark.Size, SignedNote.Cosign(mark, "gazette.example", key, 100)));
        Assert.Equal((204, null), await SendAsync(mark.Size, SignedNote.Cosign(mark, "gazette.example", key, 99)));
        Assert.Equal(first.Text, (await AskAsync(host, "/log/checkpoint/witnessed")).Text);
        Assert.Equal((204, null), await SendAsync(mark.Size, SignedNote.Cosign(mark, "gazette.example", key, 101).TrimEnd('\n')));
        var newer = await AskAsync(host, "/log/checkpoint/witnessed");
        Assert.Equal([new Cosignature("gazette.example", 101)], SignedNote.TryVerify(newer.Text, [.. keys.Select(k => VerifierKey.TryParse(k)!)])!.Cosignatures);
        Assert.Equal(1, await host.Get<Database>().ScalarAsync<long>("SELECT COUNT(*) FROM log_cosignature"));

        async Task<(int Status, string? Code)> SendAsync(long size, string line)
        {
            using var body = new StringContent($"{size}\n{line}", Encoding.UTF8, "text/plain");
            using var answer = await host.Http.PostAsync(new Uri("/log/cosignatures", UriKind.Relative), body);
            return ((int)answer.StatusCode, answer.StatusCode == HttpStatusCode.NoContent ? null : (await answer.JsonAsync()).Code());
        }
    }

    [Fact]
    public async Task Before_the_log_has_begun_there_is_none_to_read()
    {
        await using var host = await SandboxHost.StartAsync(configure: b => b.Services.Remove(b.Services.Single(s => s.ImplementationType?.Name == "LogBeginning")));

        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(host, "/log/checkpoint")).Head.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(host, "/log/tile/0/000.p/1")).Head.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(host, "/log/inclusion?index=0")).Head.Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(host, "/log/vkeys")).Head.Status);
    }

    private static IReadOnlyList<Hash> Path(JsonElement proof) => [.. proof.GetProperty("path").EnumerateArray().Select(h => Hash.TryParse(h.GetString()!, out var hash) ? hash : throw new FormatException())];

    private static async Task<Answer> AskAsync(SandboxHost host, string path)
    {
        using var answer = await host.Http.GetAsync(new Uri(path, UriKind.Relative));
        return new Answer(HeadOf(answer), await answer.Content.ReadAsByteArrayAsync());
    }

    private static (HttpStatusCode Status, string? Type, string? Cache, string? Origin) HeadOf(HttpResponseMessage answer)
    {
        return (answer.StatusCode, answer.Content.Headers.ContentType?.ToString(), Of("Cache-Control"), Of("Access-Control-Allow-Origin"));

        string? Of(string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
    }

    private sealed record Answer((HttpStatusCode Status, string? Type, string? Cache, string? Origin) Head, byte[] Bytes)
    {
        public string Text => Encoding.UTF8.GetString(Bytes);

        public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Bytes);
    }
}

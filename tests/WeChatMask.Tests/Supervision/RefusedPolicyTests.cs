using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using WeChatMask.City;
using WeChatMask.Data;
using WeChatMask.Rounds;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Pages;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Supervision;

/// <summary>A policy that cannot be used is refused with the member that is wrong and what to write there, wherever it comes from.</summary>
public sealed class RefusedPolicyTests
{
    /// <summary>Where, what is put there (<c>-</c> takes it away), the member that is named, and a part of the sentence.</summary>
    public static TheoryData<string, string, string, string> Wrong() => new()
    {
        { "unitPriceFen", "\"1.60\"", "$.unitPriceFen", "整数" },
        { "unitPriceFen", "1.5", "$.unitPriceFen", "整数" },
        { "unitPriceFen", "-1", "$.unitPriceFen", "0 到 10000000" },
        { "unitsPerBooking", "0", "$.unitsPerBooking", "1 到 1000" },
        { "unitsPerBooking", "1e99", "$.unitsPerBooking", "整数" },
        { "unitsPerBooking", "null", "$.unitsPerBooking", "不能为空" },
        { "cooldownDays", "-", "$.cooldownDays", "不能为空" },
        { "cooldownDays", "true", "$.cooldownDays", "整数" },
        { "lapseKeepsCooldown", "\"yes\"", "$.lapseKeepsCooldown", "true 或 false" },
        { "surprise", "1", "$.surprise", "没有这一项" },
        { "from", "\"2020-02-30\"", "$.from", "日期" },
        { "from", "20200211", "$.from", "日期" },
        { "goods", "\"口罩\"", "$.goods", "花括号" },
        { "goods.name", "\" \"", "$.goods.name", "不能为空" },
        { "goods.name", "\"口\\u0007罩\"", "$.goods.name", "U+0007" },
        { "goods.unit", "\"只\\u202e\"", "$.goods.unit", "U+202E" },
        { "goods.unit", "\"一二三四五六七八九\"", "$.goods.unit", "最多 8 个字" },
        { "goods.weight", "1", "$.goods.weight", "没有这一项" },
        { "windows", "[]", "$.windows", "不能为空" },
        { "windows", "{}", "$.windows", "方括号" },
        { "windows", "[{\"opens\":\"19:00\"}]", "$.windows[0].closes", "不能为空" },
        { "windows", "[{\"opens\":\"19:00\",\"closes\":\"19:00\"}]", "$.windows[0].closes", "晚于开始的 19:00" },
        { "windows", "[{\"opens\":\"19:00\",\"closes\":\"25:00\"}]", "$.windows[0].closes", "最晚 24:00" },
        { "windows", "[{\"opens\":\"19:00\",\"closes\":\"24:01\"}]", "$.windows[0].closes", "最晚 24:00" },
        { "windows", "[{\"opens\":\"24:00\",\"closes\":\"24:00\"}]", "$.windows[0].closes", "晚于开始的 24:00" },
        { "windows", "[{\"opens\":\"9:00\",\"closes\":\"10:00\"}]", "$.windows[0].opens", "时间" },
        { "windows", "[{\"opens\":\"18:00\",\"closes\":\"19:00\"},{\"opens\":\"18:30\",\"closes\":\"20:00\"}]", "$.windows[1].opens", "19:00" },
        { "quotas", "{\"LD01\":[1]}", "$.quotas", "一般药店" },
        { "quotas", "{\"*\":[1,2]}", "$.quotas['*']", "现在是 2 个" },
        { "quotas", "{\"*\":[\"1\"]}", "$.quotas['*'][0]", "整数" },
        { "quotas", "{\"*\":[-1]}", "$.quotas['*'][0]", "0 到" },
        { "quotas", "{\"*\":null}", "$.quotas['*']", "不能为空" },
        { "quotas", "{\"*\":[160],\"LD99\":[10]}", "$.quotas['LD99']", "没有“LD99”这家药店" },
        { "quotas", "{\"*\":[160],\"ld01\":[10]}", "$.quotas['ld01']", "没有“ld01”这家药店" },
        { "quotas", "{\"*\":[160],\"LD01 \":[10]}", "$.quotas['LD01 ']", "没有“LD01 ”这家药店" },
        { "pickup.opens", "\"18:00\"", "$.pickup.closes", "晚于开始的 18:00" },
        { "pickup.slotMinutes", "1441", "$.pickup.slotMinutes", "0 到 1440" },
        { "cancelUntil", "\"18:01\"", "$.cancelUntil", "18:00" },
        { "eligibility", "\"nobody\"", "$.eligibility", "identityNumber/registry" },
        { "complaints", "[\"123\\n45\"]", "$.complaints[0]", "U+000A" },
        { "complaints", "[1]", "$.complaints[0]", "文字" },
        { "retentionDays", "0", "$.retentionDays", "1 到 3660" },
        { "registry", "{\"keepDays\":0}", "$.registry.keepDays", "1 到 366" },
        { "registry", "{\"keepDays\":1,\"outage\":\"panic\"}", "$.registry.outage", "只能是" },
        { "stockMarginPercent", "1001", "$.stockMarginPercent", "0 到 1000" },
    };

    [Fact]
    public async Task Every_fault_is_named_by_its_member_with_what_to_write()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T12:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var before = await host.Get<Database>().ScalarAsync<int>("SELECT COUNT(*) FROM policy");
        var wrong = new List<string>();
        foreach (var row in Wrong())
        {
            var (place, value, path, part) = ((string)row[0], (string)row[1], (string)row[2], (string)row[3]);
            var policy = await Policies.NewestAsync(supervisor);
            policy["from"] = "2020-02-12";
            Put(policy, place.Split('.'), value);
            foreach (var (status, body) in new[] { await Policies.PreviewAsync(supervisor, policy), await Policies.AddAsync(supervisor, policy) })
            {
                var faults = body.TryGetProperty("faults", out var all) ? all.EnumerateArray().Select(f => $"{f.GetProperty("path")} {f.GetProperty("message")}").ToList() : [];
                var isNamed = faults.Exists(f => f.StartsWith(path + " ", StringComparison.Ordinal) && f.Contains(part, StringComparison.Ordinal));
                if (status != 422 || body.Code() != "invalid_policy" || !isNamed || !body.GetProperty("title").GetString()!.Contains(faults[0].Split(' ')[0], StringComparison.Ordinal))
                    wrong.Add($"{place}={value}: {status} {string.Join(" | ", faults)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, await host.Get<Database>().ScalarAsync<int>("SELECT COUNT(*) FROM policy"));
    }

    [EngineTheory]
    public async Task A_pharmacy_may_have_places_of_its_own_and_one_that_is_not_there_none(DatabaseKind engine)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T12:00:00+08:00", engine: engine);
        using var supervisor = await host.SupervisorAsync();
        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-11";
        policy["quotas"] = JsonNode.Parse("""{"*":[160],"LD01":[30],"LD99":[10]}""");
        Assert.Equal(422, (await Policies.AddAsync(supervisor, policy)).Status);
        Assert.Empty((await host.Http.GetJsonAsync("/api/public/changes")).GetProperty("changes").EnumerateArray());

        policy["quotas"] = JsonNode.Parse("""{"*":[160],"LD01":[30]}""");
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy)).Status);
        await host.SetClockAsync("2020-02-11T12:00:00+08:00");

        Assert.Equal(30, (await host.BooksAsync("2020-02-11", "LD01")).Figure("planned"));
        Assert.Equal(160, (await host.BooksAsync("2020-02-11", "LD02")).Figure("planned"));
    }

    [Theory]
    [InlineData("UnitPrice", "一元六", "请填数字，如 1.60")]
    [InlineData("UnitPrice", "1.605", "请填数字，如 1.60")]
    [InlineData("CooldownDays", "两天", "请填整数")]
    [InlineData("CooldownDays", "0", "1 到 366")]
    [InlineData("Windows", "19:00到22:00", "第 1 行：“19:00到22:00”看不懂，请写成 17:30-18:00")]
    [InlineData("Windows", "19:00-20:00\n19:30-21:00", "第 2 行：要在上一场结束（20:00）之后开始")]
    [InlineData("Quotas", "*=160\nLD99=10", "没有“LD99”这家药店")]
    [InlineData("Quotas", "*=160,160", "共 1 场，要写 1 个数，现在是 2 个")]
    [InlineData("Quotas", "全部", "请写成 *=10,10")]
    [InlineData("PickupCloses", "24:30", "最晚 24:00")]
    [InlineData("CancelUntil", "25", "请填时间")]
    [InlineData("From", "明天", "请填日期")]
    [InlineData("GoodsName", "口\u0001罩", "U+0001")]
    [InlineData("GoodsUnit", "", "不能为空")]
    public async Task The_form_says_under_the_field_what_to_write(string field, string typed, string sentence)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T12:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var page = await PageReader.OpenAsync(supervisor, "/supervisor/policy");
        var fields = PolicyFormTests.Fields(page.Html).Where(f => f.Name != $"Form.{field}").Append(("Form.From", "2020-02-12")).ToList();
        if (field == "From") fields.RemoveAll(f => f.Item1 == "Form.From");

        var answer = await page.PostAsync(supervisor, [.. fields, ($"Form.{field}", typed)]);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Contains(sentence, answer.Text, StringComparison.Ordinal);
        Assert.Contains($"id=\"w-{field}\"", answer.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("填写有误", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", "城东\u0000药店", "pharmacies[0].name", "U+0000")]
    [InlineData("address", "路\n1号", "pharmacies[0].address", "U+000A")]
    [InlineData("district", "区\u2028", "pharmacies[0].district", "U+2028")]
    [InlineData("quotaGroup", "a\u0085", "pharmacies[0].quotaGroup", "U+0085")]
    [InlineData("phone", "0738\u001b", "pharmacies[0].phone", "U+001B")]
    public async Task A_city_file_says_which_text_has_what_cannot_be_shown(string member, string text, string path, string character)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T12:00:00+08:00");
        var city = host.Get<CityFile>();
        var first = city.Pharmacies[0];
        first = member switch
        {
            "name" => first with { Name = text }, "address" => first with { Address = text }, "district" => first with { District = text },
            "phone" => first with { Phone = text }, _ => first with { QuotaGroup = text },
        };

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => host.Get<CityImport>().ImportAsync(city with { Pharmacies = [first, .. city.Pharmacies.Skip(1)] }, "test", default));

        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains(character, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_city_file_with_places_for_nobody_changes_nothing()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T12:00:00+08:00");
        var city = host.Get<CityFile>();
        var policy = JsonNode.Parse(city.Policies[0].GetRawText())!;
        policy["quotas"] = JsonNode.Parse("""{"*":[160],"LD99":[10]}""");

        var refused = await Assert.ThrowsAsync<InvalidDataException>(
            () => host.Get<CityImport>().ImportAsync(city with { Name = "别处", Policies = [JsonSerializer.SerializeToElement(policy)] }, "test", default));

        Assert.Contains("policies[0]", refused.Message, StringComparison.Ordinal);
        Assert.Contains("LD99", refused.Message, StringComparison.Ordinal);
        Assert.NotEqual("别处", await host.Get<Database>().ScalarAsync<string>("SELECT value FROM setting WHERE name = 'city.name'"));
    }

    [Theory]
    [InlineData("2020-02-10T18:30:00+08:00", null)]
    [InlineData("2020-02-10T19:00:00+08:00", "2020-02-11")]
    public async Task A_city_file_changes_no_rules_by_which_a_round_has_opened(string clock, string? earliest)
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T18:00:00+08:00");
        await host.SetClockAsync(clock);
        var city = host.Get<CityFile>();
        var policy = JsonNode.Parse(city.Policies[^1].GetRawText())!;
        policy["unitPriceFen"] = 990;
        var changed = city with { Policies = [JsonSerializer.SerializeToElement(policy)] };

        var refused = await Record.ExceptionAsync(() => host.Get<CityImport>().ImportAsync(changed, "test", default));

        Assert.Equal(earliest, (refused as InvalidDataException)?.Message.Split(' ')[^4]);
        // The file as it was changes nothing at any time.
        if (earliest is not null) await host.Get<CityImport>().ImportAsync(city, "test", default);
        await host.SetClockAsync("2020-02-10T19:05:00+08:00");
        using var person = await host.NewResidentAsync(1);
        Assert.Equal(201, (await person.BookAsync("LD01", "r")).Status);
        await host.AssertSoundAsync();
    }

    [Fact]
    public async Task No_reason_is_taken_with_what_cannot_be_shown()
    {
        await using var host = await SandboxHost.StartAsync("loudi", "2020-02-10T12:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        using var clerk = await host.ClerkAsync("LD01");
        foreach (var (person, method, path, body) in new (HttpClient, HttpMethod, string, Func<string, object>)[]
        {
            (supervisor, HttpMethod.Put, "/api/supervisor/pharmacies/LD01", r => new { status = "paused", reason = r }),
            (supervisor, HttpMethod.Post, "/api/supervisor/redemptions/10000000001/void", r => new { reason = r }),
            (supervisor, HttpMethod.Post, "/api/supervisor/offline-hand-overs/1/review", r => new { note = r }),
            (supervisor, HttpMethod.Post, "/api/supervisor/stock-reports/1/decline", r => new { reason = r }),
            (clerk, HttpMethod.Post, "/api/pharmacy/redemptions/10000000001/void", r => new { reason = r }),
            (clerk, HttpMethod.Post, "/api/pharmacy/losses", r => new { date = "2020-02-10", units = 1, reason = r, requestId = "a" }),
        })
        {
            foreach (var (reason, name) in new[] { ("盘\u0000点", "U+0000"), ("盘点\u001b[31m", "U+001B"), ("\u202e盘点", "U+202E"), ("盘\ufffe点", "U+FFFE") })
            {
                using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = System.Net.Http.Json.JsonContent.Create(body(reason)) };
                using var answer = await person.SendAsync(request);
                var problem = await answer.JsonAsync();
                Assert.Equal((422, "invalid_reason"), ((int)answer.StatusCode, problem.Code()));
                Assert.Contains(name, problem.GetProperty("title").GetString(), StringComparison.Ordinal);
            }
        }

        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-12";
        policy["unitPriceFen"] = 100;
        Assert.Contains("U+0007", (await Policies.AddAsync(supervisor, policy, "降\u0007价")).Body.GetProperty("title").GetString(), StringComparison.Ordinal);
        // Line breaks of a field with several lines are blanks to everybody who reads them.
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy, "降价，\r\n请放心。")).Status);
        Assert.Equal("降价， 请放心。", (await host.Http.GetJsonAsync("/api/public/changes")).GetProperty("changes")[0].GetProperty("reason").GetString());
    }

    // So that the next field for a reason is read like the others.
    [Fact]
    public void Every_reason_is_read_in_one_way() => Assert.DoesNotContain(
        Repository.Files("src/WeChatMask", ".cs"), f => System.Text.RegularExpressions.Regex.IsMatch(Repository.Read(f), @"\b(?:[Rr]eason|[Nn]ote)\?\.Trim\(\)"));

    [Fact]
    public void What_passes_as_a_shape_can_be_read()
    {
        var random = new Random(20200210);
        var good = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cities", "chuzhou.json")))!["policies"]![1]!;
        JsonNode?[] odd = [null, 1, 1.5, -1, "", "x", "19:00", "24:00", "2020-02-12", true, new JsonArray(), new JsonObject(), new JsonArray(1), new JsonObject { ["a"] = 1 }];
        for (var i = 0; i < 3000; i++)
        {
            var policy = good.DeepClone();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                var node = Inner(policy, random);
                var value = odd[random.Next(odd.Length)]?.DeepClone();
                if (node is JsonObject o) o[o.Count == 0 || random.Next(6) == 0 ? "x" : o.ElementAt(random.Next(o.Count)).Key] = value;
                else if (node is JsonArray a && a.Count > 0) a[random.Next(a.Count)] = value;
            }

            // Never an exception: either it is a policy or something in it is named.
            var (read, faults) = PolicyDocument.Read(JsonSerializer.SerializeToElement(policy));
            Assert.Equal(read is null, faults.Count > 0);
        }
    }

    private static JsonNode Inner(JsonNode node, Random random)
    {
        var inner = (node switch
        {
            JsonObject o => o.Select(p => p.Value),
            JsonArray a => a,
            _ => [],
        }).Where(v => v is JsonObject or JsonArray).ToList();
        return inner.Count == 0 || random.Next(3) == 0 ? node : Inner(inner[random.Next(inner.Count)]!, random);
    }

    private static void Put(JsonNode policy, string[] path, string value)
    {
        var node = path[..^1].Aggregate(policy, (n, p) => n[p]!).AsObject();
        if (value == "-") node.Remove(path[^1]);
        else node[path[^1]] = JsonNode.Parse(value);
    }
}

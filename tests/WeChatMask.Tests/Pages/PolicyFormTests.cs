using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WeChatMask.Domain;
using WeChatMask.Pages;
using WeChatMask.Pages.Supervisor;
using WeChatMask.Rounds;
using WeChatMask.Supervision;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Pages;

/// <summary>A supervisor's form keeps every rule there is, and shows each one that changes.</summary>
public sealed class PolicyFormTests
{
    // Whatever a rule may be, these two differ in it.
    private static readonly Policy Plain = new(
        new DateOnly(2020, 3, 1), new Goods("口罩", "只"), 5, 300, 10, LapseKeepsCooldown: false, CancellationLiftsCooldown: false, 3, 2,
        [new WindowHours(new TimeOnly(19, 0), new TimeOnly(20, 0))], new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { ["*"] = [100] },
        new PickupHours(new TimeOnly(9, 0), new TimeOnly(18, 0), 0), new TimeOnly(8, 0), EligibilityCheck.IdentityNumber, ResidentNotice.AtPublishing,
        CounterIdentification.NumberAndLastFour, ["12345"], 30);

    private static readonly Policy Full = new(
        new DateOnly(2020, 3, 2), new Goods("酒精", "瓶", "/pictures/a.png"), 6, 1205, 7, LapseKeepsCooldown: true, CancellationLiftsCooldown: true, 4, 1,
        [new WindowHours(new TimeOnly(10, 30), new TimeOnly(11, 0)), new WindowHours(new TimeOnly(19, 5), new TimeOnly(20, 5))],
        new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { ["small"] = [1, 2], ["*"] = [30, 40] },
        new PickupHours(new TimeOnly(8, 30), new TimeOnly(17, 45), 20), new TimeOnly(7, 15), EligibilityCheck.Registry, ResidentNotice.AtBooking,
        CounterIdentification.Voucher, ["12345", "0738-8888888"], 45, new RegistryRules(9, RegistryOutage.Provisional), 35, OtherDocuments: true, HandOverSms: true);

    /// <summary>Every rule by its name, those of its parts too.</summary>
    public static TheoryData<string> Rules => [.. Members(typeof(Policy)).Except([nameof(Policy.From)], StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_survives_the_form(string rule)
    {
        var wanted = With(Full, rule);
        Assert.NotEqual(PolicyDocument.Write(Full), PolicyDocument.Write(wanted));

        foreach (var policy in new[] { Full, wanted })
        {
            var read = PolicyForm.Of(policy, policy.From).Read(out var faults);
            Assert.Empty(faults);
            Assert.Equal(Written(policy), Written(read!));
        }
    }

    [Fact]
    public async Task Every_rule_that_changes_is_shown()
    {
        await using var host = await SandboxHost.StartAsync();
        var formatter = host.Get<PolicyChangeFormatter>();

        Assert.All(Members(typeof(Policy)).Except([nameof(Policy.From)], StringComparer.Ordinal), rule => Assert.NotEmpty(formatter.Of(Full, With(Full, rule))));
    }

    [Fact]
    public async Task A_form_sent_as_it_came_changes_nothing()
    {
        await using var host = await SandboxHost.StartAsync("chuzhou", "2020-02-10T08:00:00+08:00");
        using var supervisor = await host.SupervisorAsync();
        var policy = await Policies.NewestAsync(supervisor);
        policy["from"] = "2020-02-12";
        policy["registry"] = new JsonObject { ["keepDays"] = 9, ["outage"] = "provisional" };
        policy["goods"]!["pictureUrl"] = "/pictures/a.png";
        policy["stockMarginPercent"] = 35;
        Assert.Equal(201, (await Policies.AddAsync(supervisor, policy)).Status);

        var page = await PageReader.OpenAsync(supervisor, "/supervisor/policy");
        Assert.All(typeof(PolicyForm).GetProperties(), p => Assert.Contains($"name=\"Form.{p.Name}\"", page.Html, StringComparison.Ordinal));
        var looked = await page.PostAsync(supervisor, [.. Fields(page.Html), ("Form.From", "2020-02-13")]);

        Assert.Equal(HttpStatusCode.OK, looked.Status);
        Assert.Contains("id=\"effects\"", looked.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("data-act=\"confirm\"", looked.Html, StringComparison.Ordinal);
        var changed = await page.PostAsync(supervisor, [.. Fields(page.Html).Where(f => f.Name != "Form.RegistryKeepDays"), ("Form.From", "2020-02-13"), ("Form.RegistryKeepDays", "10")]);
        Assert.Contains("data-act=\"confirm\"", changed.Html, StringComparison.Ordinal);
        Assert.Equal(422, (int)(await page.PostAsync(
            supervisor, [.. Fields(page.Html).Where(f => f.Name != "Form.RegistryKeepDays"), ("Form.From", "2020-02-13"), ("Form.RegistryKeepDays", "0")])).Status);
    }

    [Fact]
    public void What_is_left_out_means_the_usual_rules()
    {
        var usual = Plain with { Registry = EligibilityRules.Usual };

        Assert.True(new PolicyEffect(Plain, 1, usual with { From = Full.From }, null, [], 0, []).IsEmpty);
        Assert.False(new PolicyEffect(Plain, 1, Plain with { Registry = new RegistryRules(31) }, null, [], 0, []).IsEmpty);
    }

    // The order of groups says nothing.
    private static string Written(Policy policy) => PolicyDocument.Write(policy with
    {
        Registry = EligibilityRules.Rules(policy),
        Quotas = policy.Quotas.OrderBy(q => q.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
    });

    private static IEnumerable<string> Members(Type type) => type.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters().SelectMany(p =>
        p.ParameterType == typeof(Goods) || p.ParameterType == typeof(PickupHours) || p.ParameterType == typeof(RegistryRules)
            ? Members(p.ParameterType).Select(m => $"{p.Name}.{m}")
            : [p.Name!]);

    // Windows and their places go together.
    private static Policy With(Policy policy, string rule)
    {
        if (rule == nameof(Policy.Windows)) return policy with { Windows = [policy.Windows[0], Plain.Windows[0]] };
        if (rule == nameof(Policy.Quotas)) return policy with { Quotas = new Dictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal) { ["*"] = [30, 41] } };
        var plain = rule.StartsWith(nameof(Policy.Registry) + ".", StringComparison.Ordinal) ? Plain with { Registry = EligibilityRules.Usual } : Plain;
        var (to, from) = (JsonNode.Parse(PolicyDocument.Write(policy))!, JsonNode.Parse(PolicyDocument.Write(plain))!);
        var path = rule.Split('.').Select(p => char.ToLowerInvariant(p[0]) + p[1..]).ToList();
        foreach (var part in path[..^1]) (to, from) = (to[part]!, from[part]!);
        to[path[^1]] = from[path[^1]]?.DeepClone();
        return PolicyDocument.Parse(to.Root.ToJsonString());
    }

    internal static IEnumerable<(string Name, string Value)> Fields(string html)
    {
        foreach (Match field in Regex.Matches(html, "<(?<tag>input|textarea|select)[^>]* name=\"(?<name>Form[.][A-Za-z]+)\"[^>]*>(?<body>.*?)(?=</?(textarea|select|input|div|p)\\b)", RegexOptions.Singleline | RegexOptions.ExplicitCapture))
        {
            var (tag, name, head) = (field.Groups["tag"].Value, field.Groups["name"].Value, field.Value[..(field.Value.IndexOf('>', StringComparison.Ordinal) + 1)]);
            if (name == "Form.From" || (head.Contains("checkbox", StringComparison.Ordinal) && !head.Contains("checked", StringComparison.Ordinal))) continue;
            var value = tag switch
            {
                "textarea" => field.Groups["body"].Value,
                "select" => Regex.Match(field.Groups["body"].Value, "value=\"([^\"]*)\" selected").Groups[1].Value,
                _ => Regex.Match(head, "value=\"([^\"]*)\"").Groups[1].Value,
            };
            yield return (name, WebUtility.HtmlDecode(value).Trim());
        }
    }
}

using System.Collections.Concurrent;
using System.Text.Json;

namespace WeChatMask.Sandbox;

/// <summary>A template that a vendor has approved.</summary>
/// <param name="Vendor">Aliyun or Tencent.</param>
/// <param name="Id">The vendor's id.</param>
/// <param name="Code">Whether it carries a log-in code, which has limits of its own.</param>
/// <param name="Text">With <c>${name}</c> (Aliyun) or <c>{1}</c> (Tencent) where values go.</param>
public sealed record VendorTemplate(string Vendor, string Id, bool Code, string Text);

/// <summary>The city's account at Alibaba Cloud, as the vendor has it.</summary>
public sealed record AliyunAccount(string AccessKeyId, string AccessKeySecret);

/// <summary>The city's account at Tencent Cloud, as the vendor has it.</summary>
public sealed record TencentAccount(string SecretId, string SecretKey, string SmsSdkAppId);

/// <summary>How a number behaves at the vendors.</summary>
public enum NumberState
{
    /// <summary>Messages arrive.</summary>
    Ok,

    /// <summary>It does not exist: vendors refuse it.</summary>
    Unknown,

    /// <summary>Its owner wants no messages: Tencent refuses it, Aliyun says so in the receipt.</summary>
    Blocked,

    /// <summary>Switched off: vendors take the message, the receipt says that it did not arrive.</summary>
    Off,
}

/// <summary>What both vendors know: accounts, approved templates and sign (<c>sms-vendors.json</c>), how numbers behave, nonces seen.</summary>
public sealed class VendorBook
{
    private const string FileName = "sms-vendors.json";

    private readonly Approved approved = Read();
    private readonly ConcurrentDictionary<string, NumberState> numbers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> nonces = new(StringComparer.Ordinal);

    /// <summary>The approved sign.</summary>
    public string Sign => approved.Sign;

    /// <summary>The account at Alibaba Cloud.</summary>
    public AliyunAccount Aliyun => approved.Aliyun;

    /// <summary>The account at Tencent Cloud.</summary>
    public TencentAccount Tencent => approved.Tencent;

    /// <summary>An approved template, or none.</summary>
    public VendorTemplate? Template(string vendor, string id) => approved.Templates.FirstOrDefault(t => t.Vendor == vendor && t.Id == id);

    /// <summary>How a number behaves.</summary>
    public NumberState StateOf(string mobile) => numbers.GetValueOrDefault(mobile);

    /// <summary>Makes a number behave so from now on.</summary>
    public void Set(string mobile, NumberState state) => numbers[mobile] = state;

    /// <summary>Whether a nonce is new.</summary>
    public bool IsNew(string nonce) => nonces.TryAdd(nonce, true);

    private static Approved Read() =>
        JsonSerializer.Deserialize<Approved>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, FileName)), SandboxJson.Options)
            ?? throw new InvalidDataException($"{FileName} is empty.");

    private sealed record Approved(string Sign, AliyunAccount Aliyun, TencentAccount Tencent, IReadOnlyList<VendorTemplate> Templates);
}

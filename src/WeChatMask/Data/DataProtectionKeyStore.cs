using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace WeChatMask.Data;

/// <summary>The table of sealed cookie keys.</summary>
/// <remarks>The key ring asks synchronously, but no request waits for it: at the start, and about once a day on a thread of the pool while the old keys serve.</remarks>
internal sealed class DataProtectionKeyStore(Database database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. database.QueryAsync<string>("SELECT xml FROM data_protection_key").GetAwaiter().GetResult().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) => database.WriteAsync(
        transaction => transaction.ExecuteAsync(
            "INSERT INTO data_protection_key (name, xml) VALUES (@friendlyName, @xml)",
            new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) }),
        CancellationToken.None).GetAwaiter().GetResult();
}

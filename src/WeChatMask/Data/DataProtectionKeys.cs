using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace WeChatMask.Data;

/// <summary>Keeps the keys behind cookies in the database, encrypted, so that log-ins survive a restart and hold on every node.</summary>
public static class DataProtectionKeys
{
    public static IServiceCollection AddKeysInDatabase(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("WeChatMask");
        services.AddOptions<KeyManagementOptions>().Configure<Database, PersonalData>((options, database, personal) =>
        {
            options.XmlRepository = new DataProtectionKeyStore(database);
            options.XmlEncryptor = new KeyEncryptor(personal);
        });
        return services;
    }

    private sealed class KeyEncryptor(PersonalData personal) : IXmlEncryptor
    {
        public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(
            new XElement("sealed", personal.Encrypt(plaintextElement.ToString(SaveOptions.DisableFormatting))), typeof(KeyDecryptor));
    }

    /// <summary>Made by data protection from the type's name, with the services.</summary>
    private sealed class KeyDecryptor(IServiceProvider services) : IXmlDecryptor
    {
        public XElement Decrypt(XElement encryptedElement) =>
            XElement.Parse(services.GetRequiredService<PersonalData>().Decrypt(encryptedElement.Value));
    }
}

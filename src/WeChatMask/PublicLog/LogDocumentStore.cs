using System.Text;
using WeChatMask.Data;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Documents that lines name by their hash, kept for good.</summary>
public static class LogDocumentStore
{
    public static Hash HashOf(string document) => Hash.Of(Encoding.UTF8.GetBytes(document));

    /// <summary>Keeps one; the same again changes nothing.</summary>
    public static async Task<Hash> PutAsync(WriteTransaction transaction, string document)
    {
        var hash = HashOf(document);
        await transaction.ExecuteAsync(
            "INSERT INTO log_document (hash, body) SELECT @hash, @document FROM board_version WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM log_document WHERE hash = @hash)",
            new { hash = hash.ToString(), document });
        return hash;
    }
}

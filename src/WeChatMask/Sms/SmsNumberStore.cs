using WeChatMask.Data;

namespace WeChatMask.Sms;

/// <summary>Counts messages by number and day. The cap is guarded in the UPDATE's WHERE, so that no two nodes share its last place.</summary>
public sealed class SmsNumberStore
{
    /// <summary>Whether there was one left.</summary>
    public async Task<bool> TakeAsync(WriteTransaction transaction, NumberShare share)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (await transaction.ExecuteAsync(
            "UPDATE sms_number SET used = used + 1 WHERE number_hash = @NumberHash AND day = @Day AND purpose = @Purpose AND used < @Cap", share) > 0)
        {
            return true;
        }

        if (await transaction.ScalarAsync<long>(
            "SELECT COUNT(*) FROM sms_number WHERE number_hash = @NumberHash AND day = @Day AND purpose = @Purpose", share) > 0)
        {
            return false;
        }

        // Another node's first message of the day clashes here, and the transaction is run again.
        await transaction.ExecuteAsync("INSERT INTO sms_number (number_hash, day, purpose, used) VALUES (@NumberHash, @Day, @Purpose, 1)", share);
        return true;
    }

    /// <summary>Returns how many.</summary>
    public Task<int> ForgetAsync(WriteTransaction transaction, DateOnly before)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction.ExecuteAsync("DELETE FROM sms_number WHERE day < @before", new { before });
    }
}

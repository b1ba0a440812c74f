using System.Globalization;
using Microsoft.Extensions.Options;
using WeChatMask.Domain;
using WeChatMask.Domain.PublicLog;

namespace WeChatMask.PublicLog;

/// <summary>Newspapers, notaries and others who sign what they saw of the log, and send it here.</summary>
public sealed class LogWitnesses(IOptions<PublicLogSettings> settings, CosignatureStore store)
{
    /// <summary>By which anybody checks what they signed.</summary>
    public IReadOnlyList<VerifierKey> Keys { get; } = [.. settings.Value.Witnesses.Select(w => VerifierKey.TryParse(w)!)];

    /// <summary>Takes what a witness sends: a mark's size and the line that it signed, a line each.</summary>
    public async Task<Refusal> HearAsync(string told, CancellationToken cancellationToken)
    {
        var cut = told.IndexOf('\n', StringComparison.Ordinal) + 1;
        var line = told[cut..].EndsWith('\n') ? told[cut..] : $"{told[cut..]}\n";
        if (cut == 0 || SignedNote.SignerOf(line, Keys) is not { } witness) return Refusal.UnknownWitness;
        var isNumber = long.TryParse(told.AsSpan(0, cut - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var size);
        if (!isNumber || await store.MarkAsync(size, cancellationToken) is not { Checkpoint: var mark }) return Refusal.NotAMark;
        if (SignedNote.TryVerifyLine(mark, line, witness) is not { } said) return Refusal.BadSignature;
        await store.KeepAsync(mark, witness, line, said, cancellationToken);
        return Refusal.None;
    }
}

namespace WeChatMask.Sandbox;

/// <summary>A world's clock as its owner tells it. Offsets are from the machine's clock, which owner and nodes share, so they are exact.</summary>
/// <param name="Epoch">Which run of the owner said it.</param>
/// <param name="Version">Counts the changes in that run.</param>
/// <param name="OffsetTicks">How far it is from the machine's clock.</param>
/// <param name="Frozen">Where it stands still, while it is moved.</param>
public sealed record WorldTime(string Epoch, long Version, long OffsetTicks, DateTimeOffset? Frozen = null);

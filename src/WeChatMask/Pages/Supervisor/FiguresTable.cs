using WeChatMask.Rounds;

namespace WeChatMask.Pages.Supervisor;

/// <summary>Live figures in rows: sums of districts, or pharmacies one by one.</summary>
public sealed record FiguresTable(string Scope, IReadOnlyList<PharmacyGroup> Groups, IReadOnlyList<PharmacyFigures> Pharmacies);

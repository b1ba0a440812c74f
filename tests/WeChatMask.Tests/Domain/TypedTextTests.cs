using System.Text.Json;
using WeChatMask.Domain;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Domain;

/// <summary>The table of typed text against the rules themselves; the surfaces read the same table elsewhere.</summary>
public sealed class TypedTextTests
{
    public static TheoryData<string> Ids => [.. TypedRow.All.Where(r => r.Kind != TypedRow.Voucher).Select(r => r.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Each_row_is_read_or_its_fault_is_named(string id)
    {
        var row = TypedRow.Of(id);
        var (value, fault) = row.Kind switch
        {
            "name" => (PersonName.TryParse(row.Input, out var f)?.Value, $"{f}"),
            "id" => (IdentityNumber.TryParse(row.Input, TypedRow.Today, out var f)?.Value, $"{f}"),
            "mobile" => (MobileNumber.TryParse(row.Input, out var f)?.Value, $"{f}"),
            _ => (BookingNumber.TryParse(row.Input, out var number, out var f) ? number : null, $"{f}"),
        };

        Assert.Equal((row.Value, row.Fault ?? "None"), (value, fault));
        // What was read is its own spelling.
        if (value is null || row.Kind == "id") return;
        Assert.Equal(value, row.Kind == "name" ? PersonName.TryParse(value)!.Value : Folding.Number(value));
    }

    [Fact]
    public void The_table_has_every_kind_and_enough_of_each()
    {
        Assert.True(TypedRow.All.Count >= 200);
        Assert.All(TypedRow.All.GroupBy(r => r.Kind), kind => Assert.True(kind.Count(r => r.Value is not null) >= 15 && kind.Count(r => r.Fault is not null) >= 5, kind.Key));
        Assert.Equal(5, TypedRow.All.Select(r => r.Kind).Distinct().Count());
        Assert.Empty(Enum.GetNames<PersonNameFault>().Skip(1).Except(Faults("name")));
        // The form of other documents has a table of its own.
        Assert.Equal([nameof(IdentityNumberFault.Form)], Enum.GetNames<IdentityNumberFault>().Skip(1).Except(Faults("id")));
        Assert.Empty(Enum.GetNames<MobileNumberFault>().Skip(1).Except(Faults("mobile")));
        Assert.Empty(Enum.GetNames<BookingNumberFault>().Skip(1).Except(Faults("number")));
    }

    private static IEnumerable<string> Faults(string kind) => TypedRow.All.Where(r => r.Kind == kind).Select(r => r.Fault ?? "");
}

using WeChatMask.City;
using WeChatMask.Domain;
using WeChatMask.Web;

namespace WeChatMask.Counter;

/// <summary>A pharmacy's lists as files.</summary>
public static class ListEndpoints
{
    internal static async Task<IResult> FileAsync(
        string date, string form, HttpContext context, PharmacyLists lists, RefusalResults refusals, CancellationToken cancellationToken)
    {
        var clerk = Clerk.Of(context.User.Staff());
        var (refusal, list) = await lists.ReadAsync(clerk.Staff, clerk.PharmacyId, date, form, cancellationToken);
        if (list is null) return refusals.Result(refusal);
        var sheet = lists.SheetOf(list);
        return form == "csv" ? sheet.Csv() : sheet.Xlsx();
    }
}

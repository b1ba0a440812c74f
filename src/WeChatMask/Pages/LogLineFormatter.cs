using System.Globalization;
using Microsoft.Extensions.Localization;
using WeChatMask.Domain.PublicLog;
using WeChatMask.PublicLog;
using WeChatMask.Text;

namespace WeChatMask.Pages;

/// <summary>Lines and marks of the public log in words.</summary>
public sealed class LogLineFormatter(IStringLocalizer<LogPages> text, PageFormatter format)
{
    /// <summary>What a line says; of a kind that this version does not know, that it does not.</summary>
    public string Sentence(string line)
    {
        var f = line.Split(' ');
        return LogEntry.TryParse(line)?.Kind switch
        {
            EntryKind.Log => text["Line_Log", At(f[3])],
            EntryKind.Key => text[$"Line_Key_{f[1]}", At(f[4])],
            EntryKind.Policy => text["Line_Policy", f[1], At(f[3])],
            EntryKind.Round => text["Line_Round", f[1], f[2], f[4]],
            EntryKind.Window => text["Line_Window", f[1], f[2], At(f[3]), At(f[4])],
            EntryKind.Quota => text["Line_Quota", f[1], f[2], f[3], f[4], f[5], At(f[6])],
            EntryKind.Carry => text["Line_Carry", f[1], f[2], f[3], f[4], f[5], f[6], f[7]],
            EntryKind.Book => text["Line_Book", f[1], f[2], f[4], At(f[5])],
            EntryKind.Cancel => text["Line_Cancel", f[1], f[2], f[3], text[$"Line_Cancel_{f[4]}"].Value, text[$"Line_Cancel_{f[5]}"].Value, At(f[6])],
            EntryKind.Close => text[$"Line_Close_{f[2]}", f[1], At(f[3])],
            EntryKind.List => text["Line_List", f[1], f[2], f[3]],
            EntryKind.Publish => text["Line_Publish", f[1], At(f[2])],
            EntryKind.Deliver => text["Line_Deliver", f[1], f[2], f[3]],
            EntryKind.Give => text["Line_Give", f[1], f[2], f[3], f[4]],
            EntryKind.Void => text["Line_Void", f[1], f[2], f[3]],
            EntryKind.Move => text["Line_Move", f[1], f[2], f[3], f[4]],
            EntryKind.Lapse => text["Line_Lapse", f[1], f[2], f[3]],
            EntryKind.Transfer => text["Line_Transfer", f[1], f[2], f[3], f[4], f[5]],
            EntryKind.End => text["Line_End", f[1], At(f[2])],
            EntryKind.Shred => text["Line_Shred", f[1], At(f[3]), f[4]],
            EntryKind.Audit => text["Line_Audit", f[2]],
            EntryKind.Fork => text["Line_Fork", f[2], At(f[4])],
            _ => text["Line_Unknown"],
        };
    }

    /// <summary>What a mark stands for.</summary>
    public string Mark(LogMarkKind kind) => text[$"Mark_{kind}"];

    // Until the year 9999, which a line need not keep to.
    private string At(string seconds) => long.Parse(seconds, CultureInfo.InvariantCulture) is >= 0 and < 253_402_300_800 and var at
        ? format.FullMoment(DateTimeOffset.FromUnixTimeSeconds(at))
        : seconds;
}

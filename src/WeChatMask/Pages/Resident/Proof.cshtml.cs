using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WeChatMask.Domain;
using WeChatMask.OpenData;
using WeChatMask.Pages.Public;
using WeChatMask.PublicLog;
using WeChatMask.Web;

namespace WeChatMask.Pages.Resident;

/// <summary>A booking in the public log, line by line as its own phone checks it; without a script, and by other programs, it can be checked too.</summary>
[Authorize(Policy = Sessions.ResidentPolicy)]
[PersonalPage]
public sealed class ProofModel(BookingDetailsReader reader, BookingProofs proofs, PublicQueries directory, LogKeys keys, SiteLinks links, RefusalFormatter refusals) : PageModel
{
    public BookingDetails? Details { get; private set; }

    /// <summary>Null where there is no receipt.</summary>
    public BookingProof? Proof { get; private set; }

    /// <summary>Beside the proof, always.</summary>
    public BookedLine? Line { get; private set; }

    /// <summary>The pharmacy that it was booked at.</summary>
    public string Pharmacy { get; private set; } = "";

    public int Places { get; private set; }

    /// <summary>The own row of the list, masked as everybody sees it.</summary>
    public ListedPerson? Row => Proof?.List?.Row.Split('\t') is [_, var name, var number, ..] ? new ListedPerson(name, NoticeModel.Ending(number)) : null;

    public RefusalView Unknown => refusals.Of(Refusal.UnknownBooking);

    public string Gone => refusals.Of(Refusal.ReceiptGone).Sentence;

    /// <summary>How the program for a computer is called.</summary>
    public string Command => $"python3 check.py receipt --key '{keys.Key}' --url {links.To("")} receipt-{Details!.Booking.Number}.txt";

    /// <summary>What makes it check whose line it is.</summary>
    public string? OfPerson => Proof?.ProofSalt is { } salt ? $"--person '{salt}'" : null;

    public string OpenSsl => NoteCommands.Of(Proof!.Checkpoint, keys.KeysOf(Proof.Checkpoint.Split('\n')[0]));

    public async Task<IActionResult> OnGetAsync(string number, CancellationToken cancellationToken)
    {
        Details = await reader.FindAsync(User.AccountId(), number, cancellationToken);
        if (Details is null || await proofs.OfAsync(Details.Booking, cancellationToken) is not { } proven)
        {
            Response.StatusCode = RefusalResults.Status(Details is null ? Refusal.UnknownBooking : Refusal.ReceiptGone);
            return Page();
        }

        (Proof, Line) = proven;
        var code = Line.Code;
        Pharmacy = (await directory.PharmacyAsync(code, cancellationToken))?.Name ?? code;
        Places = await directory.PlacesAsync(Details.Booking.RoundDate, code, cancellationToken);
        return Page();
    }
}

/// <summary>A person as a list shows them: the masked name, and how the number ends.</summary>
public sealed record ListedPerson(string Name, string Ending);

namespace WeChatMask.Conversation;

/// <summary>What a person wants when they write to the account or touch its menu. The words for each are in <c>Text/Phrases.txt</c>.</summary>
public enum Intent
{
    /// <summary>Nothing we know; answered with the words we do know.</summary>
    Unknown,

    /// <summary>To book, or to know whether one can.</summary>
    Book,

    /// <summary>To see their bookings.</summary>
    Query,

    /// <summary>To see the published lists.</summary>
    Lists,

    /// <summary>To give a booking back; answered with a question.</summary>
    Cancel,

    /// <summary>The answer to that question, which counts only together with a booking number.</summary>
    ConfirmCancel,

    /// <summary>Where the goods are handed out.</summary>
    Pharmacies,

    /// <summary>When one books and collects.</summary>
    Hours,

    /// <summary>What it costs and how much one gets.</summary>
    Price,

    /// <summary>To complain.</summary>
    Complaints,

    /// <summary>To talk to a person.</summary>
    Human,

    /// <summary>Nothing any more: thanks, or a word that an answer was read.</summary>
    Thanks,

    /// <summary>To be told what the account can do.</summary>
    Help,
}

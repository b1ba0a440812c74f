namespace WeChatMask.Conversation;

/// <summary>What a person wants when they write to the account or touch its menu. The words for each are in <c>Text/Phrases.txt</c>.</summary>
public enum Intent
{
    /// <summary>Nothing we know; answered with the words we do know.</summary>
    Unknown,

    /// <summary>To book, or to know whether one can.</summary>
    Book,
    Query,
    Lists,

    /// <summary>The newest code of the public log, and how to check it.</summary>
    Code,

    /// <summary>To give a booking back; answered with a question.</summary>
    Cancel,

    /// <summary>The answer to that question, which counts only together with a booking number.</summary>
    ConfirmCancel,
    Pharmacies,
    Hours,
    Price,
    Complaints,
    Human,

    /// <summary>Nothing any more: thanks, or a word that an answer was read.</summary>
    Thanks,
    Help,
}

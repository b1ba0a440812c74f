namespace WeChatMask.Text;

/// <summary>Finds <c>Text/Refusals.resx</c>: the sentence of every refusal.</summary>
public sealed class Refusals;

/// <summary>Finds <c>Text/Sms.resx</c>: the texts of short messages.</summary>
public sealed class Sms;

/// <summary>Finds <c>Text/Files.resx</c>: headings and words of exported files.</summary>
public sealed class Files;

/// <summary>Finds <c>Text/Conversation.resx</c>: what the official account says.</summary>
public sealed class Conversation;

/// <summary>Finds <c>Text/Nearby.resx</c>: what the page of pharmacies nearby says.</summary>
public sealed class Nearby;

/// <summary>Finds <c>Text/Guides.resx</c>: what the picture guides say beside the rules.</summary>
public sealed class Guides;

/// <summary>Finds <c>Text/Pages.resx</c>: what the pages say.</summary>
public sealed class Pages;

/// <summary>Finds <c>Text/Staff.resx</c>: what the pages of clerks and supervisors say.</summary>
public sealed class Staff;

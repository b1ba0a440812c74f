namespace WeChatMask.Text;

/// <summary>Finds <c>Text/Refusals.resx</c>: the sentence of every refusal.</summary>
public sealed class Refusals;

/// <summary>Finds <c>Text/Sms.resx</c>: the texts of short messages.</summary>
public sealed class Sms;

/// <summary>Finds <c>Text/Files.resx</c>: headings and words of exported files.</summary>
public sealed class Files;

/// <summary>Finds <c>Text/Conversation.resx</c>: what the official account says.</summary>
public sealed class Conversation;

/// <summary>Finds <c>Text/Pages.resx</c>: what the pages say.</summary>
public sealed class Pages;

/// <summary>Finds <c>Text/Staff.resx</c>: what the pages of clerks and supervisors say.</summary>
public sealed class Staff;

/// <summary>Finds <c>Text/OfficialAccount.resx</c>: what the account sends by itself, and its pages for supervisors.</summary>
public sealed class OfficialAccount;

/// <summary>Finds <c>Text/Login.resx</c>: the pages that lead to a log-in, and the short message with its code.</summary>
public sealed class Login;

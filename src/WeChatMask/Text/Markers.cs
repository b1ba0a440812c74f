namespace WeChatMask.Text;

/// <summary>Finds <c>Text/Refusals.resx</c>: the sentence of every refusal.</summary>
public sealed class Refusals;

/// <summary>Finds <c>Text/Faults.resx</c>: what is wrong with a field, and what to write there.</summary>
public sealed class Faults;

/// <summary>Finds <c>Text/Sms.resx</c>: the texts of short messages.</summary>
public sealed class Sms;

/// <summary>Finds <c>Text/Files.resx</c>: headings and words of exported files.</summary>
public sealed class Files;

/// <summary>Finds <c>Text/Conversation.resx</c>: what the official account says.</summary>
public sealed class Conversation;

/// <summary>Finds <c>Text/Family.resx</c>: how an account tells its persons apart, and what removing one means.</summary>
public sealed class Family;

/// <summary>Finds <c>Text/NotMine.resx</c>: what to do when somebody else used one's number.</summary>
public sealed class NotMine;

/// <summary>Finds <c>Text/Nearby.resx</c>: what the page of pharmacies nearby says.</summary>
public sealed class Nearby;

/// <summary>Finds <c>Text/Receipts.resx</c>: one's booking in the public log, and what one's phone says when the log has changed.</summary>
public sealed class Receipts;

/// <summary>Finds <c>Text/Guides.resx</c>: what the picture guides say beside the rules.</summary>
public sealed class Guides;

/// <summary>Finds <c>Text/Pages.resx</c>: what the pages say.</summary>
public sealed class Pages;

/// <summary>Finds <c>Text/Staff.resx</c>: what the pages of clerks and supervisors say.</summary>
public sealed class Staff;

/// <summary>Finds <c>Text/StaffMenu.resx</c>: the names of the places where staff work.</summary>
public sealed class StaffMenu;

/// <summary>Finds <c>Text/Jobs.resx</c>: the jobs, what each is for, and how it goes with them.</summary>
public sealed class Jobs;

/// <summary>Finds <c>Text/Today.resx</c>: how the whole city's pickups of today go.</summary>
public sealed class Today;

/// <summary>Finds <c>Text/Troubles.resx</c>: what is wrong now, for how many, and what to do.</summary>
public sealed class Troubles;

/// <summary>Finds <c>Text/Scan.resx</c>: reading codes at the counter, and a counter without a network.</summary>
public sealed class Scan;

/// <summary>Finds <c>Text/Voucher.resx</c>: the resident's code, on the phone and on paper.</summary>
public sealed class Voucher;

/// <summary>Finds <c>Text/SmsState.resx</c>: what supervisors read of the SMS vendors.</summary>
public sealed class SmsState;

/// <summary>Finds <c>Text/OfficialAccount.resx</c>: what the account sends by itself, and its pages for supervisors.</summary>
public sealed class OfficialAccount;

/// <summary>Finds <c>Text/Login.resx</c>: the pages that lead to a log-in, and the short message with its code.</summary>
public sealed class Login;

/// <summary>Finds <c>Text/Stock.resx</c>: what the pages of deliveries, losses and late voids say.</summary>
public sealed class Stock;

/// <summary>Finds <c>Text/Reports.resx</c>: the daily report as a table, its corrections, and what supervisors read of it.</summary>
public sealed class Reports;

/// <summary>Finds <c>Text/Returned.resx</c>: pickups that had moved for want of goods, when the goods come the same day after all.</summary>
public sealed class Returned;

/// <summary>Finds <c>Text/Provisional.resx</c>: bookings that stand until the population registry has answered, as the chat and supervisors read of them.</summary>
public sealed class Provisional;

/// <summary>Finds <c>Text/Rules.resx</c>: the supervisor's page of dated rules, and the notices of their changes.</summary>
public sealed class Rules;

/// <summary>Finds <c>Text/Accounts.resx</c>: the accounts of staff, their links, passwords and second factors.</summary>
public sealed class Accounts;

/// <summary>Finds <c>Text/Levers.resx</c>: what a supervisor does to a round on a bad day, and what the public reads of it.</summary>
public sealed class Levers;

/// <summary>Finds <c>Text/Cases.resx</c>: complaints, as residents and staff read them.</summary>
public sealed class Cases;

/// <summary>Finds <c>Text/Flags.resx</c>: what is odd, by which thresholds, and how far it has been looked into.</summary>
public sealed class Flags;

/// <summary>Finds <c>Text/Plan.resx</c>: the places of the coming days, how they are changed, and what the public reads of it.</summary>
public sealed class Plan;

/// <summary>Finds <c>Text/AuditLines.resx</c>: what was done, as the pages and files of the audit say it.</summary>
public sealed class AuditLines;

/// <summary>Finds <c>Text/OpenRecords.resx</c>: what the public checks: a day by pharmacy, trends, the rules' history, open data and the feed.</summary>
public sealed class OpenRecords;

/// <summary>Finds <c>Text/Shop.resx</c>: a pharmacy's day at its counter and its shelf.</summary>
public sealed class Shop;

/// <summary>Finds <c>Text/Live.resx</c>: an opening as supervisors follow it.</summary>
public sealed class Live;

/// <summary>Finds <c>Text/LogPages.resx</c>: what the public and supervisors read of the public log.</summary>
public sealed class LogPages;

using System.Collections.Frozen;

namespace WeChatMask.Domain;

/// <summary>What a password of staff must be: long enough, and not what is guessed first. Nothing is asked of its characters.</summary>
public static class PasswordRules
{
    public const int Shortest = 10;

    public const int Longest = 256;

    // A date twice is guessed; longer pieces twice are a password of their own.
    private const int LongestRepeated = 8;

    // Of the lists of passwords that were found in the open, those that are long enough.
    private static readonly FrozenSet<string> Common = FrozenSet.Create(
        StringComparer.Ordinal,
        "password", "passw0rd", "p@ssword", "p@ssw0rd", "passwort", "mypassword", "yourpassword", "newpassword", "thepassword", "administrator", "letmein", "welcome", "iloveyou", "qwerty",
        "qwertyuiop", "qwertyuiopasdfghjkl", "qwerty123456", "asdfghjkl", "asdfghjklzxcvbnm", "zxcvbnm", "qazwsx", "qazwsxedc", "qazwsxedcrfv", "1qaz2wsx", "1qaz2wsx3edc", "1qaz@wsx3edc", "zaq12wsx",
        "1q2w3e", "1q2w3e4r", "1q2w3e4r5t", "1q2w3e4r5t6y", "q1w2e3r4", "q1w2e3r4t5", "qwer1234", "asdf1234", "abcd1234", "abc123", "a123456", "aa123456", "abcdefg", "abcdefghij", "abcdefghijklmnopqrstuvwxyz",
        "woaini", "woaini1314", "woaini520", "5201314", "wodemima", "mima", "changeme", "default", "football", "princess", "sunshine", "superman", "dragon", "monkey", "trustno1", "secret", "access",
        "clerk-demo", "supervisor-demo", "lead-demo", "auditor-demo", "administrator-demo", "correcthorsebatterystaple");

    /// <summary>What is wrong with a password for this log-in name, or <see cref="PasswordFault.None"/>.</summary>
    public static PasswordFault Judge(string password, string username)
    {
        if (password.EnumerateRunes().Count() < Shortest) return PasswordFault.TooShort;
        if (password.Length > Longest) return PasswordFault.TooLong;
        var plain = Plain(password);
        if (plain == Plain(username) || (Core(plain).Length > 0 && Core(plain) == Core(Plain(username)))) return PasswordFault.IsName;
        return IsCommon(plain) ? PasswordFault.TooCommon : PasswordFault.None;
    }

    // What people add to a common one is guessed with it: digits and signs at its ends, one character or a few again and again, runs of a keyboard.
    private static bool IsCommon(string plain) =>
        Common.Contains(plain) || Common.Contains(Core(plain)) || IsRun(plain) || Enumerable.Range(1, plain.Length / 2).Any(n => Repeats(plain, n));

    private static bool Repeats(string text, int length)
    {
        for (var i = length; i < text.Length; i++)
        {
            if (text[i] != text[i - length]) return false;
        }

        return length <= LongestRepeated;
    }

    private static bool IsRun(string text)
    {
        for (var i = 2; i < text.Length; i++)
        {
            if (Step(text[i - 1], text[i]) != Step(text[0], text[1])) return false;
        }

        return Math.Abs(Step(text[0], text[1])) == 1;
    }

    // After the 9 comes the 0, on keyboards and in counting.
    private static int Step(char from, char to) => (from, to) switch
    {
        ('9', '0') => 1,
        ('0', '9') => -1,
        _ => to - from,
    };

    private static string Core(string plain) => plain.Trim([.. "0123456789!@#$%^&*()-_=+.,?~ "]);

    private static string Plain(string text) => text.Trim().ToLowerInvariant();
}

/// <summary>What is wrong with a password.</summary>
public enum PasswordFault
{
    None,
    TooShort,
    TooLong,

    /// <summary>It is the log-in name, with or without digits at its ends.</summary>
    IsName,
    TooCommon,
}

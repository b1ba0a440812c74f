using System.Diagnostics;
using WeChatMask.Operations;
using WeChatMask.Tests.Architecture;

namespace WeChatMask.Tests.Operations;

/// <summary>What setup writes is what systemd, the command and setup itself read again.</summary>
public sealed class EnvironmentFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("wechatmask-env-");

    public void Dispose() => folder.Delete(recursive: true);

    public static TheoryData<string> Hostile =>
    [
        "plain", "", " blanks at both ends ", "a\"quote", "it's", "back\\slash", "ends with \\", "\\\\\\", "$HOME", "${HOME}", "`id`", "$(id)", "!x", "#no comment", "a # b", ";", "a=b=c",
        "=", "Host=db;Password=\"a;b\"\"c\";Username='x'", "汉字与😀", "%5%%i", "*?[a]", "~", "&|<>(){}", "\"", "'", "''", "a\\nb", "\\\"", "^", "--option", "-n", "-e",
    ];

    // As systemd takes them, beyond what setup writes.
    public static TheoryData<string, string> Lines => new()
    {
        { "A=x", "x" }, { "A= x y ", "x y" }, { "  A=x", "x" }, { "A='a \\ \"b'", "a \\ \"b" }, { "A=\"a 'b'\"", "a 'b'" }, { "A=a\\ b", "a b" }, { "A=a\\ ", "a " },
        { "A=\"a\\nb\"", "a\\nb" }, { "A=\"a\\$b\\`c\"", "a$b`c" }, { "A=a\"b\"c", "a\"b\"c" }, { "A=", "" }, { "A=\"\"", "" }, { "A=a#b", "a#b" }, { "A=a # b", "a # b" },
        { "A=first\nA=second", "second" }, { "# A=no\n; A=no\n\nA=yes", "yes" }, { "A=\"x\" ", "x" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_value_comes_back_as_it_was(string value)
    {
        var path = Path.Combine(folder.FullName, "secrets.env");
        var file = EnvironmentFile.Read(path);
        file.Set("Other__Before", "1");
        file.Set("A", "old");
        file.Set("A", value);
        file.Set("Other__After", "2");
        file.Write();

        Assert.Equal(value, EnvironmentFile.Read(path).Values["A"]);
        Assert.Equal(value, await ByCommandAsync());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_line_of_any_form_is_read_by_both_alike(string lines, string value)
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "secrets.env"), lines);

        Assert.Equal(value, EnvironmentFile.Read(Path.Combine(folder.FullName, "secrets.env")).Values["A"]);
        Assert.Equal(value, await ByCommandAsync());
    }

    [Theory]
    [InlineData("A=\"hidden")]
    [InlineData("A='hidden")]
    [InlineData("hidden without one")]
    [InlineData("A=hidden \\")]
    public async Task A_line_that_is_none_is_refused_by_both_and_not_shown(string line)
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "secrets.env"), line);

        var refusal = Assert.Throws<WeChatMask.Settings.StartFaultException>(() => EnvironmentFile.Read(Path.Combine(folder.FullName, "secrets.env")));
        Assert.DoesNotContain("hidden", refusal.Message, StringComparison.Ordinal);
        var said = await Assert.ThrowsAsync<InvalidOperationException>(ByCommandAsync);
        Assert.DoesNotContain("hidden", said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stood_there_stays_and_a_comment_is_said_once()
    {
        var path = Path.Combine(folder.FullName, "settings.env");
        File.WriteAllText(path, "# by hand\nA='as it was'\n\nB=1\n");
        for (var i = 0; i < 2; i++)
        {
            var file = EnvironmentFile.Read(path);
            file.Say("from setup");
            file.Set("B", "2");
            file.Write();
        }

        Assert.Equal("# by hand\nA='as it was'\n\nB=\"2\"\n# from setup\n", File.ReadAllText(path));
    }

    // The true command, with a program that shows what it was given.
    private async Task<string> ByCommandAsync()
    {
        var program = Path.Combine(folder.FullName, "WeChatMask");
        await File.WriteAllTextAsync(program, "#!/bin/sh\nprintf '%s|' \"$A\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!File.Exists(Path.Combine(folder.FullName, "settings.env"))) await File.WriteAllTextAsync(Path.Combine(folder.FullName, "settings.env"), "");
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "scripts/deploy/wechatmask"), ["verify"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["WECHATMASK_ETC"] = folder.FullName;
        start.Environment["WECHATMASK_LIB"] = folder.FullName;
        start.Environment["WECHATMASK_USER"] = Environment.UserName;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var shown = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException(await errors);
        return shown[..^1];
    }
}

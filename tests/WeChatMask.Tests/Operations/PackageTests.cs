using System.Text.Json;
using WeChatMask.Tests.Architecture;
using WeChatMask.Tests.Support;

namespace WeChatMask.Tests.Operations;

/// <summary>What the package brings, and what its installation, removal and purge do.</summary>
public sealed class PackageTests
{
    private static readonly string[] Force = ["--force-script-chrootless", "--force-depends", "--force-bad-path", "--force-not-root"];

    [Fact]
    public async Task It_holds_the_program_in_files_of_its_own_and_what_a_city_needs_around_it()
    {
        await using var city = await InstalledCity.UnpackAsync();
        foreach (var file in new[]
                 {
                     "usr/bin/wechatmask", "usr/lib/wechatmask/WeChatMask", "usr/lib/wechatmask/WeChatMask.dll", "usr/lib/wechatmask/Hangfire.Core.dll",
                     "usr/lib/wechatmask/libcoreclr.so", "usr/lib/wechatmask/wwwroot/lib/weui.min.css", "usr/lib/systemd/system/wechatmask@.service",
                     "usr/share/man/man1/wechatmask.1.gz", "usr/share/doc/wechatmask/README.md", "usr/share/doc/wechatmask/copyright",
                     "usr/share/doc/wechatmask/configuration.md", "usr/share/doc/wechatmask/examples/nginx/nginx.conf", "usr/share/doc/wechatmask/examples/haproxy.cfg",
                     "usr/share/doc/wechatmask/licences/Hangfire.Core/COPYING.LESSER", "usr/share/doc/wechatmask/licences/Hangfire.Core/COPYING",
                 })
            Assert.True(File.Exists(Path.Combine(city.Root, file)), $"{file} is not there.");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(city.Root, "usr/lib/wechatmask"), "*Sandbox*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.Combine(city.Root, "etc/systemd")));
    }

    [Fact]
    public async Task Every_library_in_it_has_its_licence_beside_it()
    {
        await using var city = await InstalledCity.UnpackAsync();
        using var deps = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(city.Root, "usr/lib/wechatmask/WeChatMask.deps.json")));
        var names = deps.RootElement.GetProperty("libraries").EnumerateObject().Where(l => l.Value.GetProperty("type").GetString() != "project")
            .Select(l => l.Name.Split('/')[0].Replace("runtimepack.", "", StringComparison.Ordinal)).Concat(["weui", "leaflet", "uplot", "zxing-wasm"]).ToList();
        var licences = Path.Combine(city.Root, "usr/share/doc/wechatmask/licences");

        Assert.True(names.Count > 20, $"Only {names.Count} libraries were found.");
        Assert.All(names, name => Assert.Contains(
            Directory.EnumerateFiles(Path.Combine(licences, name)),
            f => Path.GetFileName(f).StartsWith("LICEN", StringComparison.OrdinalIgnoreCase) && new FileInfo(f).Length > 0));
    }

    [Fact]
    public async Task The_unit_starts_what_the_package_brings_and_nothing_starts_by_itself()
    {
        await using var city = await InstalledCity.UnpackAsync();
        var unit = await File.ReadAllLinesAsync(Path.Combine(city.Root, "usr/lib/systemd/system/wechatmask@.service"));
        var start = unit.Single(l => l.StartsWith("ExecStart=", StringComparison.Ordinal)).Split('=', 2)[1].Split(' ')[0];

        Assert.True(File.Exists(city.Root + start), $"{start} is not in the package.");
        Assert.Contains($"WorkingDirectory={Path.GetDirectoryName(start)}", unit);
        foreach (var script in new[] { "postinst", "prerm", "postrm" })
        {
            var text = Repository.Read($"scripts/deploy/debian/{script}");
            Assert.DoesNotContain("systemctl enable", text, StringComparison.Ordinal);
            Assert.DoesNotContain("systemctl start", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_archive_holds_the_same_files()
    {
        await using var city = await InstalledCity.UnpackAsync();
        var other = Directory.CreateTempSubdirectory("wechatmask-archive-");
        await Shell.RunAsync("tar", "-xzf", await InstalledCity.PackageAsync(".tar.gz"), "-C", other.FullName, "--strip-components=1");

        Assert.Equal(Files(Path.Combine(city.Root, "usr")), Files(other.FullName));
        other.Delete(recursive: true);
    }

    [Fact]
    public async Task Installing_makes_user_and_folders_removing_keeps_data_and_a_purge_destroys_only_on_a_yes()
    {
        // dpkg gives a package's files to root, which nobody else can.
        if (!Environment.IsPrivilegedProcess) return;
        var root = Directory.CreateTempSubdirectory("wechatmask-dpkg-");
        var (data, etc) = (Path.Combine(root.FullName, "var/lib/wechatmask"), Path.Combine(root.FullName, "etc/wechatmask"));
        foreach (var folder in new[] { "var/lib/dpkg/info", "var/lib/dpkg/updates", "etc" }) root.CreateSubdirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(root.FullName, "var/lib/dpkg/status"), "");
        await File.WriteAllTextAsync(Path.Combine(root.FullName, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        await File.WriteAllTextAsync(Path.Combine(root.FullName, "etc/group"), "root:x:0:\n");

        await DpkgAsync(root, "--install", await InstalledCity.PackageAsync(".deb"));
        Assert.Contains("wechatmask:", await File.ReadAllTextAsync(Path.Combine(root.FullName, "etc/passwd")), StringComparison.Ordinal);
        const UnixFileMode owners = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Assert.Equal((owners, owners), (File.GetUnixFileMode(data), File.GetUnixFileMode(etc)));

        await File.WriteAllTextAsync(Path.Combine(data, "wechatmask.db"), "bookings");
        await File.WriteAllTextAsync(Path.Combine(etc, "secrets.env"), "keys");
        await DpkgAsync(root, "--remove", "wechatmask");
        Assert.False(File.Exists(Path.Combine(root.FullName, "usr/bin/wechatmask")));
        Assert.Equal((true, true), (File.Exists(Path.Combine(data, "wechatmask.db")), File.Exists(Path.Combine(etc, "secrets.env"))));

        await DpkgAsync(root, "--purge", "wechatmask");
        Assert.Equal((true, true), (File.Exists(Path.Combine(data, "wechatmask.db")), File.Exists(Path.Combine(etc, "secrets.env"))));

        await DpkgAsync(root, "--install", await InstalledCity.PackageAsync(".deb"));
        Assert.Equal("bookings", await File.ReadAllTextAsync(Path.Combine(data, "wechatmask.db")));
        await Shell.RunAsync("env", ["WECHATMASK_PURGE=yes", .. Dpkg(root), "--purge", "wechatmask"]);
        Assert.Equal((false, false), (Directory.Exists(data), Directory.Exists(etc)));
        root.Delete(recursive: true);
    }

    private static Task DpkgAsync(DirectoryInfo root, params string[] args) => Shell.RunAsync("env", ["-u", "WECHATMASK_PURGE", .. Dpkg(root), .. args]);

    private static string[] Dpkg(DirectoryInfo root) => ["dpkg", $"--root={root.FullName}", .. Force];

    private static List<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => $"{Path.GetRelativePath(folder, f)} {new FileInfo(f).Length}").Order(StringComparer.Ordinal)];
}

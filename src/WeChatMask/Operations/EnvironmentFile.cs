using System.Text;
using WeChatMask.Data;
using WeChatMask.Settings;

namespace WeChatMask.Operations;

/// <summary>A file of settings as systemd and the command <c>wechatmask</c> read it: <c>KEY=VALUE</c> lines with quotes and backslashes, nothing expanded.</summary>
internal sealed class EnvironmentFile
{
    private const string Escaped = "\"\\`$";
    private readonly string path;
    private readonly List<(string? Name, string Line)> lines = [];
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    private EnvironmentFile(string path) => this.path = path;

    /// <summary>Values by the names of settings, with <c>__</c>.</summary>
    public IReadOnlyDictionary<string, string> Values => values;

    /// <summary>Reads it; one that is not there is empty.</summary>
    /// <exception cref="StartFaultException">A line of it is none.</exception>
    public static EnvironmentFile Read(string path)
    {
        var file = new EnvironmentFile(path);
        if (!File.Exists(path)) return file;
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var text = line.TrimStart(' ', '\t');
            if (text.Length == 0 || text[0] is '#' or ';')
            {
                file.lines.Add((null, line));
                continue;
            }

            var at = text.IndexOf('=', StringComparison.Ordinal);
            // What stands there may be a secret, so it is not quoted.
            if (at < 1 || Value(text[(at + 1)..]) is not { } value)
                throw new StartFaultException(FormattableString.Invariant($"Line {number} of {path} is no KEY=VALUE, or has a quote that does not end."));
            var name = text[..at].Trim(' ', '\t');
            file.lines.Add((name, line));
            file.values[name] = value;
        }

        return file;
    }

    /// <summary>Gives a setting a value, in the place of the old one where there was one.</summary>
    public void Set(string name, string value)
    {
        values[name] = value;
        var line = Line(name, value);
        var at = lines.FindLastIndex(l => l.Name == name);
        if (at < 0) lines.Add((name, line));
        else lines[at] = (name, line);
    }

    /// <summary>Adds a comment where there is none like it yet.</summary>
    public void Say(string comment)
    {
        if (!lines.Exists(l => l.Line == $"# {comment}")) lines.Add((null, $"# {comment}"));
    }

    /// <summary>Writes it for its owner alone; who reads it meanwhile sees the old one or the new one.</summary>
    public void Write()
    {
        var next = $"{path}.new";
        File.Delete(next);
        using (var file = new FileStream(next, PrivateFiles.OptionsFor(FileMode.CreateNew)))
        {
            file.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l.Line + "\n"))));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    /// <summary>A setting as a line; the value has no control characters.</summary>
    internal static string Line(string name, string value)
    {
        var line = new StringBuilder(name).Append("=\"");
        foreach (var letter in value)
        {
            if (Escaped.Contains(letter, StringComparison.Ordinal)) line.Append('\\');
            line.Append(letter);
        }

        return line.Append('"').ToString();
    }

    /// <summary>What stands behind the equals sign, as systemd takes it; null where a quote does not end.</summary>
    internal static string? Value(string text)
    {
        var value = new StringBuilder();
        // Blanks count only when something follows them.
        var blanks = new StringBuilder();
        var quote = '\0';
        for (var i = text.Length - text.TrimStart(' ', '\t').Length; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter == '\\' && quote != '\'')
            {
                if (++i == text.Length) return null;
                if (quote == '"' && !Escaped.Contains(text[i], StringComparison.Ordinal)) value.Append('\\');
                value.Append(blanks).Append(text[i]);
                blanks.Clear();
            }
            else if (quote == '\0' && (letter is '"' or '\'') && value.Length == 0)
            {
                quote = letter;
            }
            else if (letter == quote && quote != '\0')
            {
                quote = '\0';
            }
            else if (quote == '\0' && (letter is ' ' or '\t'))
            {
                blanks.Append(letter);
            }
            else
            {
                value.Append(blanks).Append(letter);
                blanks.Clear();
            }
        }

        return quote == '\0' ? value.ToString() : null;
    }
}

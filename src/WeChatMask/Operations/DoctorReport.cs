namespace WeChatMask.Operations;

/// <summary>What was tried, one line each: <c>ok</c>, <c>MEND</c> with what to do, or <c>skipped</c> with why.</summary>
internal sealed class DoctorReport(TextWriter output)
{
    /// <summary>How many must be mended.</summary>
    public int Faults { get; private set; }

    public void Ok(string subject, string found) => Line("ok", subject, found);

    public void Skip(string subject, string why) => Line("skipped", subject, why);

    public void Mend(string subject, string what)
    {
        Faults++;
        Line("MEND", subject, what);
    }

    private void Line(string word, string subject, string text) => output.WriteLine($"{word,-8} {subject}: {Data.StartFaults.OneLine(text)}");
}

using System.Globalization;

namespace WeChatMask.LoadTool.Rows;

/// <summary>A figure of several runs.</summary>
internal sealed class Runs
{
    private readonly List<double> figures = [];

    public void Add(double figure) => figures.Add(figure);

    public double Median
    {
        get
        {
            double[] sorted = [.. figures.Order()];
            return sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
        }
    }

    public override string ToString() => figures.Count == 1
        ? Number(figures[0])
        : $"{Number(Median)} ({Number(figures.Min())}-{Number(figures.Max())})";

    public static string Number(double figure) => figure.ToString(Math.Abs(figure) < 100 ? "#,0.##" : "#,0", CultureInfo.InvariantCulture);
}

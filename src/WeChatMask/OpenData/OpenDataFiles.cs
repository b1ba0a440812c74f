namespace WeChatMask.OpenData;

/// <summary>What is open, file by file with its columns, as the page of open data says it. Tests hold it to the files.</summary>
public static class OpenDataFiles
{
    /// <summary>Of the form of all files together: columns are only added under the same number.</summary>
    public const string Version = "1.0";

    /// <summary>Stands for each window's four columns, <c>window1Places</c> and so on.</summary>
    public const string Window = "window";

    public static IReadOnlyList<OpenDataFile> All { get; } =
    [
        new("Rounds", "/api/public/rounds", HasCsv: true, ["date", "pickupDate", "phase", "visits"]),
        new("Books", "/api/public/rounds/{date}", HasCsv: true, ["code", "name", .. PharmacyBooks.Figures.Select(f => f.Name), Window, "date", "phase", "asOf", "visits"]),
        new("List", "/api/public/rounds/{date}/list", HasCsv: true, ["serial", "name", "idNumber", "slot", "status", "pharmacy"]) { Query = "?pharmacy={code}" },
        new("Pharmacies", "/api/public/pharmacies", HasCsv: false, ["code", "name", "address", "district", "latitude", "longitude", "phone", "status", "joins"]),
    ];
}

/// <summary>One file: what it is (<c>Data_File_</c> with the name), where JSON is, whether <c>.csv</c> behind the path gives the same as a table, and its columns (<c>Column_</c> with the name).</summary>
public sealed record OpenDataFile(string Name, string Path, bool HasCsv, IReadOnlyList<string> Columns)
{
    public string Query { get; init; } = "";
}

using System.Data.Common;

namespace WeChatMask.Data;

/// <summary>A row under the reader, by the places of its columns, which count from 0: for the few reads that a rush is made of.</summary>
public interface IRow
{
    bool IsNull(int column);

    /// <summary>A number; 0 where there is none.</summary>
    long Number(int column);

    /// <summary>A text; empty where there is none.</summary>
    string Text(int column);
}

/// <summary>A row as a driver's reader has it.</summary>
internal sealed class ReaderRow(DbDataReader reader) : IRow
{
    public bool IsNull(int column) => reader.IsDBNull(column);

    public long Number(int column) => reader.IsDBNull(column) ? 0 : reader.GetFieldType(column) == typeof(long) ? reader.GetInt64(column) : reader.GetInt32(column);

    public string Text(int column) => reader.IsDBNull(column) ? "" : reader.GetString(column);
}

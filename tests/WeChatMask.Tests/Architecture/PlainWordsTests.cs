using System.Xml.Linq;

namespace WeChatMask.Tests.Architecture;

/// <summary>One thing has one word, and nobody is shown what only the program means.</summary>
public sealed class PlainWordsTests
{
    [Theory]
    [InlineData("公告")] // The page is called 公示 everywhere.
    [InlineData("实时数据")] // A number of the program's is no time.
    [InlineData("填写有误")] // What to write instead is said.
    [InlineData("截图不会")] // The page itself offers a picture to keep.
    [InlineData("来自{0}一期")]
    public void No_sentence_says(string words)
    {
        var said = Repository.Files("src", ".resx")
            .SelectMany(f => XDocument.Parse(Repository.Read(f)).Descendants("data").Select(d => (Name: $"{Path.GetFileName(f)} {d.Attribute("name")!.Value}", Value: d.Element("value")!.Value)))
            .Where(d => d.Value.Contains(words, StringComparison.Ordinal)).Select(d => d.Name);

        Assert.Empty(said);
    }
}

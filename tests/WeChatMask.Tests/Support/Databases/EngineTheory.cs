using WeChatMask.Data;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace WeChatMask.Tests.Support;

/// <summary>A test that is run on every engine; its one parameter is the engine.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("WeChatMask.Tests.Support.EngineTheoryDiscoverer", "WeChatMask.Tests")]
public sealed class EngineTheoryAttribute : FactAttribute
{
    /// <summary>Whether only the engines are meant that several nodes may share.</summary>
    public bool ServersOnly { get; set; }
}

/// <summary>Makes a test case for each engine.</summary>
public sealed class EngineTheoryDiscoverer(IMessageSink sink) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc />
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute)
    {
        var display = discoveryOptions.MethodDisplayOrDefault();
        var options = discoveryOptions.MethodDisplayOptionsOrDefault();
        var serversOnly = factAttribute.GetNamedArgument<bool>(nameof(EngineTheoryAttribute.ServersOnly));
        return Enum.GetValues<DatabaseKind>().Where(e => !serversOnly || e != DatabaseKind.Sqlite)
            .Select(engine => new XunitTestCase(sink, display, options, testMethod, [engine]));
    }
}

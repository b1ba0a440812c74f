namespace WeChatMask.Sandbox.Text;

/// <summary>Finds <c>Text/World.resx</c>: what the sandbox itself says, and the names of its made-up people. What has no English stays Chinese, as people and the account's templates do.</summary>
public sealed class World;

/// <summary>Finds <c>Text/Stage.resx</c>: the sandbox's own pages. What begins with <c>say-</c> their scripts say.</summary>
public sealed class Stage;

/// <summary>Finds <c>Text/Cheat.resx</c>: the page on which people cheat, and what its witnesses say.</summary>
public sealed class Cheat;

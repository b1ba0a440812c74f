namespace WeChatMask.Sandbox.Text;

/// <summary>Finds <c>Text/World.resx</c>: what the sandbox itself says, and the names of its made-up people.</summary>
public sealed class World;

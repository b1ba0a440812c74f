using WeChatMask.WeChat;

namespace WeChatMask.Conversation;

/// <summary>
/// What a feature does when something happens that concerns it: somebody follows or leaves, chooses about notices, or a
/// notice arrived. Register as many as there are, each as a service of this type; they run before the answer is picked,
/// once for each event whatever WeChat sends again, and must not call out, since a person waits.
/// </summary>
/// <param name="openId">Whose phone it was.</param>
/// <param name="happened">What happened.</param>
/// <param name="at">When, as WeChat tells it.</param>
/// <param name="cancellationToken">The answer's time is over.</param>
public delegate Task EventReaction(string openId, EventContent happened, DateTimeOffset at, CancellationToken cancellationToken);

using System.Text;

namespace WeChatMask.Tests.WeChat;

/// <summary>Spoils bytes the way broken proxies, old libraries and attackers do; the same seed spoils the same way.</summary>
internal sealed class Mutation(Random random)
{
    private const int MostSpots = 4;
    private const int MostNested = 3_000;
    private const int MostZeros = 140_000;

    private static readonly byte[][] Fragments =
    [
        .. new[]
        {
            "<!DOCTYPE xml [<!ENTITY a \"aaaaaaaaaa\">]>", "&a;", "&#0;", "&#xFFFF;", "&#xD800;", "&", "<", ">", "]]>", "<![CDATA[", "<!--", "-->", "<?xml version=\"1.1\"?>",
            "<?php ?>", "</xml>", "<xml>", "<xml xmlns=\"urn:x\">", "<Encrypt>", "</Encrypt>", "<FromUserName>oAttacker</FromUserName>", "<MsgType>event</MsgType>",
            "<CreateTime>-1</CreateTime>", "<CreateTime>99999999999999999999</CreateTime>", "\0", "\uFEFF", "\u202E", "😷", "=", "==", "+", "/", "%00", "\r\n", "AAAA",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF, 0xFE], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
    ];

    /// <summary>A spoilt copy; now and then the bytes as they are.</summary>
    public byte[] Of(byte[] bytes)
    {
        var spoilt = new List<byte>(bytes);
        for (var spots = random.Next(0, MostSpots + 1); spots > 0; spots--) Spoil(spoilt);
        return [.. spoilt];
    }

    /// <summary>The same for a text that has to stay one.</summary>
    public string Of(string text) => Encoding.UTF8.GetString(Of(Encoding.UTF8.GetBytes(text)));

    private void Spoil(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = random.Next(Math.Min(64, bytes.Count - at) + 1);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                var piece = bytes.GetRange(at, length);
                bytes.RemoveRange(at, length);
                bytes.InsertRange(random.Next(bytes.Count + 1), piece);
                break;
            case 6 when random.Next(50) == 0:
                var depth = random.Next(MostNested);
                bytes.InsertRange(at, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<a>", depth)) + string.Concat(Enumerable.Repeat("</a>", depth))));
                break;
            case 7 when random.Next(250) == 0:
                bytes.InsertRange(at, new byte[random.Next(MostZeros)]);
                break;
            default:
                bytes.InsertRange(at, Fragments[random.Next(Fragments.Length)]);
                break;
        }
    }
}

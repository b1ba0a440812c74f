namespace WeChatMask.Redemptions;

public static class VoucherPicture
{
    public static string Svg(string text) => $"<svg xmlns=\"http://www.w3.org/2000/svg\"><title>{text}</title></svg>";
}

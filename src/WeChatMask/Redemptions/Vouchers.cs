namespace WeChatMask.Redemptions;

public sealed class Vouchers
{
    private readonly string prefix = "WM1";

    public string Sign(string number, string pharmacyCode, DateOnly pickupDate) => $"{prefix}.{number}.{pharmacyCode}.{pickupDate:yyMMdd}";
}

using WeChatMask.Domain;

namespace WeChatMask.Tests.Domain;

public sealed class CoordinatesTests
{
    // The sample pairs that the eviltransform project publishes with the formula: Shanghai, Shenzhen, Beijing.
    [Theory]
    [InlineData(31.1774276, 121.5272106, 31.17530398364597, 121.531541859215)]
    [InlineData(22.543847, 113.912316, 22.540796131694766, 113.9171764808363)]
    [InlineData(39.911954, 116.377817, 39.91334545536069, 116.38404722455657)]
    public void A_satellite_place_lies_where_Chinese_maps_draw_it(double latitude, double longitude, double chineseLatitude, double chineseLongitude)
    {
        var chinese = Coordinates.ToGcj02(new GeoPoint(latitude, longitude));

        Assert.Equal(chineseLatitude, chinese.Latitude, 9);
        Assert.Equal(chineseLongitude, chinese.Longitude, 9);
    }

    [Theory]
    [InlineData(39.7392, -104.9903)]
    [InlineData(-27.4698, 153.0251)]
    public void Abroad_nothing_is_shifted(double latitude, double longitude) =>
        Assert.Equal(new GeoPoint(latitude, longitude), Coordinates.ToGcj02(new GeoPoint(latitude, longitude)));

    [Theory]
    [InlineData(31.1774276, 121.5272106)]
    [InlineData(22.543847, 113.912316)]
    [InlineData(39.911954, 116.377817)]
    [InlineData(45.8, 85.1)]
    [InlineData(18.25, 109.5)]
    [InlineData(39.7392, -104.9903)]
    public void There_and_back_is_the_same_place(double latitude, double longitude)
    {
        var back = Coordinates.ToWgs84(Coordinates.ToGcj02(new GeoPoint(latitude, longitude)));

        Assert.Equal(latitude, back.Latitude, 8);
        Assert.Equal(longitude, back.Longitude, 8);
    }
}

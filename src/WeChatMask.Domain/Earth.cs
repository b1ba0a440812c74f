namespace WeChatMask.Domain;

public static class Earth
{
    // The mean radius by the International Union of Geodesy and Geophysics.
    private const double RadiusMetres = 6_371_009;

    /// <summary>Metres between two places in degrees, as the crow flies (haversine; good to half a percent).</summary>
    public static double Metres(double latitude, double longitude, double otherLatitude, double otherLongitude)
    {
        var height = Math.Sin(double.DegreesToRadians(otherLatitude - latitude) / 2);
        var width = Math.Sin(double.DegreesToRadians(otherLongitude - longitude) / 2);
        var between = (height * height)
            + (Math.Cos(double.DegreesToRadians(latitude)) * Math.Cos(double.DegreesToRadians(otherLatitude)) * width * width);
        return 2 * RadiusMetres * Math.Asin(Math.Min(1, Math.Sqrt(between)));
    }
}

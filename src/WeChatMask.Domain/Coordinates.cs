namespace WeChatMask.Domain;

/// <summary>A place in degrees, north and east.</summary>
public readonly record struct GeoPoint(double Latitude, double Longitude);

/// <summary>
/// The one place that turns WGS-84 into GCJ-02 and back. WGS-84 is what satellites, phones and the open data of this product
/// mean; GCJ-02 is the shifted system of Chinese maps, WeChat's among them.
/// </summary>
/// <remarks>
/// GCJ-02 has no published definition. The formula is the widely reproduced reconstruction of 2010 that the eviltransform
/// project documents (github.com/googollee/eviltransform), on the Krasovsky 1940 ellipsoid; its sample pairs are our tests.
/// </remarks>
public static class Coordinates
{
    // Krasovsky 1940: semi-major axis in metres, and the square of the eccentricity.
    private const double Axis = 6_378_245.0;
    private const double Eccentricity = 0.00669342162296594323;

    // The box beyond which the formula shifts nothing.
    private const double West = 72.004;
    private const double East = 137.8347;
    private const double South = 0.8293;
    private const double North = 55.8271;

    /// <summary>Where a WGS-84 place lies on a Chinese map.</summary>
    public static GeoPoint ToGcj02(GeoPoint wgs)
    {
        if (wgs.Longitude is < West or > East || wgs.Latitude is < South or > North) return wgs;
        var (x, y) = (wgs.Longitude - 105.0, wgs.Latitude - 35.0);
        var radians = double.DegreesToRadians(wgs.Latitude);
        var flattening = 1 - (Eccentricity * Math.Pow(Math.Sin(radians), 2));
        // Metres, brought into degrees by the ellipsoid's two radii of curvature.
        var meridian = Axis * (1 - Eccentricity) / (flattening * Math.Sqrt(flattening));
        var parallel = Axis / Math.Sqrt(flattening) * Math.Cos(radians);
        return new GeoPoint(
            wgs.Latitude + double.RadiansToDegrees(NorthShift(x, y) / meridian),
            wgs.Longitude + double.RadiansToDegrees(EastShift(x, y) / parallel));
    }

    /// <summary>Where on earth a place of a Chinese map lies, to a millimetre.</summary>
    public static GeoPoint ToWgs84(GeoPoint chinese)
    {
        // The shift changes by less than a thousandth of the way: each turn brings the guess three digits nearer.
        var guess = chinese;
        for (var turn = 0; turn < 4; turn++)
        {
            var shown = ToGcj02(guess);
            guess = new GeoPoint(guess.Latitude + chinese.Latitude - shown.Latitude, guess.Longitude + chinese.Longitude - shown.Longitude);
        }

        return guess;
    }

    private static double NorthShift(double x, double y) =>
        -100.0 + (2.0 * x) + (3.0 * y) + (0.2 * y * y) + (0.1 * x * y) + (0.2 * Math.Sqrt(Math.Abs(x)))
        + Ripple(x) + Waves(y, 20.0, 40.0, 3.0) + (160.0 * Sine(y / 12.0) * 2.0 / 3.0) + (320.0 * Sine(y / 30.0) * 2.0 / 3.0);

    private static double EastShift(double x, double y) =>
        300.0 + x + (2.0 * y) + (0.1 * x * x) + (0.1 * x * y) + (0.1 * Math.Sqrt(Math.Abs(x)))
        + Ripple(x) + Waves(x, 20.0, 40.0, 3.0) + (150.0 * Sine(x / 12.0) * 2.0 / 3.0) + (300.0 * Sine(x / 30.0) * 2.0 / 3.0);

    private static double Ripple(double x) => ((20.0 * Sine(6.0 * x)) + (20.0 * Sine(2.0 * x))) * 2.0 / 3.0;

    private static double Waves(double z, double near, double far, double length) => ((near * Sine(z)) + (far * Sine(z / length))) * 2.0 / 3.0;

    private static double Sine(double turns) => Math.Sin(turns * Math.PI);
}
